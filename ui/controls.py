"""What a person asks: the form over the paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from graph.model import Graph
from queries.where import NAMED, entries, full_name
from ui.data import ENTRY_POINTS

SUGGESTED = 2000  # names offered in a list; any other name, ARN or account:ID can be typed
SOURCE_CLASSES = (ENTRY_POINTS, "internet", "external", "ci")
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


def question(graph: Graph) -> Question:
    """The form; every answer is in the address, so that a link asks the same."""
    start, swap, end, hops, certain = st.columns([10, 1, 10, 4, 5], vertical_alignment="bottom")
    with start:
        source = _node("From", "from", [*SOURCE_CLASSES, *_names(graph.id, graph)])
    swap.button("", icon=":material/swap_horiz:", on_click=_swap, help="Swap: ask for the way back")
    with end:
        target = _node("To", "to", [*TARGET_CLASSES, *_names(graph.id, graph)])
    max_hops = hops.number_input("At most hops", 1, 30, MAX_HOPS, key="hops", bind="query-params")
    certain_only = certain.toggle("Certain paths only", key="certain", bind="query-params")
    return Question(source, target, max_hops, certain_only)


def _node(label: str, key: str, options: list[str]) -> str:
    return st.selectbox(label, options, key=key, accept_new_options=True, bind="query-params", help=HELP)


def _swap() -> None:
    state = st.session_state
    state["from"], state["to"] = state["to"], state["from"]


@st.cache_data(max_entries=4, show_spinner=False)
def _names(graph_id: str, _graph: Graph) -> list[str]:
    """Names that can be asked for, entry points first; where two nodes share a name, their ids."""
    first = [entry.id for entry in entries(_graph)]
    rest = (node.id for label in NAMED for node in _graph.of(label))
    node_ids = list(dict.fromkeys([*first, *rest]))[:SUGGESTED]
    return list(dict.fromkeys(_unambiguous(_graph, node_ids)))


def _unambiguous(graph: Graph, node_ids: list[str]) -> Iterator[str]:
    names = [full_name(graph, node_id) for node_id in node_ids]
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    for node_id, name in zip(node_ids, names, strict=True):
        yield name if seen[name] == 1 and graph.nodes[node_id].label != "Outcome" else node_id
