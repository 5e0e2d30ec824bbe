"""Payments in production: three tiers in front of the ledger, and the functions around them."""

from __future__ import annotations

from demo.company.accounts import payments_automation as automation
from demo.company.accounts import payments_stores as stores
from demo.company.aws_managed import FOR_FUNCTIONS, FOR_INSTANCES
from demo.company.identifiers import REGION
from demo.company.leftovers import datadog, enrolled, reader, service_linked
from demo.company.model import (
    AccessKey,
    Account,
    Bucket,
    Database,
    Document,
    Function,
    Instance,
    Key,
    Policy,
    PrefixList,
    Role,
    RootUser,
    Rule,
    Secret,
    SecurityGroup,
    User,
    Vault,
    Vpc,
)
from demo.company.policies import (
    account_root,
    allow,
    deny,
    document,
    github,
    objects,
    own_copies_only,
    secure_transport,
    service,
    trust,
)

ID = "210000000055"
EXPORTS, DOCUMENTS = "harborline-payments-exports", "harborline-payments-documents"
CODE = {"managed-by": "terraform", "team": "payments"}
INTERNAL, CONFIDENTIAL, RESTRICTED = ({**CODE, "data": level} for level in ("internal", "confidential", "restricted"))
LEDGER = f"arn:aws:rds:{REGION}:{ID}:cluster:ledger"
OUTSIDE = ("s3", "dynamodb", "card-networks")  # prefix lists
PARTNER = "777788889999"


def secret(name: str) -> str:
    return f"arn:aws:secretsmanager:{REGION}:{ID}:secret:{name}-??????"


WORKLOAD_BOUNDARY = document(
    allow("*", sid="Everything"),
    deny(
        [
            "backup:Delete*",
            "rds:DeleteDBCluster*",
            "rds:DeleteDBInstance*",
            "s3:DeleteBucket",
            "kms:ScheduleKeyDeletion",
        ],
        sid="KeepData",
    ),
    deny(
        [
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeletePolicy*",
            "iam:CreatePolicyVersion",
            "iam:SetDefaultPolicyVersion",
        ],
        ["arn:aws:iam::*:policy/workload-boundary", "arn:aws:iam::*:role/terraform-apply"],
        "KeepBoundary",
    ),
)

TERRAFORM = Role(
    "terraform-apply",
    trust({"AWS": "arn:aws:iam::210000000044:role/terraform-runner"}),
    ("AdministratorAccess",),
    boundary="workload-boundary",
    tags={"team": "platform"},
)


def deploy(passed: str) -> Document:
    """What the pipeline may do: make functions, and pass them the roles that match `passed`."""
    return document(
        allow(
            [
                "lambda:CreateFunction",
                "lambda:GetFunction",
                "lambda:InvokeFunction",
                "lambda:ListFunctions",
                "lambda:TagResource",
            ],
            sid="CreateFunctions",
        ),
        allow(
            ["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:PublishVersion"],
            f"arn:aws:lambda:{REGION}:{ID}:function:payments-fn-*",
            "UpdateFunctions",
        ),
        allow(
            "iam:PassRole",
            passed,
            "PassFunctionRoles",
            {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        ),
    )


def function_role(name: str, *statements: Document) -> Role:
    return Role(f"payments-fn-{name}", service("lambda"), FOR_FUNCTIONS, {"access": document(*statements)}, tags=CODE)


QUEUE = f"arn:aws:sqs:{REGION}:{ID}:payments-"
TABLE = f"arn:aws:dynamodb:{REGION}:{ID}:table/payments-"
FUNCTION_ROLES = [
    function_role(
        "webhook",
        allow("sqs:SendMessage", f"{QUEUE}events"),
        allow("secretsmanager:GetSecretValue", secret("payments/webhook-signing")),
    ),
    function_role(
        "settlement",
        allow(["sqs:DeleteMessage", "sqs:ReceiveMessage"], f"{QUEUE}settlement"),
        allow(["dynamodb:PutItem", "dynamodb:Query"], f"{TABLE}settlement"),
    ),
    function_role("payout", allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], f"{TABLE}payouts")),
    function_role(
        "fraud-score", allow("sagemaker:InvokeEndpoint", f"arn:aws:sagemaker:{REGION}:{ID}:endpoint/fraud-*")
    ),
]

APPLICATION_ROLES = [
    Role(
        "ci-deploy",
        github(ID, "repo:harborline/payments:ref:refs/heads/main"),
        inline={"deploy": deploy(f"arn:aws:iam::{ID}:role/payments-fn-*")},
        tags=CODE,
    ),
    Role("payments-web", service("ec2"), FOR_INSTANCES, profile=True, tags=CODE),
    Role(
        "payments-app",
        service("ec2"),
        FOR_INSTANCES,
        {
            "ledger": document(
                allow("secretsmanager:GetSecretValue", secret("ledger/app")),
                allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{DOCUMENTS}/*"),
            )
        },
        profile=True,
        tags=CODE,
    ),
    Role(
        "ledger-admin",
        service("lambda"),
        FOR_FUNCTIONS,
        {
            "ledger": document(
                allow(
                    [
                        "rds-data:BatchExecuteStatement",
                        "rds-data:BeginTransaction",
                        "rds-data:CommitTransaction",
                        "rds-data:ExecuteStatement",
                        "rds-data:RollbackTransaction",
                    ],
                    LEDGER,
                    "Migrate",
                ),
                allow("secretsmanager:GetSecretValue", secret("ledger/master"), "Login"),
            )
        },
        used=19,
        tags=CODE,
    ),
    Role(
        "payments-oncall",
        trust({"AWS": f"arn:aws:iam::{ID}:root"}, when={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        inline={
            "operate": document(
                allow(
                    [
                        "autoscaling:SetInstanceHealth",
                        "logs:StartQuery",
                        "logs:GetQueryResults",
                        "sqs:StartMessageMoveTask",
                    ]
                )
            )
        },
        used=9,
        tags=CODE,
    ),
]

OPERATIONS_ROLES = [
    Role(
        "payments-db-operator",
        account_root(ID, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ("AmazonRDSFullAccess", "AWSBackupFullAccess"),
        used=27,
        tags=CODE,
    ),
    Role(
        "partner-settlement",
        account_root(PARTNER),
        inline={"collect": document(allow(["s3:GetObject", "s3:ListBucket"], objects(EXPORTS)))},
        used=3,
        tags={"team": "payments"},
    ),
    Role(
        "AWSBackupDefaultServiceRole",
        service("backup"),
        ("AWSBackupServiceRolePolicyForBackup",),
        path="/service-role/",
    ),
    Role("rds-monitoring-role", service("monitoring.rds"), ("AmazonRDSEnhancedMonitoringRole",)),
    TERRAFORM,
    datadog(),
    reader(),
    *enrolled(),
    *service_linked("rds", "autoscaling"),
]

ANYWHERE = ("0.0.0.0/0", "::/0")
SECURITY_GROUPS = [
    SecurityGroup(
        "payments-web",
        "Public front end",
        [Rule("tcp", 443, ANYWHERE)],
        [Rule("tcp", 8080, groups=("payments-app",)), Rule("tcp", 443, lists=("s3",))],
        CODE,
    ),
    SecurityGroup(
        "payments-app",
        "Payment processing",
        [Rule("tcp", 8080, groups=("payments-web",))],
        [Rule("tcp", 5432, groups=("payments-db",)), Rule("tcp", 443, lists=OUTSIDE)],
        CODE,
    ),
    SecurityGroup("payments-db", "The ledger", [Rule("tcp", 5432, groups=("payments-app",))], [], RESTRICTED),
    SecurityGroup("default", "default VPC security group"),
]

SUBNETS = {
    f"{tier}-{zone}": f"10.20.{block + i}.0/24"
    for tier, block in (("web", 0), ("app", 10), ("db", 20))
    for i, zone in enumerate("ab")
}
WEB = [
    Instance(
        f"payments-web-{z}",
        f"web-{z}",
        f"10.20.{i}.17",
        ("payments-web",),
        "payments-web",
        public_ip=f"198.51.100.{20 + i}",
        tags=CODE,
    )
    for i, z in enumerate("ab")
]
APP = [
    Instance(f"payments-app-{n}", f"app-{z}", f"10.20.{10 + i}.{30 + n}", ("payments-app",), "payments-app", tags=CODE)
    for n, (i, z) in enumerate(((0, "a"), (1, "b"), (0, "a")), start=1)
]
NETWORK = Vpc("payments", "10.20.0.0/16", SUBNETS, SECURITY_GROUPS, [*WEB, *APP])

WEBHOOK = f"arn:aws:lambda:{REGION}:{ID}:function:payments-fn-webhook"
WEBHOOK_POLICY = document(
    allow(
        "lambda:InvokeFunction",
        WEBHOOK,
        "ApiGateway",
        {"ArnLike": {"AWS:SourceArn": f"arn:aws:execute-api:{REGION}:{ID}:h4rb0rl1ne/*/POST/webhook"}},
        Principal={"Service": "apigateway.amazonaws.com"},
    )
)

PAYMENTS_PROD = Account(
    ID,
    "payments-prod",
    "Prod",
    {"env": "prod", "team": "payments"},
    RootUser(password=518),
    [*APPLICATION_ROLES, *FUNCTION_ROLES, *automation.ROLES, *OPERATIONS_ROLES],
    [
        User(
            "svc-sftp",
            1288,
            inline={"drop": document(allow("s3:PutObject", f"arn:aws:s3:::{EXPORTS}/inbound/*"))},
            keys=[AccessKey(1288, 2)],
            tags={"team": "payments"},
        )
    ],
    policies=[Policy("workload-boundary", WORKLOAD_BOUNDARY)],
    github=True,
    vpcs=[NETWORK],
    prefix_lists=[
        PrefixList("s3", ("3.5.64.0/21", "52.218.0.0/17"), "pl-6da54004"),
        PrefixList("dynamodb", ("52.94.24.0/23",), "pl-6fa54006"),
        PrefixList("card-networks", ("192.0.2.0/25", "198.51.100.128/25")),
    ],
    databases=[
        Database(
            "ledger",
            {"ledger-1": "10.20.20.11", "ledger-2": "10.20.21.11"},
            subnets=("db-a", "db-b"),
            groups=("payments-db",),
            key="ledger",
            data_api=True,
            tags=RESTRICTED,
        )
    ],
    vaults=[
        Vault(
            "payments-monthly",
            "ledger",
            {LEDGER: ("2026-09-01", "2026-10-01", "2026-11-01")},
            own_copies_only(),
        )
    ],
    buckets=[
        Bucket(EXPORTS, document(secure_transport(EXPORTS)), tags=CONFIDENTIAL),
        Bucket(DOCUMENTS, document(secure_transport(DOCUMENTS)), tags=RESTRICTED),
    ],
    keys=[Key("ledger", tags=RESTRICTED), Key("payments", tags=CODE)],
    secrets=[
        Secret("ledger/master", "ledger", rotated=True, tags=RESTRICTED),
        Secret("ledger/app", "ledger", rotated=True, tags=RESTRICTED),
        Secret("payments/webhook-signing", "payments", tags=INTERNAL),
        Secret("payments/card-network-api", "payments", tags=CONFIDENTIAL),
    ],
    functions=[
        *(Function(role.name, role.name, tags=CODE) for role in FUNCTION_ROLES if role.name != "payments-fn-webhook"),
        Function("payments-fn-webhook", "payments-fn-webhook", policy=WEBHOOK_POLICY, tags=CODE),
        Function("ledger-migrations", "ledger-admin", tags=CODE),
    ],
    automation=automation.AUTOMATION,
    queues=stores.QUEUES,
    topics=stores.TOPICS,
    repositories=stores.REPOSITORIES,
    tables=stores.TABLES,
    snapshots=stores.SNAPSHOTS,
    log_groups=stores.LOG_GROUPS,
    log_policies=stores.LOG_POLICIES,
)
