"""CAN_ACCESS and MAY_ACCESS on the protect surface: identity policies, boundaries and SCPs, within an account.

A resource's own policy is asked too, so that its Denies hold and a KMS key policy must let IAM decide. What a resource
gives on its own word, to those that it names and to other accounts, is in `resource_grants`.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

import ingest.snapshot as facts
from graph.builder import Builder
from graph.estate import Estate, Holder, Powers
from graph.proof import Step, add_step, asked, best
from graph.public_access import restricted
from graph.resource_policies import key_grants, log_policy
from graph.sets import AccessSet, Sets
from graph.trusts import singles_out
from policy import Document, Policy, Request, ResourcePolicies, Resources, Truth, grouped, places, refined
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
    facts.Queue: "SQSQueue",
    facts.Topic: "SNSTopic",
    facts.Repository: "ECRRepository",
    facts.Table: "DynamoDBTable",
    facts.LogGroup: "CloudWatchLogGroup",
    facts.DatabaseSnapshot: "RDSSnapshot",
    facts.ClusterSnapshot: "RDSClusterSnapshot",
}

# What it takes besides to read what is encrypted with a key of one's own.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/share-encrypted-snapshot.html
OPENED_BY: dict[type[facts.ArnRecord], str] = {
    facts.Secret: "kms:Decrypt",
    facts.DatabaseSnapshot: "kms:CreateGrant",
    facts.ClusterSnapshot: "kms:CreateGrant",
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
        if self.label == "SNSTopic":
            # The account that calls, by an older name, which SNS's default policy asks for:
            # https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
            where["aws:sourceowner"] = (self.account_id,)
        if self.tags is None:
            return where
        return {**where, "aws:resourcetags": (), **{f"aws:resourcetag/{k.lower()}": (v,) for k, v in self.tags.items()}}

    @cached_property
    def singles_out(self) -> bool:
        """Whether what decides at it answers principals of its account one by one; those it names aside."""
        documents = (one.document for one in (*filter(None, (self.policy,)), *self.rcps))
        others = (need.target for needs in self.besides.values() for need in needs if need.target)
        return any(map(singles_out, documents)) or any(other.singles_out for other in others)

    @cached_property
    def opens(self) -> bool:
        """Whether its own policy may allow whoever asks, without an identity policy."""
        document = self.policy.document if self.policy else None
        if document is None:
            return self.policy is not None
        allows = [one for one in document.statements if one.effect == "Allow"]
        return any(one.not_principals is not None or "*" in (one.principals or {}).get("AWS", ()) for one in allows)

    @cached_property
    def is_guarded(self) -> bool:
        """Whether it answers otherwise than others with its tags: by a policy of its own, or one that names it."""
        statements = (one for p in self.rcps for one in (p.document.statements if p.document else ()))
        return self.policy is not None or bool(self.besides) or not all(one.covers_all for one in statements)


@dataclass(frozen=True)
class Besides:
    """An action that must be allowed too: on the resource itself, or on the key that encrypts it."""

    action: str
    target: Target | None = None


class Surface:
    """The targets of one label in one account, as a list that groups of them refer to."""

    def __init__(self, label: str, found: Sequence[Target]) -> None:
        self.label = label
        self.targets = found
        self.all = (1 << len(found)) - 1
        self.singled_out = self._where(lambda target: target.singles_out)
        self.may_grant = self.singled_out | self._where(lambda target: target.opens)
        self.guarded = [1 << place for place, target in enumerate(found) if target.is_guarded]
        self._resources: dict[str, Resources] = {}

    def resources(self, template: str) -> Resources:
        """What an action is asked on, for each target."""
        if template not in self._resources:
            self._resources[template] = Resources([template.format(arn=target.arn) for target in self.targets])
        return self._resources[template]

    def ruled_out(self, level: str) -> int:
        return self._where(lambda target: level in target.impossible)

    @cached_property
    def by_region(self) -> list[int]:
        return grouped(self.targets, lambda target: (target.arn.split(":", 4)[3], target.region))

    @cached_property
    def by_tags(self) -> list[int]:
        return grouped(self.targets, lambda target: tuple(sorted(target.context.items())))

    def _where(self, holds: Callable[[Target], bool]) -> int:
        return sum(1 << place for place, target in enumerate(self.targets) if holds(target))


def add_access(builder: Builder, estate: Estate, sets: Sets) -> None:
    """Writes one edge per set, resource and level, naming the actions that are allowed."""
    by_account: dict[str, dict[str, list[Target]]] = defaultdict(lambda: defaultdict(list))
    for target in targets(estate):
        by_account[target.account_id][target.label].append(target)
    for account, by_label in sorted(by_account.items()):
        surfaces = [Surface(label, found) for label, found in by_label.items()]
        for access_set in sets.shared.get(account, ()):
            _add_shared(builder, sets, access_set, surfaces)
        for holder in sets.personal_in.get(account, ()):
            _add_own(builder, sets, holder, [(surface, surface.all) for surface in surfaces])


def _add_shared(builder: Builder, sets: Sets, found: AccessSet, surfaces: Sequence[Surface]) -> None:
    for target, level, actions, step in _decide(found, [(one, one.all & ~one.singled_out) for one in surfaces]):
        add_step(builder, found.id, "ACCESS", target.arn, step, level, level=level, actions=actions)
    one_by_one = [(surface, surface.singled_out) for surface in surfaces if surface.singled_out]
    for holder in found.members if one_by_one else ():
        _add_own(builder, sets, holder, one_by_one)


def _add_own(builder: Builder, sets: Sets, holder: Holder, places_of: Iterable[tuple[Surface, int]]) -> None:
    """What a holder alone can use, beyond what its shared set already can."""
    shared = sets.of(holder).id
    for target, level, actions, step in _decide(holder, places_of):
        have = {verb for verb in ("CAN_ACCESS", "MAY_ACCESS") if (shared, verb, target.arn, level) in builder.edges}
        if not have or (have == {"MAY_ACCESS"} and step.truth is Truth.YES):
            own = sets.own(holder.arn, holder.account_id, holder.record.name)
            add_step(builder, own, "ACCESS", target.arn, step, level, level=level, actions=actions)


def _decide(powers: Powers, places_of: Iterable[tuple[Surface, int]]) -> Iterator[tuple[Target, str, list[str], Step]]:
    """Each target and level that is open or possible, with the actions that are, by the most certain of them."""
    for surface, where in places_of:
        for level, pairs in _able(powers, surface.label).items():
            for group, asked_for in alike(powers, surface, pairs, where & ~surface.ruled_out(level)):
                first = surface.targets[next(places(group))]
                steps = [(action, _ask(powers, first, action, template, level)) for action, template in asked_for]
                truth = max(step.truth for _, step in steps)
                if truth is not Truth.NO:
                    at_best = [(action, step) for action, step in steps if step.truth is truth]
                    actions, step = [action for action, _ in at_best], at_best[0][1].as_seen(powers.stale)
                    for place in places(group):
                        target = surface.targets[place]
                        yield target, level, actions, step.as_seen(target.stale)


Pairs = list[tuple[str, str]]


def alike(powers: Powers, surface: Surface, pairs: Pairs, where: int) -> Iterator[tuple[int, Pairs]]:
    """Groups of targets that nothing tells apart, each with the actions that may be allowed there."""
    groups = [where] if where else []
    open_to: list[tuple[tuple[str, str], int]] = []
    for action, template in pairs if groups else ():
        found = _granted(powers, surface, action, template, where)
        groups = refined(groups, *found)
        open_to.append(((action, template), sum(found)))
    if any(powers.policies.reads_tags(action) for action, _ in pairs):
        groups = refined(groups, *surface.by_tags)
    for group in refined(groups, *surface.guarded, *surface.by_region):
        asked_for = [pair for pair, bits in open_to if bits & group]
        if asked_for:
            yield group, asked_for


def _granted(powers: Powers, surface: Surface, action: str, template: str, where: int) -> list[int]:
    """Groups of the targets on which an identity policy, or the target's own, may allow an action."""
    resources = surface.resources(template)
    found = powers.policies.alike(Request(powers.principal, action, "", ""), resources, where)
    besides = where & (surface.may_grant | _in_part(powers, action, resources)) & ~sum(found)
    return [*found, *(1 << place for place in places(besides))]


def _in_part(powers: Powers, action: str, resources: Resources) -> int:
    """The targets in which an identity policy names some of the objects."""
    found = 0
    for pattern in _allowed(powers, action):
        bucket, _, prefix = pattern.partition("/")
        if prefix and prefix != "*":
            found |= resources.place(f"{bucket}/*")
    return found


def _allowed(powers: Powers, action: str) -> Iterator[str]:
    """The resources that identity policies name where they allow an action."""
    for policy in powers.identity:
        for statement in policy.document.relevant(action.lower())[0] if policy.document else ():
            yield from statement.resources


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
    return asked(powers.policies, request, target.door, f"{action}.")


def _parts(powers: Powers, action: str, resource: str) -> Iterator[str]:
    """The resource itself; of a bucket's objects also each prefix that the identity policies name."""
    yield resource
    if resource.endswith("/*"):
        yield from (one for one in _allowed(powers, action) if one != resource and glob(resource)(one))


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
        ResourcePolicies(own, grants=key_grants(record), rcps=rcps, restricts_public=_restricts_public(estate, record)),
        tuple(one for level in rcps or () for one in level),
        estate.snapshot.stale_since(record),
        estate.organizations.resource_context(record.account_id),
        record.region if isinstance(record, facts.Bucket) else "",
        frozenset(_impossible(record)),
        _besides(estate, record),
    )


def _restricts_public(estate: Estate, record: facts.ArnRecord) -> bool | None:
    """Whether a bucket is closed to outsiders where its policy is public; None where that was not seen."""
    if not isinstance(record, facts.Bucket):
        return False
    return restricted(record.public_access_block, estate.access_blocks.get(record.account_id, facts.Unseen()))


def _besides(estate: Estate, record: facts.ArnRecord) -> dict[str, tuple[Besides, ...]]:
    """What a resource's state asks for: protection is lifted before it is deleted, a secret is decrypted to be read.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html
    """
    if isinstance(record, facts.DatabaseCluster) and record.deletion_protection:
        return {"delete": (Besides("rds:ModifyDBCluster"),)}
    if isinstance(record, facts.DatabaseInstance) and record.deletion_protection:
        return {"delete": (Besides("rds:ModifyDBInstance"),)}
    if isinstance(record, facts.Table) and record.deletion_protection is True:
        return {"delete": (Besides("dynamodb:UpdateTable"),)}
    opening, encrypted = OPENED_BY.get(type(record)), getattr(record, "kms_key", None)
    key = estate.key(encrypted) if opening and encrypted else None
    return {"read": (Besides(opening, _target(estate, key, "KMSKey")),)} if opening and key else {}


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
    if isinstance(record, facts.LogGroup):
        return log_policy(estate, record, of_principals=True)
    text = getattr(record, "policy", None)
    if text is None or isinstance(record, ONLY_ALLOWING):
        return None
    return estate.policy(f"{record.key}/policy", "resource policy", text)
