"""What one statement reaches for one principal: resources, and what remains to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from policy.decision.context import Circumstances
from policy.decision.keys import is_of_principal
from policy.decision.resources import COMPLETED, speaks
from policy.effective.patterns import any_overlap, any_within
from policy.language.conditions import Condition, Lookup, Values
from policy.language.document import Statement
from policy.language.match import complete, substitute
from policy.request import Principal, Request
from policy.truth import Truth

ALL = ("*",)


class Reach(NamedTuple):
    """Resources that the patterns cover, with `all_but` those that they do not, if all conditions hold.

    `doubt` is a sentence that must be true as well: a variable whose value nobody knows, a policy that was not seen.
    """

    resources: tuple[str, ...] = ALL
    all_but: bool = False
    conditions: tuple[Condition, ...] = ()
    doubt: str = ""

    @property
    def is_certain(self) -> bool:
        return not (self.conditions or self.doubt)

    @property
    def is_whole(self) -> bool:
        return not self.all_but and "*" in self.resources

    def covers_of(self, other: Reach) -> bool:
        """Whether all resources of the other are among these. It may say no wrongly, never yes."""
        if self.is_whole:
            return True
        if self.all_but and other.all_but:
            return all(any_within(one, other.resources) for one in self.resources)
        if self.all_but:
            return not any(any_overlap(one, self.resources) for one in other.resources)
        return not other.all_but and all(any_within(one, self.resources) for one in other.resources)

    def meets(self, other: Reach) -> bool:
        """Whether they share a resource. It may say yes wrongly, never no."""
        if self.all_but and other.all_but:
            return True
        if self.all_but:
            return other.meets(self)
        return any(other.takes(one) for one in self.resources)

    def takes(self, pattern: str) -> bool:
        """Whether a pattern covers one of these resources. It may say yes wrongly, never no."""
        return not any_within(pattern, self.resources) if self.all_but else any_overlap(pattern, self.resources)

    def holds_for(self, other: Reach) -> bool:
        """Whether this one asks nothing that the other does not ask, of the same resources or more."""
        return (
            set(self.conditions) <= set(other.conditions) and self.doubt in ("", other.doubt) and self.covers_of(other)
        )


def facts(principal: Principal) -> Lookup:
    """The keys that are facts of the principal, whatever it asks; every other key is unknown."""
    known = Circumstances(Request(principal, "", "", "")).values

    def lookup(name: str) -> Values:
        return known(name) if is_of_principal(name) else None

    return lookup


def reaches(statement: Statement, layer: str, lookup: Lookup) -> Iterator[Reach]:
    """What a statement reaches: nothing where a fact refutes one of its conditions, and twice where only some of its
    patterns hang on a variable that nobody knows."""
    patterns = _patterns(statement, layer)
    truths = [(one, one.truth(lookup)) for one in statement.conditions]
    if patterns is None or Truth.NO in [truth for _, truth in truths]:
        return
    conditions = tuple(dict.fromkeys(one for one, truth in truths if truth is Truth.MAYBE))
    if statement.covers_all:
        yield Reach(conditions=conditions)
        return
    found = [substitute(one, lookup) if statement.substitutes and "${" in one else one for one in patterns]
    known = tuple(dict.fromkeys(one for one in found if isinstance(one, str)))
    open_patterns = [one for one, value in zip(patterns, found, strict=True) if value is Truth.MAYBE]
    if statement.not_resources:
        yield _all_but(known, conditions, " or ".join(open_patterns))
        return
    if known:
        yield Reach(known, False, conditions)
    if open_patterns:
        yield Reach(tuple(open_patterns), False, conditions, f"{' or '.join(open_patterns)} covers it")


def _all_but(known: tuple[str, ...], conditions: tuple[Condition, ...], open_patterns: str) -> Reach:
    doubt = f"{open_patterns} does not cover it" if open_patterns else ""
    return Reach(known, True, conditions, doubt) if known else Reach(ALL, False, conditions, doubt)


def _patterns(statement: Statement, layer: str) -> tuple[str, ...] | None:
    """The resource patterns as this layer reads them, None where the statement says nothing in it."""
    is_completed: Callable[[str], bool] = COMPLETED[layer]
    if not speaks(statement, layer):
        return None
    listed = statement.resources or statement.not_resources
    return tuple(complete(one) if is_completed(one) else one for one in listed)
