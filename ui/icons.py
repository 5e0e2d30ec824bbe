"""Icons of the kinds of nodes, drawn for this app: white lines of ui/shapes on the colour of the kind."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path

SHAPES = Path(__file__).parent / "shapes"


@cache
def svg(icon: str) -> str:
    """The icon as SVG text of 24 x 24 units."""
    return (SHAPES / f"{icon}.svg").read_text(encoding="utf-8")


@cache
def data_uri(icon: str) -> str:
    """The icon as a `data:` URI, so that a canvas needs no request for it."""
    return "data:image/svg+xml;base64," + b64encode(svg(icon).encode()).decode()


@cache
def png(icon: str) -> bytes:
    """The icon as a PNG file of 96 x 96 pixels, white on nothing: the same shape for what draws no SVG."""
    return (SHAPES / "png" / f"{icon}.png").read_bytes()
