"""What a person asks: the form over the paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from graph.model import Graph
from queries.where import EXPOSED, NAMED, entries, full_name
from ui import words
from ui.asking import OFFERED, settle
from ui.text import code, prose

SUGGESTED = 2000  # names offered in a list; any other name, ARN or account:ID can be typed
SEARCHED = 20_000  # names that a typed part is looked for in
SOURCE_CLASSES = (EXPOSED, "internet", "external", "ci")
TARGET_CLASSES = ("jewels", "admin", "org-admin")
MAX_HOPS = 12
HELP = (
    "Pick one, or type a name, `ACCOUNT/NAME`, an ARN or `account:ID`. `exposed` is every real entry point: "
    "the internet, outsiders, pipelines, people, and users who hold a key or a password."
)


@dataclass(frozen=True)
class Question:
    """Which paths are asked for; the texts are what `resolve` understands."""

    source: str
    target: str
    max_hops: int
    certain_only: bool


def question(graph: Graph) -> Question | None:
    """The form; every answer is in the address, so that a link asks the same. A part of one name stands for it; None
    while it could stand for several."""
    names = _names(graph.id, graph)
    start, swap, end, hops, certain = st.columns([10, 1, 10, 4, 5], vertical_alignment="bottom")
    with start:
        source = _node("From", "from", [*SOURCE_CLASSES, *names[:SUGGESTED]])
    swap.button("", icon=":material/swap_horiz:", on_click=_swap, help="Swap: ask for the way back")
    with end:
        target = _node("To", "to", [*TARGET_CLASSES, *names[:SUGGESTED]])
    max_hops = hops.number_input("At most hops", 1, 30, MAX_HOPS, key="hops", bind="query-params", on_change=_forget)
    certain_only = certain.toggle("Certain paths only", key="certain", bind="query-params", on_change=_forget)
    first, last = _meant(graph, "from", source, names), _meant(graph, "to", target, names)
    return Question(first, last, max_hops, certain_only) if first and last else None


def _node(label: str, key: str, options: list[str]) -> str:
    return st.selectbox(
        label, options, key=key, accept_new_options=True, bind="query-params", help=HELP, on_change=_forget
    )


def _meant(graph: Graph, key: str, text: str, names: list[str]) -> str | None:
    """What a text stands for; where that can be several names, they are offered instead."""
    found = settle(graph, text, names)
    if len(found) > 1:
        first = f" The first {OFFERED}:" if len(found) > OFFERED else ""
        st.markdown(f"{code(text)} is a part of {words.plural(len(found), 'name')}; which one is meant?{first}")
        with st.container(horizontal=True, gap="small"):
            for name in found[:OFFERED]:
                st.button(prose(name), key=f"{key}-{name}", on_click=_answer, args=(key, name))
        return None
    if found and found[0] != text:
        st.caption(f"{code(text)} is read as {code(found[0])}")
    return found[0] if found else text


def _answer(key: str, name: str) -> None:
    st.session_state[key] = name
    _forget()


def _swap() -> None:
    state = st.session_state
    state["from"], state["to"] = state["to"], state["from"]
    _forget()


def _forget() -> None:
    """What was chosen in the answer to another question leaves the address."""
    for name in ("path", "hop"):
        st.query_params.pop(name, None)


@st.cache_data(max_entries=4, show_spinner=False)
def _names(graph_id: str, _graph: Graph) -> list[str]:
    """Names that can be asked for, entry points first; where two nodes share a name, their ids."""
    first = [entry.id for entry in entries(_graph)]
    rest = (node.id for label in NAMED for node in _graph.of(label))
    node_ids = list(dict.fromkeys([*first, *rest]))[:SEARCHED]
    return list(dict.fromkeys(_unambiguous(_graph, node_ids)))


def _unambiguous(graph: Graph, node_ids: list[str]) -> Iterator[str]:
    names = [full_name(graph, node_id) for node_id in node_ids]
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    for node_id, name in zip(node_ids, names, strict=True):
        yield name if seen[name] == 1 and graph.nodes[node_id].label != "Outcome" else node_id
