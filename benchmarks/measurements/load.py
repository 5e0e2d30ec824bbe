"""A graph into a fresh embedded store, then the difference of a week."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import peak_memory
from graph.store import open_store, stop_owner
from graph.store.state import read_state


def measure(bench: Bench) -> Iterator[Figure]:
    base, twin = bench.base_graph(), bench.twin_graph()
    directory = bench.scratch / "store"
    url = f"embedded://{directory}"
    try:
        began = time.perf_counter()
        with open_store(url, difference_limit=sys.maxsize) as store:
            yield Figure("load.start.wall", time.perf_counter() - began, "s")
            owner = owner_of(directory)
            yield from promotion("load.full", owner, lambda: store.promote(base))
            yield from promotion("load.difference", owner, lambda: store.promote(twin, previous=base))
            yield Figure("load.engine.memory", peak_memory(owner.pid), "MiB")
    finally:
        stop_owner(url)


def owner_of(directory: Path) -> psutil.Process:
    """The engine of an embedded store that is open."""
    state = read_state(directory)
    assert state is not None, "an open store has an owner"
    return psutil.Process(state.pid)


def promotion(name: str, owner: psutil.Process, promote: Callable[[], object]) -> Iterator[Figure]:
    """CPU seconds here and in the engine, whose loader is a child of ours, and the time that passed."""
    wall, here, there = time.perf_counter(), time.process_time(), _engine_seconds(owner)
    promote()
    yield Figure(name, time.process_time() - here, "s")
    yield Figure(f"{name}.engine", _engine_seconds(owner) - there, "s")
    yield Figure(f"{name}.wall", time.perf_counter() - wall, "s")


def _engine_seconds(owner: psutil.Process) -> float:
    spent, loaders = owner.cpu_times(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return float(spent.user + spent.system + loaders.ru_utime + loaders.ru_stime)
