"""The log archive: where the organization's trail ends, and few people may go."""

from __future__ import annotations

from demo.company.identifiers import ORGANIZATION
from demo.company.leftovers import enrolled, reader, service_linked
from demo.company.model import Account, Bucket, Key, Role, RootUser
from demo.company.policies import allow, document, objects, secure_transport, service, trust

LOGS = "aws-controltower-logs-210000000022-eu-west-1"
ACCESS_LOGS = "aws-controltower-s3-access-logs-210000000022-eu-west-1"
SIEM = "arn:aws:iam::210000000033:role/siem-forwarder"

TRAIL_ONLY = {"StringEquals": {"aws:SourceOrgID": ORGANIZATION}}
LOG_ARCHIVE = Account(
    "210000000022",
    "log-archive",
    "Security",
    {"env": "security", "team": "security"},
    RootUser(password=602),
    roles=[
        Role(
            "log-search",
            trust({"AWS": SIEM}),
            inline={"search": document(allow(["s3:GetObject", "s3:ListBucket"], objects(LOGS)))},
            tags={"team": "security"},
        ),
        Role(
            "firehose-delivery",
            service("firehose"),
            inline={
                "deliver": document(
                    allow(["s3:AbortMultipartUpload", "s3:PutObject"], f"arn:aws:s3:::{LOGS}/vpc-flow/*")
                )
            },
            path="/service-role/",
        ),
        reader(),
        *enrolled(),
        *service_linked(),
    ],
    buckets=[
        Bucket(
            LOGS,
            document(
                secure_transport(LOGS),
                allow(
                    "s3:GetBucketAcl",
                    f"arn:aws:s3:::{LOGS}",
                    "AWSBucketPermissionsCheck",
                    Principal={"Service": "cloudtrail.amazonaws.com"},
                ),
                allow(
                    "s3:PutObject",
                    f"arn:aws:s3:::{LOGS}/{ORGANIZATION}/AWSLogs/*",
                    "AWSBucketDelivery",
                    TRAIL_ONLY,
                    Principal={"Service": "cloudtrail.amazonaws.com"},
                ),
            ),
            tags={"team": "security", "data": "restricted"},
        ),
        Bucket(
            ACCESS_LOGS,
            document(
                allow(
                    "s3:PutObject",
                    f"arn:aws:s3:::{ACCESS_LOGS}/*",
                    "S3ServerAccessLogs",
                    Principal={"Service": "logging.s3.amazonaws.com"},
                )
            ),
            tags={"team": "security", "data": "internal"},
        ),
    ],
    keys=[
        Key(
            "trail-logs",
            (
                allow(
                    ["kms:GenerateDataKey*", "kms:DescribeKey"],
                    "*",
                    "Trail",
                    TRAIL_ONLY,
                    Principal={"Service": "cloudtrail.amazonaws.com"},
                ),
            ),
            {"team": "security"},
        )
    ],
    public_access_blocked=True,
)
