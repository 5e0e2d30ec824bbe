"""Pairs of a source and a target with their best certain and their best possible way, from one search per target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from graph.model import Graph
from graph.reach import UNREACHED, Network, Reach, networks
from queries.paths.path import Path
from queries.paths.rights import PEOPLE


@dataclass(frozen=True)
class Distance:
    """Steps from a node to the nearest target; None where there is no such path."""

    id: str
    certain: int | None
    possible: int | None


@dataclass(frozen=True)
class Pair:
    """A source and target joined in one network, with the search that knows the way."""

    source: str
    target: str
    certain: bool
    hops: int
    reach: Reach
    forward: bool

    @property
    def rank(self) -> tuple[bool, int, str, str]:
        return (not self.certain, self.hops, self.source, self.target)

    def path(self) -> Path:
        edges = self.reach.path(self.target if self.forward else self.source) or []
        return Path(self.source, self.target, tuple(edges[::-1] if self.forward else edges))


def best_pairs(nets: Sequence[Network], sources: Iterable[str], targets: Iterable[str]) -> Iterator[Pair]:
    """The best certain path of each pair, and the best possible one where that is shorter or the only one.

    One search per member of the smaller side: thousands of principals against a few jewels cost a few searches.
    """
    sources, targets = list(dict.fromkeys(sources)), list(dict.fromkeys(targets))
    forward = len(sources) < len(targets)
    ways = [net.reversed for net in nets] if forward else list(nets)
    for goal in sources if forward else targets:
        reaches = [way.search([goal]) for way in ways]
        for start in _starting(reaches[-1], targets if forward else sources):
            if start != goal:
                yield from _pairs(goal if forward else start, start if forward else goal, reaches, forward)


def _starting(reach: Reach, starts: list[str]) -> Iterator[str]:
    """Those of some starts that reach the goal: of tens of thousands mostly few, so that they are picked at once."""
    known = [start for start in starts if start in reach.network.index]
    numbers = np.array([reach.network.index[start] for start in known], dtype=np.int32)
    return (known[i] for i in np.flatnonzero(reach.distance[numbers] != UNREACHED).tolist())


def _pairs(source: str, target: str, reaches: list[Reach], forward: bool) -> Iterator[Pair]:
    known: int | None = None
    for reach, certain in zip(reaches, (True, False), strict=False):
        hops = reach.hops(target if forward else source)
        if hops is not None and hops != known:
            yield Pair(source, target, certain, hops, reach, forward)
        known = hops


def reaching(graph: Graph, targets: Iterable[str]) -> list[Distance]:
    """For every principal that can reach a target: the steps, over certain ones alone and over possible ones too."""
    goals = set(targets)
    certain, possible = (net.search(goals) for net in networks(graph))
    found = [
        Distance(node.id, certain.hops(node.id), hops)
        for label in ("AWSPrincipal", *PEOPLE)
        for node in graph.of(label)
        if (hops := possible.hops(node.id)) is not None
    ]
    return sorted(found, key=lambda r: (r.certain is None, r.certain or r.possible, r.id))
