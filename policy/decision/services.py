"""What AWS itself decides, whatever the policies say: changes to things of its own, and whom RCPs bind."""

from __future__ import annotations

from dataclasses import dataclass

from policy.language.match import Matcher, glob

READS = ("get", "list", "generate", "simulate")


@dataclass(frozen=True)
class Reserved:
    """Resources of AWS's own in a customer's account: only operations that begin with one of `open_to` work, but for
    the service-linked role `kept_by`, if there is one."""

    resource: str
    service: str
    open_to: tuple[str, ...]
    source: str
    kept_by: str = ""


RESERVED = (
    Reserved(  # "you can't modify the permissions policies of these roles in IAM", error UnmodifiableEntity
        "arn:*:iam::*:role/aws-reserved/*",
        "iam",
        READS,
        "https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html",
        "AWSServiceRoleForSSO",
    ),
    Reserved(
        "arn:*:iam::*:role/aws-service-role/*",
        "iam",
        (*READS, "passrole", "createservicelinkedrole", "deleteservicelinkedrole", "updaterole", "tagrole",
         "untagrole"),
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html",
    ),
    Reserved(
        "arn:*:iam::aws:policy/*",
        "iam",
        READS,
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
    ),
    Reserved(
        "arn:*:kms:*:*:alias/aws/*",
        "kms",
        READS,
        "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html",
    ),
)  # fmt: skip


def reserved_from(action: str) -> tuple[tuple[Matcher, str], ...]:
    """The resources, each kind as a matcher, on which AWS refuses a lower-cased action to everyone but itself, and the
    role that is excepted."""
    service, _, operation = action.partition(":")
    closed = (row for row in RESERVED if row.service == service and not operation.startswith(row.open_to))
    return tuple((glob(row.resource), row.kept_by) for row in closed)


# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services
RCP_SERVICES = frozenset({
    "aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets", "clouddirectory", "cloudfront",
    "cloudsearch", "cloudtrail-data", "codeartifact", "codebuild", "codecommit", "codepipeline", "cognito-identity",
    "cognito-idp", "comprehend", "comprehendmedical", "compute-optimizer", "cost-optimization-hub", "dax", "dsql",
    "dynamodb", "ecr", "ecr-public", "events", "firehose", "fis", "fms", "gamelift", "health", "inspector-scan",
    "kendra", "kinesisvideo", "kms", "logs", "memorydb", "networkmonitor", "notifications", "opensearch",
    "pca-connector-ad", "personalize", "polly", "pricing", "resource-groups", "rolesanywhere", "s3", "secretsmanager",
    "servicediscovery", "signin", "sqs", "sts", "support", "swf", "textract", "timestream-influxdb", "transcribe",
    "transfer", "translate", "wafv2", "workspaces", "xray",
})  # fmt: skip
RCP_EXEMPT = ("kms:retiregrant",)
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: not with a root user's credentials. Others
# may stand for their account by its root's ARN, so that the engine itself does not refuse it.
CLOSED_TO_ROOT = ("sts:assumerole",)
SERVICE_LINKED = (":role/aws-service-role/", ":assumed-role/AWSServiceRoleFor")


def is_under_rcps(action: str, principal_arn: str) -> bool:
    """Whether resource control policies speak of a lower-cased action by this principal.

    They bind the resources of some services, and no service-linked role.
    """
    if action in RCP_EXEMPT or action.partition(":")[0] not in RCP_SERVICES:
        return False
    return not is_service_linked(principal_arn)


def is_service_linked(principal_arn: str) -> bool:
    """Whether a role, or the role of a session, belongs to an AWS service."""
    return any(mark in principal_arn for mark in SERVICE_LINKED)
