"""Three truth values: what is so, what is not, and what depends on something nobody here knows."""

from __future__ import annotations

from enum import IntEnum
from typing import NoReturn


class Truth(IntEnum):
    """Kleene's strong three values. `and` is the minimum, `or` the maximum, `not` the mirror.

    A Truth has no boolean value: code that would treat MAYBE as either raises instead.
    """

    NO = 0
    MAYBE = 1
    YES = 2

    def __and__(self, other: int) -> Truth:
        return _VALUES[min(self, other)]

    def __or__(self, other: int) -> Truth:
        return _VALUES[max(self, other)]

    def __invert__(self) -> Truth:
        return _VALUES[2 - self]

    def __bool__(self) -> NoReturn:
        raise TypeError("a Truth is not a boolean: compare it with Truth.YES or Truth.NO")


_VALUES = (Truth.NO, Truth.MAYBE, Truth.YES)  # calling the class would look a member up, ten times as slow
