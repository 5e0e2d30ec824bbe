"""A small organization as two graphs, a baseline and a week later, for the tests of the app."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from drift import baseline as approvals
from graph.artefact import write_graph
from graph.model import Edge, Graph, Node, Properties, Value
from graph.schema import LABELS
from queries.checks import Finding, save_findings
from settings import Settings

PAYMENTS, DATA, SANDBOX, VENDOR = "210000000051", "210000000062", "210000000084", "464622532012"
CI = f"arn:aws:iam::{PAYMENTS}:oidc-provider/token.actions.githubusercontent.com#repo:harborline/*"
DEPLOY = f"arn:aws:iam::{PAYMENTS}:role/ci-deploy"
LEDGER_ADMIN = f"arn:aws:iam::{PAYMENTS}:role/ledger-admin"
LEDGER = f"arn:aws:rds:eu-west-1:{PAYMENTS}:cluster:ledger"
JENKINS = f"arn:aws:iam::{PAYMENTS}:user/legacy-jenkins"
ADMIN = f"outcome:admin:{PAYMENTS}"
ANALYST = f"arn:aws:iam::{DATA}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_DataAnalyst_0123456789abcdef"
WAREHOUSE = "arn:aws:s3:::harborline-warehouse"
PERSON = "sso:user:mira"
WEB = f"arn:aws:ec2:eu-west-1:{PAYMENTS}:instance/i-0aa11bb22cc33dd44"
SANDBOX_ROLE = f"arn:aws:iam::{SANDBOX}:role/experiment"
TAKEN = {"baseline": "2026-11-09T06:00:00Z", "week": "2026-11-16T06:00:00Z"}
LAST_SEEN = TAKEN["baseline"]


@dataclass
class Draft:
    """Nodes and edges being put together."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def node(self, label: str, node_id: str, **properties: Value) -> None:
        self.nodes[node_id] = Node(node_id, (label, *LABELS[label].also), properties)

    def edge(self, source: str, type_: str, target: str, key: str = "", **properties: Value) -> None:
        self.edges.append(Edge(source, type_, target, key, properties))

    def principal(self, label: str, node_id: str, name: str, account: str, **properties: Value) -> None:
        self.node(label, node_id, name=name, account_id=account, arn=node_id, **properties)
        self.node("AccessSet", f"set:{node_id}", name=f"set of {name}", account_id=account, members=1)
        self.edge(node_id, "HOLDS", f"set:{node_id}")

    def step(self, source: str, type_: str, target: str, text: str, key: str = "", **properties: Value) -> None:
        """A derived edge of a principal's set with a proof that rests on one statement."""
        proof, statement = f"proof:{type_}:{source}:{key}", f"statement:{source}:{type_}"
        certain = not type_.startswith("MAY_")
        conditions = properties.get("conditions") or []
        self.node(
            "Proof", proof, text=text, verdict="certain" if certain else "possible", conditions=conditions,
            layers=["identity=yes", f"scp={'yes' if certain else 'maybe'}"], statements=[statement],
            technique=properties.get("technique"),
        )  # fmt: skip
        self.node(
            "AWSPolicyStatement", statement, effect="Allow", action=["iam:PassRole"], resource=["*"],
            principal='{"Principal":{"Service":["lambda.amazonaws.com"]}}',
            condition='[{"key":"aws:SourceIp","operator":"IpAddress","values":["203.0.113.0/24"]}]',
        )  # fmt: skip
        self.node("AWSInlinePolicy", f"policy:{source}", name="deploy", type="inline")
        self.edge(f"policy:{source}", "STATEMENT", statement, "0", sid="Deploy", position=0)
        start = f"set:{source}" if f"set:{source}" in self.nodes else source
        self.edge(start, type_, target, key, proof=proof, **properties)

    def graph(self, name: str) -> Graph:
        nodes = {i: _clean(node) for i, node in sorted(self.nodes.items())}
        return Graph(
            f"graph-{name}", f"snapshot-{name}", TAKEN[name], nodes, sorted(self.edges, key=lambda e: e.identity)
        )


def _clean(node: Node) -> Node:
    properties: Properties = {k: v for k, v in sorted(node.properties.items()) if v not in (None, [])}
    return Node(node.id, node.labels, properties)


def baseline() -> Graph:
    draft = _common()
    draft.node("AWSUser", JENKINS, name="legacy-jenkins", account_id=PAYMENTS, arn=JENKINS, active_keys=1)
    _coverage(draft, "seen", "")
    return draft.graph("baseline")


def week(ledger_name: str = "ledger") -> Graph:
    """A week later: CI reaches the ledger, the key of legacy-jenkins is gone, the sandbox could not be read."""
    draft = _common()
    draft.node("RDSCluster", LEDGER, name=ledger_name, account_id=PAYMENTS, arn=LEDGER, region="eu-west-1")
    draft.node(
        "AWSUser", JENKINS, name="legacy-jenkins", account_id=PAYMENTS, arn=JENKINS, active_keys=0, password=False
    )
    draft.node("AWSFederatedPrincipal", CI, name="repo:harborline/*", account_id=PAYMENTS, kind="oidc", ci=True)
    draft.node("AccessSet", f"set:{CI}", name="set of CI", account_id=PAYMENTS, members=1)
    draft.edge(CI, "HOLDS", f"set:{CI}")
    draft.step(CI, "CAN_ASSUME", DEPLOY, "the trust policy of ci-deploy accepts any branch of any repository")
    draft.step(
        DEPLOY, "CAN_ESCALATE", LEDGER_ADMIN, "ci-deploy creates a function that runs as ledger-admin",
        "lambda-001", technique="lambda-001",
    )  # fmt: skip
    draft.node("AWSRole", SANDBOX_ROLE, name="experiment", account_id=SANDBOX, arn=SANDBOX_ROLE, stale=LAST_SEEN)
    _coverage(draft, "denied", "denied")
    return draft.graph("week")


def promote(base: Path, graph: Graph, approved: Graph | None = None, findings: Sequence[Finding] = ()) -> Settings:
    """Writes what the stages write: the graph and its findings, and a baseline where one is approved."""
    settings = Settings().located(base)
    artefacts, state = settings.artefacts.path, settings.state.path
    write_graph(graph, artefacts / "graphs" / f"{graph.id}.graph")
    (artefacts / "findings").mkdir(exist_ok=True)
    save_findings(list(findings), artefacts / "findings" / f"{graph.id}.json")
    moments = {"at": graph.taken_at, "taken_at": graph.taken_at}
    (artefacts / "promoted.json").write_text(json.dumps({"graph": graph.id, "snapshot": graph.snapshot_id, **moments}))
    if approved:
        state.mkdir(exist_ok=True)
        approvals.approve(
            state, approved, [], "harborline security", "reviewed", lambda: datetime(2026, 11, 9, tzinfo=UTC)
        )
    return settings


def hostile(text: str) -> Graph:
    """The week with a name that a stranger chose."""
    graph = week(ledger_name=text)
    for node_id in (DEPLOY, LEDGER_ADMIN):
        node = graph.nodes[node_id]
        graph.nodes[node_id] = Node(node.id, node.labels, {**node.properties, "name": text, "tags": [text]})
    return Graph(
        f"graph-{hashlib.sha256(text.encode()).hexdigest()[:8]}",
        "snapshot-week",
        TAKEN["week"],
        graph.nodes,
        graph.edges,
    )


def _common() -> Draft:
    draft = Draft()
    names = {PAYMENTS: "payments-prod", DATA: "data-prod", SANDBOX: "dev-sandbox"}
    for account, name in names.items():
        draft.node("AWSAccount", account, name=name, account_id=account, relation="own")
    draft.node("Internet", "internet", name="internet")
    draft.node("Outcome", ADMIN, name="administrator of payments-prod", account_id=PAYMENTS, kind="admin")
    draft.node("RDSCluster", LEDGER, name="ledger", account_id=PAYMENTS, arn=LEDGER, region="eu-west-1")
    draft.node("S3Bucket", WAREHOUSE, name="harborline-warehouse", account_id=DATA, arn=WAREHOUSE)
    draft.node("CrownJewel", "jewel:tier:0", name="tier 0", tier=0)
    draft.edge(LEDGER, "IS_JEWEL", "jewel:tier:0")
    draft.edge(WAREHOUSE, "IS_JEWEL", "jewel:tier:0")
    draft.principal("AWSRole", DEPLOY, "ci-deploy", PAYMENTS)
    draft.principal("AWSRole", LEDGER_ADMIN, "ledger-admin", PAYMENTS)
    draft.principal("AWSRole", ANALYST, ANALYST.rsplit("/", 1)[1], DATA, sso=True)
    draft.principal("AWSRole", SANDBOX_ROLE, "experiment", SANDBOX)
    draft.principal("AWSSSOUser", PERSON, "Mira Lindqvist", DATA)
    draft.principal("AWSUser", JENKINS, "legacy-jenkins", PAYMENTS)
    draft.step(LEDGER_ADMIN, "CAN_ACCESS", LEDGER, "ledger-admin reads the ledger", "read", level="read")
    draft.step(
        JENKINS,
        "CAN_ESCALATE",
        ADMIN,
        "legacy-jenkins has AdministratorAccess",
        "administrator",
        technique="administrator",
    )
    draft.step(PERSON, "CAN_ASSUME", ANALYST, "DataAnalyst is assigned to her group")
    office = ["`aws:SourceIp` is in 203.0.113.0/24"]
    draft.step(ANALYST, "MAY_ACCESS", WAREHOUSE, "s3:* from the office only", "read", level="read", conditions=office)
    _network(draft)
    return draft


def _network(draft: Draft) -> None:
    draft.node("NetworkClass", "class:web", name="payments-web", account_id=PAYMENTS, members=1, public=True)
    draft.node("NetworkInterface", "eni-web", name="eni-web", account_id=PAYMENTS)
    draft.node("EC2Instance", WEB, name="payments-web-1", account_id=PAYMENTS, arn=WEB)
    draft.step("internet", "CAN_CONNECT", "class:web", "0.0.0.0/0 may reach 443", "tcp/443-443", ports="tcp/443")
    draft.edge("class:web", "DELIVERS_TO", "eni-web")
    draft.edge("eni-web", "EXPOSES", WEB)
    draft.edge(WEB, "RUNS_AS", LEDGER_ADMIN)


def _coverage(draft: Draft, sandbox: str, reason: str) -> None:
    for account in (PAYMENTS, DATA, SANDBOX):
        state = sandbox if account == SANDBOX else "seen"
        node_id = f"coverage:{account}::iam.authorization"
        draft.node(
            "Coverage", node_id, name=node_id, account_id=account, source="iam.authorization", state=state,
            reason=reason if state != "seen" else None, at=TAKEN["baseline"] if state != "seen" else TAKEN["week"],
            detail="AccessDenied on GetAccountAuthorizationDetails" if state != "seen" else None,
        )  # fmt: skip
        draft.edge(node_id, "COVERAGE_OF", account)
