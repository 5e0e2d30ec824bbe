"""Names and lists as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from graph.model import Graph
from queries.where import full_name

SHOWN = 2  # names said out before the rest is counted
COUNTED = {"RecoveryPoint": "recovery points"}  # nobody knows them by name


def named(graph: Graph, node_id: str) -> str:
    """`account/name` on one line and without backticks: sentences put it between them."""
    return " ".join(full_name(graph, node_id).split()).replace("`", "'")


def listed(graph: Graph, ids: Sequence[str]) -> str:
    """`a and b`, `a, b and 5 more`, `3 recovery points`."""
    labels = {graph.nodes[i].label for i in ids if i in graph.nodes}
    if len(ids) > 1 and len(labels) == 1 and labels <= COUNTED.keys():
        return f"{len(ids)} {COUNTED[labels.pop()]}"
    shown = [f"`{named(graph, i)}`" for i in ids[:SHOWN]]
    rest = len(ids) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(shown)
