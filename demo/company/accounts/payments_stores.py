"""What Payments keeps beside the ledger: messages, small tables, images, logs and old snapshots."""

from __future__ import annotations

from demo.company.identifiers import REGION
from demo.company.model import Queue, Repository, Snapshot, Table, Topic
from demo.company.policies import allow, document

ID = "210000000055"
CODE = {"managed-by": "terraform", "team": "payments"}
NOTICES = f"arn:aws:sns:{REGION}:{ID}:payments-notices"
EVENTS = f"arn:aws:sqs:{REGION}:{ID}:payments-events"

TOPICS = [
    Topic(
        "payments-notices",
        document(
            allow(
                ["SNS:Publish", "SNS:Subscribe"],
                NOTICES,
                "__default_statement_ID",
                {"StringEquals": {"AWS:SourceOwner": ID}},
                Principal={"AWS": "*"},
            )
        ),
        tags=CODE,
    )
]
QUEUES = [
    Queue(
        "payments-events",
        document(
            allow(
                "sqs:SendMessage",
                EVENTS,
                "Notices",
                {"ArnEquals": {"aws:SourceArn": NOTICES}},
                Principal={"Service": "sns.amazonaws.com"},
            )
        ),
        tags=CODE,
    ),
    Queue("payments-settlement"),
]
REPOSITORIES = [
    Repository(
        "payments/web",
        document(
            allow(
                ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                None,
                "ScanImages",
                Principal={"AWS": "arn:aws:iam::210000000033:root"},
            )
        ),
        tags=CODE,
    )
]
TABLES = [Table("payments-settlement", tags=CODE), Table("payments-payouts", tags=CODE)]
SNAPSHOTS = [
    Snapshot("ledger-before-migration", "ledger", "ledger", tags=CODE),
    Snapshot("payments-legacy-final", "payments-legacy", "payments", cluster=False, tags={"team": "payments"}),
]
LOG_GROUPS = ["/aws/lambda/ledger-migrations", "/aws/lambda/payments-fn-webhook"]
LOG_POLICIES = {
    "vended-logs": document(
        allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            f"arn:aws:logs:{REGION}:{ID}:log-group:/aws/vendedlogs/*",
            "Deliver",
            {"StringEquals": {"aws:SourceAccount": ID}},
            Principal={"Service": "delivery.logs.amazonaws.com"},
        )
    )
}
