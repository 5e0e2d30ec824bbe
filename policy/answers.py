"""How a principal answers what a statement asks of it alone: what tells two principals apart, and nothing more."""

from __future__ import annotations

from collections.abc import Iterable

from policy.decision.context import Circumstances
from policy.decision.keys import is_of_principal
from policy.language.conditions import Lookup
from policy.language.document import Statement
from policy.request import Principal, Request


def principal_answers(statements: Iterable[Statement], principal: Principal) -> list[tuple[str, ...]]:
    """What tells a principal apart, statement by statement."""
    lookup = Circumstances(Request(principal, "", "", "")).values
    return [_answers(statement, lookup) for statement in statements]


def _answers(statement: Statement, lookup: Lookup) -> tuple[str, ...]:
    """One answer per condition on a fact of the principal, and the value of each fact it takes as a variable.

    Two principals with equal answers cannot be told apart by the statement. A condition that compares a fact of the
    principal with one of the request (`aws:PrincipalTag/team` with `${aws:ResourceTag/team}`) needs the value itself.
    """
    answers = [
        one.truth(lookup).name if decided else repr(lookup(one.name)) for one, decided in statement.principal_conditions
    ]
    answers += [repr(lookup(key)) for key in sorted(statement.variables) if is_of_principal(key)]
    return tuple(answers)
