"""What leaves the screens: a path as Cypher, as JSON and as SVG."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from csv import writer
from xml.etree import ElementTree as Xml

import orjson

from graph.model import WALKED, Graph
from queries.paths import Path
from queries.picture import paths_document
from queries.where import full_name
from ui import icons, words
from ui.drawing import Drawing, DrawnEdge, DrawnNode
from ui.element import INK, LINE, MUTED, PAPER
from ui.packing import framed
from ui.text import cell

COLUMNS = ("source", "target", "verdict", "hops", "way", "conditions")
MARGIN = 90.0
RADIUS = 20.0


def cypher(graph: Graph, path: Path) -> str:
    """The question whose answer is the path, in the dialect that both engines run."""
    source, target = (f"{v}:{graph.nodes[i].label} {{id: {_literal(i)}}}" for v, i in _ends(path))
    kinds = "|".join(kind for kind in WALKED if any(edge.type == kind for edge in path.edges))
    return (
        f"MATCH ({source}), ({target})\n"
        f"MATCH path = shortestPath((source)-[:{kinds}*1..{max(len(path.edges), 1)}]->(target))\n"
        "RETURN path AS path"
    )


def document(graph: Graph, paths: Iterable[Path]) -> bytes:
    """The paths as the JSON that others read."""
    written: bytes = orjson.dumps(paths_document(graph, paths), option=orjson.OPT_INDENT_2)
    return written


def csv(graph: Graph, paths: Iterable[Path]) -> bytes:
    """The paths as a table for a spreadsheet, one row each; no cell is a formula."""
    text = io.StringIO()
    table = writer(text)
    table.writerow(COLUMNS)
    for path in paths:
        way = [step for hop in path.hops for step in (f"{hop.type} {hop.key}".strip(), full_name(graph, hop.target))]
        row = (path.source, path.target, path.verdict, len(path.hops), " → ".join(way), "; ".join(path.conditions))
        table.writerow([cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig")  # the mark tells spreadsheets that it is UTF-8


def svg(drawing: Drawing) -> bytes:
    """The drawing as one self-contained SVG file, in the light theme."""
    places, frame = framed(drawing, MARGIN)
    box = dict(zip(("x", "y", "width", "height"), frame, strict=True))
    root = Xml.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "font-family": "sans-serif"})
    root.set("viewBox", " ".join(f"{value:g}" for value in box.values()))
    _part(root, "rect", fill=PAPER["light"], **box)
    head: dict[str, str | float] = {
        "orient": "auto",
        "markerWidth": 9,
        "markerHeight": 9,
        "refX": RADIUS + 9,
        "refY": 4.5,
    }
    marker = _part(root, "marker", id="head", markerUnits="userSpaceOnUse", **head)
    _part(marker, "path", d="M0 0 9 4.5 0 9z", fill=LINE["light"])
    for edge in drawing.edges:
        _line(root, edge, *places[edge.source], *places[edge.target])
    for node in drawing.nodes:
        _dot(root, node, *places[node.id])
    written: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _ends(path: Path) -> list[tuple[str, str]]:
    return [("source", path.source), ("target", path.target)]


def _literal(text: str) -> str:
    """A Cypher string: JSON's escapes are a subset of Cypher's."""
    return json.dumps(text)


def _line(root: Xml.Element, edge: DrawnEdge, x1: float, y1: float, x2: float, y2: float) -> None:
    line = _part(root, "line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=LINE["light"])
    line.set("stroke-width", "2")
    line.set("stroke-dasharray", "none" if edge.certain else "7 4")
    line.set("marker-end", "url(#head)")
    _write(root, edge.label, (x1 + x2) / 2, (y1 + y2) / 2 - 6, 10, MUTED["light"])


def _dot(root: Xml.Element, node: DrawnNode, x: float, y: float) -> None:
    circle = _part(root, "circle", cx=x, cy=y, r=RADIUS, fill=node.kind.colour)
    if node.jewel:
        circle.set("stroke", words.JEWEL)
        circle.set("stroke-width", "4")
    _part(root, "image", href=icons.data_uri(node.kind.icon), x=x - 12, y=y - 12, width=24, height=24)
    for row, text in enumerate(t for t in (node.name, node.place) if t):
        _write(root, text, x, y + RADIUS + 14 + 13 * row, 11, INK["light"])


def _write(root: Xml.Element, text: str, x: float, y: float, size: int, colour: str) -> None:
    element = _part(root, "text", x=x, y=y, fill=colour)
    element.set("font-size", str(size))
    element.set("text-anchor", "middle")
    element.text = text


def _part(parent: Xml.Element, tag: str, **attributes: str | float) -> Xml.Element:
    written = {name: value if isinstance(value, str) else f"{value:g}" for name, value in attributes.items()}
    return Xml.SubElement(parent, tag, written)
