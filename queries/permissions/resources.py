"""What is asked for: a resource by ARN or name, with what decides at it and what of that was not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import ingest.snapshot as facts
from graph.edges.access import RECORD_LABELS, Target, targets
from graph.estate import Estate, Holder
from policy import Policy, ResourcePolicies
from policy.catalogue import catalogue
from policy.language.match import glob
from queries.permissions.names import account_of, is_arn, named

Context = Mapping[str, tuple[str, ...]]
ALL = "*"
BUCKETS = "s3.buckets"
LAMBDA_FIELDS = 7  # of a function's ARN; an eighth names a version or an alias
# Services whose resources may have a policy of their own.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
WITH_POLICIES = frozenset({
    "acm-pca", "aoss", "apigateway", "backup", "bedrock", "bedrock-agentcore", "cloudtrail", "codeartifact",
    "codebuild", "dsql", "dynamodb", "ecr", "elasticfilesystem", "es", "events", "execute-api", "glacier", "glue",
    "iot", "kafka", "kinesis", "kms", "lambda", "lex", "logs", "mediastore", "network-firewall", "organizations",
    "rbin", "redshift-serverless", "rolesanywhere", "s3", "s3-object-lambda", "s3-outposts", "s3express", "s3tables",
    "s3vectors", "schemas", "secretsmanager", "serverlessrepo", "ses", "signer", "sns", "sqs", "ssm", "ssm-contacts",
    "ssm-incidents", "verifiedpermissions", "vpc-lattice", "vpce", "xray",
})  # fmt: skip


WRITING = ("putresourcepolicy", "createresourcepolicy", "setresourcepolicy", "putpermissionpolicy", "addpermission",
           "putpolicy", "setrepositorypolicy", "putresourcebasedpolicy")  # fmt: skip

# Whose own policy must agree, whatever identity policies say: of `*` nobody knows it.
CONSENTING = {":role/": "the role's trust policy", ":key/": "the key's policy"}

FEW_OF_MANY = {"ec2"}  # services of whose many kinds of resources one has a policy


@cache
def writing_policies() -> frozenset[str]:
    """The services with an action that writes a resource's policy."""
    named = (action.partition(":") for action in catalogue().actions)
    return frozenset(service for service, _, operation in named if operation in WRITING) - FEW_OF_MANY


@dataclass(frozen=True, eq=False)
class Asked:
    """A resource as a request names it. `account_id` owns it, empty where nobody known does and for `*`, which is of
    whoever asks; `unseen` says what of it is not known."""

    arn: str
    account_id: str
    door: ResourcePolicies | None = None
    context: Context | None = None
    unseen: str = ""
    stale: str | None = None

    @property
    def own(self) -> tuple[Policy, ...]:
        """The resource's own policies."""
        return self.door.own if self.door else ()


def asked(estate: Estate, text: str, action: str, account: str = "") -> Asked:
    """The resource that a text names: an ARN, `*`, a unique name or `ACCOUNT/NAME`. What no ARN and no fact says of
    its owner, `account` says. Raises Unresolved."""
    if text == ALL:
        consent = consenting(action)
        return Asked(ALL, "", ResourcePolicies(Policy(f"{ALL}/policy", consent, None)) if consent else None)
    arn = text if is_arn(text) else named(_records(estate, action), estate.accounts, text, "resource").arn
    holder = estate.holders.get(arn)
    if holder is not None:
        return _identity(estate, holder, action)
    owner = _holding(estate, arn)
    found = next((one for one in targets(estate) if one.arn == owner), None)
    if found is None:
        return _unseen(estate, arn, action, account)
    return Asked(
        owner if ":alias/" in arn else arn,
        found.account_id,
        _door(estate, found),
        found.context,
        stale=found.stale,
    )


def consenting(action: str) -> str:
    """The policy that must agree to an action on any of the resources that it works on, empty where none must."""
    if action.partition(":")[0].lower() not in ("sts", "kms"):
        return ""
    needed = (one.pattern for one in catalogue().resource_types(action) if one.required)
    return next((said for pattern in needed for part, said in CONSENTING.items() if part in pattern), "")


def _records(estate: Estate, action: str) -> list[facts.ArnRecord]:
    """What has a name: of the kinds that the action works on, of all where it works on none."""
    found: list[facts.ArnRecord] = [one for kind in RECORD_LABELS for one in estate.snapshot.all(kind)]
    found += [holder.record for holder in estate.holders.values()]
    works_on = [glob(one.pattern) for one in catalogue().resource_types(action)]
    return [one for one in found if any(covers(one.arn) for covers in works_on)] or found


def _holding(estate: Estate, arn: str) -> str:
    """The resource whose policy decides: an object's is its bucket's, a version's its function's, an alias's its
    key's."""
    service, rest = arn.split(":", 5)[2], arn.split(":", 5)[5]
    if service == "s3" and not account_of(arn):
        return arn.partition("/")[0]
    if service == "lambda" and rest.startswith("function:"):
        return ":".join(arn.split(":")[:LAMBDA_FIELDS])
    if service == "kms" and rest.startswith("alias/"):
        return next((key.arn for key in estate.snapshot.all(facts.Key) if _is_called(key, arn, rest)), arn)
    return arn


def _is_called(key: facts.Key, arn: str, alias: str) -> bool:
    same_place = key.arn.split(":")[1:5] == arn.split(":")[1:5]
    return same_place and not isinstance(key.aliases, facts.Unseen) and alias in key.aliases


def _door(estate: Estate, target: Target) -> ResourcePolicies:
    """What decides at a resource. Paths leave out what a function's policy grants; here it counts."""
    function = next((f for f in estate.snapshot.all(facts.Function) if f.arn == target.arn), None)
    if function is None or function.policy is None:
        return target.door
    own = estate.policy(f"{function.arn}/policy", "resource policy", function.policy)
    return ResourcePolicies(own, rcps=estate.organizations.rcps(function.account_id))


def _identity(estate: Estate, holder: Holder, action: str) -> Asked:
    """A user, group or role; a role's trust policy decides who may take it, and nothing else."""
    takes = action.lower().startswith("sts:") and isinstance(holder.record, facts.Role)
    door = estate.door_of(holder) if takes else None
    return Asked(holder.arn, holder.account_id, door, holder.as_resource, stale=holder.stale)


def _unseen(estate: Estate, arn: str, action: str, account: str) -> Asked:
    """A resource that the snapshot does not have. It may have a policy where its service knows any."""
    owner = account_of(arn) or _likely_owner(estate, arn, account)
    rcps = estate.organizations.rcps(owner) if owner else None
    service = arn.split(":", 3)[2]
    may_have = service in WITH_POLICIES | writing_policies() or (service == "iam" and action.lower().startswith("sts:"))
    policy = Policy(f"{arn}/policy", f"policy of {arn.split(':', 5)[5]}", None) if may_have else None
    lacking = "its own policy and its tags are" if may_have else "its tags are"
    context = estate.organizations.resource_context(owner) if owner in estate.accounts else {}
    return Asked(
        arn,
        owner,
        ResourcePolicies(policy, rcps=rcps),
        context,
        f"`{arn}` is not in the snapshot: {lacking} not known",
    )


def _likely_owner(estate: Estate, arn: str, account: str) -> str:
    """Who owns what bears no account: whoever asks; nobody known where it is a bucket, and all of ours were seen."""
    if arn.split(":", 3)[2] != "s3":
        return account
    ours = estate.accounts or dict.fromkeys(estate.identity_accounts)
    seen = all(estate.snapshot.state(one, BUCKETS).complete for one in ours)
    return "" if seen else account
