"""CAN_ACCESS and MAY_ACCESS on the protect surface: identity policies, boundaries and SCPs, within an account.

A resource's own policy is asked too, so that its Denies hold and a KMS key policy must let IAM decide. What a resource
policy alone grants, to other accounts or to principals without a policy of their own, is not written yet.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ingest.snapshot as facts
from graph.builder import Builder
from graph.edges.trusts import names_principals, singles_out
from graph.estate import Estate, Holder
from graph.proof import NO_STEP, Step, add_step, step_of
from graph.sets import AccessSet, Sets
from policy import Policy, PolicySet, Principal, Request, Truth

Levels = dict[str, list[tuple[str, str]]]
RECORD_LABELS: dict[type[facts.ArnRecord], str] = {
    facts.Bucket: "S3Bucket",
    facts.DatabaseCluster: "RDSCluster",
    facts.DatabaseInstance: "RDSInstance",
    facts.BackupVault: "BackupVault",
    facts.RecoveryPoint: "RecoveryPoint",
    facts.Key: "KMSKey",
    facts.Secret: "SecretsManagerSecret",
    facts.Trail: "CloudTrailTrail",
    facts.Function: "AWSLambda",
}

# A function's policy is made of grants alone: it withholds nothing from principals of its account.
# https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
ONLY_ALLOWING = (facts.Function,)


@cache
def levels() -> dict[str, Levels]:
    """The declared levels of access: label -> level -> [(action, resource template)]."""
    rows = tomllib.loads((Path(__file__).parent.parent / "access.toml").read_text())
    return {label: {name: [(a, r) for a, r in pairs] for name, pairs in table.items()} for label, table in rows.items()}


@dataclass(frozen=True)
class Target:
    """A resource with its own policy: None where it has none, without a document where it was not seen."""

    arn: str
    name: str
    account_id: str
    label: str
    tags: dict[str, str] | None
    policy: Policy | None
    stale: str | None


def add_access(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Writes one edge per set, resource and level, naming the actions that are allowed."""
    personal = sets.personal()
    for target in targets(estate):
        one_by_one = target.policy is not None and (
            singles_out(target.policy.document) or names_principals(target.policy.document)
        )
        shared = sets.shared.get(target.account_id, ())
        for found in shared:
            if one_by_one:
                for holder in found.members:
                    _add_own(builder, sets, target, holder)
            else:
                _add_shared(builder, sets, target, found)
        for holder in personal:
            if holder.account_id == target.account_id:
                _add_own(builder, sets, target, holder)


def _add_shared(builder: Builder, sets: Sets, target: Target, found: AccessSet) -> None:
    for level, actions, step in _decide(found.policies, found.principal, target):
        step = step.as_seen(found.stale, target.stale)
        add_step(builder, sets.write(found), "ACCESS", target.arn, step, level, level=level, actions=actions)


def _add_own(builder: Builder, sets: Sets, target: Target, holder: Holder) -> None:
    shared = sets.of(holder).id
    for level, actions, step in _decide(holder.policies, holder.principal, target):
        have = {kind for kind in ("CAN_ACCESS", "MAY_ACCESS") if (shared, kind, target.arn, level) in builder.edges}
        step = step.as_seen(holder.stale, target.stale)
        if "CAN_ACCESS" in have or (have and step.truth is not Truth.YES):
            continue
        own = sets.own(holder.arn, holder.account_id, holder.record.name)
        add_step(builder, own, "ACCESS", target.arn, step, level, level=level, actions=actions)


def _decide(policies: PolicySet, principal: Principal, target: Target) -> Iterator[tuple[str, list[str], Step]]:
    """Each level that is open or possible, with the actions that are, by the most certain of them."""
    for level, pairs in levels()[target.label].items():
        steps = [(action, _ask(policies, principal, target, action, template)) for action, template in pairs]
        truth = max(step.truth for _, step in steps)
        if truth is not Truth.NO:
            at_best = [(action, step) for action, step in steps if step.truth is truth]
            yield level, [action for action, _ in at_best], at_best[0][1]


def _ask(policies: PolicySet, principal: Principal, target: Target, action: str, template: str) -> Step:
    if not policies.allows_action(action):
        return NO_STEP
    context: dict[str, tuple[str, ...]] = {f"aws:resourcetag/{k.lower()}": (v,) for k, v in (target.tags or {}).items()}
    if target.tags is not None:
        context["aws:resourcetags"] = ()  # all tags of the resource are known
    request = Request(principal, action, template.format(arn=target.arn), target.account_id, context)
    return step_of(policies.decide(request, target.policy), f"{action} on {target.name}.")


def targets(estate: Estate) -> Iterator[Target]:
    """The protect surface, in order of ARN within each kind."""
    for kind, label in RECORD_LABELS.items():
        for record in estate.snapshot.all(kind):
            yield Target(
                record.arn,
                record.name,
                record.account_id,
                label,
                getattr(record, "tags", None),
                _own_policy(estate, record),
                estate.snapshot.stale_since(record),
            )


def _own_policy(estate: Estate, record: facts.Record) -> Policy | None:
    text = getattr(record, "policy", None)
    if text is None or isinstance(record, ONLY_ALLOWING):
        return None
    return estate.policy(f"{record.key}/policy", "resource policy", text)
