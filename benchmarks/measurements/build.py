"""From a snapshot to a graph, in a process that has built nothing before."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from graph.build import build
from graph.options import BuildOptions


def measure(bench: Bench) -> Iterator[Figure]:
    snapshot = bench.base_snapshot()
    seconds, graph = cpu_seconds(lambda: build(snapshot, BuildOptions()))
    yield Figure("build.graph", seconds, "s")
    yield Figure("build.nodes", len(graph.nodes), "nodes")
    yield Figure("build.edges", len(graph.edges), "edges")
