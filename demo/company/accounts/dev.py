"""Development: the company's first account, older than its organization, and it shows."""

from __future__ import annotations

from demo.company.aws_managed import FOR_FUNCTIONS
from demo.company.identifiers import REGION
from demo.company.leftovers import enrolled, organization_access, reader, service_linked, stack_set
from demo.company.model import (
    AccessKey,
    Account,
    Bucket,
    Database,
    Function,
    Group,
    Instance,
    Key,
    Role,
    RootUser,
    Rule,
    Secret,
    SecurityGroup,
    User,
    Vpc,
)
from demo.company.policies import account_root, allow, document, github, objects, secure_transport, service

ID = "210000000077"
FIXTURES = "harborline-dev-fixtures"
TAGS = {"team": "engineering"}
ANYWHERE = Rule("-1", None, ("0.0.0.0/0",))


SSM = ("AmazonSSMManagedInstanceCore",)
ROLES = [
    Role(
        "ci-deploy-dev",
        github(ID, "repo:harborline/payments:*"),
        inline={
            "deploy": document(
                allow(
                    ["lambda:CreateFunction", "lambda:InvokeFunction", "lambda:UpdateFunctionCode"],
                    f"arn:aws:lambda:{REGION}:{ID}:function:dev-fn-*",
                ),
                allow("iam:PassRole", f"arn:aws:iam::{ID}:role/dev-fn-*"),
            )
        },
        tags=TAGS,
    ),
    Role(
        "dev-fn-api",
        service("lambda"),
        FOR_FUNCTIONS,
        {"access": document(allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{FIXTURES}/*"))},
        tags=TAGS,
    ),
    Role(
        "dev-fn-worker",
        service("lambda"),
        FOR_FUNCTIONS,
        {"access": document(allow("sqs:*", f"arn:aws:sqs:{REGION}:{ID}:dev-*"))},
        tags=TAGS,
    ),
    Role(
        "dev-app",
        service("ec2"),
        SSM,
        {
            "access": document(
                allow(["s3:GetObject", "s3:ListBucket"], objects(FIXTURES)),
                allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ID}:secret:payments-dev/*"),
            )
        },
        profile=True,
        tags=TAGS,
    ),
    Role("dev-bastion", service("ec2"), SSM, profile=True, tags=TAGS),
    Role("load-test-runner", account_root(ID), SSM, used=431, tags=TAGS),
    Role(
        "migration-2023",
        service("dms"),
        inline={"copy": document(allow("s3:*", objects(FIXTURES)))},
        used=None,
        tags=TAGS,
    ),
    reader(),
    organization_access(),
    stack_set(ID),
    *enrolled(),
    *service_linked("rds"),
]

NETWORK = Vpc(
    "dev",
    "10.40.0.0/16",
    {"public-a": "10.40.0.0/24", "app-a": "10.40.10.0/24", "db-a": "10.40.20.0/24", "db-b": "10.40.21.0/24"},
    [
        SecurityGroup("default", "default VPC security group", [Rule("-1", None, groups=("default",))], [ANYWHERE]),
        SecurityGroup("dev-bastion", "SSH for developers", [Rule("tcp", 22, ("0.0.0.0/0",))], [ANYWHERE], TAGS),
        SecurityGroup(
            "dev-shared",
            "Everything in dev",
            [Rule("tcp", 22, groups=("dev-bastion",)), Rule("-1", None, groups=("dev-shared",))],
            [ANYWHERE],
            TAGS,
        ),
    ],
    [
        Instance(
            "dev-bastion",
            "public-a",
            "10.40.0.8",
            ("dev-bastion",),
            "dev-bastion",
            public_ip="198.51.100.40",
            imds_v2=False,
            tags=TAGS,
        ),
        Instance("dev-app-1", "app-a", "10.40.10.21", ("dev-shared",), "dev-app", tags=TAGS),
        Instance("dev-app-2", "app-a", "10.40.10.22", ("dev-shared", "default"), "dev-app", imds_v2=False, tags=TAGS),
    ],
)

DEV = Account(
    ID,
    "dev",
    "Dev",
    {"env": "dev", "team": "engineering"},
    RootUser(mfa=False, key=AccessKey(1990), password=260),
    ROLES,
    [
        User(
            "m.keller",
            1544,
            ("IAMUserChangePassword",),
            groups=("developers",),
            keys=[AccessKey(1544, 703, "ec2")],
            password=689,
            tags=TAGS,
        ),
        User(
            "load-test",
            1102,
            inline={"ssm": document(allow("sts:AssumeRole", f"arn:aws:iam::{ID}:role/load-test-runner"))},
            keys=[AccessKey(1102, 431, "sts")],
            tags=TAGS,
        ),
    ],
    [Group("developers", ("ReadOnlyAccess",))],
    github=True,
    vpcs=[NETWORK],
    databases=[
        Database(
            "payments-dev",
            {"payments-dev": "10.40.20.7"},
            subnets=("db-a", "db-b"),
            groups=("dev-shared",),
            key="dev",
            engine="postgres",
            cluster=False,
            tags=TAGS,
        )
    ],
    buckets=[Bucket(FIXTURES, document(secure_transport(FIXTURES)), blocked=False, tags={**TAGS, "data": "internal"})],
    keys=[Key("dev", tags=TAGS)],
    secrets=[Secret("payments-dev/database", tags={**TAGS, "data": "internal"})],
    functions=[
        Function("dev-fn-api", "dev-fn-api", tags=TAGS),
        Function("dev-fn-worker", "dev-fn-worker", "nodejs22.x", tags=TAGS),
    ],
)
