"""Resources that no policy of a principal tells apart are answered alike: a list of them falls into few groups.

A group is an integer of one bit for each resource of the list.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from policy.decision.sources import Candidate
from policy.language.conditions import Lookup
from policy.language.match import Matcher
from policy.truth import Truth

T = TypeVar("T")
Covered = tuple[int, int]  # the resources that a statement covers, and those that it may cover
LAST = "\U0010ffff"  # sorts after every character that may follow a prefix
_OPEN = re.compile(r"[*?$]")  # where a pattern ceases to be literal


class Resources:
    """ARNs in a list, found by pattern."""

    def __init__(self, arns: Sequence[str]) -> None:
        self.arns = tuple(arns)
        self.all = (1 << len(self.arns)) - 1
        self._places = sorted(range(len(self.arns)), key=self.arns.__getitem__)
        self._sorted = [self.arns[place] for place in self._places]
        self._covered: dict[int, tuple[Candidate, Covered]] = {}  # by id, with what keeps the id its own
        self._matched: dict[int, tuple[Matcher, int]] = {}

    def covered(self, candidate: Candidate, lookup: Lookup) -> Covered:
        """What a statement covers, worked out once where that does not depend on who asks."""
        if candidate.varies:
            return self._cover(candidate, lookup)
        kept = self._covered.get(id(candidate))
        if kept is None:
            kept = self._covered[id(candidate)] = (candidate, self._cover(candidate, lookup))
        return kept[1]

    def place(self, arn: str) -> int:
        """The group of one resource, empty where it is not in the list."""
        found = bisect_left(self._sorted, arn)
        return 1 << self._places[found] if found < len(self._sorted) and self._sorted[found] == arn else 0

    def matched(self, matches: Matcher) -> int:
        """The resources that a matcher matches, worked out once."""
        kept = self._matched.get(id(matches))
        if kept is None:
            found = sum(1 << place for place, arn in enumerate(self.arns) if matches(arn))
            kept = self._matched[id(matches)] = (matches, found)
        return kept[1]

    def _cover(self, candidate: Candidate, lookup: Lookup) -> Covered:
        """Those that begin as one of the statement's patterns are asked one by one, one of the others for them all."""
        covers, statement = candidate.covers, candidate.rule.statement
        if covers is None or statement is None:
            return self.all, 0
        near = dict.fromkeys(
            place for pattern in statement.resources or statement.not_resources for place in self._beginning(pattern)
        )
        found = {Truth.YES: 0, Truth.MAYBE: 0, Truth.NO: 0}
        for place in near:
            found[covers(self.arns[place], lookup)] |= 1 << place
        far = self.all & ~(found[Truth.YES] | found[Truth.MAYBE] | found[Truth.NO])
        if far:
            found[covers(self.arns[far.bit_length() - 1], lookup)] |= far
        return found[Truth.YES], found[Truth.MAYBE]

    def _beginning(self, pattern: str) -> Iterator[int]:
        """The places of the resources that begin with the literal head of a pattern."""
        first_sign = _OPEN.search(pattern)
        head = pattern if first_sign is None else pattern[: first_sign.start()]
        start, end = bisect_left(self._sorted, head), bisect_left(self._sorted, head + LAST)
        return iter(self._places[start:end])


def refined(groups: Iterable[int], *parts: int) -> list[int]:
    """The groups, each divided into what lies in each part and what lies in none; the parts do not overlap."""
    found = list(groups)
    for part in parts:
        if part:
            found = [piece for group in found for piece in (group & part, group & ~part) if piece]
    return found


def grouped(items: Iterable[T], key: Callable[[T], Hashable]) -> list[int]:
    """The items of a list in groups of one key each."""
    found: dict[Hashable, int] = defaultdict(int)
    for place, item in enumerate(items):
        found[key(item)] |= 1 << place
    return list(found.values())


def places(group: int) -> Iterator[int]:
    """The places of the resources in a group, in order."""
    while group:
        lowest = group & -group
        yield lowest.bit_length() - 1
        group ^= lowest
