"""The ways between two ends: the ranked paths beside the drawing and the evidence."""

from __future__ import annotations

import streamlit as st

from graph.model import Graph
from queries.paths import Answer, Path, endpoints
from queries.where import CLASSES, Unresolved, account_name
from ui import answers, choice, chrome, controls, data, words
from ui.asking import MAX_HOPS, Question, said
from ui.drawing import label, path_id, shown_name
from ui.paths import exports
from ui.paths.listing import listing
from ui.paths.looking import look
from ui.text import cell, code, prose

WIDTHS = {"Verdict": 68, "Hops": 48, "From": 130, "To": 150}  # pixels; what lies between gets the rest
FEW = 6  # paths that are drawn together without being asked for
ALL = "all"  # the parameter of the address that says whether all paths are drawn


def show(estate: data.Estate) -> None:
    """What is asked, then the answer."""
    question = controls.Form.over(estate.graph, answers.zones()).question()
    if question is None:
        return
    try:
        found = answers.paths(estate, question)
    except Unresolved as problem:
        chrome.hint(str(problem))
        return
    if found.cut:
        st.warning(prose(found.cut), icon=":material/timer:")
    if found.paths:
        answer(estate, found)
    else:
        nothing(estate.graph, question)


def nothing(graph: Graph, question: Question) -> None:
    """No path: what may be asked next."""
    st.subheader(f"No path from {code(said(question.source))} to {code(said(question.target))}", anchor=False)
    steps = ["Swap the ends, or ask from every real entry point."]
    if question.certain_only:
        steps.insert(0, "Let possible paths in: some hop may depend on a condition.")
    if question.kinds:
        steps.insert(0, "Let steps of every kind in: a path may need one that is filtered out.")
    if question.max_hops < MAX_HOPS:
        steps.insert(0, f"Allow more than {words.plural(question.max_hops, 'hop')}.")
    for text in (question.source, question.target):
        if text in CLASSES and not endpoints(graph, text):
            steps.insert(0, f"{code(said(text))} names nothing in this graph: {prose(CLASSES[text][1])}.")
    steps.append("What could not be read is named above: a path may hide there.")
    st.markdown("\n".join(f"- {step}" for step in steps))


@st.fragment
def answer(estate: data.Estate, found: Answer) -> None:
    """The ranked paths, and beside them the chosen one."""
    paths = found.paths
    path = choice.path(paths)
    others = paths if _all_drawn(paths) else []
    above = st.container() if _is_wide() else None
    ranking, detail = chrome.beside(6, 7)
    with ranking:
        view_options(paths)
        table(estate.graph, found, path)
    with detail:
        view = look(estate, path, others, above)
    with ranking:
        exports.buttons(estate.graph, paths, path, view.drawn)


def _is_wide() -> bool:
    """Whether the drawing stands above the list: before the toggle is drawn, its value is in the address alone."""
    return bool(st.session_state.get("wide", st.query_params.get("wide") == "true"))


def view_options(paths: list[Path]) -> None:
    """How the paths are drawn."""
    with st.container(horizontal=True, gap="medium"):
        st.toggle(
            "Draw all of them",
            value=_all_drawn(paths),
            key=f"all-{path_id(paths[0])}-{len(paths)}",
            disabled=len(paths) == 1,
            on_change=lambda: _draw_all(paths),
            help="Nodes that are alike stand as one, until you open them.",
        )
        st.toggle("Wide drawing", key="wide", bind="query-params")


def table(graph: Graph, found: Answer, path: Path) -> None:
    """The ranked paths; choosing a row chooses the path."""
    paths = found.paths
    st.markdown(f"**{counted(len(paths), found.has_more)}**, certain ones first, then the shortest")
    rows = [
        {
            "Verdict": p.verdict,
            "Hops": len(p.hops),
            "From": cell(_end(graph, p.source)),
            "To": cell(_end(graph, p.target)),
            "By way of": " → ".join(cell(shown_name(graph, n)) for n in p.way[1:-1]) or label(p.hops[0]),
        }
        for p in paths
    ]
    listing(
        rows,
        paths.index(path),
        name="paths",
        widths=WIDTHS,
        alt="Ranked paths: verdict, number of hops, both ends, what lies between",
        on_choose=lambda place: choice.choose_path(paths[place]),
    )


def _end(graph: Graph, node_id: str) -> str:
    """An end by its name; of an outcome, of which every account has one, the account too."""
    node = graph.nodes[node_id]
    if node.label != "Outcome":
        return shown_name(graph, node_id)
    return f"{shown_name(graph, node_id)} of {account_name(graph, str(node.properties.get('account_id')))}"


def counted(listed: int, has_more: bool) -> str:
    """How many paths are listed, and whether these are all that were found."""
    if has_more:
        return f"{listed:,} of more than {words.plural(listed, 'path')}"
    return words.plural(listed, "path") if listed == 1 else f"All {words.plural(listed, 'path')} found"


def _all_drawn(paths: list[Path]) -> bool:
    """Whether all paths are drawn: as long as nobody says otherwise, when they are few."""
    said_so = choice.one(ALL)
    return said_so == "yes" if said_so else len(paths) <= FEW


def _draw_all(paths: list[Path]) -> None:
    st.query_params[ALL] = "no" if _all_drawn(paths) else "yes"
