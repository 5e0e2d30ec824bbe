"""Paths: who reaches what, drawn from left to right, with the evidence of every hop."""

import streamlit as st

from graph.model import Graph
from queries.paths import Hop, Path
from queries.where import CLASSES, Unresolved, places
from ui import chrome, controls, data, element, export, panel, words
from ui.drawing import DRAWN, Drawing, drawing, hop_id, hops_of, neighbours, node_key, path_id, safe_id, shown_name
from ui.text import cell, code, prose

WIDTHS = {"Verdict": 68, "Hops": 50, "From": 125, "To": 160, "By way of": 170}  # pixels; conditions get the rest
FEW = 6  # paths that are drawn together without being asked for
LEGEND = (
    "Solid line: certain. Dashed line: possible, it has open conditions. Gold double ring: crown jewel. Dotted ring: "
    "as last seen. Click a line for its evidence, double-click a node to unfold its neighbours."
)


def show(estate: data.Estate) -> None:
    """The whole page: what is asked, then the answer."""
    question = controls.question(estate.graph)
    if question is None:
        return
    try:
        paths = estate.paths(question.source, question.target, question.max_hops, question.certain_only)
    except Unresolved as problem:
        chrome.hint(str(problem))
        return
    if paths:
        answer(estate.graph, paths[: data.LISTED], more=len(paths) > data.LISTED)
    else:
        nothing(estate.graph, question)


def nothing(graph: Graph, question: controls.Question) -> None:
    """No path: what may be asked next."""
    st.subheader(f"No path from {code(question.source)} to {code(question.target)}", anchor=False)
    steps = ["Swap the ends, or ask from `exposed` to see every real entry point."]
    if question.certain_only:
        steps.insert(0, "Let possible paths in: some hop may depend on a condition.")
    if question.max_hops < controls.MAX_HOPS:
        steps.insert(0, f"Allow more than {words.plural(question.max_hops, 'hop')}.")
    for text in (question.source, question.target):
        if text in CLASSES and not places(graph, text):
            steps.insert(0, f"{code(text)} names nothing in this graph: {prose(CLASSES[text][1])}.")
    steps.append("What could not be read is named above: a path may hide there.")
    st.markdown("\n".join(f"- {step}" for step in steps))


@st.fragment
def answer(graph: Graph, paths: list[Path], more: bool) -> None:
    """The picture, and under it the ranked paths beside the evidence of the chosen hop."""
    unfolded = [hop for node_id in _unfolded(paths) for hop in neighbours(graph, node_id)]
    path = _chosen_path(paths)
    hop = _chosen_hop(path, [*hops_of(paths), *unfolded])
    shown = paths if _all_drawn(paths) else [path]
    drawn = drawing(graph, [*path.hops, *hops_of(shown), *unfolded])
    picture(drawn, paths, path, hop)
    ranking, evidence = chrome.beside(13, 8)
    with ranking:
        table(graph, paths, path, more)
        exports(graph, path)
    with evidence, st.container(border=True):
        panel.hop_picker(path.hops, hop, key=f"picker-{path_id(path)}")
        panel.hop(graph, hop)
        st.button("Unfold what is around the target", icon=":material/hub:", on_click=_unfold, args=(paths, hop.target))


def picture(drawn: Drawing, paths: list[Path], path: Path, hop: Hop) -> None:
    """The drawn paths, the chosen one standing out."""
    focus = {hop_id(h) for h in path.hops} | {node_key(n) for h in path.hops for n in (h.source, h.target)}
    focus |= {hop_id(hop), node_key(hop.source), node_key(hop.target)}
    element.draw(
        drawn,
        key=safe_id("paths", *(node.id for node in drawn.nodes)),
        focus=focus if len(drawn.edges) > len(path.hops) else (),
        fade=not _all_drawn(paths),
        chosen=hop_id(hop),
        on_click=lambda what, which: _click(paths, drawn, what, which),
    )
    if drawn.left_out:
        st.caption(f"{DRAWN} of {DRAWN + drawn.left_out:,} nodes are drawn: narrow the question to see the rest.")
    st.caption(f"{LEGEND} {drawn_of(paths)}")


def drawn_of(paths: list[Path]) -> str:
    """What of the table is in the picture."""
    if len(paths) == 1:
        return "The table below holds the same path."
    listed = words.plural(len(paths), "path")
    return f"Drawn are the {listed} of the table below." if _all_drawn(paths) else f"Drawn is one of {listed} below."


def table(graph: Graph, paths: list[Path], path: Path, more: bool) -> None:
    """The ranked paths; choosing a row chooses the path."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{counted(len(paths), more)}**, certain ones first, then the shortest", width="content")
        st.toggle("Draw all of them", value=_all_drawn(paths), key=_toggle(paths), disabled=len(paths) == 1)
    rows = [
        {
            "Verdict": p.verdict,
            "Hops": len(p.hops),
            "From": cell(shown_name(graph, p.source)),
            "To": cell(shown_name(graph, p.target)),
            "By way of": " → ".join(cell(shown_name(graph, n)) for n in _way(p)[1:-1]) or "nothing between",
            "Open conditions": "; ".join(cell(c) for c in p.conditions) or "none",
        }
        for p in paths
    ]
    key = safe_id("table", *(path_id(p) for p in paths))
    st.session_state[key] = {"selection": {"rows": [paths.index(path)], "columns": [], "cells": []}}
    st.dataframe(
        rows,
        hide_index=True,
        key=key,
        on_select=lambda: _choose_row(paths, key),
        selection_mode="single-row",
        height=440 if len(rows) > 7 else "content",
        row_height=60,  # two lines
        column_config={name: st.column_config.Column(width=width) for name, width in WIDTHS.items()},
        alt="Ranked paths: verdict, number of hops, both ends, what lies between, open conditions",
    )


def counted(listed: int, more: bool) -> str:
    """How many paths are listed, and whether these are all that were found."""
    if more:
        return f"{listed:,} of more than {words.plural(listed, 'path')}"
    return words.plural(listed, "path") if listed == 1 else f"All {words.plural(listed, 'path')} found"


def exports(graph: Graph, path: Path) -> None:
    """The chosen path for other tools."""
    with st.container(horizontal=True, gap="small"):
        with st.popover("Cypher", icon=":material/terminal:"):
            st.code(export.cypher(graph, path), language="cypher")
        with st.popover("JSON", icon=":material/data_object:"):
            st.code(export.document(graph, path).decode(), language="json", height=320)
        with st.popover("ARNs", icon=":material/content_copy:"):
            st.code("\n".join(_way(path)), language=None)
        st.download_button(
            "SVG",
            export.svg(drawing(graph, path.hops)),
            file_name="path.svg",
            mime="image/svg+xml",
            icon=":material/image:",
            on_click="ignore",
        )


def _way(path: Path) -> list[str]:
    """The nodes on the way, ends included."""
    return [path.hops[0].source, *(hop.target for hop in path.hops)] if path.hops else [path.source, path.target]


def _all_drawn(paths: list[Path]) -> bool:
    """Whether all paths are drawn: as long as nobody says otherwise, when they are few."""
    return bool(st.session_state.get(_toggle(paths), len(paths) <= FEW))


def _toggle(paths: list[Path]) -> str:
    return safe_id("all", *(path_id(p) for p in paths))


def _chosen_path(paths: list[Path]) -> Path:
    """The path of the address, else the first."""
    wanted = st.query_params.get("path")
    return next((p for p in paths if path_id(p) == wanted), paths[0])


def _chosen_hop(path: Path, drawn: list[Hop]) -> Hop:
    """The hop of the address, else the first of the path."""
    wanted = st.query_params.get("hop")
    return next((h for h in [*path.hops, *drawn] if hop_id(h) == wanted), path.hops[0])


def _choose_row(paths: list[Path], key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        st.query_params.update({"path": path_id(paths[rows[0]]), "hop": hop_id(paths[rows[0]].hops[0])})


def _click(paths: list[Path], drawn: Drawing, what: str, which: str) -> None:
    """A line chooses its hop and the first path that takes it; a node twice unfolds it."""
    if what == "edge":
        through = [p for p in [_chosen_path(paths), *paths] if which in {hop_id(h) for h in p.hops}]
        st.query_params.update({"hop": which, "path": path_id(through[0] if through else _chosen_path(paths))})
    elif what == "unfold":
        _unfold(paths, next(n for n in drawn.nodes if n.id == which).node_id)


def _unfold(paths: list[Path], node_id: str) -> None:
    _unfolded(paths).append(node_id)


def _unfolded(paths: list[Path]) -> list[str]:
    """The nodes whose neighbours are drawn beside these paths."""
    kept: list[str] = st.session_state.setdefault(safe_id("unfolded", *(path_id(p) for p in paths)), [])
    return kept


chrome.screen("Paths", show)
