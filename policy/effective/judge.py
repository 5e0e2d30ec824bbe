"""How certain a grant is, as the engine itself answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from policy.decision.context import Circumstances
from policy.decision.rules import Policy
from policy.effective.grants import Granted
from policy.effective.reach import Reach
from policy.language.conditions import Condition, Values
from policy.language.document import Document, Statement
from policy.language.grammar import WITH_VARIABLES
from policy.policies import PolicySet
from policy.request import Principal, Request
from policy.truth import Truth


class Judgement(NamedTuple):
    """The truth of a grant, what must hold for a MAYBE, and what the caller has to send (key, value)."""

    truth: Truth
    conditions: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()


CERTAIN = Judgement(Truth.YES)


class Judge:
    """Answers for one grant, action by action.

    Each statement counts as if it were for `*`, a Deny with conditions counts if it covers all that is allowed. Where
    the engine answers NO, the conditions contradict each other for a request in the principal's own account; the grant
    stays possible, since for another account's resource they need not.
    """

    def __init__(self, granted: Granted, principal: Principal) -> None:
        self._granted = granted
        self._principal = principal
        self._known: dict[tuple[Values, ...], Judgement] = {}

    def answer(self, action: str) -> Judgement:
        """The answer for one action and no resource in particular. Actions whose requests say the same of all keys
        that are asked for share one."""
        if not self._granted.asks:
            return CERTAIN
        request = Request(self._principal, action, "*", self._principal.account_id)
        said = tuple(map(Circumstances(request).values, self._keys))
        found = self._known.get(said)
        if found is None:
            found = self._known[said] = self._judge(request)
        return found

    def _judge(self, request: Request) -> Judgement:
        verdict = self._policies.decide(request)
        if verdict.truth is Truth.NO:
            open_texts = [one.text for reach in (self._granted.allowed, *self._denied) for one in reach.conditions]
            return Judgement(Truth.MAYBE, tuple(dict.fromkeys((*self._doubts, *open_texts))))
        truth = verdict.truth & Truth.MAYBE if self._doubts else verdict.truth
        return Judgement(truth, tuple(dict.fromkeys((*self._doubts, *verdict.conditions))), verdict.choices)

    @cached_property
    def _denied(self) -> list[Reach]:
        allowed = self._granted.allowed
        return [reach for bound in self._granted.denied for reach in bound.reaches if reach.covers_of(allowed)]

    @cached_property
    def _doubts(self) -> list[str]:
        return _doubts(self._granted, self._denied)

    @cached_property
    def _policies(self) -> PolicySet:
        return _widened(self._granted, self._denied)

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        """The lower-cased keys that the conditions read."""
        statements = [
            one for _, _, found in self._policies.sources for policy in found for one in _statements_of(policy)
        ]
        asked = {condition.name for one in statements for condition in one.conditions}
        return tuple(sorted(asked.union(*(one.variables for one in statements))))


def _doubts(granted: Granted, denied: Iterable[Reach]) -> list[str]:
    """The sentences that no statement can say: of the grant itself, of limits without an alternative, of Denies."""
    limits = [[reach.doubt for reach in bound.reaches] for bound in granted.limits]
    found = [granted.allowed.doubt, *(" or ".join(one) for one in limits if all(one)), *(one.doubt for one in denied)]
    return list(dict.fromkeys(filter(None, found)))


def _widened(granted: Granted, denied: Iterable[Reach]) -> PolicySet:
    """Policies with the conditions of the grant and with every resource in place of its own."""
    identity = [_statement("Allow", granted.allowed.conditions)]
    identity += [_statement("Deny", reach.conditions) for reach in denied if not reach.doubt]
    limits = [[_policy(_alternatives(bound.reaches))] for bound in granted.limits]
    return PolicySet([_policy(identity)], scps=limits)


def _alternatives(reaches: Iterable[Reach]) -> Iterator[Statement]:
    """The statements of a limit; those in doubt only where there is no other."""
    certain = [reach for reach in reaches if not reach.doubt]
    return (_statement("Allow", reach.conditions) for reach in certain or reaches)


def _statement(effect: str, conditions: tuple[Condition, ...]) -> Statement:
    substitutes = any(one.substitutes for one in conditions)
    return Statement(effect, ("*",), resources=("*",), conditions=conditions, substitutes=substitutes)


def _policy(statements: Iterable[Statement]) -> Policy:
    return Policy("", "", Document(tuple(statements), WITH_VARIABLES))


def _statements_of(policy: Policy) -> tuple[Statement, ...]:
    return policy.document.statements if policy.document else ()
