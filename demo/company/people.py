"""Who works at Harborline, in which groups of Identity Center, and what the groups may use where."""

from __future__ import annotations

from demo.company.model import Document, PermissionSet
from demo.company.organization import ACCOUNT_NAMES
from demo.company.policies import allow, deny, document

OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
GROUPS: dict[str, tuple[str, ...]] = {
    "BreakGlass": ("Ingrid Solberg", "Tomasz Wieczorek"),
    "Platform": ("Ingrid Solberg", "Kwame Mensah", "Lucía Ferrer", "Pieter van Dijk"),
    "SecurityOps": ("Aoife Brennan", "Rahul Deshmukh", "Tomasz Wieczorek"),
    "PaymentsDev": ("Camille Roux", "Daniel Okafor", "Hanna Lindqvist", "Mateo Álvarez", "Yuki Tanaka"),
    "DataAnalysts": (
        "Agnieszka Nowak",
        "Ben O'Connor",
        "Chiara Romano",
        "Emre Yıldız",
        "Fatima Zahra",
        "Grace Whitfield",
        "Jonas Petersen",
        "Leila Haddad",
        "Marek Dvořák",
        "Noémie Laurent",
        "Priya Nair",
        "Sofia Costa",
    ),
    "Finance": ("Eleanor Hughes", "Viktor Horváth"),
}


def data_analyst(s3_actions: str) -> Document:
    """The inline policy of permission set DataAnalyst, whose objects are read from the offices' addresses only."""
    return document(
        allow(s3_actions, ["arn:aws:s3:::harborline-*", "arn:aws:s3:::harborline-*/*"], "AnalyticsBuckets", OFFICE),
        allow(
            [
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:ListWorkGroups",
                "athena:StartQueryExecution",
                "glue:GetDatabases",
                "glue:GetPartitions",
                "glue:GetTables",
            ],
            sid="Queries",
        ),
    )


PERMISSION_SETS = [
    PermissionSet("AdministratorAccess", {"BreakGlass": ACCOUNT_NAMES}, ("AdministratorAccess",), session="PT1H"),
    PermissionSet(
        "PlatformEngineer",
        {"Platform": ("shared-services", "payments-prod", "data-prod", "dev", "dev-sandbox")},
        ("PowerUserAccess",),
        document(
            allow(["iam:Get*", "iam:List*", "iam:GenerateServiceLastAccessedDetails"], sid="LookAtIam"),
            deny(["secretsmanager:GetSecretValue"], "arn:aws:secretsmanager:*:*:secret:ledger/*", "NotTheLedger"),
        ),
    ),
    PermissionSet(
        "PaymentsDeveloper",
        {"PaymentsDev": ("payments-prod", "dev")},
        ("ReadOnlyAccess",),
        document(
            allow(["logs:StartLiveTail", "logs:StopQuery", "xray:GetTraceSummaries"], sid="Observe"),
            allow("sts:AssumeRole", "arn:aws:iam::*:role/payments-oncall", "OnCall"),
        ),
    ),
    PermissionSet(
        "DataAnalyst",
        {"DataAnalysts": ("data-prod", "payments-prod", "dev", "shared-services")},
        inline=data_analyst("s3:GetObject"),
    ),
    PermissionSet("SecurityAudit", {"SecurityOps": ACCOUNT_NAMES}, ("SecurityAudit",)),
    PermissionSet(
        "ReadOnly",
        {"PaymentsDev": ("shared-services", "dev-sandbox"), "SecurityOps": ("log-archive",)},
        ("ReadOnlyAccess",),
    ),
    PermissionSet("Billing", {"Finance": ("harborline-management",)}, ("Billing",)),
]
