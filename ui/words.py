"""The words and colours of the screens, in one place so that every page says and shows the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Theme = Literal["light", "dark"]
Badge = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray"]


@dataclass(frozen=True)
class Kind:
    """How a node of one label is called and drawn: `icon` names an entry of ui/icons.py."""

    word: str
    icon: str
    colour: str


@dataclass(frozen=True)
class Change:
    """How a change is called and drawn; told apart by symbol, label and line, never by colour alone."""

    word: str
    symbol: str
    line: Literal["solid", "dashed", "double"]
    light: str
    dark: str


VIOLET, BLUE, CYAN, INDIGO, RED = "#6d28d9", "#1d4ed8", "#0e7490", "#4338ca", "#b91c1c"
AMBER, ORANGE, PINK, GREEN, TEAL, SLATE = "#b45309", "#c2410c", "#be185d", "#15803d", "#0f766e", "#475569"

KINDS: dict[str, Kind] = {
    "AWSRole": Kind("role", "role", VIOLET),
    "AWSUser": Kind("IAM user", "user", BLUE),
    "AWSGroup": Kind("IAM group", "group", BLUE),
    "AWSRootPrincipal": Kind("root user", "root", RED),
    "AWSServicePrincipal": Kind("AWS service", "gear", SLATE),
    "AWSFederatedPrincipal": Kind("federated identity", "federated", INDIGO),
    "AWSExternalPrincipal": Kind("anyone in AWS", "globe", RED),
    "AWSSSOUser": Kind("person", "user", CYAN),
    "AWSSSOGroup": Kind("group of people", "group", CYAN),
    "AWSAccount": Kind("account", "building", TEAL),
    "AWSPermissionSet": Kind("permission set", "badge", CYAN),
    "Outcome": Kind("outcome", "crown", "#9f1239"),
    "Internet": Kind("internet", "globe", RED),
    "NetworkClass": Kind("network class", "network", PINK),
    "NetworkInterface": Kind("network interface", "network", PINK),
    "EC2SecurityGroup": Kind("security group", "shield", PINK),
    "EC2Instance": Kind("instance", "server", AMBER),
    "AWSLambda": Kind("function", "lambda", ORANGE),
    "S3Bucket": Kind("bucket", "bucket", GREEN),
    "RDSInstance": Kind("database", "database", GREEN),
    "RDSCluster": Kind("database cluster", "database", GREEN),
    "BackupVault": Kind("backup vault", "vault", TEAL),
    "RecoveryPoint": Kind("recovery point", "recovery", TEAL),
    "KMSKey": Kind("KMS key", "key", GREEN),
    "SecretsManagerSecret": Kind("secret", "lock", GREEN),
    "RDSSnapshot": Kind("database snapshot", "recovery", TEAL),
    "RDSClusterSnapshot": Kind("cluster snapshot", "recovery", TEAL),
    "DynamoDBTable": Kind("table", "database", GREEN),
    "SQSQueue": Kind("queue", "box", GREEN),
    "SNSTopic": Kind("topic", "box", GREEN),
    "ECRRepository": Kind("image repository", "box", GREEN),
    "CloudWatchLogGroup": Kind("log group", "scroll", SLATE),
    "ECSService": Kind("container service", "server", AMBER),
    "ECSTask": Kind("container task", "server", AMBER),
    "ECSTaskDefinition": Kind("task definition", "server", AMBER),
    "EKSNodegroup": Kind("node group", "server", AMBER),
    "EKSPodIdentityAssociation": Kind("pod identity", "badge", AMBER),
    "AppRunnerService": Kind("App Runner service", "server", AMBER),
    "CloudFormationStack": Kind("stack", "building", ORANGE),
    "CloudFormationStackSet": Kind("stack set", "building", ORANGE),
    "CodeBuildProject": Kind("build project", "gear", ORANGE),
    "GlueJob": Kind("Glue job", "gear", ORANGE),
    "GlueDevEndpoint": Kind("Glue endpoint", "server", ORANGE),
    "StepFunction": Kind("state machine", "gear", ORANGE),
    "AWSBedrockAgent": Kind("Bedrock agent", "lambda", ORANGE),
    "AWSBedrockCodeInterpreter": Kind("code interpreter", "lambda", ORANGE),
    "AWSSageMakerNotebookInstance": Kind("notebook", "server", ORANGE),
    "AWSSageMakerUserProfile": Kind("SageMaker profile", "badge", ORANGE),
    "CloudTrailTrail": Kind("trail", "scroll", SLATE),
    "CrownJewel": Kind("crown jewel", "crown", "#a16207"),
}
OTHER = Kind("resource", "box", SLATE)
JEWEL = "#d97706"

PLURALS = {
    "person": "people",
    "group of people": "groups of people",
    "federated identity": "federated identities",
    "pod identity": "pod identities",
    "image repository": "image repositories",
}

OUTCOMES = {"admin": "administrator", "org_admin": "organization administrator"}

# Classes of nodes that a question may name, as the form calls them.
CLASSES = {
    "exposed": "every real entry point",
    "internet": "the internet",
    "external": "anyone outside",
    "ci": "CI pipelines",
    "jewels": "crown jewels",
    "admin": "administrators",
    "org-admin": "organization administrators",
}
STEP_KINDS = {
    "sso": "sign-in",
    "assume": "roles",
    "escalate": "escalation",
    "access": "data access",
    "network": "network",
    "compute": "compute",
}
REACHED = {
    "administrator": "administrator rights",
    "jewel": "crown jewels",
    "data": "data",
    "principal": "principals",
    "workload": "workloads",
    "network": "network",
}

VERDICTS = {
    True: "certain",
    False: "possible",
}
VERDICT_BADGES: dict[str, Badge] = {"certain": "red", "possible": "orange", "unknown": "gray"}
VERDICT_HELP = {
    "certain": "every policy on the way is known and allows it",
    "possible": "it depends on conditions that nobody here can know",
    "unknown": "it rests on facts that could not be read this time",
}

CHANGES: dict[str, Change] = {
    "added": Change("added", "+", "solid", "#15803d", "#4ade80"),
    "removed": Change("removed", "−", "dashed", "#b91c1c", "#f87171"),
    "changed": Change("changed", "±", "double", "#b45309", "#fbbf24"),
    "unseen": Change("unseen", "?", "dashed", "#6d28d9", "#a78bfa"),
    "fixed": Change("fixed", "✓", "dashed", "#0f766e", "#2dd4bf"),
}
CHANGE_HELP = {
    "removed": "is no longer there",
    "fixed": "a way in is closed",
    "unseen": "neither there nor gone",
}
SEVERITIES: dict[str, Badge] = {"critical": "red", "high": "orange", "medium": "yellow", "low": "blue", "info": "gray"}
FAMILIES = {
    "path": "path",
    "access": "access",
    "rule": "rule",
    "finding": "finding",
    "coverage": "coverage",
}

# {source}, {target} and {key} are code spans, {can} is `can` or `may`, {level} a phrase of LEVELS.
STEPS = {
    "ASSUME": "{source} {can} take the role {target}",
    "ESCALATE": "{source} {can} gain the rights of {target} by {key}",
    "ACCESS": "{source} {can} {level} {target}",
    "CONNECT": "packets from {source} {can} reach {target} on {key}",
    "EXPOSES": "what runs behind {source} is {target}",
    "SENDS_AS": "what {source} sends leaves through {target}",
    "RUNS_AS": "what runs on {source} has the credentials of {target}",
}
ADMINISTRATOR = "{source} {can} do anything: it is {target}"
LEVELS = {
    "read": "read",
    "write": "write to",
    "permissions": "change the permissions of",
    "delete": "delete",
}
LABELS = {
    "ASSUME": "assumes",
    "ESCALATE": "takes over",
    "ACCESS": "accesses",
    "CONNECT": "connects to",
    "EXPOSES": "exposes",
    "SENDS_AS": "sends as",
    "RUNS_AS": "runs as",
}
LAYERS = {
    "identity": "identity policies",
    "resource": "resource policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "scp": "service control policies",
    "rcp": "resource control policies",
    "trust": "trust policy",
    "s3-bpa": "Block Public Access",
}
TRUTHS: dict[str, tuple[str, Badge]] = {
    "yes": ("allows", "green"),
    "maybe": ("depends", "orange"),
    "no": ("no Allow", "gray"),
}
NO_GRAPH = "Nothing has been built yet."
NO_GRAPH_HELP = "Run `trustdrift run --from DIR` on a folder of AWS CLI output, or look at the demo organization:"
NO_BASELINE = "No baseline has been approved yet, so nothing can be compared."
NO_BASELINE_HELP = "Look through the paths; if this is how it should be, approve it:"
UNEXPECTED = (
    "This page could not be drawn ({kind}). The log of `trustdrift app` has the details; "
    "reload the page, and if it happens again build the graph anew with `trustdrift build`."
)
STALE_AFTER = timedelta(hours=26)  # a daily collection that is late


def plural(count: int, one: str, many: str = "") -> str:
    """`1 path`, `2 paths`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def counted(count: int, known: Kind) -> str:
    """`6 roles`, `2 people`."""
    return plural(count, known.word, PLURALS.get(known.word, ""))


def tone(change: str, severity: str) -> Badge:
    """The colour of what a change means: green where it is better, red or orange where it is worse."""
    worse: dict[str, Badge] = {"critical": "red", "info": "gray"}
    known: dict[str, Badge] = {"fixed": "green", "unseen": "violet"}
    return known.get(change) or worse.get(severity, "orange")


def kind(labels: tuple[str, ...]) -> Kind:
    """The kind of a node by its primary label."""
    return KINDS.get(labels[0], OTHER)
