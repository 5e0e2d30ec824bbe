"""The layout: what is left of what, nothing on top of anything else, the same picture every time."""

from __future__ import annotations

import random

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from report.layout import COLUMN, ROW, layered

NODES = [f"n{i}" for i in range(9)]
EDGES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=20)


@settings(deadline=None)
@given(EDGES)
def test_every_node_has_a_place_of_its_own(edges: list[tuple[str, str]]) -> None:
    places = layered(NODES, edges)
    assert list(places) == NODES
    columns: dict[float, list[float]] = {}
    for x, y in places.values():
        assert x % COLUMN == 0
        columns.setdefault(x, []).append(y)
    for ys in columns.values():
        assert all(b - a >= ROW - 1e-6 for a, b in zip(sorted(ys), sorted(ys)[1:], strict=False))


@settings(deadline=None)
@given(EDGES)
def test_without_cycles_every_edge_leads_to_the_right(edges: list[tuple[str, str]]) -> None:
    forward = [(s, t) for s, t in edges if s < t]
    places = layered(NODES, forward)
    assert all(places[s][0] < places[t][0] for s, t in forward)


@settings(deadline=None)
@given(EDGES)
def test_an_edge_leads_back_only_within_a_cycle(edges: list[tuple[str, str]]) -> None:
    places = layered(NODES, edges)
    graph = nx.DiGraph([e for e in edges if e[0] != e[1]])
    together = {n: i for i, part in enumerate(nx.strongly_connected_components(graph)) for n in part}
    for source, target in graph.edges:
        assert places[source][0] < places[target][0] or together[source] == together[target]


@settings(deadline=None)
@given(EDGES, st.randoms(use_true_random=False))
def test_the_picture_does_not_depend_on_the_order_of_edges(edges: list[tuple[str, str]], chance: random.Random) -> None:
    shuffled = edges[:]
    chance.shuffle(shuffled)
    assert layered(NODES, edges) == layered(NODES, shuffled)


def test_a_chain_is_a_straight_line_and_strangers_are_ignored() -> None:
    assert layered(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "stranger")]) == {
        "a": (0.0, 0.0),
        "b": (COLUMN, 0.0),
        "c": (2 * COLUMN, 0.0),
    }
    assert layered([], []) == {}
