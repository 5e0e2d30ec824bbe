"""The units of Harborline's organization and the policies that bound its accounts."""

from __future__ import annotations

from demo.company.identifiers import ORGANIZATION
from demo.company.model import ControlPolicy, Peering
from demo.company.policies import allow, deny, document, of

# name: parent; the root has none
UNITS: dict[str, str | None] = {
    "Root": None,
    "Security": "Root",
    "Infrastructure": "Root",
    "Workloads": "Root",
    "Prod": "Workloads",
    "Dev": "Workloads",
    "Sandbox": "Root",
}
ACCOUNT_NAMES = (
    "harborline-management",
    "log-archive",
    "security",
    "shared-services",
    "payments-prod",
    "data-prod",
    "dev",
    "dev-sandbox",
)
EVERYWHERE = (*UNITS, *ACCOUNT_NAMES)  # where AWS attaches its FullAccess policies
REGIONS = ["eu-west-1", "eu-central-1"]
GLOBAL_SERVICES = (
    "account aws-portal billing budgets ce cloudfront health iam organizations route53 shield sso sts support "
    "trustedadvisor waf wafv2"
)
OUTSIDE_REGIONS = {
    "StringNotEquals": {"aws:RequestedRegion": REGIONS},
    "ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/AWSControlTowerExecution"]},
}
ROOT_USER = {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
NOT_CONTROL_TOWER = {
    "ArnNotLike": {
        "aws:PrincipalArn": ["arn:aws:iam::*:role/AWSControlTowerExecution", "arn:aws:iam::*:role/aws-controltower-*"]
    }
}
STRANGERS = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}
CONTROL_TOWER_ROLES = [
    "arn:aws:iam::*:role/aws-controltower-*",
    "arn:aws:iam::*:role/*AWSControlTower*",
    "arn:aws:iam::*:role/stacksets-exec-*",
]
TRAIL_CHANGES = [
    *of("cloudtrail", "DeleteTrail PutEventSelectors StopLogging UpdateTrail"),
    *of("guardduty", "DeleteDetector DeleteMembers DisassociateFromAdministratorAccount UpdateDetector"),
    *of("config", "DeleteConfigurationRecorder StopConfigurationRecorder"),
]
ROLE_CHANGES = of(
    "iam",
    "AttachRolePolicy DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DetachRolePolicy "
    "PutRolePermissionsBoundary PutRolePolicy UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
)
BACKUP_DELETIONS = [
    *of("backup", "DeleteBackupVault DeleteBackupVaultAccessPolicy DeleteRecoveryPoint UpdateRecoveryPointLifecycle"),
    *of("rds", "DeleteDBCluster DeleteDBClusterAutomatedBackup DeleteDBClusterSnapshot DeleteDBInstance"),
    *of("rds", "DeleteDBInstanceAutomatedBackup DeleteDBSnapshot DeleteGlobalCluster"),
]
RESOURCE = "RESOURCE_CONTROL_POLICY"
CONTROL_POLICIES = [
    ControlPolicy(
        "FullAWSAccess", document(allow("*")), EVERYWHERE, "Allows access to every operation", aws_managed=True
    ),
    ControlPolicy("DenyLeaveOrganization", document(deny("organizations:LeaveOrganization")), ("Root",)),
    ControlPolicy(
        "ProtectTrails",
        document(deny(TRAIL_CHANGES, sid="ProtectTrails", when=NOT_CONTROL_TOWER)),
        ("Root",),
        "Trails, detectors and recorders stay on",
    ),
    ControlPolicy(
        "aws-guardrails-NqkLpW",
        document(deny(ROLE_CHANGES, CONTROL_TOWER_ROLES, "GRIAMROLEPOLICY", NOT_CONTROL_TOWER)),
        ("Security", "Infrastructure", "Workloads", "Sandbox"),
        "Managed by AWS Control Tower",
    ),
    ControlPolicy(
        "RegionGuardrail",
        document(
            deny(
                None,
                sid="DenyOtherRegions",
                when=OUTSIDE_REGIONS,
                NotAction=[f"{service}:*" for service in GLOBAL_SERVICES.split()],
            )
        ),
        ("Workloads", "Sandbox"),
        "Europe only",
    ),
    ControlPolicy("DenyRootUser", document(deny("*", when=ROOT_USER)), ("Infrastructure", "Prod")),
    ControlPolicy(
        "ProtectBackups",
        document(deny(BACKUP_DELETIONS, sid="ProtectBackups")),
        ("Prod",),
        "Nobody deletes a production database or what restores it",
    ),
    ControlPolicy(
        "RCPFullAWSAccess",
        document(allow("*", Principal="*")),
        EVERYWHERE,
        "Allows access to every resource",
        RESOURCE,
        aws_managed=True,
    ),
    ControlPolicy(
        "OrganizationOnly",
        document(deny(["s3:*", "secretsmanager:*", "kms:*"], when=STRANGERS, Principal="*")),
        ("Workloads",),
        "Data stays with principals of the organization",
        RESOURCE,
    ),
]
PEERINGS = [
    Peering("shared-dev", "shared-services", "dev"),
    Peering("dev-payments", "dev", "payments-prod"),
    Peering("payments-data", "payments-prod", "data-prod"),
]
