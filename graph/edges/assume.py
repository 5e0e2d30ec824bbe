"""CAN_ASSUME and MAY_ASSUME between principals of AWS: trust policy and identity policies together.

Within an account, a trust policy that names the principal itself needs no identity policy; one that names the account
leaves it to the identity policies. Across accounts both sides must allow.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.builder import Builder
from graph.edges.outsiders import outsider_step, outsiders
from graph.estate import Estate, Holder
from graph.proof import Step, add_step, asked
from graph.sets import Sets
from graph.trusts import Trust
from policy import PolicySet, Principal, Request, Resources, Truth, grouped, places, refined

ACTION = "sts:AssumeRole"


def add_assume(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Writes every assume edge whose source is an AWS principal, known or outside."""
    for account, found in _left_to(estate).items():
        _by_account(builder, sets, account, Doors.of(found))
    for trust in estate.trusts:
        if trust.anyone and not trust.personal:
            _at_home(builder, sets, trust)
        _one_by_one(builder, estate, sets, trust)
        _from_outside(builder, estate, sets, trust)


# -- sets that a trust policy lets in without naming a member
@dataclass(frozen=True)
class Doors:
    """The trusts that leave it to the policies of an account's principals who takes the role, as one list."""

    trusts: Sequence[Trust]
    roles: Resources
    alike: Sequence[int]  # groups of which the trust policies say the same

    @classmethod
    def of(cls, found: Sequence[Trust]) -> Doors:
        roles = Resources([trust.role.arn for trust in found])
        return cls(found, roles, grouped(found, lambda trust: trust.said))

    def tagged(self) -> list[int]:
        """Groups of the roles of which a request knows the same."""
        return grouped(self.trusts, lambda trust: tuple(sorted(trust.role.as_resource.items())))


def _left_to(estate: Estate) -> dict[str, list[Trust]]:
    """The trusts that leave it to the principals of an account who takes the role, by account."""
    found: dict[str, list[Trust]] = {account: [] for account in sorted(estate.identity_accounts)}
    for trust in estate.trusts:
        for account in _accounts_let_in(estate, trust) if not trust.personal else ():
            found[account].append(trust)
    return found


def _by_account(builder: Builder, sets: Sets, account: str, doors: Doors) -> None:
    """Every set of an account at every door that is open to the account: doors that nothing tells apart, once."""
    for found in sets.all_shared.get(account, ()) if doors.trusts else ():
        if not found.policies.allows_action(ACTION):
            continue
        asked_for = Request(found.principal, ACTION, "", "")
        groups = refined(found.policies.alike(asked_for, doors.roles, doors.roles.all), *doors.alike)
        if groups and found.policies.reads_tags(ACTION):
            groups = refined(groups, *doors.tagged())
        for group in groups:
            step = decide(found.policies, found.principal, doors.trusts[next(places(group))])
            for place in places(group) if step.truth is not Truth.NO else ():
                role = doors.trusts[place].role
                add_step(builder, sets.write(found), "ASSUME", role.arn, step.as_seen(found.stale, role.stale))


def _at_home(builder: Builder, sets: Sets, trust: Trust) -> None:
    """A trust policy that names everyone needs no identity policy in its own account."""
    for found in sets.all_shared.get(trust.role.account_id, ()):
        if _already(builder, found.id, trust) is Truth.NO:
            step = decide(found.policies, found.principal, trust).as_seen(found.stale, trust.role.stale)
            if step.truth is not Truth.NO:
                add_step(builder, sets.write(found), "ASSUME", trust.role.arn, step)


def _already(builder: Builder, set_id: str, trust: Trust) -> Truth:
    """What is written of a set at a door."""
    for verb, truth in (("CAN_ASSUME", Truth.YES), ("MAY_ASSUME", Truth.MAYBE)):
        if (set_id, verb, trust.role.arn, "") in builder.edges:
            return truth
    return Truth.NO


# -- principals that a trust policy names or tells apart
def _one_by_one(builder: Builder, estate: Estate, sets: Sets, trust: Trust) -> None:
    for holder in _singled_out(estate, sets, trust):
        step = decide(holder.policies, holder.principal, trust).as_seen(holder.stale, trust.role.stale)
        if step.truth > _already(builder, sets.of(holder).id, trust):
            own = sets.own(holder.arn, holder.account_id, holder.record.name)
            add_step(builder, own, "ASSUME", trust.role.arn, step)


def _accounts_let_in(estate: Estate, trust: Trust) -> set[str]:
    return estate.identity_accounts if trust.anyone else estate.identity_accounts & trust.accounts


def _singled_out(estate: Estate, sets: Sets, trust: Trust) -> Iterator[Holder]:
    """Principals to be asked for themselves: named ones, and all of a named account when conditions single out."""
    named = [arn for arn in sorted(trust.arns) if arn in estate.holders]
    let_in = sorted(_accounts_let_in(estate, trust))
    granted = [
        h.arn for account in let_in for h in sets.personal_in.get(account, ()) if h.policies.allows_action(ACTION)
    ]
    told_apart = [h.arn for account in let_in for h in _able(estate, trust, account)] if trust.personal else []
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
    return asked(policies, request, trust.door, f"{ACTION}.")


# -- principals of which only the trust policy is known
def _from_outside(builder: Builder, estate: Estate, sets: Sets, trust: Trust) -> None:
    partition = estate.partition_of(trust.role.account_id)
    for outsider in outsiders(builder, estate, partition, trust.accounts, trust.arns, trust.anyone):
        step = outsider_step(estate, outsider, trust.policy.document, lambda ps, one: decide(ps, one, trust))
        if step.truth is not Truth.NO:
            node_id, account = outsider
            own = sets.own(node_id, account, str(builder.nodes[node_id][1].get("name")))
            add_step(builder, own, "ASSUME", trust.role.arn, step.as_seen(trust.role.stale))
