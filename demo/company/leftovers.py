"""The roles that nobody at Harborline wrote: those of Control Tower, AWS services, Identity Center and vendors."""

from __future__ import annotations

from demo.company.identifiers import REGION, hexadecimal, saml_provider_arn
from demo.company.model import Account, Company, Role
from demo.company.policies import account_root, allow, document, service, trust

MANAGEMENT, SECURITY = "210000000011", "210000000033"
SERVICE_LINKED = {  # service: (role name without its prefix, its policy)
    "organizations": ("Organizations", "AWSOrganizationsServiceTrustPolicy"),
    "sso": ("SSO", "AWSSSOServiceRolePolicy"),
    "guardduty": ("AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"),
    "rds": ("RDS", "AmazonRDSServiceRolePolicy"),
    "autoscaling": ("AutoScaling", "AutoScalingServiceRolePolicy"),
}
EXTERNAL_ID = "trustdrift-9c41e6b2"
SAML_AUDIENCE = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}


def service_linked(*services: str) -> list[Role]:
    """Service-linked roles; the first three are in every account."""
    return [
        Role(
            f"AWSServiceRoleFor{SERVICE_LINKED[s][0]}",
            service(s),
            (SERVICE_LINKED[s][1],),
            path=f"/aws-service-role/{s}.amazonaws.com/",
        )
        for s in ("organizations", "sso", "guardduty", *services)
    ]


def enrolled() -> list[Role]:
    """What Control Tower leaves in an account that it manages."""
    audit = f"arn:aws:iam::{SECURITY}:role/aws-controltower-Audit"
    return [
        Role("AWSControlTowerExecution", account_root(MANAGEMENT), ("AdministratorAccess",), used=34),
        Role(
            "aws-controltower-AdministratorExecutionRole",
            trust({"AWS": f"{audit}AdministratorRole"}),
            ("AdministratorAccess",),
            used=None,
        ),
        Role(
            "aws-controltower-ReadOnlyExecutionRole",
            trust({"AWS": f"{audit}ReadOnlyRole"}),
            ("SecurityAudit",),
            used=None,
        ),
        Role(
            "aws-controltower-ForwardSnsNotificationRole",
            service("lambda"),
            ("AWSLambdaBasicExecutionRole",),
            {
                "sns": document(
                    allow("sns:Publish", f"arn:aws:sns:*:{SECURITY}:aws-controltower-AggregateSecurityNotifications")
                )
            },
        ),
    ]


def reader() -> Role:
    """The role with which Trustdrift reads the account."""
    return Role(
        "TrustdriftReader",
        trust(
            {"AWS": f"arn:aws:iam::{SECURITY}:role/trustdrift-collector"},
            when={"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
        ),
        ("SecurityAudit",),
        tags={"team": "security"},
    )


def organization_access() -> Role:
    """Organizations makes this role in accounts that were created there before Control Tower."""
    return Role("OrganizationAccountAccessRole", account_root(MANAGEMENT), ("AdministratorAccess",), used=212)


def stack_set(account_id: str) -> Role:
    """What a service-managed stack set runs with in the accounts of its units."""
    return Role(
        f"stacksets-exec-{hexadecimal(32, 'stack set', account_id)}",
        trust(
            {
                "AWS": f"arn:aws:iam::{MANAGEMENT}:role/aws-service-role/stacksets.cloudformation.amazonaws.com/"
                "AWSServiceRoleForCloudFormationStackSetsOrgAdmin"
            }
        ),
        ("AdministratorAccess",),
        used=58,
    )


def datadog() -> Role:
    """Datadog's integration: a known vendor that proves itself with an external id."""
    return Role(
        "DatadogIntegrationRole",
        account_root("464622532012", {"StringEquals": {"sts:ExternalId": "6f2d8b0c4e914a7db35f"}}),
        inline={
            "datadog-integration": document(
                allow(
                    [
                        "cloudwatch:Get*",
                        "cloudwatch:List*",
                        "ec2:Describe*",
                        "elasticloadbalancing:Describe*",
                        "lambda:List*",
                        "rds:Describe*",
                        "rds:List*",
                        "tag:GetResources",
                    ]
                )
            )
        },
        tags={"team": "platform"},
    )


def add_reserved_roles(company: Company) -> None:
    """Identity Center's role for each permission set, in every account where it is assigned."""
    for permission_set in company.permission_sets:
        for name in permission_set.accounts():
            account = company.account(name)
            inline = {"AwsSSOInlinePolicy": permission_set.inline} if permission_set.inline else {}
            account.roles.append(
                Role(
                    reserved_role_name(account, permission_set.name),
                    trust(
                        {"Federated": saml_provider_arn(account)},
                        ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                        SAML_AUDIENCE,
                    ),
                    permission_set.managed,
                    inline,
                    f"/aws-reserved/sso.amazonaws.com/{REGION}/",
                )
            )


def reserved_role_name(account: Account, permission_set: str) -> str:
    return f"AWSReservedSSO_{permission_set}_{hexadecimal(16, 'reserved', account.id, permission_set)}"
