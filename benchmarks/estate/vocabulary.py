"""What the policies of an estate are written with: services, actions and statements."""

from __future__ import annotations

V = "2012-10-17"
ORG, ROOT = "o-a1b2c3d4e5", "r-ab12"
REGIONS = ["us-east-1", "eu-west-1", "us-west-2", "ap-southeast-2"]
ADMIN_ARN = "arn:aws:iam::aws:policy/AdministratorAccess"
SSO_INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
TEAMS = [
    "payments",
    "ledger",
    "search",
    "growth",
    "data",
    "ml",
    "risk",
    "identity",
    "mobile",
    "web",
    "billing",
    "crm",
    "logistics",
    "catalog",
    "checkout",
    "pricing",
    "fraud",
    "kyc",
    "reporting",
    "platform",
]

# service: (actions, resource ARN templates)
SERVICES: dict[str, tuple[list[str], list[str]]] = {
    "s3": (
        [
            "GetObject",
            "PutObject",
            "DeleteObject",
            "ListBucket",
            "GetBucketLocation",
            "GetObjectTagging",
            "PutObjectTagging",
            "AbortMultipartUpload",
            "GetObjectVersion",
            "ListMultipartUploadParts",
        ],
        ["arn:aws:s3:::{name}", "arn:aws:s3:::{name}/*"],
    ),
    "dynamodb": (
        [
            "GetItem",
            "PutItem",
            "UpdateItem",
            "DeleteItem",
            "Query",
            "Scan",
            "BatchGetItem",
            "BatchWriteItem",
            "DescribeTable",
            "ConditionCheckItem",
        ],
        ["arn:aws:dynamodb:{region}:{acct}:table/{name}", "arn:aws:dynamodb:{region}:{acct}:table/{name}/index/*"],
    ),
    "sqs": (
        [
            "SendMessage",
            "ReceiveMessage",
            "DeleteMessage",
            "GetQueueAttributes",
            "GetQueueUrl",
            "ChangeMessageVisibility",
            "PurgeQueue",
        ],
        ["arn:aws:sqs:{region}:{acct}:{name}"],
    ),
    "sns": (
        ["Publish", "Subscribe", "Unsubscribe", "GetTopicAttributes", "ListTopics"],
        ["arn:aws:sns:{region}:{acct}:{name}"],
    ),
    "kms": (
        [
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "DescribeKey",
            "ReEncryptFrom",
            "ReEncryptTo",
            "CreateGrant",
        ],
        ["arn:aws:kms:{region}:{acct}:key/{uuid}"],
    ),
    "logs": (
        [
            "CreateLogGroup",
            "CreateLogStream",
            "PutLogEvents",
            "DescribeLogGroups",
            "DescribeLogStreams",
            "FilterLogEvents",
            "StartQuery",
            "GetQueryResults",
        ],
        ["arn:aws:logs:{region}:{acct}:log-group:/aws/{name}:*"],
    ),
    "secretsmanager": (
        ["GetSecretValue", "DescribeSecret", "ListSecretVersionIds", "PutSecretValue"],
        ["arn:aws:secretsmanager:{region}:{acct}:secret:{name}-??????"],
    ),
    "ssm": (
        ["GetParameter", "GetParameters", "GetParametersByPath", "PutParameter", "DescribeParameters"],
        ["arn:aws:ssm:{region}:{acct}:parameter/{name}/*"],
    ),
    "ecr": (
        [
            "GetAuthorizationToken",
            "BatchGetImage",
            "GetDownloadUrlForLayer",
            "BatchCheckLayerAvailability",
            "PutImage",
            "InitiateLayerUpload",
            "UploadLayerPart",
            "CompleteLayerUpload",
        ],
        ["arn:aws:ecr:{region}:{acct}:repository/{name}"],
    ),
    "ecs": (
        ["DescribeServices", "DescribeTasks", "ListTasks", "UpdateService", "DescribeClusters"],
        ["arn:aws:ecs:{region}:{acct}:service/{name}/*"],
    ),
    "ec2": (
        [
            "DescribeInstances",
            "DescribeSecurityGroups",
            "DescribeSubnets",
            "DescribeVpcs",
            "CreateTags",
            "StartInstances",
            "StopInstances",
            "CreateNetworkInterface",
            "DescribeNetworkInterfaces",
            "DeleteNetworkInterface",
        ],
        ["arn:aws:ec2:{region}:{acct}:instance/*", "arn:aws:ec2:{region}:{acct}:network-interface/*"],
    ),
    "cloudwatch": (["PutMetricData", "GetMetricData", "ListMetrics", "DescribeAlarms", "PutMetricAlarm"], ["*"]),
    "kinesis": (
        ["PutRecord", "PutRecords", "GetRecords", "GetShardIterator", "DescribeStream", "ListShards"],
        ["arn:aws:kinesis:{region}:{acct}:stream/{name}"],
    ),
    "states": (
        ["StartExecution", "DescribeExecution", "StopExecution", "ListExecutions"],
        ["arn:aws:states:{region}:{acct}:stateMachine:{name}"],
    ),
    "events": (
        ["PutEvents", "PutRule", "PutTargets", "DescribeRule"],
        ["arn:aws:events:{region}:{acct}:event-bus/{name}"],
    ),
    "rds": (
        ["DescribeDBInstances", "DescribeDBClusters", "CreateDBSnapshot", "DescribeDBSnapshots", "ListTagsForResource"],
        ["arn:aws:rds:{region}:{acct}:db:{name}"],
    ),
    "glue": (
        ["GetTable", "GetTables", "GetDatabase", "GetPartitions", "StartJobRun", "GetJobRun"],
        ["arn:aws:glue:{region}:{acct}:table/{name}/*", "arn:aws:glue:{region}:{acct}:catalog"],
    ),
    "athena": (
        ["StartQueryExecution", "GetQueryExecution", "GetQueryResults", "StopQueryExecution"],
        ["arn:aws:athena:{region}:{acct}:workgroup/{name}"],
    ),
    "firehose": (
        ["PutRecord", "PutRecordBatch", "DescribeDeliveryStream"],
        ["arn:aws:firehose:{region}:{acct}:deliverystream/{name}"],
    ),
    "xray": (["PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"], ["*"]),
}
READ_ONLY_SERVICES = [
    *list(SERVICES),
    "acm",
    "apigateway",
    "appconfig",
    "appsync",
    "autoscaling",
    "backup",
    "batch",
    "budgets",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codedeploy",
    "codepipeline",
    "cognito-idp",
    "config",
    "connect",
    "dax",
    "detective",
    "dms",
    "ds",
    "eks",
    "elasticache",
    "elasticbeanstalk",
    "elasticfilesystem",
    "elasticloadbalancing",
    "elasticmapreduce",
    "es",
    "fsx",
    "guardduty",
    "health",
    "iam",
    "inspector2",
    "iot",
    "kafka",
    "lakeformation",
    "lambda",
    "lex",
    "lightsail",
    "macie2",
    "mediaconvert",
    "mq",
    "network-firewall",
    "opsworks",
    "organizations",
    "pipes",
    "polly",
    "qldb",
    "ram",
    "redshift",
    "rekognition",
    "resource-groups",
    "route53",
    "sagemaker",
    "scheduler",
    "securityhub",
    "servicecatalog",
    "ses",
    "shield",
    "sso",
    "storagegateway",
    "swf",
    "tag",
    "transfer",
    "trustedadvisor",
    "waf",
    "wafv2",
    "workspaces",
]
SERVICE_PRINCIPALS = [
    "states",
    "codebuild",
    "glue",
    "events",
    "firehose",
    "monitoring.rds",
    "backup",
    "sagemaker",
    "cloudformation",
    "scheduler",
    "apigateway",
    "dms",
    "pipes",
]
ACTION_FORMS = [str, str, str, str.lower]  # most policies use the documented case, some do not


def stmt(effect: str = "Allow", action=None, resource="*", condition=None, sid=None, principal=None, **other) -> dict:
    """One policy statement, keys in the order people write them; resource=None for trust policies."""
    out = {"Sid": sid} if sid else {}
    out["Effect"] = effect
    if principal is not None:
        out["Principal"] = principal
    if action is not None:
        out["Action"] = action
    out.update(other)  # NotAction, NotResource
    if resource is not None and "NotResource" not in other:
        out["Resource"] = resource
    if condition:
        out["Condition"] = condition
    return out


def doc(*statements: dict) -> dict:
    return {"Version": V, "Statement": list(statements)}


def trust(principal: dict | str, action="sts:AssumeRole", condition=None) -> dict:
    return doc(stmt(action=action, resource=None, principal=principal, condition=condition))


def service_trust(service: str) -> dict:
    return trust({"Service": f"{service}.amazonaws.com"})


HUMAN_SETS = [("ReadOnlyAccess",), ("SecurityAudit", "ReadOnlyAccess"), ("IAMUserChangePassword",)]


def account_id(index: int) -> str:
    return str(111111111100 + index)
