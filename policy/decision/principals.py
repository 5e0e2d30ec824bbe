"""Whom a statement names: the principal itself, or the account that may delegate to it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Literal

from policy.decision.keys import ACCOUNTS_ID, OWN_SESSION
from policy.language.conditions import Condition
from policy.language.document import Document, Principals, Statement
from policy.request import Principal

TAGGING = "sts:tagsession"
Way = tuple["Grade", tuple[Condition, ...]]  # how closely a principal is named, and what must hold for that


class Grade(IntEnum):
    """How closely a statement names a principal; the closer one counts.

    A role named by its ARN stays within its boundary, a user, a session and `*` do not. As a role stands for its
    sessions, a user stands for the federated session of its name:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """

    NONE = 0
    ACCOUNT = 1
    ROLE = 2
    DIRECT = 3


def matches_principal(statement: Statement, principal: Principal) -> Literal["direct", "account"] | None:
    """`direct` where the statement names this principal (or `*`), `account` where it names its account or the
    account's root, which leaves the decision to identity policies, None where it names neither."""
    match grade(statement, principal):
        case Grade.NONE:
            return "direct" if session_names(statement, principal) else None
        case Grade.ACCOUNT:
            return "account"
    return "direct"


def grade(statement: Statement, principal: Principal, bounded: bool = False, as_role: bool = False) -> Grade:
    """How closely a statement of a resource policy applies to a principal, `bounded` by a permissions boundary.

    NotPrincipal applies to everyone whom it does not name; with Deny also to every principal with a boundary, and
    to a session whose role alone is named, and so to a role, which acts in sessions, unless
    `as_role` says that the request is the role's:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if statement.principals is not None:
        return _named(statement.principals, principal)
    if statement.not_principals is None:
        return Grade.NONE
    named = _named(statement.not_principals, principal)
    if statement.effect == "Deny" and named is Grade.ACCOUNT and principal.kind != "root":
        named = Grade.NONE  # to spare a principal its own name must be there, its account's alone spares the root
    acts_in_session = bool(principal.session[0]) or (bool(principal.role_name) and not as_role)
    if statement.effect == "Deny" and (bounded or (acts_in_session and named < Grade.DIRECT)):
        return Grade.DIRECT
    return Grade.NONE if named else Grade.DIRECT


def _named(principals: Principals, principal: Principal) -> Grade:
    if "*" in principals.get("AWS", ()):
        return Grade.DIRECT
    match principal.kind:
        case "service":
            names = principals.get("Service", ())
            return Grade.DIRECT if principal.arn in names or "*" in names else Grade.NONE
        case "federated":
            names = principals.get("Federated", ())
            return Grade.DIRECT if principal.arn in names or "*" in names else Grade.NONE
        case "anonymous":
            return Grade.NONE
    return max((_one(name, principal) for name in principals.get("AWS", ())), default=Grade.NONE)


def _one(name: str, principal: Principal) -> Grade:
    """What one AWS entry says of a user, a role, a session or a root user."""
    if name == principal.account_id:
        return Grade.ACCOUNT
    fields = name.split(":", 5)
    if len(fields) != 6 or fields[4] != principal.account_id or fields[1] != principal.partition:
        return Grade.NONE
    if fields[5] == "root":
        return Grade.ACCOUNT
    if principal.role_name:
        return _role(name, fields[5], principal)
    if principal.kind == "federated_user" and fields[5].startswith("user/"):
        is_its_user = fields[5].rpartition("/")[2] == principal.arn.rpartition("/")[2]
        return Grade.ROLE if is_its_user else Grade.NONE
    return Grade.DIRECT if name == principal.arn else Grade.NONE


def _role(name: str, resource: str, principal: Principal) -> Grade:
    """A session's ARN drops the path of its role, so that its role is compared by name."""
    if name == principal.arn:
        return Grade.DIRECT if principal.session[0] else Grade.ROLE
    is_its_role = bool(principal.session[0]) and resource.startswith("role/")
    return Grade.ROLE if is_its_role and resource.rpartition("/")[2] == principal.role_name else Grade.NONE


def ways(statement: Statement, principal: Principal, close: Grade) -> Iterator[Way]:
    """How a statement that names a principal `close`, whatever else is so, applies to it: under which conditions too.

    A role may ask in a session that is named, since whoever takes it chooses the session's name. Whose account a
    canonical user id stands for is not known.
    """
    sessions, ids = session_names(statement, principal), _canonical_ids(statement, principal)
    if statement.principals is None:
        if close:
            yield close, tuple(_conditions("StringNotEquals", sessions, ids))
        return
    if close:
        yield close, ()
    if sessions and close < Grade.DIRECT:
        yield Grade.DIRECT, tuple(_conditions("StringEquals", sessions, ()))
    if ids and not close:
        yield Grade.ACCOUNT, tuple(_conditions("StringEquals", (), ids))


def _conditions(operator: str, sessions: tuple[str, ...], ids: tuple[str, ...]) -> Iterator[Condition]:
    if sessions:
        yield Condition(operator, OWN_SESSION, sessions)
    if ids:
        yield Condition(operator, ACCOUNTS_ID, ids)


def session_names(statement: Statement, principal: Principal) -> tuple[str, ...]:
    """The names of sessions by which a statement names a role that is not in a session yet."""
    if not principal.role_name or principal.session[0]:
        return ()
    start = f":{principal.account_id}:assumed-role/{principal.role_name}/"
    return tuple(name.partition(start)[2] for name in _listed(statement, "AWS") if start in name)


def _canonical_ids(statement: Statement, principal: Principal) -> tuple[str, ...]:
    """The ids of accounts by which a statement may name the principal's. To spare an account with Deny spares its root
    user alone."""
    is_spared = statement.not_principals is not None and statement.effect == "Deny"
    if not principal.has_account or (is_spared and principal.kind != "root"):
        return ()
    return _listed(statement, "CanonicalUser")


def _listed(statement: Statement, kind: str) -> tuple[str, ...]:
    return (statement.principals or statement.not_principals or {}).get(kind, ())


def lets_tag(trust: Document | None) -> bool:
    """Whether a role's trust policy may let someone pass session tags; one that was not seen may.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
    """
    if trust is None:
        return True
    allows, denies = trust.relevant(TAGGING)
    everyone = (one.principals and "*" in _listed(one, "AWS") and not one.conditions for one in denies)
    return bool(allows) and not any(everyone)
