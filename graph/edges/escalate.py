"""CAN_ESCALATE and MAY_ESCALATE: runs the technique rows over sets and principals.

Techniques that need only what a set allows start at the shared set; techniques on oneself start at the own set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import get_args

from graph.builder import Builder
from graph.edges.asking import Asker, both
from graph.edges.escalation import Escalation, Tried, is_open, outcome
from graph.edges.oneself import add_on_oneself
from graph.edges.targets import Target
from graph.estate import Estate, Holder, Powers
from graph.proof import NO_STEP, Step
from graph.sets import Sets
from graph.techniques import Shape, Technique, Workload, of_shape, techniques
from policy import Truth

Source = Callable[[], str]
# An administrator gains each principal once, by the first technique that works: in this order.
RIGHTS: tuple[Shape, ...] = (
    "role",
    "user",
    "pass_role",
    *get_args(Workload),
    "saml_provider",
    "oidc_provider",
)
REWRITTEN: tuple[Shape, ...] = ("rewritten_user", "rewritten_role", "rewritten_policy")


def add_escalation(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Runs every technique over every set and principal."""
    run = Escalation(builder, estate, sets)
    run.add_outcomes()
    for account in sorted(estate.identity_accounts):
        _root_user(run, account)
        for found in sets.shared.get(account, ()):
            is_administrator = _administrators(run, found, partial(sets.write, found))
            # What an administrator gains is written once, for all administrators of the account.
            if not is_administrator or found is sets.administrator(account):
                _on_others(run, found, partial(sets.write, found), is_administrator)
            _on_members(run, found, partial(sets.write, found))
        _through_named_doors(run, account)
    for holder in sets.personal:
        if run.is_administrator(holder).truth is not Truth.YES:
            _on_others(run, holder, partial(run.own, holder), shared=sets.of(holder).id)
    for holder in estate.holders.values():
        add_on_oneself(run, holder)


def _administrators(run: Escalation, powers: Powers, source: Source) -> bool:
    """Writes who is an administrator by its own policies, and returns whether that is certain."""
    step = run.is_administrator(powers)
    if is_open(step):
        run.gain_outcome(source(), powers.account_id, step, techniques()["administrator"])
    return step.truth is Truth.YES


def _root_user(run: Escalation, account: str) -> None:
    """The root user may do everything that the SCPs of its account leave."""
    arn = f"arn:{run.estate.partition_of(account)}:iam::{account}:root"
    if run.builder.has(arn):
        _administrators(run, run.root(account, arn), partial(run.sets.own, arn, account, "root"))


# -- on other principals
def _on_others(
    run: Escalation, powers: Powers, source: Source, is_administrator: bool = False, shared: str = ""
) -> None:
    """Techniques whose target is another principal, or something that acts with its rights.

    What the `shared` set can do for certain is not written again for one of its members.
    """
    asker = run.asker(powers)
    ways = (*of_shape(*RIGHTS), *run.targets.workloads.unlisted(powers.account_id))
    able = [(t, step) for t in ways if is_open(step := asker.standing(t.needs))]
    gained: set[str] = set()
    for technique, standing in able:
        tried = run.tried(powers.account_id, technique)
        for group, meets in asker.meeting(technique.needs, tried.listing, tried.group):
            met = both(meets, standing)
            for target, holds in tried.of(group):
                arn = target.gained.arn
                known = (shared, "CAN_ESCALATE", arn, technique.id) in run.builder.edges
                if powers.is_only(arn) or arn in gained or known:
                    continue
                step = both(met, holds).as_seen(powers.stale)
                run.gain(source(), arn, step, technique)
                if is_administrator and step.truth is Truth.YES:
                    gained.add(arn)
    if not is_administrator:
        _rewriting(run, asker, source, shared)


# -- giving another principal every right, and taking it
def _rewriting(run: Escalation, asker: Asker, source: Source, shared: str = "") -> None:
    account = asker.powers.account_id
    for technique in of_shape(*REWRITTEN):
        known = (shared, "CAN_ESCALATE", outcome(account), technique.id) in run.builder.edges
        if not known and is_open(asker.standing(technique.needs)):
            tried = run.tried(account, technique)
            step = _best(run, asker, technique, tried, tried.group)
            if is_open(step):
                run.gain_outcome(source(), account, step, technique)


def _best(run: Escalation, asker: Asker, technique: Technique, tried: Tried, group: int) -> Step:
    """The most certain of the ways, which are many where a policy allows all of them."""
    found, standing = NO_STEP, asker.standing(technique.needs)
    for alike, meets in asker.meeting(technique.needs, tried.listing, group):
        for target, holds in tried.of(alike):
            if found.truth >= meets.truth & standing.truth:
                break  # none of these is more certain
            if asker.powers.is_only(target.gained.arn):
                continue
            unlimited = run.unlimited(target.gained)
            through = Step(Truth.YES, (f"Then {target.gained.record.name} is unlimited.",))
            step = (meets & standing & holds & unlimited & through).as_seen(asker.powers.stale)
            found = max(found, step, key=lambda s: s.truth)
        if found.truth is Truth.YES:
            break
    return found


def _through_named_doors(run: Escalation, account: str) -> None:
    """A role that lets in a principal by name, or by facts of its own, can be rewritten and taken by that one alone."""
    entering = [t for t in of_shape("rewritten_role", "rewritten_policy") if any(n.is_entry for n in t.needs)]
    for technique in entering:
        tried = run.tried(account, technique)
        for place in tried.holds:
            for holder in _let_in(run, tried.listing.targets[place], technique):
                shared = (run.sets.of(holder).id, "CAN_ESCALATE", outcome(account), technique.id)
                step = NO_STEP
                if shared not in run.builder.edges:
                    step = _best(run, run.asker(holder), technique, tried, 1 << place)
                if is_open(step):
                    run.gain_outcome(run.own(holder), account, step, technique)


def _let_in(run: Escalation, target: Target, technique: Technique) -> Iterator[Holder]:
    trust, estate, account = run.estate.trusts.of(target.gained), run.estate, target.gained.account_id
    named = [h for arn in sorted(trust.arns) if (h := estate.holders.get(arn)) and h.account_id == account]
    others = [*estate.roles.get(account, ()), *estate.users.get(account, ())] if trust.personal else []
    for arn in dict.fromkeys(h.arn for h in (*named, *others)):
        holder = estate.holders[arn]
        if run.asker(holder).could(technique.needs) and not run.rules(holder):
            yield holder


# -- on accounts of the organization
def _on_members(run: Escalation, powers: Powers, source: Source) -> None:
    """Techniques by which the account that manages an organization rules the others."""
    if not run.estate.organizations.manages(powers.account_id):
        return
    asker = run.asker(powers)
    for technique in of_shape("member_root", "member_account"):
        for member in _members(run, powers.account_id) if is_open(asker.standing(technique.needs)) else ():
            arn = MEMBERS[technique.shape].format(partition=asker.partition, account=member)
            step = asker.on(technique.needs, arn)
            if is_open(step):
                step = step & asker.standing(technique.needs) & Step(Truth.MAYBE, conditions=(technique.open,))
                run.gain(source(), outcome(member), step.as_seen(powers.stale), technique)


MEMBERS = {
    "member_root": "arn:{partition}:iam::{account}:root",
    "member_account": "arn:{partition}:sso:::account/{account}",
}


def _members(run: Escalation, manager: str) -> list[str]:
    estate = run.estate
    ours = {
        a for a in estate.identity_accounts if (o := estate.organizations.of(a)) and o.management_account_id == manager
    }
    return sorted(ours - {manager})
