"""What would close most: the few edits that end most ways, each alone and the best few together."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from graph.model import Graph
from graph.reach import access_graph
from queries.chokepoints import ChokePoints, Edit
from queries.paths import Hop, sentence
from queries.paths.path import hop_of
from queries.where import Unresolved
from ui import answers, choice, chrome, controls, data, element, panel, words
from ui.asking import said
from ui.drawing import hop_id, safe_id
from ui.grouping import grouped, groups
from ui.paths.listing import listing
from ui.text import cell, code, prose

WIDTHS = {"Closes": 62, "On best ways": 92}  # pixels; the edit gets the rest
MOST = 20  # edits of a plan
DRAWN = 200  # steps of one edit that are drawn
PLAN, ALONE = "The best plan", "Each alone"
HOW = (
    "Each figure is found by searching again without what the edit takes away. A plan is greedy: each edit counts what "
    "it closes after those before it."
)


def show(estate: data.Estate) -> None:
    """From where to where, then the edits; nothing else waits for them."""
    asked = controls.Form.over(estate.graph, answers.zones()).ends()
    if asked is None:
        return
    budget, lists = st.columns([4, 26], vertical_alignment="bottom")
    count = int(budget.number_input("Edits of a plan", 1, MOST, 5, key="budget", bind="query-params"))
    with lists:
        wanted = st.segmented_control(
            "List", [PLAN, ALONE], default=PLAN, required=True, key="list", bind="query-params",
            label_visibility="collapsed", on_change=choice.forget,
        )  # fmt: skip
    try:
        found = answers.chokepoints(estate, *asked, count)
    except Unresolved as problem:
        chrome.hint(str(problem))
        return
    summary(found)
    edits = found.plan if wanted == PLAN else found.edits
    if edits:
        answer(estate, found, edits)
    else:
        nothing(found, *asked)


def summary(found: ChokePoints) -> None:
    """What there is to close, and what the plan is worth."""
    gap = "no plan of as many closes more" if found.bound == found.closed else f"at most {found.bound:,} could be"
    cards = st.columns(4)
    for place, title, value, below in zip(
        cards,
        ("To close", "The plan closes", "Steps that cut all", "By right"),
        (found.demands, found.closed, len(found.cut), found.by_right),
        (found.unit, gap, "the fewest", "administrators' own: narrow who is one"),
        strict=True,
    ):
        place.metric(title, f"{value:,}", below, delta_color="off", delta_arrow="off", border=True, height="stretch")
    st.caption(HOW)


def nothing(found: ChokePoints, source: str, target: str) -> None:
    """Nothing can be closed by an edit."""
    st.subheader(f"Nothing to close from {code(said(source))} to {code(said(target))}", anchor=False)
    if found.by_right:
        st.markdown("All that was found is an administrator's right: narrow who is administrator.")
    st.markdown("What could not be read is named above: a way may hide there.")


@st.fragment
def answer(estate: data.Estate, found: ChokePoints, edits: Sequence[Edit]) -> None:
    """The edits, and what the chosen one takes away."""
    ids = [safe_id("c", *(f"{place}" for place in edit.places)) for edit in edits]
    place = ids.index(choice.one("row")) if choice.one("row") in ids else 0
    ranking, detail = chrome.beside(6, 7)
    with ranking:
        rows = [
            {"Closes": edit.closes, "On best ways": edit.ways, "Edit": cell(edit.text[:1].upper() + edit.text[1:])}
            for edit in edits
        ]
        listing(
            rows,
            place,
            name="edits",
            widths=WIDTHS,
            alt="Edits: how many ways each closes, how many best ways go through it, what to edit",
            on_choose=lambda row: choice.choose_row(ids[row]),
        )
        cut(estate.graph, found.cut)
    with detail:
        closed(estate, edits[place], found)


def closed(estate: data.Estate, edit: Edit, found: ChokePoints) -> None:
    """The steps that an edit takes away, drawn, and the evidence of one of them."""
    graph = estate.graph
    hops = _taken_away(graph, edit)
    st.markdown(f"**{prose(edit.text[:1].upper() + edit.text[1:])}**")
    st.markdown(f"closes {edit.closes:,} of {found.demands:,} {found.unit}, by taking away these steps:")
    drawn = grouped(graph, hops[:DRAWN], groups(graph, hops[:DRAWN]))
    hop = next((h for h in hops if hop_id(h) == choice.one("hop")), hops[0])
    element.draw(
        drawn,
        key=safe_id("closed", *(node.id for node in drawn.nodes)),
        chosen=next((edge.id for edge in drawn.edges if hop in edge.hops), ""),
        width=720,
        on_click=lambda what, which: _click(what, which),
    )
    if len(hops) > DRAWN:
        st.caption(f"{DRAWN} of {len(hops):,} steps are drawn.")
    with st.container(border=True):
        panel.hop(graph, hop, answers.closing(estate, hop))


def cut(graph: Graph, hops: Sequence[Hop]) -> None:
    """The fewest steps that end every way."""
    if hops:
        with st.expander(f"The fewest steps that end every way: {len(hops):,}"):
            st.markdown("\n".join(f"- {prose(sentence(graph, hop))}" for hop in hops[:DRAWN]))
            if len(hops) > DRAWN:
                st.caption(f"and {words.plural(len(hops) - DRAWN, 'step')} more")


def _taken_away(graph: Graph, edit: Edit) -> list[Hop]:
    """The steps of an edit's arcs, each as the first of those who take it does, and as one that is removed."""
    edges = [access_graph(graph).edges[arc] for arc in edit.arcs]
    holders = {edge.source: sorted(j.source for j in graph.into(edge.source, "HOLDS")) for edge in edges}
    return [hop_of(edge, who) for edge in edges for who in holders[edge.source] or [edge.source]]


def _click(what: str, which: str) -> None:
    if what == "edge":
        choice.choose_hop(which)
