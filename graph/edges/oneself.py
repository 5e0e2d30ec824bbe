"""Techniques by which a principal changes its own rights, or takes away what limits it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

import ingest.snapshot as facts
from graph.edges.asking import Asker
from graph.edges.escalation import Escalation, is_open
from graph.edges.targets import Target
from graph.estate import RESERVED, SERVICE_LINKED, Estate, Holder
from graph.proof import YES_STEP, Step, best
from graph.techniques import Limit, Shape, Technique, of_shape
from policy import Truth

LIMITS: tuple[Limit, ...] = get_args(Limit)


def add_on_oneself(run: Escalation, holder: Holder) -> None:
    """Writes what a user or role can make of itself."""
    record = holder.record
    if isinstance(record, facts.Group):
        return
    asker = run.asker(holder)
    if not run.rules(holder):
        gained = list(_gained(run, holder, asker))
        if all(step.truth is not Truth.YES for _, step in gained):
            gained += _once_loosened(run, holder, asker)
        for technique, step in gained:
            run.gain_outcome(run.own(holder), holder.account_id, step.as_seen(holder.stale), technique)
    if isinstance(record, facts.User):
        _join_groups(run, holder, record, asker)


def _gained(run: Escalation, holder: Holder, asker: Asker) -> Iterator[tuple[Technique, Step]]:
    """The techniques that give a holder every right; its boundary and the SCPs above it still hold then."""
    for technique, targets in _own_targets(run.estate, holder):
        if asker.could(technique.needs):
            step = best(asker.all(technique.needs, target) for target in targets)
            if is_open(step):
                step = step & run.unlimited(holder) & run.exists(technique, targets[0])
            if is_open(step):
                yield technique, step


def _once_loosened(run: Escalation, holder: Holder, asker: Asker) -> Iterator[tuple[Technique, Step]]:
    """The techniques that leave a holder an administrator, or with a technique that makes it one."""
    if not any(asker.could(t.needs) for t in of_shape(*LIMITS)):
        return
    for technique, step, after in run.loosened(holder):
        becomes = (further for _, further in _gained(run, after, run.asker(after)))
        reached = step & best((run.is_administrator(after), *becomes))
        if is_open(reached):
            yield technique, reached


def _own_targets(estate: Estate, holder: Holder) -> Iterator[tuple[Technique, Sequence[Target]]]:
    record = holder.record
    own = Target.of(holder)
    groups = _groups(estate, record)
    attached = dict.fromkeys(arn for r in (record, *groups) for arn in r.attached if ":iam::aws:" not in arn)
    tried: dict[Shape, list[Target]] = {
        "own_policy": [Target(arn, holder, record, holder.owner) for arn in attached],
        "own_group": [Target(group.arn, holder, record, holder.owner) for group in groups],
        "own_user": [own] if isinstance(record, facts.User) else [],
        "own_role": [own]
        if isinstance(record, facts.Role) and not record.path.startswith((SERVICE_LINKED, RESERVED))
        else [],
    }
    for shape, targets in tried.items():
        for technique in of_shape(shape) if targets else ():
            yield technique, targets


def _groups(estate: Estate, record: facts.Record) -> list[facts.Group]:
    names = record.groups if isinstance(record, facts.User) else ()
    return [g for name in names if (g := estate.groups.get((record.account_id, name)))]  # type: ignore[attr-defined]


def _join_groups(run: Escalation, holder: Holder, user: facts.User, asker: Asker) -> None:
    """A user that joins a group gains its rights, less what its own boundary and Denies still withhold."""
    groups = [g for (account, name), g in sorted(run.estate.groups.items()) if account == user.account_id]
    for technique in of_shape("group"):
        for group in groups if asker.could(technique.needs) else ():
            if group.name not in user.groups:
                target = Target(group.arn, holder, group, holder.owner)
                step = asker.all(technique.needs, target) & _kept_from(holder)
                if is_open(step):
                    run.gain(run.own(holder), group.arn, step.as_seen(holder.stale), technique)


def _kept_from(holder: Holder) -> Step:
    denies = any(s.effect == "Deny" for p in holder.identity if p.document for s in p.document.statements)
    if holder.boundary is None and not denies:
        return YES_STEP
    condition = f"the boundary and Deny statements of {holder.record.name} leave the group's rights"
    return Step(Truth.MAYBE, conditions=(condition,))
