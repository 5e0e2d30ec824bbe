"""Policies for people, the long ones abridged."""

from __future__ import annotations

from demo.company.model import Policy
from demo.company.policies import actions, allow, document, of

# service: what a reader of everything may call there, abridged from ReadOnlyAccess
READS = {
    "access-analyzer": "Get* List*",
    "acm": "Describe* Get* List*",
    "autoscaling": "Describe*",
    "backup": "Describe* Get* List*",
    "ce": "Describe* Get* List*",
    "cloudformation": "Describe* Get* List*",
    "cloudfront": "Get* List*",
    "cloudtrail": "Describe* Get* List* LookupEvents",
    "cloudwatch": "Describe* Get* List*",
    "config": "Describe* Get* List*",
    "dynamodb": "BatchGet* Describe* Get* List* Query Scan",
    "ec2": "Describe* Get*",
    "ecr": "BatchGet* Describe* Get* List*",
    "ecs": "Describe* List*",
    "elasticloadbalancing": "Describe*",
    "events": "Describe* List*",
    "glue": "BatchGet* Get* List*",
    "guardduty": "Get* List*",
    "iam": "Get* List* Simulate*",
    "kms": "Describe* Get* List*",
    "lambda": "Get* List*",
    "logs": "Describe* FilterLogEvents Get* List* StartQuery",
    "organizations": "Describe* List*",
    "rds": "Describe* List*",
    "route53": "Get* List*",
    "s3": "Get* List*",
    "secretsmanager": "Describe* GetResourcePolicy List*",
    "sns": "Get* List*",
    "sqs": "Get* List* ReceiveMessage",
    "ssm": "Describe* Get* List*",
    "states": "Describe* Get* List*",
    "tag": "Get*",
}
# service: what an auditor may call: settings, never contents; abridged from SecurityAudit
AUDITS = {
    "access-analyzer": "GetAnalyzer ListAnalyzers ListFindings",
    "acm": "Describe* List*",
    "autoscaling": "Describe*",
    "backup": "DescribeBackupVault DescribeRecoveryPoint GetBackupVaultAccessPolicy List*",
    "cloudfront": "GetDistribution* List*",
    "cloudtrail": "DescribeTrails GetEventSelectors GetTrailStatus ListTags",
    "cloudwatch": "Describe*",
    "config": "Describe* List*",
    "dynamodb": "DescribeTable ListTables ListTagsOfResource",
    "ec2": "Describe* GetManagedPrefixListEntries",
    "ecr": "Describe* GetRepositoryPolicy",
    "ecs": "Describe* List*",
    "elasticloadbalancing": "Describe*",
    "guardduty": "GetDetector List*",
    "iam": "GenerateCredentialReport Get* List* Simulate*",
    "identitystore": "List*",
    "kms": "Describe* GetKeyPolicy GetKeyRotationStatus List*",
    "lambda": "GetFunctionConfiguration GetPolicy List*",
    "logs": "Describe* ListTagsLogGroup",
    "organizations": "Describe* List*",
    "rds": "Describe* ListTagsForResource",
    "route53": "List*",
    "s3": (
        "GetAccountPublicAccessBlock GetBucketAcl GetBucketLocation GetBucketPolicy GetBucketPolicyStatus "
        "GetBucketPublicAccessBlock GetBucketTagging ListAllMyBuckets"
    ),
    "secretsmanager": "DescribeSecret GetResourcePolicy ListSecrets",
    "sns": "GetTopicAttributes ListTopics",
    "sqs": "GetQueueAttributes ListQueues",
    "ssm": "DescribeInstanceInformation ListDocuments",
    "sso": "Describe* Get* List*",
    "tag": "GetResources",
}
PEOPLE = (
    Policy("AdministratorAccess", document(allow("*"))),
    Policy(
        "PowerUserAccess",
        document(
            allow(None, NotAction=["iam:*", "organizations:*", "account:*"]),
            allow(
                [
                    "account:GetAccountInformation",
                    "account:GetPrimaryEmail",
                    "account:ListRegions",
                    "iam:CreateServiceLinkedRole",
                    "iam:DeleteServiceLinkedRole",
                    "iam:ListRoles",
                    "organizations:DescribeEffectivePolicy",
                    "organizations:DescribeOrganization",
                ]
            ),
        ),
        version=6,
    ),
    Policy("ReadOnlyAccess", document(allow(actions(READS), sid="ReadOnlyActionsGroup1")), version=145),
    Policy(
        "SecurityAudit",
        document(
            allow(actions(AUDITS), sid="BaseSecurityAuditStatement"),
            allow(
                ["apigateway:GET"],
                ["arn:aws:apigateway:*::/apis", "arn:aws:apigateway:*::/restapis", "arn:aws:apigateway:*::/vpclinks"],
                "APIGatewayAccess",
            ),
        ),
        version=61,
    ),
    Policy(
        "Billing",
        document(
            allow(
                of("aws-portal", "ViewBilling ViewPaymentMethods ViewUsage")
                + of("billing", "Get* List*")
                + of("budgets", "ViewBudget ModifyBudget")
                + of("ce", "Describe* Get* List*")
                + of("cur", "DescribeReportDefinitions GetUsageReport")
                + of("invoicing", "Get* List*")
                + of("payments", "GetPaymentStatus ListPaymentPreferences"),
                sid="VisualEditor0",
            )
        ),
        "/job-function/",
        11,
    ),
    Policy(
        "IAMUserChangePassword",
        document(
            allow(["iam:ChangePassword"], ["arn:aws:iam::*:user/${aws:username}"]),
            allow(["iam:GetAccountPasswordPolicy"]),
        ),
        version=2,
    ),
)
