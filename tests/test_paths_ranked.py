"""Ranked ways against an enumeration of all of them, and that hostile shapes end within the budget."""

from __future__ import annotations

import time
from itertools import pairwise, product

import networkx as nx
import pytest
from hypothesis import given, settings

from graph.model import Edge, Graph
from queries.paths import Path, Question, ranked_paths
from queries.paths.joint import can_hold_together
from queries.paths.path import UNCHECKED
from queries.paths.ranked import TRIED
from tests.path_graphs import NODES, graph_of, step, tangles, walked
from tests.require import repetitions

FIRST, LAST = NODES[0], NODES[1]
Found = set[tuple[bool, tuple[str, ...]]]


def every_way(graph: Graph, source: str, target: str) -> dict[tuple[bool, tuple[str, ...]], int]:
    """All ways that can be, by whether they are certain and by their nodes, with their steps; from networkx."""
    found: dict[tuple[bool, tuple[str, ...]], int] = {}
    plain = walked(graph)
    for nodes in {tuple(p) for p in nx.all_simple_paths(nx.DiGraph(plain), source, target)}:
        pairs = [[d["edge"] for d in plain.get_edge_data(a, b).values()] for a, b in pairwise(nodes)]
        ways = [Path(source, target, edges) for edges in product(*map(best_first, pairs))]
        certain = [way for way in ways if way.verdict == "certain"]
        for way in certain or [way for way in ways if can_hold_together(way.edges)]:
            key = (way.verdict == "certain", way.way)
            found[key] = min(found.get(key, 99), len(way.hops))
    return found


def best_first(edges: list[Edge]) -> list[Edge]:
    """Between two nodes a joint costs nothing: a step beside it is no way of its own."""
    joints = [edge for edge in edges if edge.type == "HOLDS"]
    return joints or edges


@settings(max_examples=repetitions(80), deadline=None)
@given(tangles())
def test_all_ways_are_found_and_ranked(graph: Graph) -> None:
    answer = ranked_paths(graph, Question([FIRST], [LAST], k=None, limit=10_000, max_hops=50))
    wanted = every_way(graph, FIRST, LAST)
    assert not answer.cut
    assert {(p.verdict == "certain", p.way): len(p.hops) for p in answer.paths} == wanted
    assert answer.paths == sorted(answer.paths, key=lambda p: p.rank)
    assert all(p.is_checked and can_hold_together(p.edges) for p in answer.paths)


@settings(max_examples=repetitions(60), deadline=None)
@given(tangles())
def test_the_best_ways_come_first_whatever_k(graph: Graph) -> None:
    wanted = sorted((not certain, steps) for (certain, _), steps in every_way(graph, FIRST, LAST).items())
    for k in (1, 2, 3):
        answer = ranked_paths(graph, Question([FIRST], [LAST], k=k, limit=100, max_hops=50))
        certain = [len(p.hops) for p in answer.paths if p.verdict == "certain"]
        assert certain == [steps for possible, steps in wanted if not possible][: len(certain)]
        assert bool(certain) == any(not possible for possible, _ in wanted)
        if wanted:
            assert len(answer.paths[0].hops) == wanted[0][1]
            assert min(len(p.hops) for p in answer.paths) == min(steps for _, steps in wanted)


def test_a_longer_certain_way_is_named_before_a_shorter_possible_one() -> None:
    a, b, c = NODES[:3]
    graph = graph_of([step(a, "MAY_ASSUME", c), step(a, "CAN_ASSUME", b), step(b, "CAN_ASSUME", c)])
    found = ranked_paths(graph, Question([a], [c], k=1))
    assert [(p.verdict, len(p.hops)) for p in found.paths] == [("certain", 2), ("possible", 1)]
    assert [p.verdict for p in ranked_paths(graph, Question([a], [c], limit=1)).paths] == ["certain"]


def test_a_way_that_contradicts_itself_is_none_and_the_next_best_is_named() -> None:
    a, b, c, d = NODES[:4]
    inside, outside = ["`aws:SourceIp` in 10.0.0.0/8"], ["`aws:SourceIp` in 192.0.2.0/24"]
    edges = [step(a, "MAY_ASSUME", b, conditions=inside), step(b, "MAY_ASSUME", c, conditions=outside)]
    assert ranked_paths(graph_of(edges), Question([a], [c])).paths == []
    edges += [step(b, "CAN_ASSUME", d), step(d, "CAN_ASSUME", c)]
    (way,) = ranked_paths(graph_of(edges), Question([a], [c])).paths
    assert (way.way, way.conditions) == ((a, b, d, c), inside)
    beside = step(b, "MAY_ESCALATE", c, "iam-002", conditions=["`aws:SourceIp` in 10.1.0.0/16"])
    ways = ranked_paths(graph_of([*edges, beside]), Question([a], [c])).paths
    assert [p.way for p in ways] == [(a, b, c), (a, b, d, c)]
    assert ways[0].hops[1].type == "MAY_ESCALATE"


def test_after_many_ways_that_contradict_themselves_one_is_shown_unchecked() -> None:
    a, z = NODES[:2]
    middles = [f"arn:aws:iam::111111111111:role/middle-{i}" for i in range(TRIED + 5)]
    edges = [step(a, "MAY_ASSUME", m, conditions=["a stack exists"]) for m in middles]
    edges += [step(m, "MAY_ASSUME", z, conditions=["not (a stack exists)"]) for m in middles]
    (way,) = ranked_paths(graph_of(edges), Question([a], [z])).paths
    assert (way.is_checked, way.verdict) == (False, "possible")
    assert way.conditions[-1] == UNCHECKED
    few = [edge for edge in edges if not {edge.source, edge.target} & set(middles[TRIED - 1 :])]
    assert ranked_paths(graph_of(few), Question([a], [z])).paths == []


def test_stale_facts_make_no_certain_way() -> None:
    a, b = NODES[:2]
    graph = graph_of([step(a, "CAN_ASSUME", b, stale="2026-11-01T00:00:00Z")])
    (way,) = ranked_paths(graph, Question([a], [b])).paths
    assert (way.verdict, way.stale) == ("possible", "2026-11-01T00:00:00Z")
    assert ranked_paths(graph, Question([a], [b], certain_only=True)).paths == []


def mutual_trust(count: int) -> Graph:
    roles = [f"arn:aws:iam::111111111111:role/r{i:04}" for i in range(count)]
    return graph_of([step(a, "CAN_ASSUME", b) for a in roles for b in roles if a != b])


def clique(count: int) -> Graph:
    """Roles that hold one set, which may take every one of them: two thousand steps at each."""
    roles = [f"arn:aws:iam::111111111111:role/r{i:04}" for i in range(count)]
    return graph_of([*(step(r, "HOLDS", "set:all") for r in roles), *(step("set:all", "MAY_ASSUME", r) for r in roles)])


def ring(count: int) -> Graph:
    roles = [f"arn:aws:iam::111111111111:role/r{i:04}" for i in range(count)]
    return graph_of([step(roles[i], "CAN_ASSUME", roles[(i + 1) % count]) for i in range(count)])


@pytest.mark.parametrize(("graph", "steps"), [(mutual_trust(200), 1), (clique(2_000), 1), (ring(50), 1)])
def test_hostile_shapes_end(graph: Graph, steps: int) -> None:
    ids = sorted(n for n in graph.nodes if not n.startswith("set:"))
    began = time.process_time()
    answer = ranked_paths(graph, Question([ids[0]], [ids[1]], k=None, limit=1_000))
    assert time.process_time() - began < 10
    assert len(answer.paths[0].hops) == steps
    many = ranked_paths(graph, Question(ids[:100], [ids[-1]], limit=50))
    assert many.paths


def test_a_search_that_was_ended_says_so_and_names_the_best_all_the_same() -> None:
    graph = mutual_trust(60)
    ids = sorted(graph.nodes)
    answer = ranked_paths(graph, Question([ids[0]], [ids[1]], k=None, limit=1_000, states=500))
    assert "ended after 500" in answer.cut
    assert answer.paths[0].way == (ids[0], ids[1])
    assert not ranked_paths(graph, Question([ids[0]], [ids[1]], k=1)).cut
    doubtful = graph_of([step(e.source, "MAY_ASSUME", e.target) for e in graph.edges])
    starved = ranked_paths(doubtful, Question([ids[0]], [ids[1]], states=0))
    assert [p.way for p in starved.paths] == [(ids[0], ids[1])]
