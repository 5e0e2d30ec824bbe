"""Audiences: principals of other accounts to whom many resources give the same, so that edges grow with either alone.

A bucket that is open to an organization is open to everyone there whose own policies allow it: a thousand such buckets
and ten thousand such principals are joined by one set that these hold.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from graph.builder import Builder
from graph.edges.granting import Grant, Granting
from graph.proof import Step, add_step
from policy import places

OWN_WORD = "The own policies of those who hold this allow it too."


@dataclass(frozen=True)
class Source:
    """Who is given something: its holders, and the set that stands for them alone, written when it is asked for."""

    holders: Sequence[str]
    write: Callable[[], str]


@dataclass(frozen=True)
class Offer:
    """What was decided: equal where nothing but the reasons differ."""

    actions: tuple[str, ...]
    truth: int
    conditions: tuple[str, ...]
    choices: tuple[str, ...]
    stale: str | None

    @classmethod
    def of(cls, step: Step, actions: Sequence[str]) -> Offer:
        return cls(tuple(actions), step.truth, step.conditions, step.choices, step.stale)


@dataclass
class Audiences:
    """Those to whom the resources of one granting give something."""

    builder: Builder
    granting: Granting
    _found: dict[tuple[Offer, int], list[tuple[Source, Step]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, source: Source, offer: Offer, where: int, step: Step) -> None:
        """Notes an offer of a group of the resources; `step` is told as of the first of all."""
        self._found[offer, where].append((source, step))

    def write(self) -> None:
        """Writes each offer the shorter way: from the sets of those who get it, or through one that all hold."""
        for (offer, where), found in self._found.items():
            grants = [self.granting.grants[place] for place in places(where)]
            holders = dict.fromkeys(one for source, _ in found for one in source.holders)
            if len(found) * len(grants) <= len(holders) + len(grants):
                for source, step in found:
                    self._write(source.write(), offer, grants, step)
            else:
                audience = self._audience(offer, where, grants, list(holders))
                self._write(audience, offer, grants, _common([step for _, step in found]))

    def _write(self, source: str, offer: Offer, grants: Sequence[Grant], step: Step) -> None:
        first = self.granting.grants[0]
        for grant in grants:
            write_grant(self.builder, source, grant, offer.actions, grant.said(step, first))

    def _audience(self, offer: Offer, where: int, grants: Sequence[Grant], holders: Sequence[str]) -> str:
        """The set of an audience; it stays the same whoever joins it, and whichever resource says the same."""
        whose = "" if where == self.granting.all else [grant.target.arn for grant in grants]
        body = (self.granting.id, whose, offer.actions, offer.truth, offer.conditions, offer.choices, offer.stale)
        key = hashlib.sha256(msgspec.json.encode(body)).hexdigest()[:20]
        others = f" and {len(grants) - 1} more" if len(grants) > 1 else ""
        accounts = {grant.target.account_id for grant in grants}
        audience = self.builder.node(
            "AccessSet",
            f"set:audience:{key}",
            name=f"audience of {grants[0].target.name}{others}",
            account_id=accounts.pop() if len(accounts) == 1 else "",
            shape=f"shape:{key}",
            own=True,
            members=len(holders),
        )
        for holder in holders:
            self.builder.edge(holder, "HOLDS", audience)
        return audience


def write_grant(builder: Builder, source: str, grant: Grant, actions: Sequence[str], step: Step) -> None:
    level, seen = grant.level, step.as_seen(grant.target.stale)
    add_step(builder, source, "ACCESS", grant.target.arn, seen, level, level=level, actions=list(actions))


def _common(steps: Sequence[Step]) -> Step:
    """What is true of all of them; the rest is said by each one's own policies."""
    first = steps[0]
    statements, layers = (frozenset.intersection(*map(frozenset, each)) for each in (
        [step.statements for step in steps], [step.layers for step in steps]
    ))  # fmt: skip
    return replace(
        first,
        sentences=(*first.sentences, OWN_WORD),
        statements=tuple(one for one in first.statements if one in statements),
        layers=tuple(one for one in first.layers if one in layers),
    )
