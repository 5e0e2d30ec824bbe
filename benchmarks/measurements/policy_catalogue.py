"""The catalogue of actions, as a process finds it that has not read it yet."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from policy.catalogue import catalogue


def measure(bench: Bench) -> Iterator[Figure]:
    """Seconds to read it from disk; it is the same for every estate."""
    seconds, found = cpu_seconds(catalogue)
    yield Figure("policy.catalogue", seconds, "s")
    yield Figure("policy.catalogue.actions", len(found.actions), "actions")
