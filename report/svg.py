"""The picture of a path: boxes and arrows with their places, to be drawn by a template."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from queries.paths import Hop
from report.layout import layered
from report.words import clean

BOX_WIDTH, BOX_HEIGHT, MARGIN = 160.0, 44.0, 4.0
HEAD = 9.0  # length of an arrow's head
LABEL_AT = 0.5  # share of the way at which a step is labelled
LETTERS = 20  # of a name that fit into a box
MARKS = {"added": "new", "removed": "gone", "changed": "changed", "unseen": "not seen"}


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    name: str
    account: str
    full: str


@dataclass(frozen=True)
class Arrow:
    """A step; `change` decides its colour and its line, and `detail` says the same in words."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: str
    detail: str
    change: str
    certain: bool

    def _along(self, share: float, aside: float = 0.0) -> tuple[float, float]:
        """A point of the line: `share` of the way, `aside` to its left."""
        dx, dy = self.x2 - self.x1, self.y2 - self.y1
        length = math.hypot(dx, dy) or 1.0
        return (self.x1 + dx * share - dy / length * aside, self.y1 + dy * share + dx / length * aside)

    @property
    def _neck(self) -> float:
        return max(0.0, 1 - HEAD / (math.hypot(self.x2 - self.x1, self.y2 - self.y1) or HEAD))

    @property
    def tip(self) -> tuple[float, float]:
        """Where the line ends and the head begins."""
        return self._along(self._neck)

    @property
    def middle(self) -> tuple[float, float]:
        return self._along(LABEL_AT)

    @property
    def head(self) -> str:
        corners = ((self.x2, self.y2), self._along(self._neck, HEAD / 2), self._along(self._neck, -HEAD / 2))
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


@dataclass(frozen=True)
class Picture:
    width: float
    height: float
    boxes: list[Box]
    arrows: list[Arrow]
    alternative: str  # the same in words, for those who do not see it
    box_width: float = BOX_WIDTH
    box_height: float = BOX_HEIGHT


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
