"""What resources give on their own word: their policies, grants and sharing, those that say the same taken together."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec

import ingest.snapshot as facts
from graph.edges.access import Pairs, Surface, Target, levels, targets
from graph.estate import Estate
from graph.proof import Step
from graph.resource_policies import log_policy, sharing
from graph.trusts import Named, named_by, names_principals, singles_out
from policy import Document, Policy, ResourcePolicies, Statement, grouped

# What AWS refuses to principals of other accounts, whatever a resource's policy says.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html
# https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
FOR_OWNERS = frozenset({
    "s3:PutBucketPolicy", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "sqs:SetQueueAttributes", "sqs:AddPermission",
    "sqs:DeleteQueue", "backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVault", "backup:DeleteRecoveryPoint",
})  # fmt: skip
SHARED = ("RDSSnapshot", "RDSClusterSnapshot")  # sharing says nothing to one's own account
OF_THE_OWNER = frozenset({"aws:resourceaccount", "s3:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"})
ITSELF = "{arn}"  # where a statement names the resource that it stands at


@dataclass(frozen=True)
class Grant:
    """What one resource says of one level: the actions that its Allows speak of, and these."""

    target: Target
    level: str
    pairs: tuple[tuple[str, str], ...]
    allows: Document

    @cached_property
    def patterns(self) -> Sequence[str]:
        """The resources that its Allows name."""
        return [pattern for statement in self.allows.statements for pattern in statement.resources]

    @cached_property
    def statements(self) -> Sequence[Statement]:
        """All that it says, in order."""
        return [s for one in self.target.door.own if one.document for s in one.document.statements]

    def said(self, step: Step, of: Grant) -> Step:
        """A step that was decided of another resource that says the same, as one of this."""
        if of is self:
            return step
        mine = {theirs.id: own.id for theirs, own in zip(of.statements, self.statements, strict=True)}
        return replace(
            step,
            statements=tuple(mine.get(one, one) for one in step.statements),
            conditions=tuple(one.replace(of.target.arn, self.target.arn) for one in step.conditions),
        )


class Granting(Surface):
    """Resources, of several accounts, that say the same of one level. `personal` says that conditions or Denies tell
    principals of one account apart."""

    def __init__(self, said: bytes, grants: Sequence[Grant]) -> None:
        first = grants[0]
        super().__init__(first.target.label, [grant.target for grant in grants])
        self.id = hashlib.sha256(said).hexdigest()[:20]
        self.grants = grants
        self.level = first.level
        self.named = named_by(first.allows)
        self.guarded, self.may_grant = [], 0  # all of them say the same
        self.personal = _tells_apart(first.target)

    @cached_property
    def pairs(self) -> Pairs:
        """The actions that principals of other accounts may be given."""
        return [pair for pair in self.grants[0].pairs if pair[0] not in FOR_OWNERS]

    @cached_property
    def at_home(self) -> dict[str, int]:
        """The resources by account."""
        found: dict[str, int] = defaultdict(int)
        for place, target in enumerate(self.targets):
            found[target.account_id] |= 1 << place
        return found

    @cached_property
    def by_owner(self) -> list[int]:
        """Groups of the resources of which a request says the same of their accounts."""
        return grouped(self.targets, lambda target: (target.account_id, *sorted(target.owner.items())))

    def of(self, account: str) -> Granting:
        """Those of one account, as its own principals are told."""
        found = Granting(self.id.encode(), [grant for grant in self.grants if grant.target.account_id == account])
        found.pairs = [*found.grants[0].pairs]
        return found


def granting(estate: Estate) -> Iterator[Granting]:
    """All that is granted to others than an account's own principals by way of their identity policies."""
    alike: dict[bytes, list[Grant]] = defaultdict(list)
    for target in _opened(estate):
        grants = [grant for grant in _grants(target) if _names_others(target, named_by(grant.allows))]
        said = _said(target) if grants else b""
        for grant in grants:
            alike[said + grant.level.encode()].append(grant)
    yield from (Granting(said, grants) for said, grants in alike.items())


def _opened(estate: Estate) -> Iterator[Target]:
    """The targets with all that may open them. AWS's own keys are used through its services alone."""
    kinds = (facts.Function, facts.LogGroup, facts.DatabaseSnapshot, facts.ClusterSnapshot)
    by_arn = {record.arn: record for kind in kinds for record in estate.snapshot.all(kind)}
    own_keys = {key.arn for key in estate.snapshot.all(facts.Key) if key.manager == "AWS"}
    for target in targets(estate):
        if target.arn in by_arn:
            policy = _own_word(estate, by_arn[target.arn])
            door = ResourcePolicies(policy, rcps=estate.organizations.rcps(target.account_id))
            yield replace(target, policy=policy, door=door)
        elif target.arn not in own_keys:
            yield target


def _own_word(estate: Estate, record: facts.ArnRecord) -> Policy | None:
    if isinstance(record, facts.LogGroup):
        return log_policy(estate, record)
    if isinstance(record, facts.Function) and record.policy is not None:
        return estate.policy(f"{record.key}/policy", "resource policy", record.policy)
    return sharing(record)


def _allows(target: Target) -> Iterator[Statement]:
    documents = (one.document for one in target.door.own if one.document)
    return (s for one in documents for s in one.statements if s.effect == "Allow")


def _names_others(target: Target, named: Named) -> bool:
    """Whether it names more than its own account as a whole, which leaves it to identity policies."""
    one_by_one = any((named.arns, named.services, named.federated))
    return bool(named.accounts - {target.account_id}) or named.anyone or one_by_one


def _tells_apart(target: Target) -> bool:
    """Whether it answers principals of one account one by one, beyond those that its Allows name; so does what is
    encrypted with a key that names some."""
    keys = [need.target for needs in target.besides.values() for need in needs if need.target]
    named = any(names_principals(policy.document) for key in keys for policy in key.door.own)
    deciding = (policy for one in (target, *keys) for policy in (*one.door.own, *one.rcps))
    return named or any(singles_out(policy.document) for policy in deciding)


def _grants(target: Target) -> Iterator[Grant]:
    for level, pairs in levels()[target.label].items():
        speaking = {pair: [s for s in _allows(target) if s.covers_action(pair[0].lower())] for pair in pairs}
        keys = list(_opening(target, level))
        given = tuple(pair for pair in pairs if speaking[pair] or keys)
        statements = {id(s): s for s in (*keys, *(s for pair in given for s in speaking[pair]))}
        if given and level not in target.impossible:
            yield Grant(target, level, given, Document(tuple(statements.values()), ""))


def _opening(target: Target, level: str) -> Iterator[Statement]:
    """Where a key is needed besides, the Allows of the key that name principals one by one."""
    for need in target.besides.get(level, ()):
        for allow in _allows(need.target) if need.target else ():
            if allow.covers_action(need.action.lower()) and named_by(Document((allow,), "")).arns:
                yield allow


def _said(target: Target) -> bytes:
    """What decides at a target, but for its own name: equal for those that answer others alike."""
    own = [s for one in target.door.own if one.document for s in one.document.statements]
    of_organization = [s for one in target.rcps if one.document for s in one.document.statements]
    statements = (*own, *of_organization)
    is_alone = bool(target.besides) or not all(s.covers_all for s in of_organization)
    words = (
        target.label, target.arn.split(":")[3], target.region, target.door.restricts_public,
        [one.name for one in target.door.own if one.document is None], [_words(s, target.arn) for s in own],
        [policy.id for policy in target.rcps], (target.account_id, target.owner) if reads_owner(statements) else "",
        target.context if any(s.reads_tags for s in statements) else "", target.arn if is_alone else "",
    )  # fmt: skip
    return msgspec.json.encode(words)


def reads_owner(statements: Iterable[Statement]) -> bool:
    """Whether a statement asks whose the resource is."""
    keys = (key for s in statements for key in (*s.variables, *(c.name for c in s.conditions)))
    return any(key in OF_THE_OWNER for key in keys)


def _words(statement: Statement, arn: str) -> object:
    conditions = [(c.operator, c.key, [v.replace(arn, ITSELF) for v in c.values]) for c in statement.conditions]
    resources = [[r.replace(arn, ITSELF) for r in one] for one in (statement.resources, statement.not_resources)]
    principals = (statement.principals, statement.not_principals)
    return statement.effect, statement.actions, statement.not_actions, resources, principals, conditions
