"""The security account: what watches the others."""

from __future__ import annotations

from demo.company.aws_managed import FOR_FUNCTIONS
from demo.company.leftovers import EXTERNAL_ID, enrolled, reader, service_linked
from demo.company.model import Account, Bucket, Function, Role, RootUser, Secret
from demo.company.policies import allow, document, objects, secure_transport, service

FINDINGS = "harborline-security-findings"

READER = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
SECURITY = Account(
    "210000000033",
    "security",
    "Security",
    {"env": "security", "team": "security"},
    RootUser(password=602),
    roles=[
        Role(
            "trustdrift-collector",
            service("ecs-tasks"),
            inline={
                "read-accounts": document(allow("sts:AssumeRole", "arn:aws:iam::*:role/TrustdriftReader", when=READER))
            },
        ),
        Role(
            "siem-forwarder",
            service("lambda"),
            FOR_FUNCTIONS,
            {
                "forward": document(
                    allow("sts:AssumeRole", "arn:aws:iam::210000000022:role/log-search"),
                    allow(
                        "secretsmanager:GetSecretValue",
                        "arn:aws:secretsmanager:eu-west-1:210000000033:secret:siem/*",
                    ),
                )
            },
        ),
        Role(
            "guardduty-responder",
            service("lambda"),
            FOR_FUNCTIONS,
            {
                "isolate": document(
                    allow(["ec2:DescribeInstances", "guardduty:GetFindings", "guardduty:ArchiveFindings"]),
                    allow("s3:PutObject", f"arn:aws:s3:::{FINDINGS}/*"),
                )
            },
        ),
        Role("access-review", service("states"), ("SecurityAudit",), used=13),
        Role(
            "aws-controltower-AuditAdministratorRole",
            service("lambda"),
            FOR_FUNCTIONS,
            {
                "assume": document(
                    allow("sts:AssumeRole", ["arn:aws:iam::*:role/aws-controltower-AdministratorExecutionRole"])
                )
            },
            used=None,
        ),
        Role(
            "aws-controltower-AuditReadOnlyRole",
            service("lambda"),
            FOR_FUNCTIONS,
            {
                "assume": document(
                    allow("sts:AssumeRole", ["arn:aws:iam::*:role/aws-controltower-ReadOnlyExecutionRole"])
                )
            },
            used=None,
        ),
        reader(),
        *enrolled(),
        *service_linked(),
    ],
    buckets=[
        Bucket(
            FINDINGS,
            document(
                secure_transport(FINDINGS),
                allow(
                    "s3:PutObject",
                    objects(FINDINGS),
                    "Export",
                    {"StringEquals": {"aws:SourceAccount": "210000000033"}},
                    Principal={"Service": "guardduty.amazonaws.com"},
                ),
            ),
            tags={"team": "security", "data": "internal"},
        )
    ],
    secrets=[Secret("siem/token", rotated=True, tags={"team": "security"})],
    functions=[
        Function("siem-forwarder", "siem-forwarder"),
        Function("guardduty-responder", "guardduty-responder"),
    ],
)
