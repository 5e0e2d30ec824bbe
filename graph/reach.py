"""Who can reach given targets: one reverse multi-source search over the whole estate gives every distance and next hop.

Two searches are asked for separately, over certain steps alone and over possible ones too, because a shorter possible
path must not hide a certain one. Steps weigh one, joints (HOLDS, DELIVERS_TO, IS_JEWEL) nothing.

References: 0-1 breadth-first search, level by level on compressed sparse rows (CSR).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph.model import CERTAIN_STEPS, JOINTS, POSSIBLE_STEPS, STRUCTURAL_STEPS, WALKED, Edge, Graph

CERTAIN = frozenset(CERTAIN_STEPS + STRUCTURAL_STEPS + JOINTS)
POSSIBLE = CERTAIN | frozenset(POSSIBLE_STEPS)
TYPE_RANK = {name: rank for rank, name in enumerate(sorted(WALKED))}
UNREACHED = -1

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """Arcs grouped by the node they leave: those of node `i` are `arcs[starts[i]:starts[i + 1]]`, in their order."""

    starts: NDArray[np.int64]
    arcs: Ints

    @classmethod
    def of(cls, nodes: Ints, arcs: Ints, size: int) -> Rows:
        """The given arcs by the node that `nodes` names for each arc of the graph."""
        leaving = nodes[arcs]
        order = np.argsort(leaving, kind="stable")
        starts = np.zeros(size + 1, dtype=np.int64)
        np.cumsum(np.bincount(leaving, minlength=size), out=starts[1:])
        return cls(starts, arcs[order])

    def leaving(self, frontier: Ints) -> Ints:
        """All arcs that leave some nodes."""
        begins = self.starts[frontier]
        counts = self.starts[frontier + 1] - begins
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - begins, counts)
        found: Ints = self.arcs[offsets]
        return found


@dataclass(frozen=True, eq=False)
class AccessGraph:
    """The walked part of a graph as arrays: arc `i` is `edges[i]`, from node `sources[i]` to node `targets[i]`.

    `is_joint` and `is_certain` say so of each arc. Nodes are numbered in the order of their ids and arcs of one pair
    are ranked by identity, so that no answer depends on the order of input.
    """

    ids: list[str]
    index: dict[str, int]
    edges: list[Edge]
    sources: Ints
    targets: Ints
    is_joint: Flags
    is_certain: Flags
    rank: NDArray[np.int64]

    @classmethod
    def of(cls, nodes: Iterable[str], edges: Iterable[Edge]) -> AccessGraph:
        edges = edges if isinstance(edges, Sequence) else list(edges)
        workloads = {edge.source for edge in edges if edge.type == "RUNS_AS"}
        walked = [edge for edge in edges if edge.type in TYPE_RANK and not _ends_at(edge, workloads)]
        ids = sorted(nodes)
        index = {node: i for i, node in enumerate(ids)}
        size = len(walked)
        keys = {key: i for i, key in enumerate(sorted({edge.key for edge in walked}))}
        types = np.fromiter((TYPE_RANK[edge.type] for edge in walked), np.int64, size)
        return cls(
            ids,
            index,
            walked,
            np.fromiter((index[edge.source] for edge in walked), np.int32, size),
            np.fromiter((index[edge.target] for edge in walked), np.int32, size),
            np.isin(types, [TYPE_RANK[name] for name in JOINTS]),
            np.fromiter((edge.certain for edge in walked), np.bool_, size),
            types * len(keys) + np.fromiter((keys[edge.key] for edge in walked), np.int64, size),
        )

    def numbers(self, ids: Iterable[str]) -> Ints:
        """The nodes of some ids, each once, in their order; ids that are no node are left out."""
        return np.array(sorted({self.index[i] for i in ids if i in self.index}), dtype=np.int32)

    @cached_property
    def certain(self) -> Network:
        return Network.over(self, np.flatnonzero(self.is_certain).astype(np.int32))

    @cached_property
    def possible(self) -> Network:
        return Network.over(self, np.arange(len(self.edges), dtype=np.int32))

    @cached_property
    def parallel(self) -> dict[tuple[int, int], list[int]]:
        """The arcs of each pair of nodes, joints first, then certain ones, then by identity."""
        found: dict[tuple[int, int], list[int]] = {}
        order = np.lexsort((self.rank, ~self.is_certain, ~self.is_joint))
        ends = zip(self.sources[order].tolist(), self.targets[order].tolist(), strict=True)
        for arc, pair in zip(order.tolist(), ends, strict=True):
            found.setdefault(pair, []).append(arc)
        return found


@dataclass(frozen=True, eq=False)
class Network:
    """Some arcs of an access graph, the best one for each ordered pair of nodes; `is_reversed` walks them backwards."""

    graph: AccessGraph
    arcs: Ints
    is_reversed: bool = False

    @classmethod
    def of(cls, nodes: Iterable[str], edges: Iterable[Edge], types: frozenset[str]) -> Network:
        """The network of the types CERTAIN or POSSIBLE."""
        graph = AccessGraph.of(nodes, edges)
        return graph.certain if types == CERTAIN else graph.possible

    @classmethod
    def over(cls, graph: AccessGraph, arcs: Ints) -> Network:
        pairs = graph.sources[arcs].astype(np.int64) * len(graph.ids) + graph.targets[arcs]
        order = np.lexsort((graph.rank[arcs], ~graph.is_certain[arcs], ~graph.is_joint[arcs], pairs))
        ranked = pairs[order]
        is_best = np.ones(len(arcs), dtype=np.bool_)
        is_best[1:] = ranked[1:] != ranked[:-1]
        return cls(graph, arcs[order[is_best]])

    @property
    def ids(self) -> list[str]:
        return self.graph.ids

    @property
    def index(self) -> dict[str, int]:
        return self.graph.index

    @property
    def starts(self) -> Ints:
        """Where each arc of the graph begins as it is walked."""
        return self.graph.targets if self.is_reversed else self.graph.sources

    @property
    def ends(self) -> Ints:
        return self.graph.sources if self.is_reversed else self.graph.targets

    @cached_property
    def reversed(self) -> Network:
        return Network(self.graph, self.arcs, not self.is_reversed)

    @cached_property
    def out(self) -> Rows:
        """The arcs by the node they leave."""
        return Rows.of(self.starts, self.arcs, len(self.ids))

    @cached_property
    def _joints_into(self) -> Rows:
        return Rows.of(self.ends, self.arcs[self.graph.is_joint[self.arcs]], len(self.ids))

    @cached_property
    def _steps_into(self) -> Rows:
        return Rows.of(self.ends, self.arcs[~self.graph.is_joint[self.arcs]], len(self.ids))

    def search(self, targets: Iterable[str]) -> Reach:
        """One reverse search from all targets at once."""
        size = len(self.ids)
        found = Reach(self, np.full(size, UNREACHED, dtype=np.int32), np.full(size, UNREACHED, dtype=np.int32))
        frontier = self.graph.numbers(targets)
        found.distance[frontier] = 0
        steps = 0
        while frontier.size:
            level = [frontier]
            while (frontier := found.reached_by(self._joints_into.leaving(frontier), steps)).size:
                level.append(frontier)
            steps += 1
            frontier = found.reached_by(self._steps_into.leaving(np.concatenate(level)), steps)
        return found


def _ends_at(edge: Edge, workloads: Container[str]) -> bool:
    """Whether an edge gives no hold of what runs at its end: access that does not write to a workload.

    https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html changes neither a function's code nor its role.
    """
    return edge.type.endswith("_ACCESS") and edge.key != "write" and edge.target in workloads


@dataclass(frozen=True, eq=False)
class Reach:
    """Distance of every node to the nearest target in steps, UNREACHED without a path, and the arc to follow."""

    network: Network
    distance: Ints
    following: Ints

    def reached_by(self, arcs: Ints, steps: int) -> Ints:
        """Notes the nodes that some arcs lead from for the first time; returns them, each once."""
        arcs = arcs[self.distance[self.network.starts[arcs]] == UNREACHED]
        nodes = self.network.starts[arcs]
        self.following[nodes] = arcs  # of several the last stays: a set of one's own, rather than a shared one
        self.distance[nodes] = steps
        fresh: Ints = nodes[self.following[nodes] == arcs]
        return fresh

    def hops(self, node_id: str) -> int | None:
        """Steps to the nearest target, joints not counted; None when no path exists."""
        i = self.network.index.get(node_id)
        return None if i is None or self.distance[i] == UNREACHED else int(self.distance[i])

    def path(self, node_id: str) -> list[Edge] | None:
        """The edges of a shortest path, joints included; empty for a target itself, None when there is none."""
        if self.hops(node_id) is None:
            return None
        return [self.network.graph.edges[arc] for arc in self.walk(self.network.index[node_id])]

    def walk(self, node: int) -> Iterator[int]:
        """The arcs of a shortest path from a node."""
        while (arc := int(self.following[node])) != UNREACHED:
            yield arc
            node = int(self.network.ends[arc])

    def reaching(self) -> list[str]:
        """The ids of all nodes with a path, targets included."""
        return [self.network.ids[i] for i in np.flatnonzero(self.distance != UNREACHED)]


def access_graph(graph: Graph) -> AccessGraph:
    """The access graph of a graph, made once for it."""
    if "access_graph" not in graph.kept:
        graph.kept["access_graph"] = AccessGraph.of(graph.nodes, graph.edges)
    found: AccessGraph = graph.kept["access_graph"]
    return found


def networks(graph: Graph) -> tuple[Network, Network]:
    """The certain network and the one with possible steps too."""
    access = access_graph(graph)
    return access.certain, access.possible
