"""CAN_ESCALATE and MAY_ESCALATE: runs the technique rows over sets and principals.

Techniques that need only what a set allows start at the shared set; techniques on oneself start at the own set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import ingest.snapshot as facts
from graph.builder import Builder
from graph.edges.asking import Asker
from graph.edges.credentials import Credentials
from graph.estate import RESERVED, SERVICE_LINKED, Estate, Holder
from graph.proof import NO_STEP, YES_STEP, Step, add_step, best, step_of
from graph.sets import ALLOW_ALL, AccessSet, Sets
from graph.techniques import Technique, of_shape, techniques
from policy import PolicySet, Principal, Request, Truth

ORG_ADMIN = "outcome:org_admin"


def outcome(account_id: str) -> str:
    """The id of the Outcome node of an account's administrator."""
    return f"outcome:admin:{account_id}"


class Escalation:
    """Everything the rules share while they run over one estate."""

    def __init__(self, builder: Builder, estate: Estate, sets: Sets) -> None:
        self.builder = builder
        self.estate = estate
        self.sets = sets
        self.credentials = Credentials(estate.snapshot)
        self._service: dict[tuple[str, str], Step] = {}

    # -- outcomes
    def add_outcomes(self) -> None:
        """Outcome nodes; each holds the set of an administrator of its account, so that paths go on from there."""
        for account in sorted(self.estate.identity_accounts):
            name = self.estate.accounts[account].name if account in self.estate.accounts else account
            self._add_outcome(outcome(account), f"administrator of {name}", "admin", account)
            if account == self.estate.management:
                self._add_outcome(ORG_ADMIN, "administrator of the organization", "org_admin", account)

    def _add_outcome(self, node_id: str, name: str, kind: str, account: str) -> None:
        self.builder.node("Outcome", node_id, name=name, kind=kind, account_id=account)
        self.builder.edge(node_id, "HOLDS", self.sets.write(self.sets.administrator(account)))

    def gain_outcome(self, source: str, account: str, step: Step, technique: Technique) -> None:
        """Writes the step to the account's administrator, and to the organization's from the management account."""
        goals = [outcome(account), *([ORG_ADMIN] if account == self.estate.management else [])]
        for goal in goals:
            add_step(self.builder, source, "ESCALATE", goal, step, technique.id, technique=technique.id)

    # -- asking
    def is_administrator(self, policies: PolicySet, principal: Principal, account: str) -> Step:
        row = techniques()["administrator"]
        asker = Asker(policies, principal, account, self.estate.partition_of(account))
        return asker.all(row.needs, target=None)

    def lets_in_service(self, role: Holder, service: str) -> Step:
        """Whether a role's trust policy lets an AWS service take it."""
        key = (role.arn, service)
        if key not in self._service:
            principal = Principal(service, role.account_id, "service", {"aws:sourceaccount": (role.account_id,)})
            request = Request(principal, "sts:AssumeRole", role.arn, role.account_id)
            verdict = PolicySet((), None, None).decide(request, self.estate.trust(role.record))  # type: ignore[arg-type]
            self._service[key] = step_of(verdict, f"{role.record.name} trusts {service}.")
        return self._service[key]

    def exists(self, technique: Technique, target: Holder) -> Step:
        return self.credentials.exists(technique.exists, target) if technique.exists else YES_STEP


def add_escalation(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Runs every technique over every set and principal."""
    run = Escalation(builder, estate, sets)
    run.add_outcomes()
    for account in sorted(estate.identity_accounts):
        for found in sets.shared.get(account, ()):
            _administrators(run, found)
            _on_targets(run, found.policies, found.principal, account, found.stale, partial(sets.write, found))
    for holder in sets.personal():
        _on_targets(
            run,
            holder.policies,
            holder.principal,
            holder.account_id,
            holder.stale,
            _own(run, holder),
            sets.of(holder).id,
        )
    for holder in estate.holders.values():
        _on_oneself(run, holder)
    _roots(run)


def _own(run: Escalation, holder: Holder) -> Callable[[], str]:
    return partial(run.sets.own, holder.arn, holder.account_id, holder.record.name)


def _administrators(run: Escalation, found: AccessSet) -> None:
    step = run.is_administrator(found.policies, found.principal, found.account_id).as_seen(found.stale)
    if step.truth is not Truth.NO:
        run.gain_outcome(run.sets.write(found), found.account_id, step, techniques()["administrator"])


def _on_targets(
    run: Escalation,
    policies: PolicySet,
    principal: Principal,
    account: str,
    stale: str | None,
    source: Callable[[], str],
    shared: str = "",
) -> None:
    """Techniques whose target is another principal: users, roles, or roles passed to a service.

    What the `shared` set can do for certain is not written again for one of its members.
    """
    asker = Asker(policies, principal, account, run.estate.partition_of(account))
    for technique in of_shape("user", "role", "pass_role"):
        if not asker.could(technique.needs):
            continue
        for target in _targets(run.estate, account, technique):
            step = _on_target(run, asker, technique, target).as_seen(stale, target.stale)
            known = (shared, "CAN_ESCALATE", target.arn, technique.id) in run.builder.edges
            if step.truth is not Truth.NO and target.arn != principal.arn and not known:
                add_step(run.builder, source(), "ESCALATE", target.arn, step, technique.id, technique=technique.id)


def _on_target(run: Escalation, asker: Asker, technique: Technique, target: Holder) -> Step:
    step = asker.all(technique.needs, target.arn)
    if step.truth is not Truth.NO and technique.trusts:
        step = step & run.lets_in_service(target, technique.trusts)
    return step & run.exists(technique, target) if step.truth is not Truth.NO else step


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
    partition = run.estate.partition_of(holder.account_id)
    asker = Asker(holder.policies, holder.principal, holder.account_id, partition)
    for technique, targets in _own_targets(run.estate, record):
        if asker.could(technique.needs):
            step = best(asker.all(technique.needs, target) for target in targets)
            step = _after(run, holder, step).as_seen(holder.stale, holder.chain.stale)
            if step.truth is not Truth.NO:
                run.gain_outcome(_own(run, holder)(), holder.account_id, step, technique)
    if isinstance(record, facts.User):
        _join_groups(run, holder, asker)


def _own_targets(estate: Estate, record: facts.User | facts.Role) -> Iterator[tuple[Technique, list[str]]]:
    policies = [arn for arn in _attached(estate, record) if ":iam::aws:" not in arn]
    for technique in of_shape("own_policy"):
        if policies:
            yield technique, policies
    if isinstance(record, facts.Role) and not record.path.startswith((SERVICE_LINKED, RESERVED)):
        for technique in of_shape("own_role"):
            yield technique, [record.arn]


def _attached(estate: Estate, record: facts.User | facts.Role) -> list[str]:
    names = record.groups if isinstance(record, facts.User) else ()
    groups = [g for name in names if (g := estate.groups.get((record.account_id, name)))]
    return [arn for r in (record, *groups) for arn in r.attached]


def _after(run: Escalation, holder: Holder, step: Step) -> Step:
    if step.truth is Truth.NO:
        return NO_STEP
    policies = PolicySet([ALLOW_ALL], holder.boundary, holder.chain.levels)
    return step & run.is_administrator(policies, holder.principal, holder.account_id)


def _join_groups(run: Escalation, holder: Holder, asker: Asker) -> None:
    """A user that joins a group gains its rights, less what its own boundary and Denies still withhold."""
    record = holder.record
    mine = set(record.groups) if isinstance(record, facts.User) else set()
    others = [g for (account, name), g in sorted(run.estate.groups.items()) if name not in mine]
    groups = [g for g in others if g.account_id == holder.account_id]
    for technique in of_shape("group"):
        for group in groups if asker.could(technique.needs) else ():
            step = asker.all(technique.needs, group.arn) & _kept_from(holder)
            step = step.as_seen(holder.stale, holder.chain.stale)
            if step.truth is not Truth.NO:
                own = _own(run, holder)()
                add_step(run.builder, own, "ESCALATE", group.arn, step, technique.id, technique=technique.id)


def _kept_from(holder: Holder) -> Step:
    denies = any(s.effect == "Deny" for p in holder.identity if p.document for s in p.document.statements)
    if holder.boundary is None and not denies:
        return YES_STEP
    condition = f"the boundary and Deny statements of {holder.record.name} leave the group's rights"
    return Step(Truth.MAYBE, conditions=(condition,))


# -- root users
def _roots(run: Escalation) -> None:
    """The root user may do everything that the SCPs of its account leave."""
    for account in sorted(run.estate.identity_accounts):
        arn = f"arn:{run.estate.partition_of(account)}:iam::{account}:root"
        if run.builder.has(arn):
            chain = run.estate.chain(account)
            principal = Principal(arn, account, "root", run.estate.account_context(account))
            policies = PolicySet([ALLOW_ALL], None, chain.levels)
            step = run.is_administrator(policies, principal, account).as_seen(chain.stale)
            if step.truth is not Truth.NO:
                run.gain_outcome(run.sets.own(arn, account, "root"), account, step, techniques()["administrator"])
