"""How far everybody is from an administrator: the arrays, then the searches, and both on graphs of any size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from graph.model import Edge
from graph.reach import AccessGraph, Network, access_graph
from queries.where import resolve

REPEAT = 5  # a search takes milliseconds
JOINTS = 0.3  # of the arcs of a random graph, about as in a generated estate
SIZES = {"100k": (100_000, 1_000_000), "50k": (50_000, 500_000), "25k": (25_000, 250_000)}  # nodes, arcs
GOALS = 100


def measure(bench: Bench) -> Iterator[Figure]:
    graph = bench.base_graph()
    seconds, access = cpu_seconds(lambda: access_graph(graph))
    yield Figure("distances.arrays", seconds, "s")
    administrators = resolve(graph, "admin")
    for name, network in (("certain", access.certain), ("possible", access.possible)):
        yield from _searched(f"distances.{name}", network, administrators)
    for name, (nodes, arcs) in SIZES.items():
        anything = random_graph(nodes, arcs)
        yield from _searched(f"distances.random.{name}", anything.possible, anything.ids[:GOALS])


def _searched(name: str, network: Network, goals: list[str]) -> Iterator[Figure]:
    network.search(goals)  # sorts the arcs, once for all searches
    seconds, reach = cpu_seconds(lambda: network.search(goals), REPEAT)
    yield Figure(name, seconds, "s")
    yield Figure(f"{name}.reaching", len(reach.reaching()), "nodes")


def random_graph(nodes: int, arcs: int) -> AccessGraph:
    """A graph without any order, in which nearly everybody reaches the first nodes: the worst for a search."""
    chance = np.random.default_rng(7)
    ids = [f"{i:07}" for i in range(nodes)]
    sources, targets = chance.integers(0, nodes, (2, arcs), dtype=np.int32)
    edge = Edge("", "CAN_ASSUME", "")  # no search looks at it
    is_joint, is_certain = chance.random((2, arcs)) < [[JOINTS], [1.0]]
    return AccessGraph(
        ids, {i: n for n, i in enumerate(ids)}, [edge] * arcs, sources, targets, is_joint, is_certain, np.arange(arcs)
    )
