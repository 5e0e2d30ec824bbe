"""The ways of one pair, shortest first and without loops, found lazily and within a budget of expanded arcs.

References: Yen's algorithm with Lawler's rule (deviate from where the parent did), each deviation an A* search that the
reverse distances to the target guide.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graph.reach import UNREACHED, Network, Reach

Arcs = tuple[int, ...]
Entry = tuple[int, int, int, int, Arcs]  # all steps, those that remain, node, those so far, arcs


@dataclass
class Budget:
    """How many arcs a search may still look at; `is_spent` says that it had to stop before it was done."""

    left: int
    is_spent: bool = False

    def spend(self, count: int) -> bool:
        """Whether there was enough left."""
        self.left -= count
        self.is_spent |= self.left < 0
        return self.left >= 0


class Way(NamedTuple):
    """A loopless walk; `parent` is how many of its arcs it has in common with the way that it deviates from."""

    steps: int
    arcs: Arcs
    parent: int


@dataclass
class Detours:
    """Deviations from ways that are known, in one network and towards one target; `banned` holds the arcs that known
    ways take after a common beginning."""

    reach: Reach
    max_hops: int
    budget: Budget
    banned: dict[Arcs, set[int]] = field(default_factory=dict)

    @property
    def network(self) -> Network:
        return self.reach.network

    def of(self, way: Way) -> Iterator[Way]:
        """The best deviation from each place of a way, from where it left its parent on."""
        for place in range(len(way.arcs)):
            self.banned.setdefault(way.arcs[:place], set()).add(way.arcs[place])
        for place in range(way.parent, len(way.arcs)):
            arcs = self.best(way.arcs[:place], int(self.network.starts[way.arcs[place]]))
            if arcs is not None:
                yield Way(self.steps(arcs), arcs, place)

    def steps(self, arcs: Sequence[int]) -> int:
        return sum(not self.network.graph.is_joint[arc] for arc in arcs)

    def best(self, beginning: Arcs, node: int) -> Arcs | None:
        """The shortest loopless way that begins so and goes on from `node` by no banned arc; None without one."""
        seen = {int(self.network.starts[arc]) for arc in beginning}
        banned = self.banned.get(beginning, set())
        open_ = list(self._entries(node, self.steps(beginning), beginning))
        while open_:
            _, _, at, steps, arcs = heapq.heappop(open_)
            if self.reach.following[at] == UNREACHED:
                return arcs
            if at in seen:
                continue
            seen.add(at)
            leaving = self._leaving(at, banned if arcs == beginning else ())
            if not self.budget.spend(len(leaving)):
                return None
            for arc in leaving:
                end = int(self.network.ends[arc])
                if end not in seen:
                    after = steps + (not self.network.graph.is_joint[arc])
                    for entry in self._entries(end, after, (*arcs, arc)):
                        heapq.heappush(open_, entry)
        return None

    def _entries(self, node: int, steps: int, arcs: Arcs) -> Iterator[Entry]:
        """A place to go on from, if the target can be reached from there in time: the nearest to it first."""
        remaining = int(self.reach.distance[node])
        if remaining != UNREACHED and steps + remaining <= self.max_hops:
            yield steps + remaining, remaining, node, steps, arcs

    def _leaving(self, node: int, banned: Iterable[int]) -> list[int]:
        rows = self.network.out
        arcs: list[int] = rows.arcs[rows.starts[node] : rows.starts[node + 1]].tolist()
        return [arc for arc in arcs if arc not in banned] if banned else arcs


def alternatives(reach: Reach, source: str, max_hops: int, budget: Budget) -> Iterator[Arcs]:
    """The loopless ways of a source to the target of a search, shortest first, at most `max_hops` steps long.

    It ends early where the budget is spent.
    """
    node = reach.network.index.get(source)
    detours = Detours(reach, max_hops, budget)
    first = None if node is None else detours.best((), node)
    waiting = [Way(detours.steps(first), first, 0)] if first else []
    while waiting:
        way = heapq.heappop(waiting)
        yield way.arcs
        for detour in detours.of(way):
            heapq.heappush(waiting, detour)
