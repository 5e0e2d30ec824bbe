"""CAN_ACCESS and MAY_ACCESS on the protect surface: identity policies, boundaries and SCPs, within an account.

A resource's own policy is asked too, so that its Denies hold and a KMS key policy must let IAM decide. What a resource
policy alone grants, to other accounts or to principals without a policy of their own, is not written yet.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

import ingest.snapshot as facts
from graph.builder import Builder
from graph.estate import Estate, Holder, Powers
from graph.proof import Step, add_step, asked, best
from graph.sets import AccessSet, Sets
from graph.trusts import names_principals, singles_out
from policy import Document, Policy, Request, ResourcePolicies, Truth
from policy.language.match import glob

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
    door: ResourcePolicies  # all that decides at the resource
    rcps: tuple[Policy, ...]
    stale: str | None
    owner: dict[str, tuple[str, ...]]  # what a request on it says of its account
    region: str = ""  # where requests must go, if the ARN does not say it
    impossible: frozenset[str] = frozenset()  # levels that the resource's own state rules out
    besides: dict[str, tuple[Besides, ...]] = field(default_factory=dict)  # what a level takes on top, by its state

    @cached_property
    def context(self) -> dict[str, tuple[str, ...]]:
        """The keys that a request on it carries; `aws:resourcetags` says that all its tags are known."""
        where = {**self.owner, **({"aws:requestedregion": (self.region,)} if self.region else {})}
        if self.tags is None:
            return where
        return {**where, "aws:resourcetags": (), **{f"aws:resourcetag/{k.lower()}": (v,) for k, v in self.tags.items()}}

    @cached_property
    def singles_out(self) -> bool:
        """Whether what decides at it answers principals of its account one by one."""
        document = self.policy.document if self.policy else None
        return names_principals(document) or any(
            singles_out(one) for one in (document, *(p.document for p in self.rcps))
        )


@dataclass(frozen=True)
class Besides:
    """An action that must be allowed too: on the resource itself, or on the key that encrypts it."""

    action: str
    target: Target | None = None


def add_access(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Writes one edge per set, resource and level, naming the actions that are allowed."""
    personal = sets.personal
    by_account: dict[str, list[Target]] = defaultdict(list)
    for target in targets(estate):
        by_account[target.account_id].append(target)
    for account, found in sorted(by_account.items()):
        for access_set in sets.shared.get(account, ()):
            _add_shared(builder, sets, access_set, found)
        for holder in (h for h in personal if h.account_id == account):
            _add_own(builder, sets, holder, found)


def _add_shared(builder: Builder, sets: Sets, found: AccessSet, all_targets: list[Target]) -> None:
    one_by_one = [t for t in all_targets if t.singles_out]
    for target, level, actions, step in _decide(found, all_targets):
        if not target.singles_out:
            add_step(builder, found.id, "ACCESS", target.arn, step, level, level=level, actions=actions)
    for holder in found.members if one_by_one else ():
        _add_own(builder, sets, holder, one_by_one)


def _add_own(builder: Builder, sets: Sets, holder: Holder, all_targets: list[Target]) -> None:
    """What a holder alone can use, beyond what its shared set already can."""
    shared = sets.of(holder).id
    for target, level, actions, step in _decide(holder, all_targets):
        have = {verb for verb in ("CAN_ACCESS", "MAY_ACCESS") if (shared, verb, target.arn, level) in builder.edges}
        if not have or (have == {"MAY_ACCESS"} and step.truth is Truth.YES):
            own = sets.own(holder.arn, holder.account_id, holder.record.name)
            add_step(builder, own, "ACCESS", target.arn, step, level, level=level, actions=actions)


def _decide(powers: Powers, all_targets: list[Target]) -> Iterator[tuple[Target, str, list[str], Step]]:
    """Each target and level that is open or possible, with the actions that are, by the most certain of them."""
    able = {label: _able(powers, label) for label in levels()}
    for target in all_targets:
        for level, pairs in able[target.label].items():
            if level in target.impossible:
                continue
            steps = [(action, _ask(powers, target, action, template, level)) for action, template in pairs]
            truth = max(step.truth for _, step in steps)
            if truth is not Truth.NO:
                at_best = [(action, step) for action, step in steps if step.truth is truth]
                step = at_best[0][1].as_seen(powers.stale, target.stale)
                yield target, level, [action for action, _ in at_best], step


def _able(powers: Powers, label: str) -> Levels:
    """The levels of a label, with the actions that the powers allow on something."""
    able = {
        level: [(a, t) for a, t in pairs if powers.policies.allows_action(a)]
        for level, pairs in levels()[label].items()
    }
    return {level: pairs for level, pairs in able.items() if pairs}


def _ask(powers: Powers, target: Target, action: str, template: str, level: str) -> Step:
    """Whether an action is allowed on the resource, or on some of what is in it, with all that it takes besides."""
    resource = template.format(arn=target.arn)
    step = best(_on(powers, target, action, one) for one in _parts(powers, action, resource))
    for need in target.besides.get(level, ()) if step.truth is not Truth.NO else ():
        step = step & _on(powers, need.target or target, need.action, (need.target or target).arn)
    return step


def _on(powers: Powers, target: Target, action: str, resource: str) -> Step:
    request = Request(powers.principal, action, resource, target.account_id, target.context)
    return asked(powers.policies, request, target.door, f"{action} on {target.name}.")


def _parts(powers: Powers, action: str, resource: str) -> Iterator[str]:
    """The resource itself; of a bucket's objects also each prefix that the identity policies name."""
    yield resource
    for policy in powers.identity if resource.endswith("/*") else ():
        for statement in policy.document.relevant(action.lower())[0] if policy.document else ():
            yield from (r for r in statement.resources if r != resource and glob(resource)(r))


def targets(estate: Estate) -> Iterator[Target]:
    """The protect surface, in order of ARN within each kind."""
    for kind, label in RECORD_LABELS.items():
        for record in estate.snapshot.all(kind):
            yield _target(estate, record, label)


def _target(estate: Estate, record: facts.ArnRecord, label: str) -> Target:
    own, rcps = _own_policy(estate, record), estate.organizations.rcps(record.account_id)
    return Target(
        record.arn,
        record.name,
        record.account_id,
        label,
        getattr(record, "tags", None),
        own,
        ResourcePolicies(own, rcps=rcps, restricts_public=_restricts_public(record)),
        tuple(one for level in rcps or () for one in level),
        estate.snapshot.stale_since(record),
        estate.organizations.resource_context(record.account_id),
        record.region if isinstance(record, facts.Bucket) else "",
        frozenset(_impossible(record)),
        _besides(estate, record),
    )


def _restricts_public(record: facts.ArnRecord) -> bool | None:
    """Whether a bucket is closed to outsiders where its policy is public; None where that was not seen."""
    block = record.public_access_block if isinstance(record, facts.Bucket) else None
    if isinstance(block, facts.Unseen):
        return None
    return block is not None and block.restrict_public_buckets


def _besides(estate: Estate, record: facts.ArnRecord) -> dict[str, tuple[Besides, ...]]:
    """What a resource's state asks for: protection is lifted before it is deleted, a secret is decrypted to be read.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    if isinstance(record, facts.DatabaseCluster) and record.deletion_protection:
        return {"delete": (Besides("rds:ModifyDBCluster"),)}
    if isinstance(record, facts.DatabaseInstance) and record.deletion_protection:
        return {"delete": (Besides("rds:ModifyDBInstance"),)}
    key = estate.key(record.kms_key) if isinstance(record, facts.Secret) and record.kms_key else None
    return {"read": (Besides("kms:Decrypt", _target(estate, key, "KMSKey")),)} if key else {}


def _impossible(record: facts.ArnRecord) -> Iterator[str]:
    """Nobody queries a cluster through a Data API that is off.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html
    """
    if isinstance(record, facts.DatabaseCluster) and not record.data_api_enabled:
        yield "read"


def _keeping(policy: Policy | None, vault: str) -> Policy | None:
    """A vault's policy as it speaks of what it keeps: a statement on the vault covers every point in it."""
    document = policy.document if policy else None
    if policy is None or document is None:
        return policy
    matched = [any(glob(pattern)(vault) for pattern in s.resources) for s in document.statements]
    statements = (replace(s, resources=("*",)) if m else s for s, m in zip(document.statements, matched, strict=True))
    return Policy(policy.id, policy.name, Document(tuple(statements), document.version))


def _own_policy(estate: Estate, record: facts.Record) -> Policy | None:
    """A resource's policy; a recovery point is guarded by its vault's.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
    """
    if isinstance(record, facts.RecoveryPoint):
        vault = estate.vaults.get(record.vault_arn)
        return (
            _keeping(_own_policy(estate, vault), vault.arn) if vault else Policy(record.vault_arn, "vault policy", None)
        )
    text = getattr(record, "policy", None)
    if text is None or isinstance(record, ONLY_ALLOWING):
        return None
    return estate.policy(f"{record.key}/policy", "resource policy", text)
