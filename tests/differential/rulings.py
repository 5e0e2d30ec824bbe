"""Differences that are settled: whose shape is known, and where AWS's own words say who is right."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from tests.differential.engines import Answer, Case
from tests.differential.shapes import SHAPES

FILE = Path(__file__).parents[1] / "differential_rulings.toml"


@dataclass(frozen=True)
class Difference:
    """A case, the smallest one that is left of it, and what both engines answer to that."""

    case: Case
    smallest: Case
    ours: Answer
    oracle: Answer


class Ruling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A settled difference: what AWS `says` on the page `source`, and what each side decides.

    `holds` is the name of a function of `shapes` that knows it in a reduced case, `example` such a case as JSON text,
    without what is empty. Beside another Deny the same cause shows in the layers alone.
    """

    name: str
    holds: str
    ours: tuple[str, ...]
    oracle: tuple[str, ...]
    says: str
    source: str
    example: str

    def settles(self, difference: Difference) -> bool:
        return self._answers(difference.ours, difference.oracle) and SHAPES[self.holds](difference.smallest)

    def _answers(self, ours: Answer, oracle: Answer) -> bool:
        same = ours.decision == oracle.decision
        return same or (ours.decision in self.ours and oracle.decision in self.oracle)


@cache
def rulings() -> tuple[Ruling, ...]:
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["ruling"]
    return msgspec.convert(rows, tuple[Ruling, ...])


def ruling(difference: Difference) -> Ruling | None:
    return next((one for one in rulings() if one.settles(difference)), None)
