"""A graph to disk and back."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from graph.artefact import read_graph, write_graph


def measure(bench: Bench) -> Iterator[Figure]:
    graph, file = bench.base_graph(), bench.scratch / "measured.graph"
    seconds, _ = cpu_seconds(lambda: write_graph(graph, file))
    yield Figure("artefact.write", seconds, "s")
    seconds, _ = cpu_seconds(lambda: read_graph(file))
    yield Figure("artefact.read", seconds, "s")
    yield Figure("artefact.size", file.stat().st_size / 2**20, "MiB")
