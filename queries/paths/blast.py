"""The blast radius of one node: everything that it reaches, by kind and level, and the best way to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from graph.model import Edge, Graph, Node
from graph.reach import UNREACHED, Network, Reach, access_graph
from queries.paths.path import Path

GROUPS = ("administrator", "jewel", "data", "principal", "workload", "network")
LABELS = {
    "Outcome": "administrator",
    "NetworkClass": "network",
    "NetworkInterface": "network",
    "EC2Instance": "workload",
    "AWSLambda": "workload",
}
HIDDEN = ("AccessSet", "CrownJewel", "AWSServicePrincipal")
PRINCIPALS = ("AWSPrincipal", "AWSSSOUser", "AWSSSOGroup")


@dataclass(frozen=True)
class Reached:
    """One thing at one level. `certain` and `possible` are the fewest steps, None where there is no such way.

    `group` is one of GROUPS, `level` that of an access (read, write, permissions, delete), `connect` where only packets
    get there, else empty; `tier` that of a crown jewel.
    """

    id: str
    group: str
    level: str
    account_id: str
    tier: int | None
    certain: int | None
    possible: int

    @property
    def rank(self) -> tuple[int, bool, int, int, str, str]:
        """Worst first: by group and tier, certain before possible, near before far."""
        tier = 9 if self.tier is None else self.tier
        steps = self.possible if self.certain is None else self.certain
        return (GROUPS.index(self.group), self.certain is None, tier, steps, self.id, self.level)


@dataclass(frozen=True)
class Blast:
    """What a node reaches, worst first."""

    source: str
    rows: list[Reached]
    reaches: tuple[Reach, Reach] = field(repr=False)
    last: dict[tuple[str, str], tuple[int | None, int]] = field(repr=False)

    def path(self, row: Reached) -> Path:
        """The best way to one of the rows: certain where there is one."""
        certain, possible = self.last[row.id, row.level]
        reach, arc = (self.reaches[0], certain) if certain is not None else (self.reaches[1], possible)
        access = reach.network.graph
        edges = [access.edges[one] for one in reach.walk(int(access.sources[arc]))][::-1]
        return Path(self.source, row.id, (*edges, access.edges[arc]))


def blast(graph: Graph, source: str, max_hops: int = 12) -> Blast:
    """Everything that a node reaches within some steps, over certain ones alone and over possible ones too."""
    access = access_graph(graph)
    reaches = (access.certain.reversed.search([source]), access.possible.reversed.search([source]))
    certain, possible = (_last(reach, source, max_hops) for reach in reaches)
    tiers = _tiers(graph)
    last: dict[tuple[str, str], tuple[int | None, int]] = {}
    rows = []
    for (target, level), (steps, arc) in possible.items():
        node = graph.nodes[target]
        if HIDDEN.count(node.label):
            continue
        sure = certain.get((target, level), (None, None))
        last[target, level] = (sure[1], arc)
        account = str(node.properties.get("account_id") or "")
        tier = tiers.get(target)
        rows.append(Reached(target, _group(node, tier), level, account, tier, sure[0], steps))
    return Blast(source, sorted(rows, key=lambda row: row.rank), reaches, last)


def _last(reach: Reach, source: str, max_hops: int) -> dict[tuple[str, str], tuple[int, int]]:
    """For each target and level the fewest steps, and the last arc of a shortest way."""
    access = reach.network.graph
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for arc in _arcs(reach.network, reach):
        edge = access.edges[arc]
        steps = int(reach.distance[access.sources[arc]]) + (not access.is_joint[arc])
        key = (edge.target, _level(edge))
        if edge.target != source and steps <= max_hops and (key not in found or steps < found[key][0]):
            found[key] = (steps, arc)
    return found


def _arcs(network: Network, reach: Reach) -> Iterator[int]:
    """All arcs of the network's kind that leave what is reached, parallel ones too: each may be of another level."""
    access = network.graph
    is_used = reach.distance[access.sources] != UNREACHED
    if network is access.certain.reversed:
        is_used &= access.is_certain
    return iter(np.flatnonzero(is_used).tolist())


def _level(edge: Edge) -> str:
    if edge.type.endswith("_ACCESS"):
        return edge.key
    return "connect" if edge.type == "EXPOSES" else ""


def _tiers(graph: Graph) -> dict[str, int]:
    """The tier of each crown jewel, the most precious where it has several."""
    found: dict[str, int] = {}
    for edge in graph.edges_of("IS_JEWEL"):
        tier = graph.nodes[edge.target].properties["tier"]
        assert isinstance(tier, int)
        found[edge.source] = min(tier, found.get(edge.source, tier))
    return found


def _group(node: Node, tier: int | None) -> str:
    if node.label == "Outcome":
        return "administrator"
    if tier is not None:
        return "jewel"
    if not set(PRINCIPALS).isdisjoint(node.labels):
        return "principal"
    return LABELS.get(node.label, "data")
