"""A drawing as a PNG file, in the light theme, for slides and tickets that take no SVG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ui import icons, words
from ui.drawing import Drawing, DrawnEdge, DrawnNode
from ui.element import INK, LINE, MUTED, PAPER
from ui.packing import framed

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

Point = tuple[float, float]

SCALE = 2.0  # pixels of the file for one of the drawing
LARGEST = 12_000  # pixels of a side
RADIUS = 20.0
MARGIN = 90.0
DASH, GAP = 7.0, 4.0
HEAD = 9.0
NODE_TEXT, EDGE_TEXT = 11.0, 10.0


def png(drawing: Drawing) -> bytes:
    """The drawing as one PNG file; very large ones get fewer pixels."""
    from PIL import Image, ImageDraw  # 0.1 s, wanted only by those who export

    places, (left, top, width, height) = framed(drawing, MARGIN)
    scale = min(SCALE, LARGEST / max(width, height))
    image = Image.new("RGB", (round(width * scale), round(height * scale)), PAPER["light"])
    pen = _Pen(ImageDraw.Draw(image), scale, (left, top))
    for edge in drawing.edges:
        pen.line(edge, places[edge.source], places[edge.target])
    for node in drawing.nodes:
        pen.dot(node, places[node.id])
        icon = Image.open(io.BytesIO(icons.png(node.kind.icon))).resize((round(24 * scale),) * 2)
        x, y = pen.at(places[node.id])
        image.paste(icon, (round(x - 12 * scale), round(y - 12 * scale)), icon)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


class _Pen:
    """Draws in the coordinates of a layout."""

    def __init__(self, draw: ImageDraw, scale: float, corner: Point) -> None:
        self.draw, self.scale, self.corner = draw, scale, corner

    def at(self, place: Point) -> Point:
        return ((place[0] - self.corner[0]) * self.scale, (place[1] - self.corner[1]) * self.scale)

    def line(self, edge: DrawnEdge, start: Point, end: Point) -> None:
        length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
        if not length:
            return
        along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
        step = length if edge.certain else DASH + GAP
        reach = length - RADIUS - HEAD
        begin = RADIUS
        while begin < reach:
            stop = reach if edge.certain else min(begin + DASH, reach)
            self._stroke(_moved(start, along, begin), _moved(start, along, stop))
            begin += step
        self._head(_moved(start, along, length - RADIUS), along)
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 - EDGE_TEXT)
        self.text(edge.label, middle, EDGE_TEXT, MUTED["light"])

    def _stroke(self, start: Point, end: Point) -> None:
        self.draw.line([self.at(start), self.at(end)], fill=LINE["light"], width=round(2 * self.scale))

    def _head(self, tip: Point, along: Point) -> None:
        base = _moved(tip, along, -HEAD)
        across = (-along[1], along[0])
        corners = [tip, _moved(base, across, HEAD / 2), _moved(base, across, -HEAD / 2)]
        self.draw.polygon([self.at(corner) for corner in corners], fill=LINE["light"])

    def dot(self, node: DrawnNode, place: Point) -> None:
        x, y = self.at(place)
        radius = RADIUS * self.scale
        ring = {"outline": words.JEWEL, "width": round(4 * self.scale)} if node.jewel else {}
        shape = self.draw.rectangle if node.members else self.draw.ellipse
        shape([x - radius, y - radius, x + radius, y + radius], fill=node.kind.colour, **ring)
        for row, text in enumerate(t for t in (node.name, node.place) if t):
            self.text(text, (place[0], place[1] + RADIUS + 10 + 14 * row), NODE_TEXT, INK["light"])

    def text(self, text: str, place: Point, size: float, colour: str) -> None:
        from PIL import ImageFont

        font = ImageFont.load_default(size * self.scale)
        self.draw.text(self.at(place), text, fill=colour, font=font, anchor="mm")


def _moved(place: Point, along: Point, by: float) -> Point:
    return (place[0] + along[0] * by, place[1] + along[1] * by)
