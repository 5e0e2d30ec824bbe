"""Changes to an account between two dumps: every other one changes the wording only."""

from __future__ import annotations

import copy
import random
from typing import Any

from benchmarks.estate.account import Account
from benchmarks.estate.vocabulary import ADMIN_ARN, stmt

NEUTRAL = ("reorder", "case", "listify")
SEMANTIC = ("grant-passrole", "widen-trust", "open-ssh", "delete-role", "attach-admin")
STRANGER = {"AWS": "arn:aws:iam::999988887777:root"}


def drift(account: Account, count: int) -> list[dict]:
    """Changes the account in place: even ones neutral, odd ones semantic; returns what was done."""
    rng = random.Random(f"{account.p.seed}/{account.index}/drift")  # noqa: S311
    roles = [r for r in account.roles.values() if r["RolePolicyList"] and "planted" not in r["RoleName"]]
    policies = [p for p in account.policies.values() if ":aws:policy" not in p["Arn"]]
    policies = [p for p in policies if "planted" not in p["PolicyName"]]
    done = []
    for i in range(count):
        kinds = SEMANTIC if i % 2 else NEUTRAL
        kind = kinds[i // 2 % len(kinds)]
        changed = change_meaning(account, kind, roles, rng) if i % 2 else reword(rng.choice(policies), kind)
        if changed:
            done.append({"account": account.id, "semantic": bool(i % 2), "kind": kind, "object": changed})
    return done


def reword(policy: dict, kind: str) -> str:
    """Says the same in other words; returns the policy's ARN."""
    body = policy["PolicyVersionList"][0]["Document"]
    if kind == "reorder":
        body["Statement"].reverse()
    for statement in body["Statement"]:
        if kind == "case" and "Action" in statement:
            statement["Action"] = [action.lower() for action in listed(statement["Action"])]
        elif kind == "listify" and isinstance(statement.get("Resource"), str):
            statement["Resource"] = [statement["Resource"]]
    return policy["Arn"]


def listed(value: Any) -> list:
    return [value] if isinstance(value, str) else value


def change_meaning(account: Account, kind: str, roles: list[dict], rng: random.Random) -> str | None:
    """Returns the ARN or id of what was changed; None where there is nothing left to change."""
    if kind == "open-ssh" and account.sgs:
        group = rng.choice(account.sgs)
        group["IpPermissions"].append(account.rule("tcp", 22, ["0.0.0.0/0"]))
        return group["GroupId"]
    if not roles:
        return None
    role = roles.pop(rng.randrange(len(roles)))
    if kind == "delete-role":
        del account.roles[role["Arn"]]
    elif kind == "widen-trust":
        role["AssumeRolePolicyDocument"] = copy.deepcopy(role["AssumeRolePolicyDocument"])
        opened = stmt(action="sts:AssumeRole", resource=None, principal=STRANGER)
        role["AssumeRolePolicyDocument"]["Statement"].append(opened)
    elif kind == "attach-admin":
        role["AttachedManagedPolicies"].append(account.attach(ADMIN_ARN))
    else:
        role["RolePolicyList"][0]["PolicyDocument"]["Statement"].append(stmt(action="iam:PassRole"))
    return role["Arn"]
