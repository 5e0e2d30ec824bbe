"""IAM Identity Center of an estate."""

from __future__ import annotations

import json
import random

from benchmarks.estate.params import Params
from benchmarks.estate.vocabulary import ADMIN_ARN, SERVICES, SSO_INSTANCE, TEAMS, account_id, doc, stmt

STORE = "d-1234567890"


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
    rng = random.Random(f"{p.seed}/{index}/assign")  # noqa: S311
    extra = rng.sample(range(2, p.permission_sets), min(max(p.assignments - 2, 0), max(p.permission_sets - 2, 0)))
    return sorted({0, 1 if p.permission_sets > 1 else 0, *extra})


def group_shape(index: int, name: str) -> dict:
    identifier = f"{index:08x}-0000-4000-8000-{index:012x}"
    return {"GroupId": identifier, "DisplayName": f"sso-{name}", "IdentityStoreId": STORE}


def person_shape(index: int) -> dict:
    return {
        "UserName": f"person{index}@example.com",
        "UserId": f"{index:08x}-1111-4000-8000-{index:012x}",
        "DisplayName": f"Person {index}",
        "Emails": [{"Value": f"person{index}@example.com", "Primary": True}],
        "IdentityStoreId": STORE,
    }


def membership_shape(group: dict, person: dict) -> dict:
    return {
        "IdentityStoreId": STORE,
        "MembershipId": f"{group['GroupId'][:8]}-{person['UserId'][:8]}",
        "GroupId": group["GroupId"],
        "MemberId": {"UserId": person["UserId"]},
    }


def account_assignments(p: Params, sets: list[dict], groups: list[dict], users: list[dict], rng: random.Random) -> dict:
    """Each assigned set has its group, and one in five a person as well; by account and set."""
    found = {}
    for account, i in ((account_id(a), i) for a in range(p.accounts) for i in assigned_permission_sets(p, a)):
        entry = {
            "AccountId": account,
            "PermissionSetArn": sets[i]["Arn"],
            "PrincipalType": "GROUP",
            "PrincipalId": groups[i]["GroupId"],
        }
        entries = [entry]
        if users and rng.random() < 0.2:
            entries.append({**entry, "PrincipalType": "USER", "PrincipalId": rng.choice(users)["UserId"]})
        found[f"{account} {sets[i]['Arn']}"] = {"AccountAssignments": entries}
    return found


def directory(p: Params, groups: list[dict], users: list[dict], rng: random.Random) -> dict[str, object]:
    size = max(1, len(users) // max(1, len(groups)))
    members = {
        group["GroupId"]: {"GroupMemberships": [membership_shape(group, u) for u in rng.sample(users, size)]}
        for group in (groups if users else ())
    }
    return {
        "identitystore-list-users": {"Users": users},
        "identitystore-list-groups": {"Groups": groups},
        "identitystore-list-group-memberships": members,
    }


def described(s: dict) -> dict:
    return {"PermissionSet": {"Name": s["Name"], "PermissionSetArn": s["Arn"], "SessionDuration": "PT8H"}}


def managed(s: dict) -> dict:
    return {"AttachedManagedPolicies": [{"Name": m.rsplit("/", 1)[1], "Arn": m} for m in s["managed"]]}


def identity_center(p: Params) -> dict[str, object]:
    """Its files by path."""
    rng = random.Random(f"{p.seed}/sso")  # noqa: S311
    sets = [permission_set(p, i, "") for i in range(p.permission_sets)]
    groups = [group_shape(i, s["Name"]) for i, s in enumerate(sets)]
    users = [person_shape(i) for i in range(p.sso_users)]
    of_directory = directory(p, groups, users, rng)
    instance = {"InstanceArn": SSO_INSTANCE, "IdentityStoreId": STORE, "Status": "ACTIVE"}
    answers = {
        "list-instances": {"Instances": [{**instance, "OwnerAccountId": account_id(0)}]},
        "list-permission-sets": {"PermissionSets": [s["Arn"] for s in sets]},
        "describe-permission-set": {s["Arn"]: described(s) for s in sets},
        "list-managed-policies-in-permission-set": {s["Arn"]: managed(s) for s in sets},
        "get-inline-policy-for-permission-set": {
            s["Arn"]: {"InlinePolicy": json.dumps(s["inline"]) if s["inline"] else ""} for s in sets
        },
        "list-account-assignments": account_assignments(p, sets, groups, users, rng),
        **of_directory,
    }
    return {f"sso/{name}.json": answer for name, answer in answers.items()}
