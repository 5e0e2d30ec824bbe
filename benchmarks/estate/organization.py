"""AWS Organizations of an estate: the tree, its accounts and policies."""

from __future__ import annotations

import itertools
import json

from benchmarks.estate.params import Params
from benchmarks.estate.vocabulary import ORG, REGIONS, ROOT, account_id, doc, stmt


def organization(p: Params) -> dict[str, object]:
    master, base = account_id(0), f"arn:aws:organizations::{account_id(0)}"
    ous = {
        "ou-ab12-security": ("Security", ROOT),
        "ou-ab12-infra": ("Infrastructure", ROOT),
        "ou-ab12-workloads": ("Workloads", ROOT),
    }
    ous |= {f"ou-ab12-team{i:04}": (f"Team{i}", "ou-ab12-workloads") for i in range(p.ous)}
    leaves = [o for o in ous if "team" in o] or ["ou-ab12-workloads"]
    parent = {
        account_id(i): {0: ROOT, 1: "ou-ab12-security"}.get(i, leaves[i % len(leaves)]) for i in range(p.accounts)
    }
    writes = [
        "iam:Add*",
        "iam:Attach*",
        "iam:Create*",
        "iam:Delete*",
        "iam:Put*",
        "iam:Set*",
        "iam:Update*",
        "iam:PassRole",
    ]
    keep = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/OrganizationAccountAccessRole"}}
    scps = {
        "p-FullAWSAccess": ("FullAWSAccess", doc(stmt(action="*")), [ROOT, *ous, *parent]),
        "p-leave": ("deny-leave", doc(stmt("Deny", "organizations:LeaveOrganization")), [ROOT]),
        "p-planted": (
            "fence-planted",
            doc(
                stmt(
                    "Deny", writes, condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/planted-*-fenced"}}
                )
            ),
            [ROOT],
        ),
        "p-trail": (
            "protect-baseline",
            doc(
                stmt(
                    "Deny",
                    [
                        "cloudtrail:StopLogging",
                        "cloudtrail:DeleteTrail",
                        "config:Delete*",
                        "guardduty:Delete*",
                        "guardduty:Disassociate*",
                    ],
                    condition=keep,
                )
            ),
            [ROOT],
        ),
        "p-regions": (
            "allowed-regions",
            doc(
                stmt(
                    "Deny",
                    NotAction=[
                        "iam:*",
                        "sts:*",
                        "organizations:*",
                        "route53:*",
                        "cloudfront:*",
                        "support:*",
                        "budgets:*",
                        "ce:*",
                        "health:*",
                    ],
                    condition={"StringNotEquals": {"aws:RequestedRegion": REGIONS}},
                )
            ),
            ["ou-ab12-workloads"],
        ),
        "p-root": (
            "deny-root-user",
            doc(stmt("Deny", "*", condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}})),
            ["ou-ab12-workloads", "ou-ab12-infra"],
        ),
    }
    summary = {
        i: {
            "Id": i,
            "Arn": f"{base}:policy/{ORG}/service_control_policy/{i}",
            "Name": name,
            "Description": "",
            "Type": "SERVICE_CONTROL_POLICY",
            "AwsManaged": name == "FullAWSAccess",
        }
        for i, (name, _, _) in scps.items()
    }
    account = {
        a: {
            "Id": a,
            "Arn": f"{base}:account/{ORG}/{a}",
            "Email": f"aws+{a}@example.com",
            "Name": f"account-{i:03}",
            "Status": "ACTIVE",
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": "2020-01-01T00:00:00+00:00",
        }
        for i, a in enumerate(parent)
    }
    unit = {o: {"Id": o, "Arn": f"{base}:ou/{ORG}/{o}", "Name": name} for o, (name, _) in ous.items()}
    nodes = [ROOT, *ous]
    return {
        f"organizations/{k}.json": v
        for k, v in {
            "describe-organization": {
                "Organization": {
                    "Id": ORG,
                    "Arn": f"{base}:organization/{ORG}",
                    "FeatureSet": "ALL",
                    "MasterAccountId": master,
                    "MasterAccountArn": f"{base}:account/{ORG}/{master}",
                }
            },
            "list-roots": {
                "Roots": [
                    {
                        "Id": ROOT,
                        "Arn": f"{base}:root/{ORG}/{ROOT}",
                        "Name": "Root",
                        "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
                    }
                ]
            },
            "list-accounts": {"Accounts": list(account.values())},
            "list-organizational-units-for-parent": {
                n: {"OrganizationalUnits": [unit[o] for o in ous if ous[o][1] == n]} for n in nodes
            },
            "list-accounts-for-parent": {
                n: {"Accounts": [account[a] for a in parent if parent[a] == n]} for n in nodes
            },
            "list-policies": {"Policies": list(summary.values())},
            "describe-policy": {
                i: {"Policy": {"PolicySummary": summary[i], "Content": json.dumps(d)}} for i, (_, d, _) in scps.items()
            },
            "list-policies-for-target": {
                t: {"Policies": [summary[i] for i, (_, _, targets) in scps.items() if t in targets]}
                for t in itertools.chain(nodes, parent)
            },
        }.items()
    }
