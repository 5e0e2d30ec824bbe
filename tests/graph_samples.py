"""Small graphs made by hand, held to the schema by the builder: an organization, and the same a week later."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from graph.builder import Builder
from graph.model import Edge, Graph, Node, Value
from graph.options import BuildOptions
from ingest.snapshot import Snapshot

NOW = "2026-11-16T06:00:00Z"
MANAGEMENT, PROD, DEV, VENDOR, STRANGER = "111111111111", "222222222222", "333333333333", "464622532012", "999999999999"
LEDGER = f"arn:aws:rds:eu-west-1:{PROD}:cluster:ledger"
LEDGER_ADMIN = f"arn:aws:iam::{PROD}:role/ledger-admin"
CI_DEPLOY = f"arn:aws:iam::{PROD}:role/ci-deploy"
PAYMENTS_FN = f"arn:aws:iam::{PROD}:role/payments-fn"
SUPPORT = f"arn:aws:iam::{PROD}:role/support"
JENKINS = f"arn:aws:iam::{PROD}:user/legacy-jenkins"
PROVIDER = f"arn:aws:iam::{PROD}:oidc-provider/token.actions.githubusercontent.com"
MAIN = f"{PROVIDER}#repo:harborline/payments:ref:refs/heads/main"
ADMIN_OF_PROD = f"outcome:admin:{PROD}"
MAYA = "person:maya"
COLLECTORS = (
    "iam.authorization", "iam.access_keys", "iam.login_profiles", "iam.mfa_devices", "iam.credential_report",
    "iam.last_used", "iam.providers", "rds.instances", "rds.clusters", "backup.vaults", "s3.buckets",
    "lambda.functions", "ec2.security_groups", "ec2.interfaces", "ec2.instances",
)  # fmt: skip
ORGANIZATION = ("organizations.tree", "organizations.policies", "sso.permission_sets", "sso.directory")


class Sketch(Builder):
    """A builder that speaks in principals, sets and steps."""

    def __init__(self) -> None:
        super().__init__(Snapshot("snapshot-1", NOW, {}), BuildOptions())

    def account(self, account_id: str, name: str, relation: str = "own", **properties: Value) -> str:
        return self.node("AWSAccount", account_id, name=name, account_id=account_id, relation=relation, **properties)

    def principal(self, label: str, arn: str, account_id: str, **properties: Value) -> str:
        name = properties.pop("name", arn.rsplit("/", 1)[-1])
        self.node(label, arn, **{"name": name, "account_id": account_id, **properties})
        if label in ("AWSUser", "AWSRole", "AWSRootPrincipal") and self.has(account_id):
            self.edge(account_id, "RESOURCE", arn)
        return arn

    def access_set(self, set_id: str, *holders: str, shape: str = "", own: bool = False) -> str:
        self.node("AccessSet", set_id, name=set_id, shape=shape or set_id, own=own, members=len(holders))
        for holder in holders:
            self.edge(holder, "HOLDS", set_id)
        return set_id

    def step(self, source: str, type_: str, target: str, key: str = "", **properties: Value) -> None:
        if type_.endswith("_ACCESS"):
            properties["level"] = key
        if type_.endswith("_ESCALATE"):
            properties["technique"] = key
        proof = f"proof:{type_}:{key}"
        verdict = "certain" if type_.startswith("CAN") else "possible"
        self.node("Proof", proof, name=verdict, verdict=verdict, text="The policies allow it.")
        self.edge(source, type_, target, key, proof=proof, **properties)

    def jewel(self, resource: str, tier: int) -> None:
        self.node("CrownJewel", f"jewel:tier:{tier}", name=f"tier {tier}", tier=tier)
        self.edge(resource, "IS_JEWEL", f"jewel:tier:{tier}")

    def rule(self, group: str, label: str, peer: str, port: int) -> str:
        rule = f"{group}/{label}/tcp/{port}-{port}/{peer}"
        account = str(self.nodes[group][1]["account_id"])
        self.node(label, rule, name=rule.rsplit("/", 3)[0], account_id=account, region="eu-west-1",
                  protocol="tcp", fromport=port, toport=port, peer=peer)  # fmt: skip
        self.edge(rule, "RULE_OF_EC2_SECURITY_GROUP", group)
        return rule

    def coverage(self, account_id: str, source: str, state: str = "seen", **properties: Value) -> None:
        region = "eu-west-1" if source.split(".")[0] in ("ec2", "rds", "backup", "lambda") else ""
        node_id = f"coverage:{account_id}:{region}:{source}"
        self.node("Coverage", node_id, name=source, account_id=account_id, region=region,
                  source=source, state=state, **properties)  # fmt: skip

    def graph(self, graph_id: str = "graph-1", snapshot_id: str = "snapshot-1") -> Graph:
        nodes, edges = self.finish()
        return Graph(graph_id, snapshot_id, NOW, nodes, edges)


def organization() -> Sketch:
    """Three accounts, a vendor and a stranger; CI that deploys, a ledger, an old Jenkins, a web server with a role."""
    b = Sketch()
    _accounts(b)
    _identities(b)
    _network(b)
    for account in (MANAGEMENT, PROD, DEV):
        for source in COLLECTORS:
            b.coverage(account, source)
    for source in ORGANIZATION:
        b.coverage(MANAGEMENT, source)
    return b


def week_later() -> Sketch:
    """CI becomes `ledger-admin` from any branch, Jenkins's key is gone, the ledger's group is open, dev is denied."""
    b = organization()
    wide = f"{PROVIDER}#repo:harborline/*"
    b.principal("AWSFederatedPrincipal", wide, PROD, name="repo:harborline/*", provider=PROVIDER, kind="oidc",
                subject="repo:harborline/*", ci=True)  # fmt: skip
    del b.nodes[MAIN]
    b.edges = {k: e for k, e in b.edges.items() if MAIN not in (e.source, e.target) and "set:main" not in k}
    del b.nodes["set:main"]
    b.step(b.access_set("set:wide", wide, own=True), "CAN_ASSUME", CI_DEPLOY)
    b.step("set:ci-deploy", "CAN_ESCALATE", LEDGER_ADMIN, "lambda-001")
    b.nodes[JENKINS][1]["active_keys"] = 0
    b.nodes.pop("key:jenkins")
    b.edges = {k: e for k, e in b.edges.items() if e.target != "key:jenkins"}
    group = f"arn:aws:ec2:eu-west-1:{PROD}:security-group/sg-db"
    old = f"{group}/IpPermissionInbound/tcp/5432-5432/sg-app"
    b.nodes.pop(old)
    b.edges = {k: e for k, e in b.edges.items() if e.source != old}
    b.rule(group, "IpPermissionInbound", "10.0.0.0/8", 5432)
    unsee(b, DEV, "iam.authorization")
    return b


def unsee(b: Sketch, account_id: str, source: str, state: str = "denied") -> None:
    """Turns a coverage row; the facts stay, as the builder keeps them."""
    b.coverage(account_id, source, state, reason="denied", at="2026-11-09T06:00:00Z")


def edited(
    graph: Graph, change_nodes: Callable[[Node], Node | None], change_edges: Callable[[Edge], Edge | None]
) -> Graph:
    """A copy with nodes and edges mapped; None takes them out."""
    nodes = {n.id: n for n in map(change_nodes, graph.nodes.values()) if n}
    edges = [e for e in map(change_edges, graph.edges) if e and e.source in nodes and e.target in nodes]
    return Graph(graph.id, graph.snapshot_id, graph.taken_at, nodes, sorted(edges, key=lambda e: e.identity))


def _accounts(b: Sketch) -> None:
    b.node("AWSOrganizationalUnit", "ou:root", name="Root", root=True)
    b.node("AWSOrganizationalUnit", "ou:prod", name="Prod")
    b.edge("ou:root", "RESOURCE", "ou:prod")
    b.account(MANAGEMENT, "management", management=True)
    b.account(PROD, "payments-prod", env="prod")
    b.account(DEV, "dev", env="dev")
    b.account(VENDOR, "Datadog", "vendor", vendor="Datadog")
    b.account(STRANGER, STRANGER, "unknown")
    b.edge("ou:prod", "RESOURCE", PROD)
    b.edge("ou:root", "RESOURCE", DEV)
    b.node("ServiceControlPolicy", "scp:full", name="FullAWSAccess")
    b.node("ServiceControlPolicy", "scp:backups", name="ProtectBackups")
    b.edge("ou:root", "GOVERNED_BY", "scp:full")
    b.edge("ou:prod", "GOVERNED_BY", "scp:backups")


def _identities(b: Sketch) -> None:
    b.node("Outcome", ADMIN_OF_PROD, name="administrator", kind="admin", account_id=PROD)
    b.node(
        "RDSCluster", LEDGER, name="ledger", arn=LEDGER, account_id=PROD, region="eu-west-1", engine="aurora-postgresql"
    )
    b.jewel(LEDGER, 0)
    old, used = "2024-01-01T00:00:00Z", "2026-11-10T00:00:00Z"
    b.principal("AWSRole", LEDGER_ADMIN, PROD, env="prod", createdate=old, last_used="2026-01-01T00:00:00Z")
    b.principal("AWSRole", CI_DEPLOY, PROD, env="prod", createdate=old, last_used=used)
    b.principal("AWSRole", PAYMENTS_FN, PROD, env="prod", createdate=old, last_used=used, hops_to_jewel=1)
    b.principal("AWSRole", SUPPORT, PROD, env="prod", createdate=old, last_used=used)
    b.principal("AWSRole", f"arn:aws:iam::{DEV}:role/support", DEV, env="dev", createdate=old, last_used=used)
    b.principal("AWSRole", f"arn:aws:iam::{DEV}:role/builder", DEV, env="dev", createdate=old, last_used=used)
    b.principal("AWSUser", JENKINS, PROD, env="prod", active_keys=1, password=True, mfa=False, hops_to_admin=1)
    b.nodes[JENKINS][1]["password"] = False
    b.principal("AWSRootPrincipal", f"arn:aws:iam::{PROD}:root", PROD, name="root", mfa=False, access_keys=True)
    b.principal("AWSSSOUser", MAYA, MANAGEMENT, name="Maya Lindqvist", user_name="maya.lindqvist")
    b.principal("AWSFederatedPrincipal", MAIN, PROD, name="repo:harborline/payments:ref:refs/heads/main", ci=True,
                provider=PROVIDER, kind="oidc", subject="repo:harborline/payments:ref:refs/heads/main")  # fmt: skip
    b.principal("AWSRootPrincipal", f"arn:aws:iam::{VENDOR}:root", VENDOR, name="account Datadog")
    b.principal("AWSRootPrincipal", f"arn:aws:iam::{STRANGER}:root", STRANGER, name="account stranger")
    b.node("AWSExternalPrincipal", "external:anyone", name="anyone with an AWS account")
    b.node("AccountAccessKey", "key:jenkins", name="AKIAJENKINS", accesskeyid="AKIAJENKINS", account_id=PROD,
           status="Active", createdate="2023-01-01T00:00:00Z", lastuseddate="2026-11-15T00:00:00Z")  # fmt: skip
    b.edge(JENKINS, "AWS_ACCESS_KEY", "key:jenkins")
    b.step(b.access_set("set:main", MAIN, own=True), "CAN_ASSUME", CI_DEPLOY)
    b.access_set("set:ci-deploy", CI_DEPLOY)
    admin = b.access_set("set:admin", ADMIN_OF_PROD, JENKINS)
    b.step(admin, "CAN_ESCALATE", ADMIN_OF_PROD, "administrator")
    ledger = b.access_set("set:ledger", LEDGER_ADMIN)
    for level in ("read", "write"):
        b.step(ledger, "CAN_ACCESS", LEDGER, level)
        b.step(admin, "CAN_ACCESS", LEDGER, level)
    b.step(admin, "CAN_ACCESS", LEDGER, "delete")
    b.step(b.access_set("set:fn", PAYMENTS_FN), "CAN_ACCESS", LEDGER, "read")
    b.step(b.access_set("set:maya", MAYA, own=True), "CAN_ASSUME", SUPPORT)
    support = b.access_set("set:support-prod", SUPPORT, shape="shape:a")
    b.step(support, "MAY_ACCESS", LEDGER, "read", conditions=["aws:SourceIp is in 203.0.113.0/24"])
    b.access_set("set:support-dev", f"arn:aws:iam::{DEV}:role/support", shape="shape:b")
    b.step(b.access_set("set:builder", f"arn:aws:iam::{DEV}:role/builder"), "CAN_ASSUME", SUPPORT)
    b.step(b.access_set("set:vendor", f"arn:aws:iam::{VENDOR}:root", own=True), "MAY_ASSUME", SUPPORT,
           conditions=["sts:ExternalId is h-1"])  # fmt: skip
    b.step(b.access_set("set:stranger", f"arn:aws:iam::{STRANGER}:root", own=True), "CAN_ASSUME", PAYMENTS_FN)
    b.step(
        b.access_set("set:anyone", "external:anyone", own=True),
        "MAY_ASSUME",
        SUPPORT,
        conditions=["aws:PrincipalTag/x"],
    )
    b.node("AWSPolicyStatement", "statement:ledger", name="LedgerRead", effect="Allow", action=["rds-data:*"])
    b.edge("proof:CAN_ACCESS:read", "DECIDED_BY", "statement:ledger")


def _network(b: Sketch) -> None:
    arn = f"arn:aws:ec2:eu-west-1:{PROD}:"
    web, db = f"{arn}security-group/sg-web", f"{arn}security-group/sg-db"
    for group in (web, db):
        b.node("EC2SecurityGroup", group, name=group.rsplit("-")[-1], account_id=PROD, region="eu-west-1")
    b.rule(web, "IpPermissionInbound", "0.0.0.0/0", 443)
    b.rule(web, "IpPermissionInbound", "0.0.0.0/0", 22)
    b.rule(web, "IpPermissionEgress", "0.0.0.0/0", 443)
    b.rule(db, "IpPermissionInbound", "sg-app", 5432)
    instance = b.node("EC2Instance", f"{arn}instance/i-web", name="web-1", account_id=PROD, region="eu-west-1")
    b.node("Internet", "internet", name="internet")
    for name, workload, group in (("web", instance, web), ("db", LEDGER, db)):
        b.node("NetworkClass", f"class:{name}", name=f"{name} interfaces", account_id=PROD)
        b.node("NetworkInterface", f"{arn}interface/{name}", name=f"eni-{name}", account_id=PROD, region="eu-west-1")
        b.edge(f"class:{name}", "DELIVERS_TO", f"{arn}interface/{name}")
        b.edge(f"{arn}interface/{name}", "EXPOSES", workload)
        b.edge(workload, "MEMBER_OF_EC2_SECURITY_GROUP", group)
    b.node("AWSLambda", f"{arn}function:odd", name="odd", account_id=PROD, region="eu-west-1")
    b.edge(f"{arn}function:odd", "MEMBER_OF_EC2_SECURITY_GROUP", web)
    b.step("internet", "CAN_CONNECT", "class:web", "tcp/443-443", ports="tcp/443-443")
    b.edge(instance, "SENDS_AS", "class:web")
    b.edge(instance, "RUNS_AS", PAYMENTS_FN)
    b.step("class:web", "CAN_CONNECT", "class:db", "tcp/5432-5432", ports="tcp/5432-5432")


VERBS = ("ASSUME", "ACCESS", "ESCALATE")
LEVELS = {"ASSUME": "", "ACCESS": "read", "ESCALATE": "iam-005"}


@st.composite
def estates(draw: st.DrawFn) -> Sketch:
    """A few roles in two accounts, some sharing a set, with random certain and possible steps between them."""
    b = Sketch()
    for account, name in ((PROD, "prod"), (DEV, "dev")):
        b.account(account, name)
        b.node("Outcome", f"outcome:admin:{account}", name="administrator", kind="admin", account_id=account)
        for source in COLLECTORS:
            b.coverage(account, source)
    roles = [
        b.principal("AWSRole", f"arn:aws:iam::{(PROD, DEV)[i % 2]}:role/r{i}", (PROD, DEV)[i % 2]) for i in range(6)
    ]
    buckets = [f"arn:aws:s3:::b{i}" for i in range(3)]
    for bucket in buckets:
        b.node("S3Bucket", bucket, name=bucket[-2:], account_id=PROD)
    b.jewel(buckets[0], 1)
    people = [b.principal("AWSSSOUser", f"person:{i}", PROD) for i in range(2)]
    sets = [b.access_set(f"set:{i}") for i in range(5)]
    for holder in (*roles, *people):
        for set_id in draw(st.lists(st.sampled_from(sets), max_size=2, unique=True)):
            b.edge(holder, "HOLDS", set_id)
    for _ in range(draw(st.integers(0, 12))):
        verb = draw(st.sampled_from(VERBS))
        ends = {
            "ASSUME": roles,
            "ACCESS": buckets,
            "ESCALATE": [*roles, f"outcome:admin:{PROD}", f"outcome:admin:{DEV}"],
        }
        prefix, target = draw(st.sampled_from(("CAN", "MAY"))), draw(st.sampled_from(ends[verb]))
        conditions = [draw(st.sampled_from(("x", "y")))] if prefix == "MAY" else []
        b.step(draw(st.sampled_from(sets)), f"{prefix}_{verb}", target, LEVELS[verb], conditions=conditions)
    return b
