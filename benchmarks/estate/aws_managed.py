"""The policies of AWS's own that an estate attaches, abridged."""

from __future__ import annotations

from functools import cache

from benchmarks.estate.documents import Json, allow, document
from benchmarks.estate.services import vocabulary


@cache
def aws_managed() -> dict[str, Json]:
    """The documents by policy name."""
    return {
        "AdministratorAccess": document(allow("*")),
        "PowerUserAccess": _power_user(),
        "ReadOnlyAccess": document(allow(_reads("Describe", "Get", "List"), sid="ReadOnlyActions")),
        "SecurityAudit": _security_audit(),
        "AWSLambdaBasicExecutionRole": document(allow(LOGGING)),
        "AWSLambdaVPCAccessExecutionRole": document(allow(LOGGING + INTERFACES)),
        "AmazonSSMManagedInstanceCore": document(allow(SSM), allow(SSM_MESSAGES), allow(EC2_MESSAGES)),
        "CloudWatchAgentServerPolicy": document(
            allow(METRICS), allow(["ssm:GetParameter"], "arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*")
        ),
        "AmazonECSTaskExecutionRolePolicy": document(allow(IMAGES)),
        "IAMUserChangePassword": document(
            allow(["iam:ChangePassword"], ["arn:aws:iam::*:user/${aws:username}"]),
            allow(["iam:GetAccountPasswordPolicy"]),
        ),
    }


LOGGING = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
INTERFACES = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]
SSM = [
    "ssm:DescribeAssociation",
    "ssm:GetDocument",
    "ssm:GetManifest",
    "ssm:GetParameters",
    "ssm:ListAssociations",
    "ssm:PutInventory",
    "ssm:UpdateInstanceInformation",
]
SSM_MESSAGES = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
]
EC2_MESSAGES = ["ec2messages:AcknowledgeMessage", "ec2messages:GetEndpoint", "ec2messages:GetMessages"]
METRICS = ["cloudwatch:PutMetricData", "ec2:DescribeVolumes", "ec2:DescribeTags", "logs:PutLogEvents"]
IMAGES = [
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
]


def _reads(*verbs: str) -> list[str]:
    words = vocabulary()
    return [f"{service}:{verb}*" for service in [*words.services, *words.read_only] for verb in verbs]


def _power_user() -> Json:
    few = [
        "account:GetAccountInformation",
        "account:ListRegions",
        "iam:CreateServiceLinkedRole",
        "iam:DeleteServiceLinkedRole",
        "iam:ListRoles",
        "organizations:DescribeOrganization",
    ]
    return document(allow(NotAction=["iam:*", "organizations:*", "account:*"]), allow(few))


def _security_audit() -> Json:
    apis = ["arn:aws:apigateway:*::/apis", "arn:aws:apigateway:*::/restapis"]
    return document(
        allow(_reads("Describe", "List"), sid="BaseSecurityAuditStatement"),
        allow(["apigateway:GET"], apis, sid="APIGatewayAccess"),
    )
