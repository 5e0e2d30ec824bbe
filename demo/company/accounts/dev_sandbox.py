"""The sandbox, where everybody may try ANYWHERE, and did."""

from __future__ import annotations

from demo.company.aws_managed import FOR_FUNCTIONS
from demo.company.leftovers import enrolled, organization_access, reader, service_linked, stack_set
from demo.company.model import (
    AccessKey,
    Account,
    Bucket,
    Function,
    Instance,
    Role,
    RootUser,
    Rule,
    SecurityGroup,
    User,
    Vpc,
)
from demo.company.policies import account_root, allow, document, objects, service, trust

ID = "210000000088"
SCRATCH = "harborline-sandbox-scratch"
TAGS = {"team": "engineering"}

ROLES = [
    Role("hackday-admin", account_root(ID), ("AdministratorAccess",), used=76, tags=TAGS),
    Role(
        "playground-function",
        service("lambda"),
        FOR_FUNCTIONS,
        {"play": document(allow(["s3:*", "dynamodb:*"]))},
        used=15,
        tags=TAGS,
    ),
    Role("playground-instance", service("ec2"), ("AmazonSSMManagedInstanceCore",), profile=True, used=5, tags=TAGS),
    Role(
        "playground-share",
        trust({"AWS": "*"}),
        inline={"read": document(allow(["s3:GetObject", "s3:ListBucket"], objects(SCRATCH)))},
        used=None,
        tags=TAGS,
    ),
    reader(),
    organization_access(),
    stack_set(ID),
    *enrolled(),
    *service_linked(),
]

ANYWHERE = Rule("-1", None, ("0.0.0.0/0",))
NETWORK = Vpc(
    "default",
    "172.31.0.0/16",
    {"default-a": "172.31.0.0/20", "default-b": "172.31.16.0/20"},
    [
        SecurityGroup("default", "default VPC security group", [Rule("-1", None, groups=("default",))], [ANYWHERE]),
        SecurityGroup(
            "launch-wizard-1", "launch-wizard-1 created 2025-04-02", [Rule("tcp", 22, ("0.0.0.0/0",))], [ANYWHERE]
        ),
    ],
    [
        Instance(
            "playground",
            "default-a",
            "172.31.4.19",
            ("launch-wizard-1",),
            "playground-instance",
            public_ip="198.51.100.77",
            imds_v2=False,
            tags=TAGS,
        )
    ],
    default=True,
)
DEV_SANDBOX = Account(
    ID,
    "dev-sandbox",
    "Sandbox",
    {"env": "sandbox", "team": "engineering"},
    RootUser(password=130),
    ROLES,
    [
        User(
            "hackday",
            76,
            inline={"admin": document(allow("sts:AssumeRole", f"arn:aws:iam::{ID}:role/hackday-admin"))},
            keys=[AccessKey(76, 76, "sts")],
            tags=TAGS,
        )
    ],
    vpcs=[NETWORK],
    buckets=[Bucket(SCRATCH, blocked=False, tags=TAGS)],
    functions=[Function("playground", "playground-function", tags=TAGS)],
)
