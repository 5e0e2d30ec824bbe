"""A hash of what statements cover, regardless of how they are cut: each is a box, a set of atoms per element."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

Box = tuple[tuple[str, ...], ...]  # a statement as one set of atoms per element: actions x resources x principals

MAX_STEPS = 50_000  # an honest document takes fewer than it has characters; a hostile one could take minutes


def digest(boxes: Iterable[tuple[str, Box]]) -> str:
    """64 hexadecimal digits: of the union of the boxes with the same text before them, for each such text."""
    groups: dict[str, list[Box]] = {}
    for terms, box in boxes:
        groups.setdefault(terms, []).append(box)
    said = sorted((terms, _said(alike)) for terms, alike in groups.items())
    return _hash(repr(said))


def _said(boxes: Sequence[Box]) -> str:
    """A hash of a union of boxes; of the boxes themselves where it would take too long to tell what they have alike."""
    if len(boxes) == 1:
        return _said_once(boxes[0])
    try:
        return _Union().hash(boxes)
    except _TooIntricate:
        return _hash(repr(sorted({tuple(tuple(sorted(set(side))) for side in box) for box in boxes})))


def _said_once(box: Box) -> str:
    """What `_Union` makes of one box."""
    rest = ""
    for side in reversed(box):
        rest = _hash(repr(sorted((atom, rest) for atom in set(side))))
    return rest


class _TooIntricate(Exception):
    """More steps than a document is worth."""


class _Union:
    """Hashes unions of boxes, independently of how they were cut, in a limited number of steps."""

    def __init__(self) -> None:
        self._steps = MAX_STEPS

    def hash(self, boxes: Sequence[Box]) -> str:
        """Atoms of the first side that lie in the same boxes share the hash of what those boxes say on the others."""
        if not boxes[0]:
            return ""
        self._steps -= sum(len(box[0]) for box in boxes)
        if self._steps < 0:
            raise _TooIntricate
        members: dict[str, dict[int, None]] = {}
        for index, box in enumerate(boxes):
            for atom in box[0]:
                members.setdefault(atom, {})[index] = None
        rest: dict[tuple[int, ...], str] = {}
        for held in map(tuple, members.values()):
            if held not in rest:
                rest[held] = self.hash([boxes[index][1:] for index in held])
        return _hash(repr(sorted((atom, rest[tuple(held)]) for atom, held in members.items())))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
