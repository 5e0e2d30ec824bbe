"""What one node reaches: how much of each kind, and the best way to each."""

from __future__ import annotations

import streamlit as st

from graph.model import Graph
from queries.paths import Blast, Reached, endpoints
from queries.where import CLASSES, Unresolved, account_name, full_name
from ui import answers, choice, chrome, controls, data, words
from ui.asking import said
from ui.drawing import safe_id, shown_name
from ui.paths import exports
from ui.paths.listing import listing
from ui.paths.looking import look
from ui.text import cell, code, prose

WIDTHS = {"Reached": 160, "What": 92, "Level": 78, "Verdict": 66, "Hops": 46}  # pixels; the account gets the rest
LISTED = 500
OFFERED = 300  # members of a class


def show(estate: data.Estate) -> None:
    """From where, then what is reached."""
    asked = controls.Form.over(estate.graph, answers.zones()).start()
    if asked is None:
        return
    text, max_hops = asked
    try:
        members = endpoints(estate.graph, text, answers.zones())
    except Unresolved as problem:
        chrome.hint(str(problem))
        return
    source = _one_of(estate.graph, text, members)
    if source:
        answer(estate, answers.blast(estate, source, max_hops))


def _one_of(graph: Graph, text: str, members: list[str]) -> str | None:
    """The node to begin at, chosen where the text names several."""
    if not members:
        why = prose(CLASSES[text][1]) if text in CLASSES else "name another one"
        st.subheader(f"{code(said(text))} names nothing in this graph: {why}", anchor=False)
        return None
    if len(members) == 1:
        return members[0]
    first = f", the first {OFFERED}" if len(members) > OFFERED else ""
    key = safe_id("whose", *members[:OFFERED])
    wanted = choice.one("whose")
    st.session_state[key] = wanted if wanted in members[:OFFERED] else members[0]
    return st.selectbox(
        f"Whose: {said(text)} are {len(members):,}{first}",
        members[:OFFERED],
        format_func=lambda node_id: full_name(graph, node_id),
        key=key,
        on_change=lambda: _choose(key),
    )


def _choose(key: str) -> None:
    choice.forget()
    st.query_params["whose"] = st.session_state[key]


@st.fragment
def answer(estate: data.Estate, blast: Blast) -> None:
    """How much is reached, then the list and the chosen row."""
    numbers(blast)
    if not blast.rows:
        st.subheader(f"{code(full_name(estate.graph, blast.source))} reaches nothing that was seen", anchor=False)
        st.markdown("What could not be read is named above: more may hide there.")
        return
    rows = blast.rows[:LISTED]
    row = next((r for r in rows if _id(r) == choice.one("row")), rows[0])
    path = blast.path(row)
    ranking, detail = chrome.beside(6, 7)
    with ranking:
        table(estate.graph, blast, rows, row)
    with detail:
        view = look(estate, path)
    with ranking:
        exports.buttons(estate.graph, [path], path, view.drawn)


def numbers(blast: Blast) -> None:
    """How many things of each kind are reached, for certain and besides."""
    groups = list(words.REACHED)
    for place, group in zip(st.columns(len(groups)), groups, strict=True):
        reached = {r.id for r in blast.rows if r.group == group}
        certain = {r.id for r in blast.rows if r.group == group and r.certain is not None}
        below = f"{len(reached) - len(certain):,} more if conditions hold"
        place.metric(
            words.REACHED[group].capitalize(), f"{len(certain):,}", below,
            delta_color="off", delta_arrow="off", border=True, height="stretch",
        )  # fmt: skip


def table(graph: Graph, blast: Blast, rows: list[Reached], row: Reached) -> None:
    """What is reached, worst first."""
    more = f"{len(rows):,} of {len(blast.rows):,}" if len(rows) < len(blast.rows) else f"All {len(rows):,}"
    st.markdown(f"**{more} that {code(shown_name(graph, blast.source))} reaches**, worst first")
    shown = [
        {
            "Reached": cell(shown_name(graph, r.id)),
            "What": f"tier {r.tier} jewel" if r.tier is not None else r.group,
            "Level": r.level,
            "Verdict": "certain" if r.certain is not None else "possible",
            "Hops": r.possible if r.certain is None else r.certain,
            "Account": cell(account_name(graph, r.account_id)),
        }
        for r in rows
    ]
    listing(
        shown,
        rows.index(row),
        name="blast",
        widths=WIDTHS,
        alt="What is reached, worst first: name, what it is, level, verdict, hops, account",
        on_choose=lambda place: choice.choose_row(_id(rows[place])),
    )


def _id(row: Reached) -> str:
    return safe_id("r", row.id, row.level)
