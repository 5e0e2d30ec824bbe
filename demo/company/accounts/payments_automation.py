"""What starts workloads in payments: batches in containers, the scaling of the web tier, builds and reconciliation."""

from __future__ import annotations

from demo.company.automation import Automation, ScalingGroup, Service, StackSet
from demo.company.identifiers import REGION
from demo.company.model import Role
from demo.company.policies import allow, document, service

ID, SANDBOX = "210000000055", "210000000077"
TAGS = {"managed-by": "terraform", "team": "payments"}
LOGS = allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{REGION}:{ID}:log-group:/payments/*")
IMAGES = allow(["ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer"])
CHANNELS = allow(
    [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ],
    sid="Commands",
)


def workload(name: str, by: str, *statements: dict[str, object]) -> Role:
    return Role(f"payments-{name}", service(by), inline={"access": document(*statements)}, tags=TAGS)


ROLES = [
    workload("statements", "ecs-tasks", LOGS, CHANNELS),
    workload("task-execution", "ecs-tasks", LOGS, IMAGES),
    workload("build", "codebuild", LOGS, IMAGES),
    workload("reconciliation", "glue", LOGS),
    workload("network-stack", "cloudformation", allow("ec2:Describe*")),
    workload(
        "stack-sets",
        "cloudformation",
        allow("sts:AssumeRole", f"arn:aws:iam::{SANDBOX}:role/payments-stack-set-execution"),
    ),
]
AUTOMATION = Automation(
    clusters=("payments",),
    container_instances={"payments": ("payments-app-1",)},
    services=[
        Service(
            "statements",
            "payments",
            "payments-statements",
            "payments-task-execution",
            takes_commands=True,
            environment={"LEDGER_URL": "postgres://statements:hunter2@ledger"},
        ),
        Service(
            "month-end", "payments", "payments-statements", "payments-task-execution", takes_commands=True, task=True
        ),
    ],
    groups=[ScalingGroup("payments-web", "payments-web"), ScalingGroup("payments-legacy", "payments-web", False)],
    stacks={"payments-network": "payments-network-stack", "payments-alarms": None},
    stack_sets=[StackSet("payments-alarms", "payments-stack-sets", "payments-stack-set-execution", (SANDBOX,))],
    projects={"payments-images": "payments-build"},
    jobs={"payments-reconciliation": "payments-reconciliation"},
    endpoints={"payments-notebook": "payments-reconciliation"},
)
