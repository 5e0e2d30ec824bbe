"""Ranking of cuts: what each of a thousand closes, and the question as people ask it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from graph.reach import access_graph
from queries.chokepoints import chokepoints
from queries.chokepoints.part import Part
from queries.where import exposed, resolve

CANDIDATES = 1_000


def measure(bench: Bench) -> Iterator[Figure]:
    graph = bench.base_graph()
    access = access_graph(graph)
    administrators = resolve(graph, "admin")
    everybody = access.numbers(node.id for node in graph.of("AWSPrincipal"))
    part = Part.between(access, everybody, access.numbers(administrators))
    yield Figure("chokepoints.arcs", len(part.arcs), "arcs")
    steps = part.arcs[~access.is_joint[part.arcs]]
    chosen = np.random.default_rng(7).choice(steps, min(CANDIDATES, len(steps)), replace=False)
    cuts = [np.array([arc], dtype=np.int32) for arc in chosen]
    seconds, _ = cpu_seconds(lambda: part.survivors(cuts, part.targets))
    yield Figure("chokepoints.candidates", len(cuts), "cuts")
    yield Figure("chokepoints.ranking", seconds, "s")
    seconds, found = cpu_seconds(lambda: chokepoints(graph, exposed(graph), administrators))
    yield Figure("chokepoints.question", seconds, "s")
    yield Figure("chokepoints.gap", found.bound - found.closed, "demands")
