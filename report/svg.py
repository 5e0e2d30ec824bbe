"""The picture of a path: boxes and arrows with their places, to be drawn by a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from queries.paths import Hop
from report.layout import layered
from report.words import clean

BOX_WIDTH, BOX_HEIGHT, MARGIN = 172.0, 44.0, 12.0
LETTERS = 25  # of a name that fit into a box
MARKS = {"added": "new", "removed": "gone", "changed": "changed"}


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    name: str
    account: str
    full: str


@dataclass(frozen=True)
class Arrow:
    """A step; `change` decides its colour and its line, and `label` says the same in words."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: str
    detail: str
    change: str
    certain: bool


@dataclass(frozen=True)
class Picture:
    width: float
    height: float
    boxes: list[Box]
    arrows: list[Arrow]
    alternative: str  # the same in words, for those who do not see it


def picture(hops: Sequence[Hop], names: Mapping[str, str]) -> Picture:
    """The steps of an item, left to right; `names` are `account/name`."""
    nodes = list(dict.fromkeys(end for hop in hops for end in (hop.source, hop.target)))
    places = layered(nodes, [(hop.source, hop.target) for hop in hops])
    left, top = (min(p[axis] for p in places.values()) - MARGIN for axis in (0, 1))
    at = {node: (x - left, y - top) for node, (x, y) in places.items()}
    return Picture(
        width=max(x for x, _ in at.values()) + BOX_WIDTH + MARGIN,
        height=max(y for _, y in at.values()) + BOX_HEIGHT + MARGIN,
        boxes=[_box(*at[node], clean(names.get(node, node))) for node in nodes],
        arrows=[_arrow(hop, at) for hop in hops],
        alternative="; ".join(_words(hop, names) for hop in hops),
    )


def _box(x: float, y: float, full: str) -> Box:
    account, _, name = full.partition("/") if "/" in full and ":" not in full.partition("/")[0] else ("", "", full)
    return Box(x, y, _short(name), _short(account), full)


def _arrow(hop: Hop, at: Mapping[str, tuple[float, float]]) -> Arrow:
    (x1, y1), (x2, y2) = at[hop.source], at[hop.target]
    back = x2 < x1
    return Arrow(
        x1=x1 if back else x1 + BOX_WIDTH,
        y1=y1 + BOX_HEIGHT / 2,
        x2=x2 + BOX_WIDTH if back else x2,
        y2=y2 + BOX_HEIGHT / 2,
        label=_short(hop.key or hop.type, 14),
        detail=" ".join(filter(None, (MARKS.get(hop.change, ""), "" if hop.certain else "possible"))),
        change=hop.change or "same",
        certain=hop.certain,
    )


def _words(hop: Hop, names: Mapping[str, str]) -> str:
    source, target = (clean(names.get(i, i)) for i in (hop.source, hop.target))
    step = " ".join(filter(None, (MARKS.get(hop.change, ""), hop.verdict, hop.type, hop.key)))
    return f"{source} to {target}: {clean(step)}"


def _short(text: str, letters: int = LETTERS) -> str:
    """The end of a name tells more than its middle."""
    return text if len(text) <= letters else f"{text[: letters - 9]}…{text[-8:]}"
