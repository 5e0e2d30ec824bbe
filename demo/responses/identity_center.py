"""What IAM Identity Center says: permission sets, assignments, people and their groups."""

from __future__ import annotations

import unicodedata
from typing import Any

from demo.company.identifiers import IDENTITY_STORE, SSO_INSTANCE, created, permission_set_arn, uuid_of
from demo.company.model import Company, PermissionSet
from demo.responses.common import one_line


def render(company: Company) -> dict[str, Any]:
    found = _instance(company) | _permission_sets(company) | _directory(company)
    return {f"sso/{name}.json": response for name, response in found.items()}


def _instance(company: Company) -> dict[str, Any]:
    instance = {
        "InstanceArn": SSO_INSTANCE,
        "IdentityStoreId": IDENTITY_STORE,
        "OwnerAccountId": company.accounts[0].id,
        "CreatedDate": created("identity center"),
        "Status": "ACTIVE",
    }
    return {"list-instances": {"Instances": [instance]}}


def _permission_sets(company: Company) -> dict[str, Any]:
    sets = {permission_set_arn(s.name): s for s in company.permission_sets}
    return {
        "list-permission-sets": {"PermissionSets": list(sets)},
        "describe-permission-set": {arn: {"PermissionSet": _description(arn, s)} for arn, s in sets.items()},
        "list-managed-policies-in-permission-set": {
            arn: {"AttachedManagedPolicies": _managed(company, s)} for arn, s in sets.items()
        },
        "list-customer-managed-policy-references-in-permission-set": {
            arn: {"CustomerManagedPolicyReferences": []} for arn in sets
        },
        "get-inline-policy-for-permission-set": {
            arn: {"InlinePolicy": one_line(s.inline) if s.inline else ""} for arn, s in sets.items()
        },
        "list-account-assignments": _assignments(company),
    }


def _description(arn: str, permission_set: PermissionSet) -> dict[str, str]:
    return {
        "Name": permission_set.name,
        "PermissionSetArn": arn,
        "CreatedDate": created("set", permission_set.name),
        "SessionDuration": permission_set.session,
    }


def _managed(company: Company, permission_set: PermissionSet) -> list[dict[str, str]]:
    return [
        {"Name": name, "Arn": f"arn:aws:iam::aws:policy{company.aws_managed[name].path}{name}"}
        for name in permission_set.managed
    ]


def _directory(company: Company) -> dict[str, Any]:
    return {
        "identitystore-list-users": {"Users": [_person(name) for name in company.people()]},
        "identitystore-list-groups": {
            "Groups": [
                {"GroupId": group_id(name), "DisplayName": name, "IdentityStoreId": IDENTITY_STORE}
                for name in company.groups
            ]
        },
        "identitystore-list-group-memberships": {
            group_id(name): {"GroupMemberships": [_membership(name, person) for person in members]}
            for name, members in company.groups.items()
        },
    }


def _membership(group: str, person: str) -> dict[str, Any]:
    return {
        "IdentityStoreId": IDENTITY_STORE,
        "MembershipId": uuid_of("membership", group, person),
        "GroupId": group_id(group),
        "MemberId": {"UserId": user_id(person)},
    }


def _assignments(company: Company) -> dict[str, Any]:
    """By account and permission set, the two arguments of the call."""
    return {
        f"{company.account(name).id} {permission_set_arn(s.name)}": {
            "AccountAssignments": [
                {
                    "AccountId": company.account(name).id,
                    "PermissionSetArn": permission_set_arn(s.name),
                    "PrincipalType": "GROUP",
                    "PrincipalId": group_id(group),
                }
                for group, names in s.assigned.items()
                if name in names
            ]
        }
        for s in company.permission_sets
        for name in s.accounts()
    }


def group_id(name: str) -> str:
    return uuid_of("group", name)


def user_id(person: str) -> str:
    return uuid_of("user", person)


def _person(name: str) -> dict[str, Any]:
    given, family = name.split(" ", 1)
    address = f"{_ascii(given)}.{_ascii(family)}@harborline.example"
    return {
        "UserName": address,
        "UserId": user_id(name),
        "Name": {"FamilyName": family, "GivenName": given},
        "DisplayName": name,
        "Emails": [{"Value": address, "Type": "work", "Primary": True}],
        "IdentityStoreId": IDENTITY_STORE,
    }


def _ascii(name: str) -> str:
    """`Álvarez` as `alvarez`, `O'Connor` as `oconnor`."""
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i"))
    return "".join(c for c in plain.lower() if c.isascii() and c.isalnum())
