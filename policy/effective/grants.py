"""What a policy set grants a principal, and which actions each grant is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from policy.catalogue import Catalogue, catalogue
from policy.decision.plan import ATTACHED
from policy.decision.rules import Policy
from policy.effective.actions import effective_bits
from policy.effective.reach import ALL, Reach, facts, reaches
from policy.language.conditions import Lookup
from policy.policies import UNDENIABLE, PolicySet
from policy.request import Principal


@dataclass(frozen=True, eq=False)
class Term:
    """What all statements of one source say alike of some actions. `source` tells levels of SCPs apart."""

    source: str
    layer: str
    is_allow: bool
    reach: Reach
    bits: int


class Bound(NamedTuple):
    """The reaches of one source, of which one must apply (a boundary's, an SCP level's) or none may (those of Deny)."""

    source: str
    layer: str
    reaches: tuple[Reach, ...]


class Granted(NamedTuple):
    """One way to an action: what the identity policies allow, as far as the limits let it and no Deny stops it."""

    allowed: Reach
    limits: tuple[Bound, ...] = ()
    denied: tuple[Bound, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether anything is open: a condition, a doubt."""
        bounds = (reach for bound in (*self.limits, *self.denied) for reach in bound.reaches)
        return not all(reach.is_certain for reach in (self.allowed, *bounds))


Grants = dict[Granted, int]  # with the actions that each is for, as bits
Cell = tuple[list[Term], int]  # the terms that speak of the same actions, and those


def grants(policies: PolicySet, principal: Principal) -> Grants:
    """Every way to every action that the policies leave possible.

    Actions of which the same terms speak are worked out together: the set of all actions is cut once per term, never
    walked.
    """
    is_root = principal.kind == "root"
    terms = list(_terms(policies, principal))
    order = [(source, layer) for source, layer, _ in policies.sources]
    undeniable = catalogue().bits(UNDENIABLE)
    found: Grants = {Granted(Reach()): undeniable}
    for spoken, bits in _cut(effective_bits(policies, is_root) & ~undeniable, terms):
        for one in _granted(spoken, order):
            found[one] = found.get(one, 0) | bits
    return found


def _terms(policies: PolicySet, principal: Principal) -> Iterator[Term]:
    """The statements of every source, those that differ in their actions alone put together."""
    lookup = facts(principal)
    listed = catalogue()
    for source, layer, found in policies.sources:
        together: dict[tuple[bool, Reach], int] = {}
        is_attached = principal.kind == "root" and layer in ATTACHED
        for policy in () if is_attached else found:
            for is_allow, reach, bits in _said(policy, layer, lookup, listed):
                together[is_allow, reach] = together.get((is_allow, reach), 0) | bits
        if is_attached:
            together[True, Reach()] = listed.everything
        for (is_allow, reach), bits in together.items():
            yield Term(source, layer, is_allow, reach, bits)


def _said(policy: Policy, layer: str, lookup: Lookup, listed: Catalogue) -> Iterator[tuple[bool, Reach, int]]:
    """Allow or not, the reach, and the actions, per statement; a policy that was not seen may say anything."""
    if policy.document is None:
        for is_allow in (True, False):
            yield is_allow, Reach(doubt=f"policy `{policy.name}`, which was not seen, agrees"), listed.everything
        return
    for statement in policy.document.statements:
        for reach in reaches(statement, layer, lookup):
            yield statement.effect == "Allow", reach, listed.bits_of(statement)


def _cut(bits: int, terms: Iterable[Term]) -> list[Cell]:
    """The actions, cut into those of which the same terms speak."""
    cells: list[Cell] = [([], bits)]
    for term in terms:
        pieces: list[Cell] = []
        for spoken, held in cells:
            inside = held & term.bits
            if inside:
                pieces.append(([*spoken, term], inside))
            if inside != held:
                pieces.append((spoken, held ^ inside))
        cells = pieces
    return cells


def _granted(spoken: Sequence[Term], sources: Sequence[tuple[str, str]]) -> Iterator[Granted]:
    """The grants for actions of which these terms speak: one per reach of the identity policies."""
    allows = _bounds([one for one in spoken if one.is_allow], sources)
    denies = _bounds([one for one in spoken if not one.is_allow], sources)
    if any(not bound.reaches for bound in allows):
        return
    limits = [bound for bound in allows if bound.layer != "identity"]
    always = [reach for bound in denies for reach in bound.reaches if reach.is_certain]
    for bound in allows:
        for allowed in bound.reaches if bound.layer == "identity" else ():
            left = _left(allowed, limits, always)
            if left is not None:
                yield Granted(left, tuple(_narrowing(limits, left)), tuple(_meeting(denies, left)))


def _bounds(terms: Sequence[Term], sources: Sequence[tuple[str, str]]) -> list[Bound]:
    """The reaches of the terms, source by source."""
    return [
        Bound(source, layer, simplified([one.reach for one in terms if one.source == source]))
        for source, layer in sources
    ]


def simplified(found: Iterable[Reach]) -> tuple[Reach, ...]:
    """The reaches with the patterns of equal conditions put together, without those that another makes needless."""
    together: dict[tuple[object, ...], Reach] = {}
    for one in found:
        key = (one.all_but and one.resources, one.conditions, one.doubt)
        known = together.get(key)
        together[key] = one if known is None else known._replace(resources=_joined(known.resources, one.resources))
    kept: list[Reach] = []
    for one in together.values():
        if not any(other.holds_for(one) for other in kept):
            kept = [other for other in kept if not one.holds_for(other)] + [one]
    return tuple(kept)


def _joined(some: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    patterns = tuple(dict.fromkeys((*some, *more)))
    return ALL if "*" in patterns else patterns


def _left(allowed: Reach, limits: Sequence[Bound], denied: Sequence[Reach]) -> Reach | None:
    """What is left of a reach where every limit leaves something and no Deny takes all; None where that is nothing."""
    if allowed.all_but:
        is_met = all(any(reach.meets(allowed) for reach in bound.reaches) for bound in limits)
        return allowed if is_met and not any(reach.covers_of(allowed) for reach in denied) else None
    kept = tuple(
        pattern
        for pattern in allowed.resources
        if all(any(reach.takes(pattern) for reach in bound.reaches) for bound in limits)
        and not any(reach.covers_of(Reach((pattern,))) for reach in denied)
    )
    return allowed._replace(resources=kept) if kept else None


def _narrowing(limits: Iterable[Bound], allowed: Reach) -> Iterator[Bound]:
    """The limits that take something away: those of which no reach surely holds all that is allowed."""
    for bound in limits:
        if not any(reach.is_certain and reach.covers_of(allowed) for reach in bound.reaches):
            yield from _meeting([bound], allowed)


def _meeting(bounds: Iterable[Bound], allowed: Reach) -> Iterator[Bound]:
    """The bounds, with those of their reaches that share a resource with what is allowed."""
    for bound in bounds:
        if met := tuple(reach for reach in bound.reaches if reach.meets(allowed)):
            yield bound._replace(reaches=met)
