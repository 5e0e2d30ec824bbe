"""What the escalation rules share: outcomes, what an administrator is, and the questions asked of one estate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, reduce

import ingest.snapshot as facts
from graph.builder import Builder
from graph.edges.abilities import Abilities
from graph.edges.asking import Asker, both
from graph.edges.credentials import Credentials
from graph.edges.targets import Listing, Target, Targets
from graph.estate import Estate, Holder, Powers, Record
from graph.proof import NO_STEP, YES_STEP, Step, add_step, asked, best
from graph.sets import ALLOW_ALL, Sets
from graph.techniques import Need, Shape, Technique, of_shape, techniques
from policy import Document, Policy, PolicySet, Principal, Request, Truth, places

ORG_ADMIN = "outcome:org_admin"
# What the agent of Systems Manager calls.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
AGENT = (Need("ssm:UpdateInstanceInformation", "*"), Need("ssmmessages:CreateControlChannel", "*"))
# What the agent in a task that takes commands calls, with the rights of the task's role.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions
CHANNELS = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
COMMAND_AGENT = tuple(Need(f"ssmmessages:{channel}", "*") for channel in CHANNELS)
BOUNDARIES: Mapping[str, Shape] = {"user": "user_boundary", "role": "role_boundary"}
ATTACHED: Mapping[str, Shape] = {
    "user": "user_attached_deny",
    "role": "role_attached_deny",
    "group": "group_attached_deny",
}
INLINE: Mapping[str, Shape] = {"user": "user_inline_deny", "role": "role_inline_deny", "group": "group_inline_deny"}


def outcome(account_id: str) -> str:
    """The id of the Outcome node of an account's administrator."""
    return f"outcome:admin:{account_id}"


@dataclass(frozen=True)
class Unlimited:
    """Powers of a principal whose identity policies allow everything: what is left is boundary and SCPs."""

    account_id: str
    principal: Principal
    policies: PolicySet
    stale: str | None = None
    identity: tuple[Policy, ...] = (ALLOW_ALL,)

    def is_only(self, arn: str) -> bool:
        return arn == self.principal.arn


@dataclass(frozen=True)
class Tried:
    """What a technique is tried on in one account: the places in the listing, each with what must be so there."""

    listing: Listing
    holds: Mapping[int, Step]

    @cached_property
    def group(self) -> int:
        return sum(1 << place for place in self.holds)

    def of(self, group: int) -> Iterator[tuple[Target, Step]]:
        """The targets of a group."""
        return ((self.listing.targets[place], self.holds[place]) for place in places(group))


class Escalation:
    """Everything the rules share while they run over one estate."""

    def __init__(self, builder: Builder, estate: Estate, sets: Sets) -> None:
        self.builder = builder
        self.estate = estate
        self.sets = sets
        self.credentials = Credentials(estate.snapshot)
        self.targets = Targets(estate)
        self.abilities = Abilities([*AGENT, *COMMAND_AGENT, *(n for t in techniques().values() for n in t.needs)])
        self._tried: dict[tuple[str, str, type[Technique]], Tried] = {}
        self._rules: dict[str, bool] = {}
        self._unlimited: dict[str, Step] = {}
        self._service: dict[tuple[object, str], Step] = {}  # by what a trust policy says, and the service

    # -- outcomes
    def add_outcomes(self) -> None:
        """Outcome nodes; each holds the set of an administrator of its account, so that paths go on from there."""
        for account in sorted(self.estate.identity_accounts):
            name = self.estate.accounts[account].name if account in self.estate.accounts else account
            self._add_outcome(outcome(account), f"administrator of {name}", "admin", account)
            if self.estate.organizations.manages(account):
                self._add_outcome(ORG_ADMIN, "administrator of the organization", "org_admin", account)

    def _add_outcome(self, node_id: str, name: str, kind: str, account: str) -> None:
        self.builder.node("Outcome", node_id, name=name, kind=kind, account_id=account)
        self.builder.edge(node_id, "HOLDS", self.sets.write(self.sets.administrator(account)))

    def gain_outcome(self, source: str, account: str, step: Step, technique: Technique) -> None:
        """Writes the step to the account's administrator, and to the organization's from the management account."""
        self.gain(source, outcome(account), step, technique)
        if self.estate.organizations.manages(account):
            self.gain(source, ORG_ADMIN, step, technique)

    def gain(self, source: str, target: str, step: Step, technique: Technique) -> None:
        add_step(self.builder, source, "ESCALATE", target, step, technique.id, technique=technique.id)

    def own(self, holder: Holder) -> str:
        return self.sets.own(holder.arn, holder.account_id, holder.record.name)

    # -- questions
    def asker(self, powers: Powers) -> Asker:
        account = powers.account_id
        known = self.estate.organizations.resource_context(account)
        return Asker(powers, self.estate.partition_of(account), known, self.abilities, self.credentials.existing)

    def is_administrator(self, powers: Powers) -> Step:
        """Every right by its own policies, and one that changes rights past the SCPs: these leave an administrator
        what they leave to every other."""
        needs = techniques()["administrator"].needs
        policies = powers.policies.without_guardrails()
        own = Unlimited(powers.account_id, powers.principal, policies, None, powers.identity)
        asker = self.asker(powers)
        left = best(asker.all(one, None) for one in guarded())
        return (self.asker(own).all(needs, None) & left).as_seen(powers.stale)

    def rules(self, holder: Holder) -> bool:
        """Whether a holder is administrator for certain by its shared set, and so gains nothing in its account."""
        found = self.sets.of(holder)
        if found.id not in self._rules:
            self._rules[found.id] = self.is_administrator(found).truth is Truth.YES
        return self._rules[found.id]

    def lets_in_service(self, role: Holder, service: str) -> Step:
        """Whether a role's trust policy lets an AWS service take it."""
        key = (self.estate.trusts.of(role).said, service)
        if key not in self._service:
            known = {"aws:sourceaccount": (role.account_id,)}
            principal = Principal(service, role.account_id, "service", known, caller="service")
            request = Request(principal, "sts:AssumeRole", role.arn, role.account_id)
            sentence = f"The role trusts {service}."
            self._service[key] = asked(PolicySet(()), request, self.estate.door_of(role), sentence)
        return self._service[key]

    def tried(self, account: str, technique: Technique) -> Tried:
        """The targets of a technique for which what must be so, whoever tries, is so or may be."""
        key = (account, technique.id, type(technique))
        if key not in self._tried:
            listing = self.targets(account, technique)
            possible = listing.letting_in(technique.trusts) if technique.trusts else range(len(listing.targets))
            steps = ((place, self._holds(technique, listing.targets[place])) for place in possible)
            holds = {place: step.as_seen(listing.targets[place].stale) for place, step in steps if is_open(step)}
            self._tried[key] = Tried(listing, holds)
        return self._tried[key]

    def _holds(self, technique: Technique, target: Target) -> Step:
        trusts = self.lets_in_service(target.gained, technique.trusts) if technique.trusts else YES_STEP
        return both(trusts, self.exists(technique, target)) if is_open(trusts) else NO_STEP

    def exists(self, technique: Technique, target: Target) -> Step:
        """What must be so for a target, and what no snapshot tells."""
        step = Step(Truth.MAYBE, conditions=(technique.open,)) if technique.open else YES_STEP
        if technique.exists == "managed_instance":
            return both(step, self._is_managed(target))
        if technique.exists == "command_task":
            step = both(step, self.asker(target.gained).all(COMMAND_AGENT, None))
        return both(step, self.credentials.exists(technique.exists, target)) if technique.exists else step

    def _is_managed(self, instance: Target) -> Step:
        """Whether Systems Manager reaches an instance, as it says; else by the instance's role, or by a role for all
        instances.

        https://docs.aws.amazon.com/systems-manager/latest/userguide/managed-instances-default-host-management.html
        """
        step = self.credentials.exists("running", instance)
        if (managed := self.credentials.managed(instance)) is not None:
            return both(step, managed)
        by_role = self.asker(instance.gained).all(AGENT, None)
        if step.truth is Truth.NO or by_role.truth is Truth.YES:
            return step
        name = getattr(instance.record, "name", "") or instance.arn.rpartition("/")[2]
        return step & Step(Truth.MAYBE, conditions=(f"Systems Manager manages {name}, which its role does not allow",))

    def unlimited(self, holder: Holder) -> Step:
        """Whether a holder that is given every Allow is administrator then: its boundary, the SCPs above it and its own
        Denies still hold, unless they let it take them away."""
        if holder.arn not in self._unlimited:
            kept = (ALLOW_ALL, *filter(None, map(_denies_of, holder.identity)))
            given = replace(holder, identity=kept)
            ways = (step & self.is_administrator(after) for _, step, after in self.loosened(given))
            self._unlimited[holder.arn] = best((self.is_administrator(given), *ways))
        return self._unlimited[holder.arn]

    # -- taking limits away
    def loosened(self, holder: Holder) -> Iterator[tuple[Technique, Step, Holder]]:
        """The ways in which a user or role can take limits from itself: by which technique, whether, and what it is
        without them."""
        for way in self._loosened_once(holder):
            yield way
            technique, step, after = way
            for _, further, at_last in self._loosened_once(after):
                if at_last.boundary is not holder.boundary and at_last.identity != holder.identity:
                    yield technique, step & further, at_last

    def _loosened_once(self, holder: Holder) -> Iterator[tuple[Technique, Step, Holder]]:
        asker, own = self.asker(holder), Target.of(holder)
        kind = type(holder.record).__name__.lower()
        for technique in of_shape(BOUNDARIES[kind]) if holder.boundary else ():
            step = asker.all(technique.needs, own)
            if is_open(step):
                yield technique, step, replace(holder, boundary=None)
        yield from self._without_denies(holder, asker)

    def _without_denies(self, holder: Holder, asker: Asker) -> Iterator[tuple[Technique, Step, Holder]]:
        removed: list[tuple[Policy, Technique, Step]] = []
        for policy in filter(_denies_of, holder.identity):
            for target, shape in denying(self.estate, holder.record, policy):
                for technique in of_shape(shape):
                    step = asker.all(technique.needs, replace(Target.of(holder, policy.id), arn=target))
                    if is_open(step):
                        removed.append((policy, technique, step))
        for policy, technique, step in removed:
            yield technique, step, _without(holder, [policy])
        if len(removed) > 1:
            together = reduce(Step.__and__, (step for _, _, step in removed))
            yield removed[0][1], together, _without(holder, [policy for policy, _, _ in removed])

    def root(self, account: str, arn: str) -> Powers:
        """The root user of an account, which only SCPs limit."""
        chain = self.estate.organizations.chain(account)
        principal = Principal(arn, account, "root", self.estate.organizations.context(account))
        return Unlimited(account, principal, PolicySet([ALLOW_ALL], None, chain.levels), chain.stale)


@cache
def guarded() -> tuple[tuple[Need, ...], ...]:
    """The needs of an administrator of which SCPs must leave one."""
    return tuple((need,) for need in techniques()["administrator"].needs if need.guarded)


def _denies_of(policy: Policy) -> Policy | None:
    statements = tuple(s for s in policy.document.statements if s.effect == "Deny") if policy.document else ()
    return Policy(policy.id, policy.name, Document(statements, "2012-10-17")) if statements else None


def _without(holder: Holder, policies: Sequence[Policy]) -> Holder:
    gone = {policy.id for policy in policies}
    return replace(holder, identity=tuple(p for p in holder.identity if p.id not in gone))


def denying(estate: Estate, record: Record, policy: Policy) -> Iterator[tuple[str, Shape]]:
    """Where a policy of a user or role is held, and which techniques take it away there; none where several hold it."""
    names = record.groups if isinstance(record, facts.User) else ()
    holding = [record, *(g for name in names if (g := estate.groups.get((record.account_id, name))))]
    found: list[tuple[str, Shape]] = []
    for one in holding:
        kind = type(one).__name__.lower()
        found += [(one.arn, ATTACHED[kind])] if policy.id in one.attached else []
        found += [(one.arn, INLINE[kind])] if policy.id == f"{one.arn}/{policy.name}" else []
    yield from found if len(found) == 1 else ()


def is_open(step: Step) -> bool:
    return step.truth is not Truth.NO
