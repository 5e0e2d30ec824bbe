"""Parts of a picture that nothing joins, each laid out by itself and put side by side without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from report.layout import COLUMN, ROW, layered
from ui.drawing import Drawing

Places = dict[str, tuple[float, float]]
SHELF = 5 * COLUMN  # width of a row of parts, unless one part is wider


def packed(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> Places:
    """Positions {node: (x, y)}: parts fill shelves from left to right, the tallest first."""
    parts = [_at_origin(_tightened(layered(part, edges))) for part in _parts(nodes, edges)]
    parts.sort(key=lambda part: (-_size(part, 1), -_size(part, 0)))
    widest = max([SHELF, *(_size(part, 0) for part in parts)])
    shelves: list[list[Places]] = []
    for part in parts:
        if not shelves or _width([*shelves[-1], part]) > widest:
            shelves.append([])
        shelves[-1].append(part)
    tops = accumulate((_size(shelf[0], 1) + ROW for shelf in shelves), initial=0.0)
    return {node: at for shelf, top in zip(shelves, tops, strict=False) for node, at in _side_by_side(shelf, top)}


def framed(drawing: Drawing, margin: float) -> tuple[Places, tuple[float, float, float, float]]:
    """The positions of a drawing, and what encloses them with a margin: left, top, width, height."""
    places = packed([n.id for n in drawing.nodes], [(e.source, e.target) for e in drawing.edges])
    left, top = (min((p[axis] for p in places.values()), default=0.0) - margin for axis in (0, 1))
    right, bottom = (max((p[axis] for p in places.values()), default=0.0) + margin for axis in (0, 1))
    return places, (left, top, right - left, bottom - top)


def broken(places: Places, across: int) -> Places:
    """A chain of more than `across` nodes in rows, each the other way round than the one above, so that lines between
    rows are short; any other picture as it is."""
    chain = sorted(places, key=places.__getitem__)
    if len(chain) <= across or len({places[node][0] for node in chain}) < len(chain):
        return places
    across = -(-len(chain) // -(-len(chain) // across))  # rows of equal length
    found: Places = {}
    for i, node in enumerate(chain):
        row, column = divmod(i, across)
        found[node] = (COLUMN * (across - 1 - column if row % 2 else column), 2 * ROW * row)
    return found


def _parts(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    import networkx as nx  # 0.13 s, wanted only by those who draw

    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((s, t) for s, t in edges if s in graph and t in graph)
    order = {node: i for i, node in enumerate(graph)}
    return [sorted(part, key=order.__getitem__) for part in nx.connected_components(graph)]


def _tightened(places: Places) -> Places:
    """The rows without what stays empty between them."""
    rows = sorted({y for _, y in places.values()})
    gaps = accumulate((min(below - above, ROW) for above, below in pairwise(rows)), initial=0.0)
    moved = dict(zip(rows, gaps, strict=True))
    return {node: (x, moved[y]) for node, (x, y) in places.items()}


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
