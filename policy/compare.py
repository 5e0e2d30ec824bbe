"""What a change of policies changes: actions gained and lost, and those that are possible otherwise than before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from policy.catalogue import catalogue
from policy.effective.grants import Bound, Granted, Grants, grants
from policy.effective.reach import Reach
from policy.effective.rows import Grant, Row, rows, shown, unlisted
from policy.policies import PolicySet
from policy.request import Principal

Direction = Literal["wider", "narrower", "different"]


class Change(msgspec.Struct, frozen=True):
    """Actions of one service and access level that were possible and still are, on other resources or conditions.

    `different` is what is neither surely wider nor surely narrower.
    """

    service: str
    level: str
    actions: tuple[str, ...]
    direction: Direction
    before: tuple[Grant, ...]
    after: tuple[Grant, ...]


class Comparison(msgspec.Struct, frozen=True):
    """The difference of two policy sets. `gained_unlisted` and `lost_unlisted` are Action entries that name nothing in
    the catalogue and that one of the two has alone."""

    gained: tuple[Row, ...]
    lost: tuple[Row, ...]
    changed: tuple[Change, ...]
    gained_unlisted: tuple[str, ...] = ()
    lost_unlisted: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The difference in one line: "37 actions more, 2 fewer, 5 otherwise"."""
        counts = [_count(self.gained), _count(self.lost), _count(self.changed)]
        if not any(counts):
            return "no action more or fewer"
        said = [f"{n} {word}" for n, word in zip(counts, ("more", "fewer", "otherwise"), strict=True) if n]
        number, _, word = said[0].partition(" ")
        return ", ".join([f"{number} action{'' if number == '1' else 's'} {word}", *said[1:]])


def compare(old: PolicySet, new: PolicySet, principal: Principal, was: Principal | None = None) -> Comparison:
    """What `new` lets a principal do that `old` did not, and the other way round; as exact as `effective` is.

    `was` is the principal as it was before, where that is not the same: its tags, its place in the organization.
    """
    earlier = was or principal
    before, after = grants(old, earlier), grants(new, principal)
    had, has = _actions(before), _actions(after)
    old_unlisted, new_unlisted = set(unlisted(old)), set(unlisted(new))
    return Comparison(
        tuple(rows(_only(after, has & ~had), principal)),
        tuple(rows(_only(before, had & ~has), earlier)),
        tuple(_changes(before, after, earlier, principal)),
        tuple(sorted(new_unlisted - old_unlisted)),
        tuple(sorted(old_unlisted - new_unlisted)),
    )


def _actions(found: Grants) -> int:
    together = 0
    for bits in found.values():
        together |= bits
    return together


def _count(found: Iterable[Row | Change]) -> int:
    return len({action for one in found for action in one.actions})


def _only(found: Grants, wanted: int) -> Grants:
    return {one: bits & wanted for one, bits in found.items() if bits & wanted}


def _changes(before: Grants, after: Grants, was: Principal, principal: Principal) -> Iterator[Change]:
    """The actions that both have with other grants, those with the same grants on either side together."""
    differing = 0
    for one in {*before, *after}:
        differing |= before.get(one, 0) ^ after.get(one, 0)
    made = []
    for old, new, bits in _cut(differing & _actions(before) & _actions(after), before, after):
        found = direction(old, new)
        show_old, show_new = ([shown(one, who) for one in side] for side, who in ((old, was), (new, principal)))
        if found is None:
            continue
        for service, level, held in catalogue().split(bits):
            names = catalogue().names(held)
            sides = [tuple(show(names[0]) for show in side) for side in (show_old, show_new)]
            made.append(Change(service, level, names, found, *sides))
    return iter(sorted(made, key=lambda change: (change.service, change.level, change.actions)))


def _cut(bits: int, before: Grants, after: Grants) -> list[tuple[list[Granted], list[Granted], int]]:
    """The actions cut into those that have the same grants before and the same after."""
    cells: list[tuple[list[Granted], list[Granted], int]] = [([], [], bits)]
    for side, found in enumerate((before, after)):
        for one, held in found.items():
            pieces = []
            for old, new, cell in cells:
                if inside := cell & held:
                    pieces.append(([*old, one], new, inside) if side == 0 else (old, [*new, one], inside))
                if outside := cell & ~held:
                    pieces.append((old, new, outside))
            cells = pieces
    return [cell for cell in cells if cell[2]]


def direction(old: Sequence[Granted], new: Sequence[Granted]) -> Direction | None:
    """Whether the new grants hold all that the old ones hold, or the other way round; None where both is so."""
    grows, shrinks = _all_within(old, new), _all_within(new, old)
    if grows and shrinks:
        return None
    return "wider" if grows else "narrower" if shrinks else "different"


def _all_within(some: Iterable[Granted], others: Sequence[Granted]) -> bool:
    return all(any(_is_within(one, other) for other in others) for one in some)


def _is_within(one: Granted, other: Granted) -> bool:
    """Whether the other grant surely allows all that this one does: of more resources, under no more conditions, with
    limits that leave more and Denies that take less."""
    limits = all(_leaves_more(bound, one.limits, one.allowed) for bound in other.limits)
    return other.allowed.holds_for(one.allowed) and limits and _takes_less(other.denied, one.denied)


def _leaves_more(wider: Bound, limits: Iterable[Bound], allowed: Reach) -> bool:
    """Whether some limit, or what is allowed in the first place, lies within this one."""
    narrower = [bound.reaches for bound in limits] + [(allowed,)]
    return any(all(any(a.holds_for(b) for a in wider.reaches) for b in reaches) for reaches in narrower)


def _takes_less(some: Iterable[Bound], others: Iterable[Bound]) -> bool:
    taken = [reach for bound in others for reach in bound.reaches]
    return all(any(b.holds_for(a) for b in taken) for bound in some for a in bound.reaches)
