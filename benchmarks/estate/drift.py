"""A week in an account: changes without effect in turn with changes that have one."""

from __future__ import annotations

import copy
import random

from benchmarks.estate.account import Account
from benchmarks.estate.documents import Json, allow
from benchmarks.estate.names import ADMINISTRATOR, STRANGER
from benchmarks.estate.network import ANYWHERE, rule

NEUTRAL = ("reorder", "case", "listify")
SEMANTIC = ("grant-passrole", "widen-trust", "open-ssh", "delete-role", "attach-admin")


def change(account: Account, count: int) -> list[Json]:
    """Changes the account in place, even ones neutral, odd ones semantic; returns what was done."""
    rng = account.params.stream(f"{account.index}/drift")
    roles = [r for r in account.roles.values() if r["RolePolicyList"] and "planted" not in r["RoleName"]]
    policies = [p for p in account.policies.values() if p["Arn"].split(":")[4] == account.id]
    ordinary = [p for p in policies if "planted" not in p["PolicyName"]]
    done = []
    for i in range(count):
        if i % 2 == 0:
            done.append(_neutral(rng, account, ordinary, NEUTRAL[i // 2 % len(NEUTRAL)]))
        elif row := _semantic(rng, account, roles, SEMANTIC[i // 2 % len(SEMANTIC)]):
            done.append(row)
    return done


def _row(account: Account, semantic: bool, kind: str, changed: str) -> Json:
    return {"account": account.id, "semantic": semantic, "kind": kind, "object": changed}


def _neutral(rng: random.Random, account: Account, policies: list[Json], kind: str) -> Json:
    policy = rng.choice(policies)
    statements = policy["PolicyVersionList"][0]["Document"]["Statement"]
    if kind == "reorder":
        statements.reverse()
    for statement in statements:
        if kind == "case" and "Action" in statement:
            actions = statement["Action"]
            statement["Action"] = [a.lower() for a in ([actions] if isinstance(actions, str) else actions)]
        elif kind == "listify" and isinstance(statement.get("Resource"), str):
            statement["Resource"] = [statement["Resource"]]
    return _row(account, False, kind, policy["Arn"])


def _semantic(rng: random.Random, account: Account, roles: list[Json], kind: str) -> Json | None:
    """One change with an effect; none where the account has nothing left for it."""
    if kind == "open-ssh" and account.sgs:
        return _row(account, True, kind, _open_ssh(rng, account))
    if not roles:
        return None
    role = roles.pop(rng.randrange(len(roles)))
    kind = "grant-passrole" if kind == "open-ssh" else kind
    _change_role(account, role, kind)
    return _row(account, True, kind, role["Arn"])


def _open_ssh(rng: random.Random, account: Account) -> str:
    group = rng.choice(account.sgs)
    group["IpPermissions"].append(rule(account.id, "tcp", 22, [ANYWHERE]))
    return str(group["GroupId"])


def _change_role(account: Account, role: Json, kind: str) -> None:
    match kind:
        case "delete-role":
            del account.roles[role["Arn"]]
        case "widen-trust":
            trusted = copy.deepcopy(role["AssumeRolePolicyDocument"])  # its instance profile keeps the old one
            trusted["Statement"].append(allow("sts:AssumeRole", None, principal={"AWS": STRANGER}))
            role["AssumeRolePolicyDocument"] = trusted
        case "attach-admin":
            role["AttachedManagedPolicies"].append(account.attach(ADMINISTRATOR))
        case "grant-passrole":
            role["RolePolicyList"][0]["PolicyDocument"]["Statement"].append(allow("iam:PassRole"))
