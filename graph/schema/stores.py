"""The labels of what keeps messages, images, items and logs, and of copies of databases."""

from __future__ import annotations

from graph.schema.common import OWNED, POLICY
from graph.schema.declare import Label, flag, items, number, text

SHARED = (
    text("source", "the database or cluster that it was made of"),
    items("shared_with", "accounts that may restore it, or `all`"),
    flag("sharing_unseen", "who may restore it could not be read"),
)
STORES = (
    Label("SQSQueue", "An SQS queue.", (*OWNED, *POLICY), also=("AWSSQSQueue",)),
    Label("SNSTopic", "An SNS topic.", (*OWNED, *POLICY), also=("AWSSNSTopic",)),
    Label("ECRRepository", "A repository of container images.", (*OWNED, *POLICY), also=("AWSECRRepository",)),
    Label(
        "DynamoDBTable",
        "A DynamoDB table.",
        (
            *OWNED,
            *POLICY,
            flag("deletion_protection", "deletion protection; absent when unseen"),
            flag("restorable_to_any_point", "point-in-time recovery is on; absent when unseen"),
        ),
        also=("AWSDynamoDBTable",),
    ),
    Label(
        "CloudWatchLogGroup",
        "A log group.",
        (
            *OWNED,
            number("retention_days", "days that it keeps; absent when it keeps everything", "retention_in_days"),
            flag("deletion_protection", "deletion protection"),
            items("resource_policies", "names of the resource policies of CloudWatch Logs that cover it"),
        ),
        also=("AWSCloudWatchLogGroup",),
    ),
    Label("RDSSnapshot", "A manual snapshot of a database.", (*OWNED, *SHARED), also=("AWSRDSSnapshot",)),
    Label("RDSClusterSnapshot", "A manual snapshot of a database cluster.", (*OWNED, *SHARED), ours=True),
)
