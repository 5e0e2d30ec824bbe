"""Left-to-right layered layout, in Python: a browser should never have to lay out a large graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

COLUMN = 260.0  # leaves room for an edge's label
ROW = 90.0
SWEEPS = 6

Neighbours = Callable[[Any], list[Any]]


def layered(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    """Positions {node: (x, y)}: what edges leave stands left of where they lead, cycles are cut once.

    Edges whose ends are not in `nodes` are ignored. The same input gives the same picture.

    References: Sugiyama, Tagawa, Toda (1981): layers by longest path, order by barycentre, then straightening.
    """
    known = set(nodes)
    wanted = sorted({(s, t) for s, t in edges if s in known and t in known and s != t})
    forward = _acyclic(list(dict.fromkeys(nodes)), wanted)
    layer_of = _layers(list(dict.fromkeys(nodes)), forward)
    layers, links = _with_waypoints(layer_of, forward)
    before, after = _neighbours(links)
    _order(layers, before, after)
    y = _straighten(layers, before, after)
    return {node: (layer_of[node] * COLUMN, y[node]) for node in layer_of}


def _acyclic(nodes: list[str], edges: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges with those turned round that lead back within a strongly connected component."""
    import networkx as nx  # 0.13 s, wanted only by those who draw

    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    condensed = nx.condensation(graph)
    rank: dict[str, int] = {}
    for component in nx.topological_sort(condensed):
        for node in _entry_first(graph, condensed.nodes[component]["members"], rank):
            rank[node] = len(rank)
    return sorted({(s, t) if rank[s] < rank[t] else (t, s) for s, t in edges})


def _entry_first(graph: Any, members: set[str], placed: dict[str, int]) -> list[str]:
    """The members of a component in the order in which they are met from where it is entered."""
    import networkx as nx

    if len(members) == 1:
        return list(members)
    entered = sorted(m for m in members if any(p in placed for p in graph.predecessors(m)))
    start = entered[0] if entered else min(members)
    return list(nx.bfs_tree(graph.subgraph(members), start, sort_neighbors=sorted))


def _layers(nodes: list[str], edges: list[tuple[str, str]]) -> dict[str, int]:
    """Column of each node: the longest way there."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    layer: dict[str, int] = {}
    for node in nx.topological_sort(graph):
        layer[node] = 1 + max((layer[p] for p in graph.predecessors(node)), default=-1)
    return {node: layer[node] for node in nodes}


def _with_waypoints(
    layer_of: dict[str, int], edges: list[tuple[str, str]]
) -> tuple[list[list[Any]], list[tuple[Any, Any]]]:
    """Layers and links between adjacent layers: a long edge gets a waypoint in each column it crosses."""
    layers: list[list[Any]] = [[] for _ in range(1 + max(layer_of.values(), default=-1))]
    for node, layer in layer_of.items():
        layers[layer].append(node)
    links: list[tuple[Any, Any]] = []
    for source, target in edges:
        way: list[Any] = [source]
        for layer in range(layer_of[source] + 1, layer_of[target]):
            way.append((source, target, layer))
            layers[layer].append(way[-1])
        links += pairwise([*way, target])
    return layers, links


def _neighbours(links: list[tuple[Any, Any]]) -> tuple[Neighbours, Neighbours]:
    before: dict[Any, list[Any]] = defaultdict(list)
    after: dict[Any, list[Any]] = defaultdict(list)
    for source, target in links:
        before[target].append(source)
        after[source].append(target)
    return (lambda node: before.get(node, [])), (lambda node: after.get(node, []))


def _order(layers: list[list[Any]], before: Neighbours, after: Neighbours) -> None:
    """Sorts each layer by the mean place of its neighbours, sweeping to and fro."""
    place = {node: float(i) for layer in layers for i, node in enumerate(layer)}
    for sweep in range(SWEEPS):
        beside, way = (before, layers) if sweep % 2 == 0 else (after, layers[::-1])
        for layer in way:
            wanted = {node: _mean([place[n] for n in beside(node)], place[node]) for node in layer}
            layer.sort(key=wanted.__getitem__)
            place.update({node: float(i) for i, node in enumerate(layer)})


def _straighten(layers: list[list[Any]], before: Neighbours, after: Neighbours) -> dict[Any, float]:
    """Heights: each node as near to the mean of its neighbours as its place in the layer allows."""
    y = {node: (i - (len(layer) - 1) / 2) * ROW for layer in layers for i, node in enumerate(layer)}
    for sweep in range(SWEEPS):
        beside, way = (before, layers) if sweep % 2 == 0 else (after, layers[::-1])
        for layer in way:
            wanted = [_mean([y[n] for n in beside(node)], y[node]) for node in layer]
            y.update(zip(layer, _spread(wanted), strict=True))
    return y


def _spread(wanted: list[float]) -> list[float]:
    """Heights in the same order, at least a row apart, around the wanted ones."""
    placed: list[float] = []
    for value in wanted:
        placed.append(value if not placed else max(value, placed[-1] + ROW))
    shift = _mean([w - p for w, p in zip(wanted, placed, strict=True)], 0.0)
    return [p + shift for p in placed]


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default
