"""The statements that apply to one request, each with the conditions that remain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from policy.formula import Literal
from policy.language.conditions import Condition, Lookup
from policy.language.document import Document, Statement
from policy.truth import Truth


@dataclass(frozen=True, eq=False)
class Policy:
    """A policy with its document. None is a policy whose text was not seen: it may allow and it may deny.

    `version` is the managed policy's version that the document is of: `v3`.
    """

    id: str
    name: str
    document: Document | None
    version: str = ""

    @cached_property
    def read(self) -> dict[tuple[object, ...], Any]:
        """What was worked out of it so far: many principals have the same policy."""
        return {}


class Rule(NamedTuple):
    """A statement that applies to a request if its conditions hold, and if `doubt` is so.

    Without a statement it is an unseen policy, or what no policy says: the root user's right to everything, the
    access that resource control policies start from, the block of public access to a bucket.
    """

    statement: Statement | None
    policy: Policy | None = None
    conditions: tuple[Condition, ...] = ()
    doubt: Literal | None = None

    def truth(self, lookup: Lookup) -> Truth:
        found = Truth.MAYBE if self.doubt else Truth.YES
        for condition in self.conditions:
            found &= condition.truth(lookup)
            if found is Truth.NO:
                break
        return found

    def open(self, lookup: Lookup) -> list[Literal]:
        """What must hold for the rule to apply, as far as nobody here knows it."""
        found = [one.literal for one in self.conditions if one.truth(lookup) is Truth.MAYBE]
        return [self.doubt, *found] if self.doubt else found


class Part(NamedTuple):
    """One source of permission and prohibition: `name` tells it from others of the same layer."""

    name: str
    layer: str
    allows: Sequence[Rule]
    denies: Sequence[Rule]


ALWAYS = Rule(None)
PUBLIC_BLOCK = "s3-bpa"  # the part that blocks public access to a bucket: it takes back what all others allow
