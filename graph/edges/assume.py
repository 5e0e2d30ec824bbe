"""CAN_ASSUME and MAY_ASSUME between principals of AWS: trust policy and identity policies together.

Within an account, a trust policy that names the principal itself needs no identity policy; one that names the account
leaves it to the identity policies. Across accounts both sides must allow.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from graph.builder import Builder
from graph.estate import Estate, Holder
from graph.nodes import external_account
from graph.organizations import ORG_KEYS, Chain
from graph.proof import Step, add_step, asked, best
from graph.sets import ALLOW_ALL, AccessSet, Sets
from graph.trusts import Trust
from policy import PolicySet, Principal, Request, Truth

ACTION = "sts:AssumeRole"
ANYONE = "external:anyone"


def add_assume(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Writes every assume edge whose source is an AWS principal, known or outside."""
    for trust in estate.trusts:
        _from_known(builder, estate, sets, trust)
        _from_outside(builder, estate, sets, trust)


def _from_known(builder: Builder, estate: Estate, sets: Sets, trust: Trust) -> None:
    shared: dict[str, Truth] = {}
    if not trust.personal:
        for found in _candidates(estate, sets, trust):
            step = decide(found.policies, found.principal, trust).as_seen(found.stale, trust.role.stale)
            shared[found.id] = step.truth
            if step.truth is not Truth.NO:
                add_step(builder, sets.write(found), "ASSUME", trust.role.arn, step)
    for holder in _one_by_one(estate, sets, trust):
        have = shared.get(sets.of(holder).id, Truth.NO)
        step = decide(holder.policies, holder.principal, trust).as_seen(holder.stale, trust.role.stale)
        if step.truth > have:
            own = sets.own(holder.arn, holder.account_id, holder.record.name)
            add_step(builder, own, "ASSUME", trust.role.arn, step)


def _candidates(estate: Estate, sets: Sets, trust: Trust) -> Iterator[AccessSet]:
    """Shared sets that the trust policy lets in without naming a member."""
    for account in _accounts_let_in(estate, trust):
        granted_by_trust = trust.anyone and account == trust.role.account_id
        for found in sets.all_shared.get(account, ()):
            if granted_by_trust or found.policies.allows_action(ACTION):
                yield found


def _accounts_let_in(estate: Estate, trust: Trust) -> list[str]:
    return sorted(estate.identity_accounts if trust.anyone else trust.accounts & estate.identity_accounts)


def _one_by_one(estate: Estate, sets: Sets, trust: Trust) -> Iterator[Holder]:
    """Principals to be asked for themselves: named ones, and all of a named account when conditions single out."""
    named = [arn for arn in sorted(trust.arns) if arn in estate.holders]
    let_in = set(_accounts_let_in(estate, trust))
    granted = [h.arn for h in sets.personal if h.account_id in let_in]
    told_apart = [h.arn for account in sorted(let_in) for h in _able(estate, trust, account)] if trust.personal else []
    every = dict.fromkeys(named + granted + told_apart)
    return (estate.holders[arn] for arn in every if arn != trust.role.arn)


def _able(estate: Estate, trust: Trust, account: str) -> Iterator[Holder]:
    """Principals of an account that could assume the role on either side's word."""
    granted_by_trust = trust.anyone and account == trust.role.account_id
    for holder in (*estate.roles.get(account, ()), *estate.users.get(account, ())):
        if granted_by_trust or holder.policies.allows_action(ACTION):
            yield holder


def decide(policies: PolicySet, principal: Principal, trust: Trust) -> Step:
    """One assume request: what AWS would answer."""
    role = trust.role
    request = Request(principal, ACTION, role.arn, role.account_id, role.as_resource)
    return asked(policies, request, trust.door, f"sts:AssumeRole on {role.record.name}.")


# -- principals of which only the trust policy is known
def _from_outside(builder: Builder, estate: Estate, sets: Sets, trust: Trust) -> None:
    for account in sorted(trust.accounts - estate.identity_accounts):
        root = _root(builder, account, estate.partition_of(trust.role.account_id))
        _outsider(builder, estate, sets, trust, root, account)
    for arn in sorted(a for a in trust.arns - estate.holders.keys() if not estate.is_gone(a)):
        _outsider(builder, estate, sets, trust, _named(builder, arn), arn.split(":")[4])
    if trust.anyone:
        node_id = builder.node("AWSExternalPrincipal", ANYONE, name="anyone with an AWS account")
        _outsider(builder, estate, sets, trust, node_id, "")


def _outsider(builder: Builder, estate: Estate, sets: Sets, trust: Trust, node_id: str, account: str) -> None:
    """An edge from someone whose own policies are unknown and taken to allow everything."""
    own_account = account in estate.accounts
    chain = estate.organizations.chain(account) if own_account else Chain(None)
    policies = PolicySet([ALLOW_ALL], None, chain.levels)
    steps = (decide(policies, one, trust) for one in _guises(estate, trust, node_id, account))
    step = best(steps).as_seen(trust.role.stale, chain.stale)
    if own_account:
        step = step & Step(Truth.MAYBE, conditions=(f"principals of account {account} were not seen",))
    if step.truth is not Truth.NO:
        own = sets.own(node_id, account, str(builder.nodes[node_id][1].get("name")))
        add_step(builder, own, "ASSUME", trust.role.arn, step)


def _guises(estate: Estate, trust: Trust, node_id: str, account: str) -> Iterator[Principal]:
    """As whom an outsider may come: it names its principals and tags them as a trust policy asks for, and anyone may
    come from any account but those whose principals are known."""
    asked = [c for s in (trust.policy.document.statements if trust.policy.document else ()) for c in s.conditions]
    tags = {c.name: c.values[:1] for c in asked if c.name.startswith("aws:principaltag/") and c.values}
    accounts = [v for c in asked if c.name == "aws:principalaccount" for v in c.values]
    others = [account] if account else ["", *sorted(set(accounts) - estate.identity_accounts)]
    names = [v for c in asked if c.name == "aws:principalarn" for v in c.values if account and f":{account}:" in v]
    organizations = {v for c in asked if c.name in ORG_KEYS for v in c.values}
    theirs = frozenset[str]() if estate.organizations.keeps_out(organizations) else ORG_KEYS
    for name, home in product(dict.fromkeys((node_id, *names)), others):
        context = {**estate.organizations.context(home), **tags, "aws:principalarn": (name,)}
        yield Principal(name, account, "role", context, theirs - context.keys())


def _root(builder: Builder, account: str, partition: str) -> str:
    arn = f"arn:{partition}:iam::{account}:root"
    external_account(builder, account)
    if builder.has(arn):
        return arn
    return builder.node("AWSRootPrincipal", arn, name=f"account {account}", arn=arn, account_id=account)


def _named(builder: Builder, arn: str) -> str:
    account = arn.split(":")[4]
    external_account(builder, account)
    label = "AWSUser" if ":user/" in arn else "AWSRole"
    return builder.node(label, arn, name=arn.rsplit("/", 1)[-1], arn=arn, account_id=account)
