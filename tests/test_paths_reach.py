"""Distances and next hops against networkx, whatever the order of input, and within bounds on hostile shapes."""

from __future__ import annotations

import random
from itertools import pairwise

import networkx as nx
from hypothesis import given, settings

from graph.model import Graph
from graph.reach import CERTAIN, POSSIBLE, AccessGraph, Network, networks
from tests.path_graphs import NODES, graph_of, step, tangles, walked
from tests.require import repetitions


@settings(max_examples=repetitions(60))
@given(tangles())
def test_distances_and_paths_are_the_shortest(graph: Graph) -> None:
    goals = [n for n in NODES[1:3] if n in graph.nodes]
    for network, certain in zip(networks(graph), (True, False), strict=True):
        reach = network.search(goals)
        backwards = walked(graph, certain).reverse()
        lengths = nx.multi_source_dijkstra_path_length(backwards, set(goals)) if goals else {}
        for node in graph.nodes:
            assert reach.hops(node) == lengths.get(node)
            path = reach.path(node)
            if path is not None:
                assert sum(edge.type != "HOLDS" for edge in path) == lengths[node]
                assert all(a.target == b.source for a, b in pairwise(path))
                assert len({edge.source for edge in path}) == len(path)
                assert all(edge.certain for edge in path) or not certain
        assert reach.reaching() == sorted(lengths)


@settings(max_examples=repetitions(40))
@given(tangles())
def test_the_order_of_input_changes_nothing(graph: Graph) -> None:
    nodes, edges = list(graph.nodes), list(graph.edges)
    random.Random(7).shuffle(nodes)
    random.Random(8).shuffle(edges)
    for types in (CERTAIN, POSSIBLE):
        one = Network.of(graph.nodes, graph.edges, types).search([NODES[1]])
        other = Network.of(nodes, edges, types).search([NODES[1]])
        assert [one.path(n) for n in graph.nodes] == [other.path(n) for n in graph.nodes]


@settings(max_examples=repetitions(40))
@given(tangles())
def test_forwards_and_backwards_agree(graph: Graph) -> None:
    access = AccessGraph.of(graph.nodes, graph.edges)
    for source in graph.nodes:
        forward = access.possible.reversed.search([source])
        for target in graph.nodes:
            assert forward.hops(target) == access.possible.search([target]).hops(source)


def test_nothing_to_search_for_is_nothing_found() -> None:
    graph = graph_of([step("a", "CAN_ASSUME", "b")])
    certain, _ = networks(graph)
    assert certain.search([]).reaching() == []
    assert certain.search(["nobody"]).reaching() == []
    assert certain.search(["b"]).hops("nobody") is None
    assert networks(Graph("", "", "", {}, []))[0].search(["b"]).reaching() == []


def test_a_chain_of_two_thousand_roles_is_walked_to_its_end() -> None:
    roles = [f"role:{i:05}" for i in range(2_000)]
    graph = graph_of([step(a, "CAN_ASSUME", b) for a, b in pairwise(roles)])
    reach = networks(graph)[0].search([roles[-1]])
    assert reach.hops(roles[0]) == 1_999
    assert len(reach.path(roles[0]) or []) == 1_999
