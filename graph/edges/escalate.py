"""CAN_ESCALATE and MAY_ESCALATE: runs the technique rows over sets and principals.

Techniques that need only what a set allows start at the shared set; techniques on oneself start at the own set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import ingest.snapshot as facts
from graph.builder import Builder
from graph.edges.asking import Asker
from graph.edges.escalation import Escalation, is_open
from graph.estate import RESERVED, SERVICE_LINKED, Estate, Holder, Powers
from graph.proof import YES_STEP, Step, best
from graph.sets import Sets
from graph.techniques import Technique, of_shape, techniques
from policy import Truth


def add_escalation(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Runs every technique over every set and principal."""
    run = Escalation(builder, estate, sets)
    run.add_outcomes()
    for account in sorted(estate.identity_accounts):
        _root_user(run, account)
        for found in sets.shared.get(account, ()):
            _administrators(run, found, partial(sets.write, found))
            _on_others(run, found, partial(sets.write, found))
    for holder in sets.personal:
        _on_others(run, holder, partial(run.own, holder), sets.of(holder).id)
    for holder in estate.holders.values():
        _on_oneself(run, holder)


def _administrators(run: Escalation, powers: Powers, source: Callable[[], str]) -> None:
    step = run.is_administrator(powers)
    if is_open(step):
        run.gain_outcome(source(), powers.account_id, step, techniques()["administrator"])


def _root_user(run: Escalation, account: str) -> None:
    """The root user may do everything that the SCPs of its account leave."""
    arn = f"arn:{run.estate.partition_of(account)}:iam::{account}:root"
    if run.builder.has(arn):
        _administrators(run, run.root(account, arn), partial(run.sets.own, arn, account, "root"))


# -- on other principals
def _on_others(run: Escalation, powers: Powers, source: Callable[[], str], shared: str = "") -> None:
    """Techniques whose target is another principal: users, roles, or roles passed to a service.

    What the `shared` set can do for certain is not written again for one of its members.
    """
    asker = run.asker(powers)
    for technique in of_shape("user", "role", "pass_role"):
        able = is_open(asker.standing(technique.needs))
        for target in _targets(run.estate, powers.account_id, technique) if able else ():
            known = (shared, "CAN_ESCALATE", target.arn, technique.id) in run.builder.edges
            step = _on_other(run, asker, technique, target).as_seen(powers.stale, target.stale)
            if is_open(step) and not powers.is_only(target.arn) and not known:
                run.gain(source(), target.arn, step, technique)


def _on_other(run: Escalation, asker: Asker, technique: Technique, target: Holder) -> Step:
    step = asker.all(technique.needs, target.arn)
    if is_open(step) and technique.trusts:
        step = step & run.lets_in_service(target, technique.trusts)
    return step & run.exists(technique, target) if is_open(step) else step


def _targets(estate: Estate, account: str, technique: Technique) -> Iterable[Holder]:
    """AWS keeps service-linked and reserved roles from being changed, and service-linked ones from being passed."""
    if technique.shape == "user":
        return estate.users.get(account, ())
    kept = (SERVICE_LINKED, RESERVED) if technique.shape == "role" else (SERVICE_LINKED,)
    return (r for r in estate.roles.get(account, ()) if not r.record.path.startswith(kept))


# -- on oneself
def _on_oneself(run: Escalation, holder: Holder) -> None:
    """Techniques by which a principal changes its own rights. What it may do afterwards is still fenced by its boundary
    and the SCPs above it."""
    record = holder.record
    if isinstance(record, facts.Group):
        return
    asker = run.asker(holder)
    for technique, targets in _own_targets(run.estate, record):
        if asker.could(technique.needs):
            step = best(asker.all(technique.needs, target) for target in targets)
            if is_open(step):
                step = (step & run.unlimited(holder)).as_seen(holder.stale)
            if is_open(step):
                run.gain_outcome(run.own(holder), holder.account_id, step, technique)
    if isinstance(record, facts.User):
        _join_groups(run, holder, record, asker)


def _own_targets(estate: Estate, record: facts.User | facts.Role) -> Iterator[tuple[Technique, list[str]]]:
    policies = [arn for arn in _attached(estate, record) if ":iam::aws:" not in arn]
    for technique in of_shape("own_policy") if policies else ():
        yield technique, policies
    if isinstance(record, facts.Role) and not record.path.startswith((SERVICE_LINKED, RESERVED)):
        for technique in of_shape("own_role"):
            yield technique, [record.arn]


def _attached(estate: Estate, record: facts.User | facts.Role) -> list[str]:
    names = record.groups if isinstance(record, facts.User) else ()
    groups = [g for name in names if (g := estate.groups.get((record.account_id, name)))]
    return [arn for r in (record, *groups) for arn in r.attached]


def _join_groups(run: Escalation, holder: Holder, user: facts.User, asker: Asker) -> None:
    """A user that joins a group gains its rights, less what its own boundary and Denies still withhold."""
    groups = [g for (account, name), g in sorted(run.estate.groups.items()) if account == user.account_id]
    for technique in of_shape("group"):
        for group in groups if asker.could(technique.needs) else ():
            if group.name not in user.groups:
                step = asker.all(technique.needs, group.arn) & _kept_from(holder)
                if is_open(step):
                    run.gain(run.own(holder), group.arn, step.as_seen(holder.stale), technique)


def _kept_from(holder: Holder) -> Step:
    denies = any(s.effect == "Deny" for p in holder.identity if p.document for s in p.document.statements)
    if holder.boundary is None and not denies:
        return YES_STEP
    condition = f"the boundary and Deny statements of {holder.record.name} leave the group's rights"
    return Step(Truth.MAYBE, conditions=(condition,))
