"""Runs measurements, each in a process of its own, so that peaks of memory are its own too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.goals import with_goal
from benchmarks.measurements import MEASUREMENTS
from benchmarks.meter import in_child, peak_memory
from cli.terminal import working


def measured(names: Iterable[str], estate: Path) -> list[Figure]:
    """The figures of these measurements on an estate. Raises BenchError."""
    with TemporaryDirectory(prefix="trustdrift-bench-") as scratch:
        bench = Bench(estate.resolve(), Path(scratch))
        return [with_goal(figure, bench.params) for name in names for figure in _measured(name, bench)]


def _measured(name: str, bench: Bench) -> Iterator[Figure]:
    for need in MEASUREMENTS[name].needs:
        in_child(_prepare, need, bench)
    with working(name):
        yield from in_child(_figures, name, bench)


def _prepare(need: Callable[[Bench], object], bench: Bench) -> None:
    need(bench)


def _figures(name: str, bench: Bench) -> list[Figure]:
    figures = list(MEASUREMENTS[name].measure(bench))
    return [*figures, Figure(f"{name}.memory", peak_memory(), "MiB")]
