"""Principals of whom only a policy that names them is known: an account as a whole, one principal, anyone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

from graph.builder import Builder
from graph.estate import Estate
from graph.nodes import anyone, external_account, root_principal
from graph.organizations import ORG_KEYS, Chain
from graph.proof import Step, best
from graph.sets import ALLOW_ALL
from policy import Document, PolicySet, Principal, Truth

Decide = Callable[[PolicySet, Principal], Step]
Outsider = tuple[str, str]  # the node and its account, which is empty for anyone


def outsiders(
    builder: Builder, estate: Estate, partition: str, accounts: Iterable[str], arns: Iterable[str], everyone: bool
) -> Iterator[Outsider]:
    """The nodes of those named whose own policies are not known; principals that were deleted are none."""
    for account in sorted(set(accounts) - estate.identity_accounts):
        yield root_principal(builder, account, partition), account
    for arn in sorted(a for a in set(arns) if a not in estate.holders and not estate.is_gone(a)):
        yield _named(builder, arn), arn.split(":")[4]
    if everyone:
        yield anyone(builder), ""


def outsider_step(estate: Estate, outsider: Outsider, document: Document | None, decide: Decide) -> Step:
    """What `decide` says of an outsider, whose own policies are taken to allow everything. `document` is what names it:
    as which of the principals that this asks for it comes is the outsider's to choose."""
    account = outsider[1]
    own_account = account in estate.accounts
    chain = estate.organizations.chain(account) if own_account else Chain(None)
    policies = PolicySet([ALLOW_ALL], None, chain.levels)
    step = best(decide(policies, one) for one in _guises(estate, outsider, document)).as_seen(chain.stale)
    if own_account:
        step = step & Step(Truth.MAYBE, conditions=(f"principals of account {account} were not seen",))
    return step


def _guises(estate: Estate, outsider: Outsider, document: Document | None) -> Iterator[Principal]:
    """As whom an outsider may come: it names its principals and tags them as a policy asks for, and anyone may come
    from any account but those whose principals are known."""
    node_id, account = outsider
    asked = [c for s in (document.statements if document else ()) for c in s.conditions]
    tags = {c.name: c.values[:1] for c in asked if c.name.startswith("aws:principaltag/") and c.values}
    accounts = [v for c in asked if c.name == "aws:principalaccount" for v in c.values]
    others = [account] if account else ["", *sorted(set(accounts) - estate.identity_accounts)]
    names = [v for c in asked if c.name == "aws:principalarn" for v in c.values if account and f":{account}:" in v]
    organizations = {v for c in asked if c.name in ORG_KEYS for v in c.values}
    theirs = frozenset[str]() if estate.organizations.keeps_out(organizations) else ORG_KEYS
    for name, home in product(dict.fromkeys((node_id, *names)), others):
        context = {**estate.organizations.context(home), **tags, "aws:principalarn": (name,)}
        yield Principal(name, account, "role", context, theirs - context.keys())


def _named(builder: Builder, arn: str) -> str:
    account = arn.split(":")[4]
    external_account(builder, account)
    label = "AWSUser" if ":user/" in arn else "AWSRole"
    return builder.node(label, arn, name=arn.rsplit("/", 1)[-1], arn=arn, account_id=account)
