"""An estate against the same a week later. Findings come from checks on a store, and are left out."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from drift import compare


def measure(bench: Bench) -> Iterator[Figure]:
    seconds, (old, new) = cpu_seconds(lambda: (bench.base_graph(), bench.twin_graph()))
    yield Figure("drift.read", seconds, "s")
    seconds, _ = cpu_seconds(lambda: compare(old, [], new, []))
    yield Figure("drift.compare", seconds, "s")
