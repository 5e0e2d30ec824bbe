"""Who reaches administrator rights or a crown jewel, by the first step that could be avoided, and who holds them."""

from __future__ import annotations

import streamlit as st

from graph.model import Graph
from queries.paths import Administrator, Exposure, Gate, sentence
from queries.where import full_name
from ui import answers, choice, chrome, data, words
from ui.drawing import hop_id, safe_id, shown_name
from ui.paths import exports
from ui.paths.listing import listing
from ui.paths.looking import look
from ui.text import cell

WIDTHS = {"Who": 64, "Verdict": 68, "First avoidable step": 290}  # pixels; what is reached gets the rest
OFFERED = 300  # of those who go through one step
NAMED = 3


def show(estate: data.Estate) -> None:
    """The first avoidable steps, then the administrators."""
    found = answers.exposure(estate)
    if found.gates:
        answer(estate, found)
    else:
        st.subheader("Nobody who was seen reaches administrator rights or a crown jewel", anchor=False)
        st.markdown("Administrators aside. What could not be read is named above: a way may hide there.")
    administrators(estate.graph, found.administrators)


@st.fragment
def answer(estate: data.Estate, found: Exposure) -> None:
    """The steps, and the way of one of those who take the chosen one."""
    gates = found.gates
    gate = next((g for g in gates if hop_id(g.hop) == choice.one("row")), gates[0])
    ranking, detail = chrome.beside(6, 7)
    with ranking:
        table(estate.graph, gates, gate)
    with detail:
        path = gate.path(_member(estate.graph, gate))
        view = look(estate, path)
    with ranking:
        exports.buttons(estate.graph, [gate.path(who) for who in gate.ways], path, view.drawn)


def table(graph: Graph, gates: list[Gate], gate: Gate) -> None:
    """The steps, those of many first."""
    people = len({who for g in gates for who in g.ways})
    counts = f"{words.plural(people, 'principal')} by {words.plural(len(gates), 'first avoidable step')}"
    st.markdown(f"**{counts}**: the last at which somebody gains what is not theirs")
    rows = [
        {
            "Who": len(g.ways),
            "Verdict": "certain" if g.certain else "possible",
            "First avoidable step": cell(sentence(graph, g.hop)),
            "Reaches": cell(_some(graph, g.targets)),
        }
        for g in gates
    ]
    listing(
        rows,
        gates.index(gate),
        name="gates",
        widths=WIDTHS,
        alt="First avoidable steps: how many take it, verdict, the step, what is reached",
        on_choose=lambda place: choice.choose_row(hop_id(gates[place].hop)),
        height=76,  # pixels: four lines
    )


def _member(graph: Graph, gate: Gate) -> str:
    """Whose way is looked at."""
    members = [*gate.certain, *gate.possible][:OFFERED]
    if len(members) == 1:
        return members[0]
    key = safe_id("member", *members)
    wanted = choice.one("whose")
    st.session_state[key] = wanted if wanted in members else members[0]
    return st.selectbox(
        f"The way of one of {len(gate.ways):,}",
        members,
        format_func=lambda node_id: full_name(graph, node_id),
        key=key,
        on_change=lambda: st.query_params.update({"whose": st.session_state[key]}),
    )


def administrators(graph: Graph, found: list[Administrator]) -> None:
    """Who is administrator by right, and why that is expected."""
    if not found:
        return
    unexpected = sum(not one.reason for one in found)
    title = f"Administrators by right: {len(found):,}, of whom the settings expect {len(found) - unexpected:,}"
    with st.expander(title, expanded=unexpected > 0):
        rows = [
            {
                "Administrator": cell(full_name(graph, one.id)),
                "Of": cell(_some(graph, one.outcomes)),
                "Expected, because": cell(one.reason) or "nobody said so: name it in the settings, [[expect]]",
            }
            for one in found
        ]
        st.dataframe(
            rows,
            hide_index=True,
            height=300 if len(rows) > 8 else "content",
            alt="Administrators by right: who, of what, why that is expected",
        )


def _some(graph: Graph, ids: list[str]) -> str:
    names = ", ".join(shown_name(graph, i) for i in ids[:NAMED])
    return names + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
