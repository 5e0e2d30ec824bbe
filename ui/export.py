"""What leaves the screens: a path as Cypher, as JSON and as SVG."""

from __future__ import annotations

import json
from xml.etree import ElementTree as Xml

import orjson

from graph.model import WALKED, Graph
from queries.paths import Path
from queries.picture import paths_document
from report.layout import layered
from ui import icons, words
from ui.drawing import Drawing, DrawnEdge, DrawnNode

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


def document(graph: Graph, path: Path) -> bytes:
    """The path as the JSON that others read."""
    return orjson.dumps(paths_document(graph, [path]), option=orjson.OPT_INDENT_2)


def svg(drawing: Drawing) -> bytes:
    """The drawing as one self-contained SVG file, in the light theme."""
    places = layered([n.id for n in drawing.nodes], [(e.source, e.target) for e in drawing.edges])
    left, top = (min((p[axis] for p in places.values()), default=0.0) - MARGIN for axis in (0, 1))
    right, bottom = (max((p[axis] for p in places.values()), default=0.0) + MARGIN for axis in (0, 1))
    root = Xml.Element(
        "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"{left:g} {top:g} {right - left:g} {bottom - top:g}",
    )  # fmt: skip
    root.set("font-family", "sans-serif")
    for edge in drawing.edges:
        _line(root, edge, places)
    for node in drawing.nodes:
        _dot(root, node, *places[node.id])
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)


def _ends(path: Path) -> list[tuple[str, str]]:
    return [("source", path.source), ("target", path.target)]


def _literal(text: str) -> str:
    """A Cypher string: JSON's escapes are a subset of Cypher's."""
    return json.dumps(text)


def _line(root: Xml.Element, edge: DrawnEdge, places: dict[str, tuple[float, float]]) -> None:
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    colour = words.CHANGES[edge.state].light if edge.state else "#64748b"
    dashed = not edge.certain or (edge.state and words.CHANGES[edge.state].line == "dashed")
    line = Xml.SubElement(root, "line", x1=f"{x1:g}", y1=f"{y1:g}", x2=f"{x2:g}", y2=f"{y2:g}", stroke=colour)
    line.set("stroke-width", "2")
    line.set("stroke-dasharray", "7 4" if dashed else "none")
    _write(root, edge.label, (x1 + x2) / 2, (y1 + y2) / 2 - 6, 10, colour)


def _dot(root: Xml.Element, node: DrawnNode, x: float, y: float) -> None:
    ring = {"stroke": words.JEWEL, "stroke-width": "4"} if node.jewel else {}
    Xml.SubElement(
        root, "circle", {"cx": f"{x:g}", "cy": f"{y:g}", "r": f"{RADIUS:g}", "fill": node.kind.colour, **ring}
    )
    icon = {"href": icons.data_uri(node.kind.icon), "x": f"{x - 12:g}", "y": f"{y - 12:g}"}
    Xml.SubElement(root, "image", icon | {"width": "24", "height": "24"})
    for row, text in enumerate(t for t in (node.name, node.place) if t):
        _write(root, text, x, y + RADIUS + 14 + 13 * row, 11, "#0f172a")


def _write(root: Xml.Element, text: str, x: float, y: float, size: int, colour: str) -> None:
    element = Xml.SubElement(root, "text", x=f"{x:g}", y=f"{y:g}", fill=colour)
    element.set("font-size", str(size))
    element.set("text-anchor", "middle")
    element.text = text
