"""AWS Organizations: the tree of units and accounts, and service control policies."""

from __future__ import annotations

import json
from dataclasses import dataclass

from benchmarks.estate.documents import Json, allow, deny, document
from benchmarks.estate.names import ORGANIZATION, REGIONS, ROOT, account_id
from benchmarks.estate.params import Params

SECURITY, INFRASTRUCTURE, WORKLOADS = "ou-ab12-security", "ou-ab12-infra", "ou-ab12-workloads"
ARN = f"arn:aws:organizations::{account_id(0)}"
IAM_WRITES = [
    "iam:Add*",
    "iam:Attach*",
    "iam:Create*",
    "iam:Delete*",
    "iam:Put*",
    "iam:Set*",
    "iam:Update*",
    "iam:PassRole",
]
BASELINE = [
    "cloudtrail:StopLogging",
    "cloudtrail:DeleteTrail",
    "config:Delete*",
    "guardduty:Delete*",
    "guardduty:Disassociate*",
]
GLOBAL = [
    "iam:*",
    "sts:*",
    "organizations:*",
    "route53:*",
    "cloudfront:*",
    "support:*",
    "budgets:*",
    "ce:*",
    "health:*",
]


@dataclass(frozen=True)
class Unit:
    name: str
    parent: str


@dataclass(frozen=True)
class ServiceControlPolicy:
    name: str
    body: Json
    targets: list[str]


@dataclass(frozen=True)
class Tree:
    """Units by id, and the parent of each account."""

    units: dict[str, Unit]
    parents: dict[str, str]

    @classmethod
    def of(cls, params: Params) -> Tree:
        """The management account under the root, the next under Security, all others in the units of teams."""
        teams = {f"ou-ab12-team{i:04}": Unit(f"Team{i}", WORKLOADS) for i in range(params.ous)}
        fixed = {SECURITY: "Security", INFRASTRUCTURE: "Infrastructure", WORKLOADS: "Workloads"}
        leaves = list(teams) or [WORKLOADS]
        special = {0: ROOT, 1: SECURITY}
        parents = {account_id(i): special.get(i, leaves[i % len(leaves)]) for i in range(params.accounts)}
        return cls({unit: Unit(name, ROOT) for unit, name in fixed.items()} | teams, parents)

    @property
    def nodes(self) -> list[str]:
        return [ROOT, *self.units]


def organization(params: Params) -> dict[str, Json]:
    """The answers of Organizations, by file."""
    tree = Tree.of(params)
    answers = {**_tree_answers(tree), **_policy_answers(tree)}
    return {f"organizations/{operation}.json": answer for operation, answer in answers.items()}


def _tree_answers(tree: Tree) -> dict[str, Json]:
    accounts = {a: _account(a, i) for i, a in enumerate(tree.parents)}
    units = {u: {"Id": u, "Arn": f"{ARN}:ou/{ORGANIZATION}/{u}", "Name": unit.name} for u, unit in tree.units.items()}
    return {
        "describe-organization": {"Organization": _about()},
        "list-roots": {"Roots": [_root()]},
        "list-accounts": {"Accounts": list(accounts.values())},
        "list-organizational-units-for-parent": {
            n: {"OrganizationalUnits": [units[u] for u, unit in tree.units.items() if unit.parent == n]}
            for n in tree.nodes
        },
        "list-accounts-for-parent": {
            n: {"Accounts": [accounts[a] for a, parent in tree.parents.items() if parent == n]} for n in tree.nodes
        },
    }


def _about() -> Json:
    master = account_id(0)
    return {
        "Id": ORGANIZATION,
        "Arn": f"{ARN}:organization/{ORGANIZATION}",
        "FeatureSet": "ALL",
        "MasterAccountId": master,
        "MasterAccountArn": f"{ARN}:account/{ORGANIZATION}/{master}",
    }


def _root() -> Json:
    return {
        "Id": ROOT,
        "Arn": f"{ARN}:root/{ORGANIZATION}/{ROOT}",
        "Name": "Root",
        "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
    }


def _account(account: str, index: int) -> Json:
    return {
        "Id": account,
        "Arn": f"{ARN}:account/{ORGANIZATION}/{account}",
        "Email": f"aws+{account}@example.com",
        "Name": f"account-{index:03}",
        "Status": "ACTIVE",
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": "2020-01-01T00:00:00+00:00",
    }


def _policy_answers(tree: Tree) -> dict[str, Json]:
    scps = _scps(tree)
    summaries = {i: _summary(i, scp.name) for i, scp in scps.items()}
    return {
        "list-policies": {"Policies": list(summaries.values())},
        "describe-policy": {
            i: {"Policy": {"PolicySummary": summaries[i], "Content": json.dumps(scp.body)}} for i, scp in scps.items()
        },
        "list-policies-for-target": {
            target: {"Policies": [summaries[i] for i, scp in scps.items() if target in scp.targets]}
            for target in [*tree.nodes, *tree.parents]
        },
    }


def _summary(policy_id: str, name: str) -> Json:
    return {
        "Id": policy_id,
        "Arn": f"{ARN}:policy/{ORGANIZATION}/service_control_policy/{policy_id}",
        "Name": name,
        "Description": "",
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": name == "FullAWSAccess",
    }


def _scps(tree: Tree) -> dict[str, ServiceControlPolicy]:
    arn = "aws:PrincipalArn"
    fenced = {"ArnLike": {arn: "arn:aws:iam::*:role/planted-*-fenced"}}
    others = {"ArnNotLike": {arn: "arn:aws:iam::*:role/OrganizationAccountAccessRole"}}
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": REGIONS}}
    root_user = {"StringLike": {arn: "arn:aws:iam::*:root"}}
    everywhere = [*tree.nodes, *tree.parents]
    rows = {
        "p-FullAWSAccess": ("FullAWSAccess", allow("*"), everywhere),
        "p-leave": ("deny-leave", deny("organizations:LeaveOrganization"), [ROOT]),
        "p-planted": ("fence-planted", deny(IAM_WRITES, condition=fenced), [ROOT]),
        "p-trail": ("protect-baseline", deny(BASELINE, condition=others), [ROOT]),
        "p-regions": ("allowed-regions", deny(NotAction=GLOBAL, condition=elsewhere), [WORKLOADS]),
        "p-root": ("deny-root-user", deny("*", condition=root_user), [WORKLOADS, INFRASTRUCTURE]),
    }
    return {
        i: ServiceControlPolicy(name, document(statement), targets) for i, (name, statement, targets) in rows.items()
    }
