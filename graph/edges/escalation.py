"""What the escalation rules share: outcomes, what an administrator is, and the questions asked of one estate."""

from __future__ import annotations

from dataclasses import dataclass

from graph.builder import Builder
from graph.edges.asking import Asker
from graph.edges.credentials import Credentials
from graph.estate import Estate, Holder, Powers
from graph.proof import YES_STEP, Step, add_step, asked, best
from graph.sets import ALLOW_ALL, Sets
from graph.techniques import Technique, techniques
from policy import Document, Policy, PolicySet, Principal, Request, Truth

ORG_ADMIN = "outcome:org_admin"
# How a principal takes a Deny away from itself.
LOOSENING = ("iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:DetachUserPolicy", "iam:DeleteUserPolicy")


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
        return Asker(powers, self.estate.partition_of(account), known)

    def is_administrator(self, powers: Powers) -> Step:
        """Every right by its own policies, and one that changes rights past the SCPs: these leave an administrator
        what they leave to every other."""
        needs = techniques()["administrator"].needs
        policies = powers.policies.without_guardrails()
        own = Unlimited(powers.account_id, powers.principal, policies, None, powers.identity)
        left = best(self.asker(powers).all([n], target=None) for n in needs if n.guarded)
        return (self.asker(own).all(needs, target=None) & left).as_seen(powers.stale)

    def lets_in_service(self, role: Holder, service: str) -> Step:
        """Whether a role's trust policy lets an AWS service take it."""
        key = (role.arn, service)
        if key not in self._service:
            known = {"aws:sourceaccount": (role.account_id,)}
            principal = Principal(service, role.account_id, "service", known, caller="service")
            request = Request(principal, "sts:AssumeRole", role.arn, role.account_id)
            sentence = f"{role.record.name} trusts {service}."
            self._service[key] = asked(PolicySet(()), request, self.estate.door_of(role), sentence)
        return self._service[key]

    def exists(self, technique: Technique, target: Holder) -> Step:
        return self.credentials.exists(technique.exists, target) if technique.exists else YES_STEP

    def unlimited(self, holder: Holder) -> Step:
        """Whether a holder that writes itself any Allow is administrator then: its boundary, the SCPs above it and its
        own Denies still hold. These it may take away first, where they do not keep it from that."""
        kept = (ALLOW_ALL, *filter(None, map(_denies_of, holder.identity)))
        held = self._after(holder, kept)
        step = self.is_administrator(held)
        if is_open(step) or len(kept) == 1:
            return step
        asker = self.asker(held)
        loosened = best(asker.ask(action, holder.arn) for action in LOOSENING)
        removed = Step(Truth.MAYBE, conditions=(f"the Deny statements of {holder.record.name} are taken away first",))
        return self.is_administrator(self._after(holder, (ALLOW_ALL,))) & loosened & removed

    def _after(self, holder: Holder, identity: tuple[Policy, ...]) -> Powers:
        policies = PolicySet(identity, holder.boundary, holder.chain.levels)
        return Unlimited(holder.account_id, holder.principal, policies, holder.stale, identity)

    def root(self, account: str, arn: str) -> Powers:
        """The root user of an account, which only SCPs limit."""
        chain = self.estate.organizations.chain(account)
        principal = Principal(arn, account, "root", self.estate.organizations.context(account))
        return Unlimited(account, principal, PolicySet([ALLOW_ALL], None, chain.levels), chain.stale)


def _denies_of(policy: Policy) -> Policy | None:
    statements = tuple(s for s in policy.document.statements if s.effect == "Deny") if policy.document else ()
    return Policy(policy.id, policy.name, Document(statements, "2012-10-17")) if statements else None


def is_open(step: Step) -> bool:
    return step.truth is not Truth.NO
