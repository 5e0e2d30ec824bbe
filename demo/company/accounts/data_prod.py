"""The data platform in production: the warehouse, and a replica of the ledger that it reads."""

from __future__ import annotations

from demo.company.accounts.payments_prod import TERRAFORM, WORKLOAD_BOUNDARY
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
    Role,
    RootUser,
    Rule,
    Secret,
    SecurityGroup,
    User,
    Vault,
    Vpc,
)
from demo.company.policies import allow, deny, document, github, objects, own_copies_only, secure_transport, service
from demo.company.workloads import Studio, Workload, Workloads

ID = "210000000066"
RAW, CURATED = "harborline-warehouse-raw", "harborline-warehouse-curated"
CODE = {"managed-by": "terraform", "team": "data"}
CONFIDENTIAL, RESTRICTED = ({**CODE, "data": level} for level in ("confidential", "restricted"))
REPLICA = f"arn:aws:rds:{REGION}:{ID}:cluster:ledger-replica"


def warehouse_loader(*order: int) -> Document:
    """The loader's policy, its statements in the given order."""
    statements = (
        allow(["s3:GetObject", "s3:ListBucket"], objects(RAW), "ReadRaw"),
        allow(["s3:DeleteObject", "s3:PutObject"], f"arn:aws:s3:::{CURATED}/*", "WriteCurated"),
        allow(["glue:BatchCreatePartition", "glue:GetTable", "glue:UpdateTable"], sid="Catalogue"),
        deny("s3:PutObject", f"arn:aws:s3:::{CURATED}/archive/*", "ArchiveIsFinal"),
    )
    return document(*(statements[i] for i in order))


ROLES = [
    Role(
        "ci-dbt",
        github(ID, "repo:harborline/warehouse:ref:refs/heads/main"),
        ("AmazonAthenaFullAccess",),
        {
            "models": document(
                allow(["s3:GetObject", "s3:ListBucket", "s3:PutObject"], objects("harborline-dbt-artifacts")),
                allow(["glue:StartJobRun", "glue:GetJobRun"], f"arn:aws:glue:{REGION}:{ID}:job/dbt-*"),
            )
        },
        tags=CODE,
    ),
    Role("warehouse-loader", service("glue"), ("AWSGlueServiceRole", "warehouse-loader"), tags=CODE),
    Role(
        "warehouse-etl",
        service("ec2"),
        FOR_INSTANCES,
        {
            "replica": document(
                allow(
                    "secretsmanager:GetSecretValue",
                    f"arn:aws:secretsmanager:{REGION}:{ID}:secret:ledger-replica/reader-??????",
                ),
                allow("s3:PutObject", f"arn:aws:s3:::{RAW}/ledger/*"),
            )
        },
        profile=True,
        tags=CODE,
    ),
    Role(
        "data-science",
        service("sagemaker"),
        inline={"notebooks": document(allow(["s3:GetObject", "s3:ListBucket"], objects(CURATED)))},
        used=4,
        tags=CODE,
    ),
    Role(
        "finops-ingest",
        service("lambda"),
        FOR_FUNCTIONS,
        {"cur": document(allow("sts:AssumeRole", "arn:aws:iam::210000000011:role/cur-reader"))},
        tags=CODE,
    ),
    Role("reporting-athena", service("states"), ("AmazonAthenaFullAccess",), used=121, tags=CODE),
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
    *service_linked("rds"),
]

NETWORK = Vpc(
    "data",
    "10.30.0.0/16",
    {"etl-a": "10.30.10.0/24", "db-a": "10.30.20.0/24", "db-b": "10.30.21.0/24"},
    [
        SecurityGroup(
            "warehouse-etl",
            "Loads the warehouse",
            [],
            [Rule("tcp", 5432, groups=("ledger-replica-db",)), Rule("tcp", 443, ("0.0.0.0/0",))],
            CODE,
        ),
        SecurityGroup(
            "ledger-replica-db",
            "Replica of the ledger",
            [Rule("tcp", 5432, groups=("warehouse-etl",))],
            [],
            RESTRICTED,
        ),
        SecurityGroup("default", "default VPC security group"),
    ],
    [Instance("warehouse-etl-1", "etl-a", "10.30.10.12", ("warehouse-etl",), "warehouse-etl", tags=CODE)],
)

DATA_PROD = Account(
    ID,
    "data-prod",
    "Prod",
    {"env": "prod", "team": "data"},
    RootUser(password=518),
    ROLES,
    [
        User(
            "svc-bi-dashboards",
            1410,
            ("AmazonAthenaFullAccess",),
            keys=[AccessKey(702, 1, "athena"), AccessKey(1410, None, active=False)],
            tags={"team": "data"},
        )
    ],
    policies=[
        Policy("warehouse-loader", warehouse_loader(0, 1, 2, 3), version=3),
        Policy("workload-boundary", WORKLOAD_BOUNDARY),
    ],
    github=True,
    vpcs=[NETWORK],
    databases=[
        Database(
            "ledger-replica",
            {"ledger-replica-1": "10.30.20.14"},
            subnets=("db-a", "db-b"),
            groups=("ledger-replica-db",),
            key="ledger-replica",
            tags=RESTRICTED,
        )
    ],
    vaults=[
        Vault(
            "data-monthly",
            "ledger-replica",
            {REPLICA: ("2026-10-01", "2026-11-01")},
            own_copies_only(),
        )
    ],
    buckets=[
        Bucket(RAW, document(secure_transport(RAW)), tags=RESTRICTED),
        Bucket(CURATED, document(secure_transport(CURATED)), tags=RESTRICTED),
        Bucket("harborline-dbt-artifacts", tags={**CODE, "data": "internal"}),
    ],
    keys=[Key("ledger-replica", tags=RESTRICTED), Key("warehouse", tags=CODE)],
    secrets=[
        Secret("ledger-replica/reader", "ledger-replica", rotated=True, tags=RESTRICTED),
        Secret("warehouse/sftp", tags=CONFIDENTIAL),
    ],
    functions=[Function("finops-ingest", "finops-ingest", tags=CODE)],
    workloads=Workloads(
        notebooks=[Workload("churn-forecast", "data-science")],
        studios=[Studio("data-science", "data-science", {"forecasting": None})],
        machines=[Workload("monthly-reports", "reporting-athena")],
    ),
)
