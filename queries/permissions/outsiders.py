"""Whom a resource's own policy lets in from outside: other accounts, services, identity providers, anyone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from graph.estate import Estate
from graph.sets import ALLOW_ALL
from policy import PolicySet, Principal, Statement
from policy.request import WEB_IDENTITIES
from queries.permissions.names import ACCOUNT
from queries.permissions.principals import Subject, anyone, by_arn, is_principal, provider, service
from queries.permissions.resources import Asked

ANOTHER = "another"  # no account, organization or principal is called so
TAG = "aws:principaltag/"
ROOT = "arn:aws:iam::{}:root"
ACCOUNT_KEYS = ("aws:principalaccount", "kms:calleraccount")
FIELDS = 6  # of an ARN; the fifth is the account


def outsiders(estate: Estate, what: Asked, action: str) -> Iterator[Subject]:
    """Whoever of no account of ours an Allow of the resource's policy names for an action."""
    allows = [one for policy in what.own if policy.document for one in policy.document.relevant(action.lower())[0]]
    named = [ROOT.format(one) if ACCOUNT.fullmatch(one) else one for one in _named(allows, "AWS")]
    for arn in dict.fromkeys([one for one in named if not is_ours(estate, one)] + _named(allows, "Federated")):
        if is_principal(arn):
            yield _of_account(estate, what, arn) if arn.endswith(":root") else by_arn(estate, arn)
    yield from (provider(name) for name in dict.fromkeys(_named(allows, "Federated")) if name in WEB_IDENTITIES)
    yield from (service(name) for name in dict.fromkeys(_named(allows, "Service")))
    if "*" in named or any(one.not_principals is not None for one in allows):
        yield anyone()
        yield _of_account(estate, what)
    elif _named(allows, "CanonicalUser"):  # whose account the id stands for is not known
        yield _of_account(estate, what)


def _named(allows: Iterable[Statement], kind: str) -> list[str]:
    return [name for one in allows for name in (one.principals or {}).get(kind, ())]


def is_ours(estate: Estate, arn: str) -> bool:
    """Whether an ARN is of an account of ours."""
    return arn.count(":") > FIELDS - 2 and _is_our_account(estate, arn.split(":")[FIELDS - 2])


def _is_our_account(estate: Estate, account: str) -> bool:
    return account in estate.accounts or account in estate.identity_accounts


def _of_account(estate: Estate, what: Asked, arn: str = "") -> Subject:
    """Someone of another account, who may do there what it likes. Without an ARN the account is any that is not ours,
    and all that is known of its principals is that they are none of ours."""
    asked: dict[str, set[str]] = {}
    for statement in _statements(estate, what):
        for condition in statement.conditions:
            asked.setdefault(condition.name, set()).update(condition.values)
    account = arn.split(":")[FIELDS - 2] if arn else ANOTHER
    known = {key: (ANOTHER,) for key, only_ours in FACTS.items() if only_ours(estate, asked.get(key, ()))}
    if arn:
        known |= dict.fromkeys(ACCOUNT_KEYS, (account,))
    unknown = (FACTS.keys() | {key for key in asked if key.startswith(TAG)}) - known.keys()
    principal = Principal(f"arn:aws:iam::{account}:role/*", account, "role", known, frozenset(unknown))
    name = f"account {account}" if arn else "any other account"
    return Subject(arn, name, principal, PolicySet((ALLOW_ALL,)), stands_for="account")


def _statements(estate: Estate, what: Asked) -> Iterator[Statement]:
    levels = estate.organizations.rcps(what.account_id) or ()
    for policy in (*what.own, *(one for level in levels for one in level)):
        yield from policy.document.statements if policy.document else ()


def _of_accounts(estate: Estate, values: Iterable[str]) -> bool:
    return all(_is_our_account(estate, one) for one in values)


def _of_principals(estate: Estate, values: Iterable[str]) -> bool:
    return all(is_ours(estate, one) for one in values)


def _of_organizations(estate: Estate, values: Iterable[str]) -> bool:
    return estate.organizations.keeps_out(values)


def _never(_: Estate, values: Iterable[str]) -> bool:
    return not values


# The facts of a principal, and whether the values that policies compare them with are all of our own.
FACTS: dict[str, Callable[[Estate, Iterable[str]], bool]] = {
    "aws:principalarn": _of_principals,
    "aws:principalaccount": _of_accounts,
    "kms:calleraccount": _of_accounts,
    "aws:principalorgid": _of_organizations,
    "aws:principalorgpaths": _of_organizations,
    "aws:principaltype": _never,
    "aws:username": _never,
    "aws:userid": _never,
}
