"""The management account: billing, Control Tower, the organization's trail and the way in when all else fails."""

from __future__ import annotations

from demo.company.leftovers import reader, service_linked
from demo.company.model import Account, Bucket, Group, Role, RootUser, Trail, User
from demo.company.policies import allow, document, objects, secure_transport, service, trust

CUR = "harborline-cur-210000000011"
FINOPS = "arn:aws:iam::210000000066:role/finops-ingest"

MANAGEMENT = Account(
    "210000000011",
    "harborline-management",
    "Root",
    {"env": "management", "team": "platform"},
    RootUser(password=391),
    roles=[
        Role(
            "AWSControlTowerAdmin",
            service("controltower"),
            ("AWSControlTowerServiceRolePolicy",),
            {"AWSControlTowerAdminPolicy": document(allow("ec2:DescribeAvailabilityZones"))},
            "/service-role/",
        ),
        Role(
            "AWSControlTowerStackSetRole",
            service("cloudformation"),
            inline={
                "AWSControlTowerStackSetRolePolicy": document(
                    allow("sts:AssumeRole", ["arn:aws:iam::*:role/AWSControlTowerExecution"])
                )
            },
            path="/service-role/",
            used=34,
        ),
        Role(
            "AWSControlTowerCloudTrailRole",
            service("cloudtrail"),
            ("AWSControlTowerCloudTrailRolePolicy",),
            path="/service-role/",
        ),
        Role(
            "cur-reader",
            trust({"AWS": FINOPS}),
            inline={"read-cur": document(allow(["s3:GetObject", "s3:ListBucket"], objects(CUR)))},
            tags={"team": "finance"},
        ),
        reader(),
        *service_linked(),
    ],
    users=[User("break-glass", 1610, groups=("break-glass",), password=118, mfa=True, tags={"team": "security"})],
    groups=[Group("break-glass", ("AdministratorAccess",))],
    buckets=[
        Bucket(
            CUR,
            document(
                secure_transport(CUR),
                allow(
                    ["s3:PutObject", "s3:GetBucketPolicy"],
                    objects(CUR),
                    "Delivery",
                    {"StringLike": {"aws:SourceAccount": "210000000011"}},
                    Principal={"Service": "billingreports.amazonaws.com"},
                ),
            ),
            tags={"team": "finance", "data": "internal"},
        )
    ],
    trails=[Trail("aws-controltower-BaselineCloudTrail", "aws-controltower-logs-210000000022-eu-west-1")],
)
