"""From a snapshot on disk to the distance of every principal to an administrator, in a process that kept nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import TypeVar

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from graph.build import BY_IDENTITY
from graph.builder import Builder
from graph.estate import Estate
from graph.nodes import add_facts
from graph.options import BuildOptions
from graph.reach import AccessGraph
from graph.sets import Sets

T = TypeVar("T")


def measure(bench: Bench) -> Iterator[Figure]:
    """Each part, and their sum as `escalation.cold`."""
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[[], T]) -> T:
        spent[name], found = cpu_seconds(work)
        return found

    gc.disable()  # as a build does
    snapshot = timed("snapshot", bench.base_snapshot)
    builder = Builder(snapshot, BuildOptions())
    timed("facts", lambda: add_facts(builder))
    estate = timed("estate", lambda: _with_holders(Estate(snapshot)))
    sets = timed("sets", lambda: Sets(estate, builder))
    timed("sets.nodes", sets.write_shared)
    timed("edges", lambda: [derive(builder, estate, sets) for derive in BY_IDENTITY])
    nodes, edges = timed("finish", builder.finish)
    network = timed("arrays", lambda: AccessGraph.of(nodes, edges).possible)
    goals = [node.id for node in nodes.values() if node.label == "Outcome"]
    reach = timed("distances", lambda: network.search(goals))
    gc.enable()
    yield from (Figure(f"escalation.{name}", seconds, "s") for name, seconds in spent.items())
    yield Figure("escalation.cold", sum(spent.values()), "s")
    yield Figure("escalation.reaching", len(reach.reaching()), "nodes")


def _with_holders(estate: Estate) -> Estate:
    """The estate with its principals read, which it does when first asked."""
    assert estate.holders
    return estate
