"""Who can reach given targets: one reverse multi-source search over the whole estate gives every distance and next hop.

Two searches are asked for separately, over certain steps alone and over possible ones too, because a shorter possible
path must not hide a certain one. Steps weigh one, joints (HOLDS, DELIVERS_TO, IS_JEWEL) next to nothing.

References: Dijkstra's algorithm with a virtual super-source, scipy.sparse.csgraph.dijkstra(min_only=True).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph.model import CERTAIN_STEPS, JOINTS, POSSIBLE_STEPS, STRUCTURAL_STEPS, Edge, Graph

CERTAIN = frozenset(CERTAIN_STEPS + STRUCTURAL_STEPS + JOINTS)
POSSIBLE = CERTAIN | frozenset(POSSIBLE_STEPS)
JOINT_WEIGHT = 1e-6  # csgraph drops zero weights; a path of 1,000 joints still rounds to the right number of hops


@dataclass(frozen=True)
class Network:
    """The walked part of a graph as arrays: for each ordered pair of nodes the best edge that joins them."""

    ids: list[str]
    index: dict[str, int]
    edges: list[Edge]
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, nodes: Iterable[str], edges: Sequence[Edge], types: frozenset[str]) -> Network:
        workloads = {edge.source for edge in edges if edge.type == "RUNS_AS"}
        ids = sorted(nodes)  # of equally short paths the search takes the same, whatever the order of its input
        index = {node: i for i, node in enumerate(ids)}
        best: dict[tuple[int, int], Edge] = {}
        for edge in edges:
            if edge.type in types and (edge.certain or types is POSSIBLE) and not _ends_at(edge, workloads):
                pair = (index[edge.source], index[edge.target])
                held = best.get(pair)
                if held is None or _rank(edge) < _rank(held):
                    best[pair] = edge
        kept = list(best.values())
        pairs = np.array(list(best), dtype=np.int32).reshape(-1, 2)
        weights = np.array([JOINT_WEIGHT if e.type in JOINTS else 1.0 for e in kept])
        return cls(ids, index, kept, pairs[:, 0], pairs[:, 1], weights)

    def search(self, targets: Iterable[str]) -> Reach:
        """One reverse search from all targets at once."""
        from scipy.sparse import csr_array  # costs 0.2 s, wanted only by those who search
        from scipy.sparse.csgraph import dijkstra

        goals = sorted({self.index[t] for t in targets if t in self.index})
        n = len(self.ids)
        if not goals or not len(self.edges):
            distance = np.full(n, np.inf)
            distance[goals] = 0.0
            return Reach(self, distance, np.full(n, -1, dtype=np.int32))
        reverse = csr_array((self.weights, (self.targets, self.sources)), shape=(n, n))
        reverse.sort_indices()
        distance, following, _ = dijkstra(reverse, indices=goals, min_only=True, return_predecessors=True)
        return Reach(self, distance, following)

    @cached_property
    def edge_between(self) -> dict[tuple[int, int], Edge]:
        return dict(zip(zip(self.sources.tolist(), self.targets.tolist(), strict=True), self.edges, strict=True))


def _ends_at(edge: Edge, workloads: Container[str]) -> bool:
    """Whether an edge gives no hold of what runs at its end: access that does not write to a workload.

    https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html changes neither a function's code nor its role.
    """
    return edge.type.endswith("_ACCESS") and edge.key != "write" and edge.target in workloads


def _rank(edge: Edge) -> tuple[int, bool, tuple[str, str, str, str]]:
    return (0 if edge.type in JOINTS else 1, not edge.certain, edge.identity)


@dataclass(frozen=True)
class Reach:
    """Distance and next hop of every node towards the nearest target."""

    network: Network
    distance: NDArray[np.float64]
    following: NDArray[np.int32]

    def hops(self, node_id: str) -> int | None:
        """Steps to the nearest target, joints not counted; None when no path exists."""
        i = self.network.index.get(node_id)
        return None if i is None or not np.isfinite(self.distance[i]) else round(float(self.distance[i]))

    def path(self, node_id: str) -> list[Edge] | None:
        """The edges of a shortest path, joints included; empty for a target itself, None when there is none."""
        if self.hops(node_id) is None:
            return None
        return list(self._walk(self.network.index[node_id]))

    def _walk(self, i: int) -> Iterator[Edge]:
        while (following := int(self.following[i])) >= 0:
            yield self.network.edge_between[(i, following)]
            i = following

    def reaching(self) -> list[str]:
        """The ids of all nodes with a path, targets included."""
        return [self.network.ids[i] for i in np.flatnonzero(np.isfinite(self.distance))]


def networks(graph: Graph) -> tuple[Network, Network]:
    """The certain network and the one with possible steps too, made once for each graph."""
    if "networks" not in graph.kept:
        graph.kept["networks"] = tuple(Network.of(graph.nodes, graph.edges, types) for types in (CERTAIN, POSSIBLE))
    found: tuple[Network, Network] = graph.kept["networks"]
    return found
