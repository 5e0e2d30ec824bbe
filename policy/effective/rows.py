"""What a principal can do, as rows for people and programs: by service and access level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import msgspec

from policy.catalogue import catalogue
from policy.effective.grants import Bound, Granted, Grants, grants
from policy.effective.judge import Judge, Judgement
from policy.effective.reach import Reach
from policy.language.match import MARK, STAR
from policy.policies import PolicySet
from policy.request import Principal
from policy.truth import Truth

LITERAL = str.maketrans({STAR: "${*}", MARK: "${?}"})  # as a policy writes a wildcard that is none


class Scope(msgspec.Struct, frozen=True):
    """Resources that the patterns cover, with `all_but` those that they do not, if all conditions hold."""

    resources: tuple[str, ...]
    all_but: bool = False
    conditions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The scope in words: "all but `arn:…` if `aws:SourceIp` in 203.0.113.0/24"."""
        listed = " or ".join(f"`{one}`" for one in self.resources)
        proviso = f" if {' and '.join(self.conditions)}" if self.conditions else ""
        return f"{'all but ' if self.all_but else ''}{listed}{proviso}"


class Limit(msgspec.Struct, frozen=True):
    """What one boundary, session policy, or level of SCPs says; the scopes are alternatives."""

    layer: str
    scopes: tuple[Scope, ...]


class Grant(msgspec.Struct, frozen=True):
    """One way to an action: `allowed` by identity policies, within one scope of each of `limits`, outside all `denied`.

    `truth` is YES where that is certain on some resource, or can be made so by what the caller sends (`choices`: key,
    value), and MAYBE where it hangs on `conditions`.
    """

    truth: Truth
    allowed: Scope
    limits: tuple[Limit, ...] = ()
    denied: tuple[Limit, ...] = ()
    conditions: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()


class Row(msgspec.Struct, frozen=True):
    """Actions of one service and access level, as AWS writes them, that a principal may take in the same way."""

    service: str
    level: str
    actions: tuple[str, ...]
    grant: Grant


class Effective(msgspec.Struct, frozen=True):
    """All that a principal can do. `unlisted` are the Action entries of its policies that name nothing in the
    catalogue, which `catalogue` names with its version."""

    rows: tuple[Row, ...]
    unlisted: tuple[str, ...]
    catalogue: str

    @property
    def count(self) -> int:
        """How many actions are possible."""
        return len({action for row in self.rows for action in row.actions})


def effective(policies: PolicySet, principal: Principal) -> Effective:
    """Every action that a principal's own policies leave possible, and where.

    An action that `policies.decide` does not answer with NO for a resource of the principal's account without a
    policy of its own stands in a row that covers the resource. A row may list more than `decide` grants, on purpose:

    - where a boundary, SCP or session policy shares patterns with the identity policies but no text, as three that
      overlap in pairs, or where a Deny takes only parts of what is allowed;
    - where conditions of several statements contradict each other, or a fact of the resource refutes them;
    - where a resource must allow too (a KMS key, a role's trust policy) or AWS keeps it to itself;
    - `truth` and `conditions` are worked out for the first action of the service and for no resource in particular.
    """
    found = grants(policies, principal)
    return Effective(tuple(rows(found, principal)), unlisted(policies), catalogue().version)


def rows(found: Grants, principal: Principal) -> Iterator[Row]:
    """The rows of these grants, by service and access level."""
    listed = catalogue()
    made = []
    for granted, bits in found.items():
        show = shown(granted, principal)
        for service, level, held in listed.split(bits):
            names = listed.names(held)
            made.append(Row(service, level, names, show(names[0])))
    return iter(sorted(made, key=lambda row: (row.service, row.level, row.actions)))


def shown(granted: Granted, principal: Principal) -> Callable[[str], Grant]:
    """A grant as people read it, for an action."""
    judge = Judge(granted, principal)
    show = cache(lambda judgement: _grant(granted, judgement))
    return lambda action: show(judge.answer(action))


def _grant(granted: Granted, judgement: Judgement) -> Grant:
    limits, denied = (tuple(map(_limit, bounds)) for bounds in (granted.limits, granted.denied))
    return Grant(judgement.truth, _scope(granted.allowed), limits, denied, judgement.conditions, judgement.choices)


def unlisted(policies: PolicySet) -> tuple[str, ...]:
    """The Action entries of Allow statements of identity policies that cover nothing in the catalogue."""
    listed = catalogue()
    found = {
        pattern
        for _, layer, together in policies.sources
        for policy in together
        if layer == "identity" and policy.document
        for statement in policy.document.statements
        if statement.effect == "Allow"
        for pattern in statement.actions
        if not listed.bits(pattern)
    }
    return tuple(sorted(found))


def _limit(bound: Bound) -> Limit:
    return Limit(bound.layer, tuple(map(_scope, bound.reaches)))


def _scope(reach: Reach) -> Scope:
    resources = tuple(one.translate(LITERAL) for one in reach.resources)
    return Scope(resources, reach.all_but, texts(reach))


def texts(reach: Reach) -> tuple[str, ...]:
    """What must hold for a reach, in words."""
    return tuple(filter(None, (reach.doubt, *(one.text for one in reach.conditions))))
