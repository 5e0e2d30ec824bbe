"""How a principal answers what a statement asks of it alone: what tells two principals apart, and nothing more."""

from __future__ import annotations

from policy.conditions import Condition
from policy.context import Circumstances
from policy.document import Statement
from policy.keys import is_of_principal
from policy.match import variables
from policy.request import Principal, Request


def principal_answers(statement: Statement, principal: Principal) -> tuple[str, ...]:
    """One answer per condition on a fact of the principal, and the value of each fact it takes as a variable.

    Two principals with equal answers cannot be told apart by the statement. A condition that compares a fact of the
    principal with one of the request (`aws:PrincipalTag/team` with `${aws:ResourceTag/team}`) needs the value itself.
    """
    lookup = Circumstances(Request(principal, "", "", "")).values
    answers = []
    for condition in statement.conditions:
        if is_of_principal(condition.name):
            decided = all(map(is_of_principal, _variables(condition)))
            answers.append(condition.truth(lookup).name if decided else repr(lookup(condition.name)))
    answers += [repr(lookup(key)) for key in sorted(statement.variables) if is_of_principal(key)]
    return tuple(answers)


def _variables(condition: Condition) -> frozenset[str]:
    return variables(condition.values) if condition.substitutes else frozenset()
