"""How the product prepares what the engine answers for a whole organization: from a snapshot to its access sets."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from graph.builder import Builder
from graph.estate import Estate
from graph.options import BuildOptions
from graph.sets import Sets


def measure(bench: Bench) -> Iterator[Figure]:
    snapshot = bench.base_snapshot()
    seconds, sets = cpu_seconds(lambda: Sets(Estate(snapshot), Builder(snapshot, BuildOptions())))
    yield Figure("policy.sets", seconds, "s")
    yield Figure("policy.sets.distinct", sum(map(len, sets.all_shared.values())), "sets")
