"""The AWS managed policies that an estate attaches, by name."""

from __future__ import annotations

from benchmarks.estate.vocabulary import READ_ONLY_SERVICES, doc, stmt


def of(service: str, names: str) -> list[str]:
    """Actions of one service."""
    return [f"{service}:{name}" for name in names.split()]


def of_all(*verbs: str) -> list[str]:
    return [f"{service}:{verb}*" for service in READ_ONLY_SERVICES for verb in verbs]


LOGS = of("logs", "CreateLogGroup CreateLogStream PutLogEvents")
INTERFACES = of("ec2", "CreateNetworkInterface DescribeNetworkInterfaces DeleteNetworkInterface")
ADDRESSES = of("ec2", "AssignPrivateIpAddresses UnassignPrivateIpAddresses")
ACCOUNT = of("account", "GetAccountInformation ListRegions")
SERVICE_LINKED = of("iam", "CreateServiceLinkedRole DeleteServiceLinkedRole ListRoles")
INVENTORY = "DescribeAssociation GetDocument GetManifest GetParameters ListAssociations PutInventory"
CHANNELS = "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel"
IMAGES = "GetAuthorizationToken BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer"
REST_APIS = ["arn:aws:apigateway:*::/apis", "arn:aws:apigateway:*::/restapis"]

AWS_MANAGED: dict[str, dict] = {
    "AdministratorAccess": doc(stmt(action="*")),
    "PowerUserAccess": doc(
        stmt(NotAction=["iam:*", "organizations:*", "account:*"]),
        stmt(action=[*ACCOUNT, *SERVICE_LINKED, "organizations:DescribeOrganization"]),
    ),
    "ReadOnlyAccess": doc(stmt(sid="ReadOnlyActions", action=of_all("Describe", "Get", "List"))),
    "SecurityAudit": doc(
        stmt(sid="BaseSecurityAuditStatement", action=of_all("Describe", "List")),
        stmt(sid="APIGatewayAccess", action=["apigateway:GET"], resource=REST_APIS),
    ),
    "AWSLambdaBasicExecutionRole": doc(stmt(action=LOGS)),
    "AWSLambdaVPCAccessExecutionRole": doc(stmt(action=[*LOGS, *INTERFACES, *ADDRESSES])),
    "AmazonSSMManagedInstanceCore": doc(
        stmt(action=[*of("ssm", INVENTORY), "ssm:UpdateInstanceInformation"]),
        stmt(action=of("ssmmessages", CHANNELS)),
        stmt(action=of("ec2messages", "AcknowledgeMessage GetEndpoint GetMessages")),
    ),
    "CloudWatchAgentServerPolicy": doc(
        stmt(action=["cloudwatch:PutMetricData", "ec2:DescribeVolumes", "ec2:DescribeTags", "logs:PutLogEvents"]),
        stmt(action=["ssm:GetParameter"], resource="arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*"),
    ),
    "AmazonECSTaskExecutionRolePolicy": doc(
        stmt(action=[*of("ecr", IMAGES), "logs:CreateLogStream", "logs:PutLogEvents"])
    ),
    "IAMUserChangePassword": doc(
        stmt(action=["iam:ChangePassword"], resource=["arn:aws:iam::*:user/${aws:username}"]),
        stmt(action=["iam:GetAccountPasswordPolicy"]),
    ),
}
