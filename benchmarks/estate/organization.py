"""AWS Organizations of an estate: the tree, its accounts and policies."""

from __future__ import annotations

import itertools
import json

from benchmarks.estate.params import Params
from benchmarks.estate.vocabulary import ORG, REGIONS, ROOT, account_id, doc, stmt

MANAGEMENT = account_id(0)
BASE = f"arn:aws:organizations::{MANAGEMENT}"
WORKLOADS, SECURITY, INFRASTRUCTURE = "ou-ab12-workloads", "ou-ab12-security", "ou-ab12-infra"
IAM_WRITES = [f"iam:{verb}*" for verb in ("Add", "Attach", "Create", "Delete", "Put", "Set", "Update")]
EVIDENCE = ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:Delete*", "guardduty:Delete*"]
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

Scp = tuple[str, dict, list[str]]  # name, document, targets


def not_like(pattern: str, operator: str = "ArnNotLike") -> dict:
    return {operator: {"aws:PrincipalArn": pattern}}


def service_control_policies(everything: list[str]) -> dict[str, Scp]:
    """By id. The first is attached everywhere, as Organizations does it."""
    fenced = not_like("arn:aws:iam::*:role/planted-*-fenced", "ArnLike")
    keep = not_like("arn:aws:iam::*:role/OrganizationAccountAccessRole")
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": REGIONS}}
    root_user = not_like("arn:aws:iam::*:root", "StringLike")
    return {
        "p-FullAWSAccess": ("FullAWSAccess", doc(stmt(action="*")), everything),
        "p-leave": ("deny-leave", doc(stmt("Deny", "organizations:LeaveOrganization")), [ROOT]),
        "p-planted": ("fence-planted", doc(stmt("Deny", [*IAM_WRITES, "iam:PassRole"], condition=fenced)), [ROOT]),
        "p-trail": (
            "protect-baseline",
            doc(stmt("Deny", [*EVIDENCE, "guardduty:Disassociate*"], condition=keep)),
            [ROOT],
        ),
        "p-regions": ("allowed-regions", doc(stmt("Deny", NotAction=GLOBAL, condition=elsewhere)), [WORKLOADS]),
        "p-root": ("deny-root-user", doc(stmt("Deny", "*", condition=root_user)), [WORKLOADS, INFRASTRUCTURE]),
    }


def units(p: Params) -> dict[str, tuple[str, str]]:
    """Name and parent of each organizational unit by id."""
    fixed = {
        SECURITY: ("Security", ROOT),
        INFRASTRUCTURE: ("Infrastructure", ROOT),
        WORKLOADS: ("Workloads", ROOT),
    }
    return fixed | {f"ou-ab12-team{i:04}": (f"Team{i}", WORKLOADS) for i in range(p.ous)}


def parents(p: Params) -> dict[str, str]:
    """The root or unit of each account."""
    leaves = [unit for unit in units(p) if "team" in unit] or [WORKLOADS]
    return {account_id(i): {0: ROOT, 1: SECURITY}.get(i, leaves[i % len(leaves)]) for i in range(p.accounts)}


def account_shape(index: int, account: str) -> dict:
    return {
        "Id": account,
        "Arn": f"{BASE}:account/{ORG}/{account}",
        "Email": f"aws+{account}@example.com",
        "Name": f"account-{index:03}",
        "Status": "ACTIVE",
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": "2020-01-01T00:00:00+00:00",
    }


def summary_shape(policy: str, name: str) -> dict:
    return {
        "Id": policy,
        "Arn": f"{BASE}:policy/{ORG}/service_control_policy/{policy}",
        "Name": name,
        "Description": "",
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": name == "FullAWSAccess",
    }


def top() -> dict[str, object]:
    """The organization and its root."""
    about = {
        "Id": ORG,
        "Arn": f"{BASE}:organization/{ORG}",
        "FeatureSet": "ALL",
        "MasterAccountId": MANAGEMENT,
        "MasterAccountArn": f"{BASE}:account/{ORG}/{MANAGEMENT}",
    }
    root = {
        "Id": ROOT,
        "Arn": f"{BASE}:root/{ORG}/{ROOT}",
        "Name": "Root",
        "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
    }
    return {"describe-organization": {"Organization": about}, "list-roots": {"Roots": [root]}}


def tree(p: Params) -> dict[str, object]:
    ous, parent = units(p), parents(p)
    accounts = {account: account_shape(i, account) for i, account in enumerate(parent)}
    shapes = {ou: {"Id": ou, "Arn": f"{BASE}:ou/{ORG}/{ou}", "Name": name} for ou, (name, _) in ous.items()}
    nodes = [ROOT, *ous]
    return {
        "list-accounts": {"Accounts": list(accounts.values())},
        "list-organizational-units-for-parent": {
            n: {"OrganizationalUnits": [shapes[o] for o in ous if ous[o][1] == n]} for n in nodes
        },
        "list-accounts-for-parent": {n: {"Accounts": [accounts[a] for a in parent if parent[a] == n]} for n in nodes},
    }


def policies(p: Params) -> dict[str, object]:
    nodes, accounts = [ROOT, *units(p)], parents(p)
    scps = service_control_policies([*nodes, *accounts])
    summaries = {policy: summary_shape(policy, name) for policy, (name, _, _) in scps.items()}
    return {
        "list-policies": {"Policies": list(summaries.values())},
        "describe-policy": {
            policy: {"Policy": {"PolicySummary": summaries[policy], "Content": json.dumps(document)}}
            for policy, (_, document, _) in scps.items()
        },
        "list-policies-for-target": {
            target: {"Policies": [summaries[policy] for policy, (_, _, targets) in scps.items() if target in targets]}
            for target in itertools.chain(nodes, accounts)
        },
    }


def organization(p: Params) -> dict[str, object]:
    """Its files by path."""
    return {f"organizations/{name}.json": answer for name, answer in {**top(), **tree(p), **policies(p)}.items()}
