"""Parts of a picture that nothing joins, each laid out by itself and put side by side without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from report.layout import COLUMN, ROW, layered

Places = dict[str, tuple[float, float]]
SHELF = 5 * COLUMN  # width of a row of parts, unless one part is wider


def packed(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> Places:
    """Positions {node: (x, y)}: parts fill shelves from left to right, the tallest first."""
    parts = [_at_origin(layered(part, edges)) for part in _parts(nodes, edges)]
    parts.sort(key=lambda part: (-_size(part, 1), -_size(part, 0)))
    widest = max([SHELF, *(_size(part, 0) for part in parts)])
    shelves: list[list[Places]] = []
    for part in parts:
        if not shelves or _width([*shelves[-1], part]) > widest:
            shelves.append([])
        shelves[-1].append(part)
    tops = accumulate((_size(shelf[0], 1) + ROW for shelf in shelves), initial=0.0)
    return {node: at for shelf, top in zip(shelves, tops, strict=False) for node, at in _side_by_side(shelf, top)}


def _parts(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    import networkx as nx  # 0.13 s, wanted only by those who draw

    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((s, t) for s, t in edges if s in graph and t in graph)
    order = {node: i for i, node in enumerate(graph)}
    return [sorted(part, key=order.__getitem__) for part in nx.connected_components(graph)]


def _at_origin(places: Places) -> Places:
    left, top = (min(at[axis] for at in places.values()) for axis in (0, 1))
    return {node: (x - left, y - top) for node, (x, y) in places.items()}


def _side_by_side(shelf: list[Places], top: float) -> list[tuple[str, tuple[float, float]]]:
    lefts = accumulate((_size(part, 0) + COLUMN for part in shelf), initial=0.0)
    return [
        (node, (left + x, top + y)) for part, left in zip(shelf, lefts, strict=False) for node, (x, y) in part.items()
    ]


def _width(shelf: list[Places]) -> float:
    return sum(_size(part, 0) for part in shelf) + COLUMN * (len(shelf) - 1)


def _size(part: Places, axis: int) -> float:
    return max(at[axis] for at in part.values())
