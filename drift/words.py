"""Names and lists as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from graph.model import Graph
from queries.where import full_name

SHOWN = 2  # names said out before the rest is counted


def named(graph: Graph, node_id: str) -> str:
    """`account/name`, on one line whatever a stranger called it."""
    return " ".join(full_name(graph, node_id).split())


def listed(graph: Graph, ids: Sequence[str]) -> str:
    """`a and b`, `a, b and 5 more`."""
    shown = [f"`{named(graph, i)}`" for i in ids[:SHOWN]]
    rest = len(ids) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(shown)
