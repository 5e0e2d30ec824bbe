"""How far every node is from an administrator: once by certain steps, once by possible ones."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from graph.reach import networks

REPEAT = 5  # a search takes milliseconds, and the first one loads scipy


def measure(bench: Bench) -> Iterator[Figure]:
    graph = bench.base_graph()
    seconds, (certain, possible) = cpu_seconds(lambda: networks(graph))
    yield Figure("search.networks", seconds, "s")
    administrators = [node.id for node in graph.of("Outcome")]
    for name, network in (("certain", certain), ("possible", possible)):
        seconds, _ = cpu_seconds(lambda: network.search(administrators), REPEAT)  # noqa: B023  # called at once
        yield Figure(f"search.{name}", seconds, "s")
