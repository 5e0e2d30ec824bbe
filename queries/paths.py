"""Paths: the best certain and the best possible way from sources to targets, ranked, never all of them enumerated."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, pairwise

import msgspec
import numpy as np

from graph.model import JOINTS, Edge, Graph
from graph.reach import JOINT_WEIGHT, Network, Reach, networks

CERTAIN, POSSIBLE = "certain", "possible"
ALTERNATIVES = 3  # further paths looked for per pair of source and target
SLACK = 2  # hops that an alternative may be longer than the best
BOUND = 2_000  # nodes of the part in which alternatives are looked for


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One step as people see it: joints are folded in, so the source is a principal and never its access set."""

    source: str
    target: str
    type: str
    key: str = ""
    verdict: str = CERTAIN
    conditions: list[str] = []
    proof: str = ""
    stale: str = ""
    change: str = ""  # set where two graphs are compared: added, removed, changed, unseen or same

    @property
    def certain(self) -> bool:
        return self.verdict == CERTAIN


@dataclass(frozen=True)
class Path:
    """A way from a source to a target; `edges` are those of the graph, joints included."""

    source: str
    target: str
    edges: tuple[Edge, ...]

    @cached_property
    def hops(self) -> tuple[Hop, ...]:
        """The steps without joints: HOLDS starts at its principal, DELIVERS_TO ends at its interface."""
        hops: list[Hop] = []
        at = self.source
        for edge in self.edges:
            if edge.type not in JOINTS:
                hops.append(_hop(edge, at))
            elif edge.type == "DELIVERS_TO" and hops:
                hops[-1] = msgspec.structs.replace(hops[-1], target=edge.target)
            if edge.type not in ("HOLDS", "IS_JEWEL"):
                at = edge.target
        return tuple(hops)

    @property
    def verdict(self) -> str:
        return CERTAIN if all(edge.certain for edge in self.edges) else POSSIBLE

    @property
    def conditions(self) -> list[str]:
        """What must hold besides, all of it, each condition once."""
        return list(dict.fromkeys(c for edge in self.edges for c in edge.conditions))

    @property
    def stale(self) -> str | None:
        """When the oldest of the facts it rests on was last seen; None where all were seen this time."""
        return min((hop.stale for hop in self.hops if hop.stale), default=None)

    @property
    def identity(self) -> tuple[tuple[str, str, str, str], ...]:
        return tuple(edge.identity for edge in self.edges)

    @property
    def rank(self) -> tuple[bool, int, str, str, tuple[tuple[str, str, str, str], ...]]:
        """Certain before possible, short before long."""
        return (self.verdict != CERTAIN, len(self.hops), self.source, self.target, self.identity)


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


def find_paths(
    graph: Graph,
    sources: Iterable[str],
    targets: Iterable[str],
    limit: int = 20,
    max_hops: int = 12,
    certain_only: bool = False,
) -> list[Path]:
    """At most `limit` paths, certain ones first, then the shortest.

    Each pair of source and target gives its best certain path and, where a shorter one exists that some open condition
    allows, that too. Where room is left, alternatives of these pairs follow.
    """
    nets = networks(graph)[: 1 if certain_only else 2]
    pairs = (p for p in best_pairs(nets, list(sources), list(targets)) if p.hops <= max_hops)
    best = heapq.nsmallest(limit, pairs, key=lambda p: p.rank)
    found = {path.identity: path for path in (pair.path() for pair in best)}
    for source, target in dict.fromkeys((p.source, p.target) for p in best):
        if len(found) >= limit:
            break
        for path in islice(alternatives(nets[-1], source, target, max_hops), ALTERNATIVES):
            found.setdefault(path.identity, path)
    return sorted(found.values(), key=lambda p: p.rank)[:limit]


def best_pairs(nets: Sequence[Network], sources: list[str], targets: list[str]) -> Iterator[Pair]:
    """The best certain path of each pair, and the best possible one where that is shorter or the only one.

    One search per member of the smaller side: thousands of principals against a few jewels cost a few searches.
    """
    forward = len(sources) < len(targets)
    ways = [_reversed(net) for net in nets] if forward else list(nets)
    for goal in dict.fromkeys(sources if forward else targets):
        reaches = [way.search([goal]) for way in ways]
        for start in dict.fromkeys(targets if forward else sources):
            if start != goal:
                yield from _pairs(goal if forward else start, start if forward else goal, reaches, forward)


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
    rows = (Distance(n.id, certain.hops(n.id), possible.hops(n.id)) for n in graph.of("AWSPrincipal"))
    found = [row for row in (*rows, *_people(graph, certain, possible)) if row.possible is not None]
    return sorted(found, key=lambda r: (r.certain is None, r.certain or r.possible, r.id))


def _people(graph: Graph, certain: Reach, possible: Reach) -> Iterator[Distance]:
    for label in ("AWSSSOUser", "AWSSSOGroup"):
        yield from (Distance(n.id, certain.hops(n.id), possible.hops(n.id)) for n in graph.of(label))


def alternatives(network: Network, source: str, target: str, max_hops: int = 12) -> Iterator[Path]:
    """Simple paths of a pair, shortest first, found lazily in the part of the network around its best path.

    References: Yen's algorithm, networkx.shortest_simple_paths.
    """
    import networkx as nx  # 0.13 s, wanted only by those who search

    inside = _around(network, source, target, max_hops)
    if not inside.any():
        return
    part = nx.DiGraph()
    for i in np.flatnonzero(inside[network.sources] & inside[network.targets]).tolist():
        edge = network.edges[i]
        part.add_edge(edge.source, edge.target, weight=float(network.weights[i]), edge=edge)
    for nodes in nx.shortest_simple_paths(part, source, target, weight="weight"):
        edges = tuple(part.edges[pair]["edge"] for pair in pairwise(nodes))
        path = Path(source, target, edges)
        if len(path.hops) > max_hops:
            return
        yield path


def _around(network: Network, source: str, target: str, max_hops: int) -> np.ndarray:
    """Which nodes lie on walks hardly longer than the best one: the nearest BOUND of them, none without a path."""
    inside = np.zeros(len(network.ids), dtype=bool)
    total = network.search([target]).distance + _reversed(network).search([source]).distance
    best = total[network.index[source]] if source in network.index else np.inf
    if np.isfinite(best) and len(network.ids) > 1 and source != target:
        near = np.argsort(total, kind="stable")[:BOUND]
        inside[near[total[near] <= min(best + SLACK, max_hops) + 1000 * JOINT_WEIGHT]] = True
    return inside


def _reversed(network: Network) -> Network:
    return replace(network, sources=network.targets, targets=network.sources)


def _hop(edge: Edge, source: str) -> Hop:
    return Hop(
        source=source,
        target=edge.target,
        type=edge.type,
        key=edge.key,
        verdict=CERTAIN if edge.certain else POSSIBLE,
        conditions=edge.conditions,
        proof=str(edge.properties.get("proof") or ""),
        stale=str(edge.properties.get("stale") or ""),
    )
