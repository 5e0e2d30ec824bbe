"""Reading a graph that is written in place: an answer counts where the same graph stood whole before and after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from graph.store.errors import GraphLoading, GraphReplaced
from graph.store.results import Row

T = TypeVar("T")
Read = Callable[[str, Mapping[str, Any]], list[Row]]

# The token tells two promotions of one graph apart: every writer takes a new one. The mark `commit` stands while a
# difference is committed: its pages come into sight one by one, the node `current` at any time among them.
STAMP = (
    "OPTIONAL MATCH (p:Promotion {id: 'current'}) OPTIONAL MATCH (w:Promotion {id: 'writer'}) "
    "OPTIONAL MATCH (c:Promotion {id: 'commit'}) "
    "RETURN p.state AS state, p.graph AS graph, w.token AS token, c.state AS commit"
)


def whole(read: Read, question: Callable[[Read], T]) -> T:
    """The answer of `question`. GraphLoading or GraphReplaced where it may be of a graph that is not whole."""
    (before,) = read(STAMP, {})
    demand_whole(before)
    answer = question(read)
    (after,) = read(STAMP, {})
    demand_same(before, after)
    return answer


def demand_whole(stamp: Row) -> None:
    """Raise GraphLoading while a load or a commit is under way, or was broken off."""
    if stamp["state"] == "loading" or stamp["commit"] == "begun":
        raise GraphLoading("the graph is being loaded: ask again in a moment, or load it again if no load is running")


def demand_same(before: Row, after: Row) -> None:
    """Raise GraphReplaced where a writer came between."""
    demand_whole(after)
    if before != after:
        raise GraphReplaced("the graph was replaced while the query read it: ask again")
