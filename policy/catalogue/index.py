"""The catalogue in memory: actions by name, and sets of actions as integers of one bit each."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache
from itertools import compress
from typing import NamedTuple

from policy.catalogue.file import FILE, Content, ServiceRow, Uses, decode
from policy.language.document import Statement
from policy.language.words import Words

LAST = "\U0010ffff"  # sorts after every character that may follow a prefix
PATTERNS_KEPT = 16_384  # sets of 20,000 bits: 40 MB at most

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_WILDCARD = re.compile(r"[*?]")


class ResourceType(NamedTuple):
    """A type of resource that an action works on; `arn` with `${Account}` and the like in it."""

    name: str
    arn: str
    required: bool

    @property
    def pattern(self) -> str:
        """The ARN with `*` for each part that differs from resource to resource."""
        return _PLACEHOLDER.sub("*", self.arn)


class Cell(NamedTuple):
    """The actions of one service at one access level, as bits."""

    service: str
    level: str
    bits: int


class Catalogue:
    """All actions by their place in one sorted order. Bit n of a set of actions stands for `actions[n]`.

    Lookups take an action in any letter case; one that is not listed has no level, no types and no keys.
    """

    def __init__(self, content: Content) -> None:
        self.version = f"{content.source} {content.version}"
        self._keys = content.keys
        self._services = content.services
        self.spelt = tuple([f"{row.prefix}:{name}" for row in content.services for name in row.names])
        self.actions = tuple([action.lower() for action in self.spelt])
        self.everything = (1 << len(self.actions)) - 1
        self._bits = lru_cache(maxsize=PATTERNS_KEPT)(self._covered)
        self._words_of: dict[str, Words] = {}

    # -- one action
    def place(self, action: str) -> int | None:
        """The place of an action, None where it is not listed."""
        wanted = action.lower()
        found = bisect_left(self.actions, wanted)
        return found if found < len(self.actions) and self.actions[found] == wanted else None

    def spelling(self, action: str) -> str:
        """The action as AWS writes it: `s3:GetObject`; as given where it is not listed."""
        found = self.place(action)
        return action if found is None else self.spelt[found]

    def level(self, action: str) -> str | None:
        """`List`, `Read`, `Write`, `Tagging` or `Permissions management`."""
        found = self._uses(action)
        return found[1].level if found else None

    def resource_types(self, action: str) -> tuple[ResourceType, ...]:
        """The types of resources that the action works on, none where it takes `*` alone."""
        found = self._uses(action)
        if found is None:
            return ()
        row, uses = found
        listed = [(place, True) for place in uses.required] + [(place, False) for place in uses.optional]
        return tuple(ResourceType(row.types[place].name, row.types[place].arn, must) for place, must in listed)

    def condition_keys(self, action: str) -> tuple[str, ...]:
        """The keys of the action and of its resource types, as AWS writes them, global ones of theirs included."""
        found = self._uses(action)
        if found is None:
            return ()
        row, uses = found
        places = {*uses.keys, *(key for place in (*uses.required, *uses.optional) for key in row.types[place].keys)}
        return tuple(self._keys[place] for place in sorted(places))

    def request_keys(self, action: str) -> frozenset[str] | None:
        """The lower-cased keys of the action itself, `aws:requesttag/*` for a family; None where it is not listed."""
        found = self._uses(action)
        if found is None:
            return None
        return frozenset(_PLACEHOLDER.sub("*", self._keys[place]).lower() for place in found[1].keys)

    def _uses(self, action: str) -> tuple[ServiceRow, Uses] | None:
        place = self.place(action)
        if place is None:
            return None
        row, start = self._rows[self.actions[place].partition(":")[0]]
        return row, row.uses[row.used[place - start]]

    @cached_property
    def _rows(self) -> dict[str, tuple[ServiceRow, int]]:
        """Each service's row and the place of its first action."""
        found, start = {}, 0
        for row in self._services:
            found[row.prefix] = (row, start)
            start += len(row.names)
        return found

    # -- sets of actions
    def bits(self, pattern: str) -> int:
        """The actions that an Action entry covers, whatever its letter case."""
        return self._bits(pattern.lower())

    def bits_of(self, statement: Statement) -> int:
        """The actions that a statement speaks of, by its Action or its NotAction."""
        found = 0
        for pattern in statement.not_actions or statement.actions:
            found |= self.bits(pattern)
        return self.everything & ~found if statement.not_actions else found

    def _covered(self, pattern: str) -> int:
        """The service is a name and never a pattern, as `policy.language.match.action_matches` has it."""
        if pattern == "*":
            return self.everything
        service, colon, name = pattern.partition(":")
        if not colon:
            return 0
        head = _WILDCARD.split(name, maxsplit=1)[0]
        first = bisect_left(self.actions, f"{service}:{head}")
        if head == name:
            return 1 << first if self.actions[first : first + 1] == (pattern,) else 0
        last = bisect_left(self.actions, f"{service}:{head}{LAST}", first)
        if not name[len(head) :].strip("*"):
            return (1 << last) - (1 << first)
        return self._words(service).matching(name) << self._rows[service][1] if service in self._rows else 0

    def _words(self, service: str) -> Words:
        """The operations of a service, for a pattern to be matched against all at once."""
        found = self._words_of.get(service)
        if found is None:
            names = self._rows[service][0].names
            found = self._words_of[service] = Words([name.lower() for name in names])
        return found

    def names(self, bits: int) -> tuple[str, ...]:
        """The actions of a set, as AWS writes them."""
        first = (bits & -bits).bit_length() - 1
        return tuple(compress(self.spelt[first : bits.bit_length()], _digits(bits >> first))) if bits else ()

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All actions by service and access level."""
        return tuple(cell for row, start in self._rows.values() for cell in _cells(row, start))

    def split(self, bits: int) -> Iterator[Cell]:
        """A set of actions by service and access level, the cells in which it has none left out."""
        for service, level, held in self.cells:
            if found := bits & held:
                yield Cell(service, level, found)


def _digits(bits: int) -> Iterable[int]:
    return map(int, reversed(f"{bits:b}"))


def _cells(row: ServiceRow, start: int) -> Iterator[Cell]:
    levels: dict[str, int] = {}
    for place, used in enumerate(row.used, start):
        level = row.uses[used].level
        levels[level] = levels.get(level, 0) | 1 << place
    return (Cell(row.prefix, level, bits) for level, bits in sorted(levels.items()))


@cache
def catalogue() -> Catalogue:
    """The catalogue that the repository holds, read when first asked for."""
    return Catalogue(decode(FILE.read_bytes()))
