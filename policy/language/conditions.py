"""A Condition entry: what it asks, in words, and its truth in a request's context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec

from policy.formula import Literal
from policy.language.match import UNNAMED, substitute
from policy.language.operators import Operator, Quantifier, Test, opposite, read_operator
from policy.truth import Truth

Values = tuple[str, ...] | None  # a key's values; () for a key that is absent, None for one that nobody here knows
Lookup = Callable[[str], Values]


class Condition(msgspec.Struct, frozen=True, dict=True):
    """One operator on one key, with the values of the policy. `substitutes` says that variables have a meaning."""

    operator: str
    key: str
    values: tuple[str, ...]
    substitutes: bool = False

    @cached_property
    def test(self) -> Test | None:
        return read_operator(self.operator)

    @cached_property
    def name(self) -> str:
        """The key in lower case, as contexts hold it."""
        return self.key.lower()

    @cached_property
    def text(self) -> str:
        """The condition as people say it: "`aws:SourceIp` in 203.0.113.0/24"."""
        return self.literal.text

    @cached_property
    def literal(self) -> Literal:
        """The condition as a fact that holds or does not, in words both ways.

        An operator and its negation are one atom where one of them always holds: between a text and a number neither.
        """
        test, values = self.test, " or ".join(self.values)
        if test is None:
            text = f"`{self.key}` passes `{self.operator}` {values}"
            return Literal(self._atom(self.operator), True, text, f"not ({text})")
        if test.operator.family == "null":
            return self._presence()
        subject, phrase = f"{test.quantifier.value}`{self.key.rstrip(UNNAMED)}`", test.operator.phrase
        text = f"{subject} {phrase} {values}{' (or absent)' if test.if_exists else ''}"
        if test.quantifier is not Quantifier.ONE:
            return Literal(self._atom(self.operator), True, text, f"not ({text})")
        other = f"{subject} {opposite(phrase)} {values}"
        if test.operator.family not in ("text", "pattern"):
            return Literal(self._atom(self.operator), True, text, other)
        optional = "IfExists" if test.if_exists and not test.operator.negated else ""  # the negated hold anyway
        atom = self._atom(test.operator.name.replace("Not", "") + optional)
        return Literal(atom, not test.operator.negated, text, other)

    def _atom(self, operator: str) -> str:
        """What makes two conditions one fact, their operators aside that are each other's negation."""
        has_variable = self.substitutes and any("${" in value for value in self.values)
        return repr((operator.lower(), self.name, sorted(self.values), has_variable))

    def _presence(self) -> Literal:
        texts = [f"`{self.key}` is absent", f"`{self.key}` is present"]
        is_absent = "true" in self._presences
        return Literal(f"null {self.name}", is_absent, *(texts if is_absent else reversed(texts)))

    @cached_property
    def _presences(self) -> set[str]:
        """Which of `true` (absent) and `false` (present) a Null condition asks for."""
        return {value.lower() for value in self.values} & {"true", "false"}

    def truth(self, lookup: Lookup) -> Truth:
        """YES, NO, or MAYBE where the answer hangs on a key or an operator that is not known."""
        test, found = self.test, lookup(self.name)
        if test is not None and test.operator.family == "null" and len(self._presences) != 1:
            return _truth(bool(self._presences))  # absent or present: always; neither: never
        if test is None or found is None:
            return Truth.MAYBE
        if test.operator.family == "null":
            return _any(self.values, "false" if found else "true", test.operator)
        if not found:
            return _truth(_absent(test))
        wanted = self._wanted(lookup)
        answers = [_any(wanted, value, test.operator) for value in found]
        if test.quantifier is Quantifier.ANY or (test.quantifier is Quantifier.ONE and not test.operator.negated):
            return Truth(max(answers))
        return Truth(min(answers))

    def _wanted(self, lookup: Lookup) -> Sequence[str | Truth]:
        if not self.substitutes:
            return self.values
        return [substitute(value, lookup) if "${" in value else value for value in self.values]


def _truth(holds: bool) -> Truth:
    return Truth.YES if holds else Truth.NO


def _any(wanted: Sequence[str | Truth], found: str, operator: Operator) -> Truth:
    """Whether a value of the policy matches. A variable without a value (NO) matches nothing, as AWS's null does;
    where nothing can be compared, as text that is no number, the negated operator does not hold either."""
    answers = [operator.matches(value, found) if isinstance(value, str) else value for value in wanted]
    comparable = [_truth(one) if isinstance(one, bool) else one for one in answers if one is not None]
    if not comparable:
        return Truth.YES if operator.negated and not wanted else Truth.NO
    best = max(comparable)
    return ~best if operator.negated else best


def _absent(test: Test) -> bool:
    """What holds of a key that the request does not carry.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    if test.if_exists or test.quantifier is Quantifier.ALL:
        return True
    return test.operator.negated and test.quantifier is Quantifier.ONE
