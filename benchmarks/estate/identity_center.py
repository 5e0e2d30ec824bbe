"""IAM Identity Center of an estate."""

from __future__ import annotations

import json
import random

from benchmarks.estate.params import Params
from benchmarks.estate.vocabulary import ADMIN_ARN, SERVICES, SSO_INSTANCE, TEAMS, account_id, doc, stmt


def permission_set(p: Params, i: int, acct: str) -> dict:
    fixed = [
        ("AdministratorAccess", [ADMIN_ARN], None),
        (
            "ServerlessDeveloper",
            [],
            doc(
                stmt(action="iam:PassRole", resource="arn:aws:iam::*:role/planted-sso-lambda-*"),
                stmt(action=["lambda:CreateFunction", "lambda:InvokeFunction", "lambda:List*"]),
            ),
        ),
        ("ReadOnly", ["arn:aws:iam::aws:policy/ReadOnlyAccess"], None),
        ("SecurityAudit", ["arn:aws:iam::aws:policy/SecurityAudit"], None),
    ]
    if i < len(fixed):
        name, managed, inline = fixed[i]
    else:
        name, managed = f"Team{TEAMS[i % len(TEAMS)].title()}{i}", ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
        inline = doc(
            stmt(
                action=[f"{s}:{a}" for s in list(SERVICES)[i % 5 :: 5] for a in SERVICES[s][0][:4]],
                condition={"StringEquals": {"aws:ResourceTag/team": TEAMS[i % len(TEAMS)]}},
            )
        )
    return {
        "Name": name,
        "Arn": f"arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-{i:016x}",
        "managed": managed,
        "inline": inline,
    }


def assigned_permission_sets(p: Params, index: int) -> list[int]:
    if not p.assignments or not p.permission_sets:
        return []
    rng = random.Random(f"{p.seed}/{index}/assign")
    extra = rng.sample(range(2, p.permission_sets), min(max(p.assignments - 2, 0), max(p.permission_sets - 2, 0)))
    return sorted({0, 1 if p.permission_sets > 1 else 0, *extra})


def identity_center(p: Params) -> dict[str, object]:
    store, rng = "d-1234567890", random.Random(f"{p.seed}/sso")
    sets = [permission_set(p, i, "") for i in range(p.permission_sets)]
    groups = [
        {"GroupId": f"{i:08x}-0000-4000-8000-{i:012x}", "DisplayName": f"sso-{s['Name']}", "IdentityStoreId": store}
        for i, s in enumerate(sets)
    ]
    users = [
        {
            "UserName": f"person{i}@example.com",
            "UserId": f"{i:08x}-1111-4000-8000-{i:012x}",
            "DisplayName": f"Person {i}",
            "Emails": [{"Value": f"person{i}@example.com", "Primary": True}],
            "IdentityStoreId": store,
        }
        for i in range(p.sso_users)
    ]
    members = (
        {
            g["GroupId"]: {
                "GroupMemberships": [
                    {
                        "IdentityStoreId": store,
                        "MembershipId": f"{g['GroupId'][:8]}-{u['UserId'][:8]}",
                        "GroupId": g["GroupId"],
                        "MemberId": {"UserId": u["UserId"]},
                    }
                    for u in rng.sample(users, max(1, len(users) // max(1, len(groups))))
                ]
            }
            for g in groups
        }
        if users
        else {}
    )
    assignments = {}
    for a in range(p.accounts):
        for i in assigned_permission_sets(p, a):
            entry = {
                "AccountId": account_id(a),
                "PermissionSetArn": sets[i]["Arn"],
                "PrincipalType": "GROUP",
                "PrincipalId": groups[i]["GroupId"],
            }
            person = (
                [{**entry, "PrincipalType": "USER", "PrincipalId": rng.choice(users)["UserId"]}]
                if users and rng.random() < 0.2
                else []
            )
            assignments[f"{account_id(a)} {sets[i]['Arn']}"] = {"AccountAssignments": [entry, *person]}
    return {
        "sso/list-instances.json": {
            "Instances": [
                {
                    "InstanceArn": SSO_INSTANCE,
                    "IdentityStoreId": store,
                    "Status": "ACTIVE",
                    "OwnerAccountId": account_id(0),
                }
            ]
        },
        "sso/list-permission-sets.json": {"PermissionSets": [s["Arn"] for s in sets]},
        "sso/describe-permission-set.json": {
            s["Arn"]: {"PermissionSet": {"Name": s["Name"], "PermissionSetArn": s["Arn"], "SessionDuration": "PT8H"}}
            for s in sets
        },
        "sso/list-managed-policies-in-permission-set.json": {
            s["Arn"]: {"AttachedManagedPolicies": [{"Name": m.rsplit("/", 1)[1], "Arn": m} for m in s["managed"]]}
            for s in sets
        },
        "sso/get-inline-policy-for-permission-set.json": {
            s["Arn"]: {"InlinePolicy": json.dumps(s["inline"]) if s["inline"] else ""} for s in sets
        },
        "sso/list-account-assignments.json": assignments,
        "sso/identitystore-list-users.json": {"Users": users},
        "sso/identitystore-list-groups.json": {"Groups": groups},
        "sso/identitystore-list-group-memberships.json": members,
    }
