"""IAM Identity Center: permission sets, people and groups, who is assigned where, and the roles it makes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.estate.account import Account
from benchmarks.estate.documents import Json, allow, document, trust
from benchmarks.estate.names import ADMINISTRATOR, REGIONS, account_id, managed_by_aws
from benchmarks.estate.params import Params
from benchmarks.estate.services import vocabulary

STORE = "d-1234567890"
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"


@dataclass(frozen=True)
class PermissionSet:
    number: int
    name: str
    managed: tuple[str, ...]
    inline: Json | None = None

    @property
    def arn(self) -> str:
        return f"arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-{self.number:016x}"


def permission_set(number: int) -> PermissionSet:
    """Four that every organization has, then one per team. Number 1 may pass the role of a planted chain."""
    read_only = (managed_by_aws("ReadOnlyAccess"),)
    match number:
        case 0:
            return PermissionSet(0, "AdministratorAccess", (ADMINISTRATOR,))
        case 1:
            return PermissionSet(1, "ServerlessDeveloper", (), _serverless())
        case 2:
            return PermissionSet(2, "ReadOnly", read_only)
        case 3:
            return PermissionSet(3, "SecurityAudit", (managed_by_aws("SecurityAudit"),))
    team = vocabulary().team(number)
    return PermissionSet(number, f"Team{team.title()}{number}", read_only, _team_grant(team, number))


def _serverless() -> Json:
    functions = ["lambda:CreateFunction", "lambda:InvokeFunction", "lambda:List*"]
    return document(allow("iam:PassRole", "arn:aws:iam::*:role/planted-sso-lambda-*"), allow(functions))


def _team_grant(team: str, number: int) -> Json:
    services = list(vocabulary().services.items())[number % 5 :: 5]
    actions = [f"{name}:{action}" for name, service in services for action in service.actions[:4]]
    return document(allow(actions, condition={"StringEquals": {"aws:ResourceTag/team": team}}))


def assigned(params: Params, index: int) -> list[int]:
    """Numbers of the permission sets that are assigned in an account."""
    if not params.assignments or not params.permission_sets:
        return []
    rng = params.stream(f"{index}/assign")
    wanted, free = max(params.assignments - 2, 0), max(params.permission_sets - 2, 0)
    extra = rng.sample(range(2, params.permission_sets), min(wanted, free))
    return sorted({0, 1 if params.permission_sets > 1 else 0, *extra})


def add_reserved_roles(account: Account) -> None:
    """The AWSReservedSSO_ roles of the permission sets that are assigned in the account."""
    provider = f"arn:aws:iam::{account.id}:saml-provider/AWSSSO_{account.index:016x}_DO_NOT_DELETE"
    for number in assigned(account.params, account.index):
        spec = permission_set(number)
        account.reserved[number] = account.add_role(
            f"AWSReservedSSO_{spec.name}_{account.index:08x}{number:08x}",
            trust(
                {"Federated": provider},
                ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
            ),
            spec.managed,
            {"AwsSSOInlinePolicy": spec.inline} if spec.inline else {},
            f"/aws-reserved/sso.amazonaws.com/{REGIONS[0]}/",
        )


def identity_center(params: Params) -> dict[str, Json]:
    """The answers of Identity Center and of its identity store, by file."""
    rng = params.stream("sso")
    sets = [permission_set(i) for i in range(params.permission_sets)]
    groups = [_group(spec) for spec in sets]
    users = [_user(i) for i in range(params.sso_users)]
    members = _memberships(rng, groups, users)
    assignments = dict(_assignments(rng, params, sets, groups, users))
    instance = {
        "InstanceArn": INSTANCE,
        "IdentityStoreId": STORE,
        "Status": "ACTIVE",
        "OwnerAccountId": account_id(0),
    }
    answers = {
        "list-instances": {"Instances": [instance]},
        **_permission_set_answers(sets),
        "list-account-assignments": assignments,
        "identitystore-list-users": {"Users": users},
        "identitystore-list-groups": {"Groups": groups},
        "identitystore-list-group-memberships": members,
    }
    return {f"sso/{operation}.json": answer for operation, answer in answers.items()}


def _permission_set_answers(sets: list[PermissionSet]) -> dict[str, Json]:
    return {
        "list-permission-sets": {"PermissionSets": [s.arn for s in sets]},
        "describe-permission-set": {
            s.arn: {"PermissionSet": {"Name": s.name, "PermissionSetArn": s.arn, "SessionDuration": "PT8H"}}
            for s in sets
        },
        "list-managed-policies-in-permission-set": {
            s.arn: {"AttachedManagedPolicies": [{"Name": arn.rsplit("/", 1)[1], "Arn": arn} for arn in s.managed]}
            for s in sets
        },
        "get-inline-policy-for-permission-set": {
            s.arn: {"InlinePolicy": json.dumps(s.inline) if s.inline else ""} for s in sets
        },
    }


def _group(spec: PermissionSet) -> Json:
    group_id = f"{spec.number:08x}-0000-4000-8000-{spec.number:012x}"
    return {"GroupId": group_id, "DisplayName": f"sso-{spec.name}", "IdentityStoreId": STORE}


def _user(i: int) -> Json:
    return {
        "UserName": f"person{i}@example.com",
        "UserId": f"{i:08x}-1111-4000-8000-{i:012x}",
        "DisplayName": f"Person {i}",
        "Emails": [{"Value": f"person{i}@example.com", "Primary": True}],
        "IdentityStoreId": STORE,
    }


def _memberships(rng: random.Random, groups: list[Json], users: list[Json]) -> Json:
    """By group; every group has the same number of people."""
    if not users:
        return {}
    size = max(1, len(users) // max(1, len(groups)))
    return {
        group["GroupId"]: {"GroupMemberships": [_membership(group, user) for user in rng.sample(users, size)]}
        for group in groups
    }


def _membership(group: Json, user: Json) -> Json:
    return {
        "IdentityStoreId": STORE,
        "MembershipId": f"{group['GroupId'][:8]}-{user['UserId'][:8]}",
        "GroupId": group["GroupId"],
        "MemberId": {"UserId": user["UserId"]},
    }


def _assignments(
    rng: random.Random, params: Params, sets: list[PermissionSet], groups: list[Json], users: list[Json]
) -> Iterable[tuple[str, Json]]:
    """By account and permission set: a group always, a person of their own now and then."""
    for index in range(params.accounts):
        for number in assigned(params, index):
            account, arn = account_id(index), sets[number].arn
            rows = [_assignment(account, arn, "GROUP", groups[number]["GroupId"])]
            if users and rng.random() < 0.2:
                rows.append(_assignment(account, arn, "USER", rng.choice(users)["UserId"]))
            yield f"{account} {arn}", {"AccountAssignments": rows}


def _assignment(account: str, arn: str, kind: str, principal: str) -> Json:
    return {"AccountId": account, "PermissionSetArn": arn, "PrincipalType": kind, "PrincipalId": principal}
