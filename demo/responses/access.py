"""What IAM says of an account's users, groups, roles and policies."""

from __future__ import annotations

from typing import Any

from demo.company.identifiers import (
    REGION,
    created,
    days_before,
    github_provider_arn,
    iam_arn,
    managed_policy,
    role_arn,
    saml_provider_arn,
    unique_id,
)
from demo.company.model import Account, Company, Document, Group, Policy, Role, User
from demo.responses.common import denied, tag_list

Response = dict[str, Any]


def render(company: Company, account: Account) -> dict[str, Any]:
    provider = github_provider_arn(account.id)
    return {
        "iam/get-account-authorization-details.json": reader_denied(account, "GetAccountAuthorizationDetails")
        if account.identity_denied
        else authorization_details(company, account),
        "iam/list-saml-providers.json": {
            "SAMLProviderList": [
                {
                    "Arn": saml_provider_arn(account),
                    "ValidUntil": "2032-03-01T00:00:00+00:00",
                    "CreateDate": created("saml", account.id),
                }
            ]
        },
        "iam/list-open-id-connect-providers.json": {
            "OpenIDConnectProviderList": [{"Arn": provider}] if account.github else []
        },
        "iam/get-open-id-connect-provider.json": {
            provider: {
                "Url": provider.rsplit("/", 1)[1],
                "ClientIDList": ["sts.amazonaws.com"],
                "ThumbprintList": ["6938fd4d98bab03faadb97b34396831e3780aea1"],
                "CreateDate": created("oidc", account.id),
                "Tags": [],
            }
        }
        if account.github
        else {},
    }


def reader_denied(account: Account, operation: str) -> str:
    return denied(operation, f"arn:aws:sts::{account.id}:assumed-role/TrustdriftReader/trustdrift", f"iam:{operation}")


def authorization_details(company: Company, account: Account) -> Response:
    holders: list[User | Group | Role] = [*account.users, *account.groups, *account.roles]
    attached = [name for holder in holders for name in holder.managed]
    bounds = [role.boundary for role in account.roles if role.boundary]
    names = dict.fromkeys([*(p.name for p in account.policies), *attached, *bounds])
    return {
        "UserDetailList": [_user(company, account, user) for user in account.users],
        "GroupDetailList": [_group(company, account, group) for group in account.groups],
        "RoleDetailList": [_role(company, account, role) for role in account.roles],
        "Policies": [
            _policy(*managed_policy(company, account, name), attached.count(name), bounds.count(name)) for name in names
        ],
    }


def _user(company: Company, account: Account, user: User) -> Response:
    return {
        "Path": "/",
        "UserName": user.name,
        "UserId": unique_id("AIDA", account.id, user.name),
        "Arn": iam_arn(account, "user", user.name),
        "CreateDate": days_before(user.age, user.name),
        "UserPolicyList": _inline(user.inline),
        "GroupList": list(user.groups),
        "AttachedManagedPolicies": _attached(company, account, user.managed),
        "Tags": tag_list(user.tags),
    }


def _group(company: Company, account: Account, group: Group) -> Response:
    return {
        "Path": "/",
        "GroupName": group.name,
        "GroupId": unique_id("AGPA", account.id, group.name),
        "Arn": iam_arn(account, "group", group.name),
        "CreateDate": created("group", account.id, group.name),
        "GroupPolicyList": [],
        "AttachedManagedPolicies": _attached(company, account, group.managed),
    }


def _role(company: Company, account: Account, role: Role) -> Response:
    summary = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": unique_id("AROA", account.id, role.name),
        "Arn": role_arn(account, role),
        "CreateDate": created("role", account.id, role.name),
        "AssumeRolePolicyDocument": role.trust,
    }
    bounded = (
        {}
        if role.boundary is None
        else {
            "PermissionsBoundary": {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": managed_policy(company, account, role.boundary)[1],
            }
        }
    )
    return {
        **summary,
        "InstanceProfileList": [_profile(account, role, summary)] if role.profile else [],
        "RolePolicyList": _inline(role.inline),
        "AttachedManagedPolicies": _attached(company, account, role.managed),
        **bounded,
        "Tags": tag_list(role.tags),
        "RoleLastUsed": {}
        if role.used is None
        else {"LastUsedDate": days_before(role.used, role.name), "Region": REGION},
    }


def _profile(account: Account, role: Role, summary: Response) -> Response:
    return {
        "Path": "/",
        "InstanceProfileName": role.name,
        "InstanceProfileId": unique_id("AIPA", account.id, role.name),
        "Arn": iam_arn(account, "instance-profile", role.name),
        "CreateDate": summary["CreateDate"],
        "Roles": [summary],
    }


def _inline(policies: dict[str, Document]) -> list[Response]:
    return [{"PolicyName": name, "PolicyDocument": body} for name, body in policies.items()]


def _attached(company: Company, account: Account, names: tuple[str, ...]) -> list[Response]:
    return [{"PolicyName": name, "PolicyArn": managed_policy(company, account, name)[1]} for name in names]


def _policy(policy: Policy, arn: str, attachments: int, bounds: int) -> Response:
    version = f"v{policy.version}"
    changed = days_before(policy.updated, policy.name)
    return {
        "PolicyName": policy.name,
        "PolicyId": unique_id("ANPA", arn),
        "Arn": arn,
        "Path": policy.path,
        "DefaultVersionId": version,
        "AttachmentCount": attachments,
        "PermissionsBoundaryUsageCount": bounds,
        "IsAttachable": True,
        "CreateDate": days_before(1990, policy.name),
        "UpdateDate": changed,
        "PolicyVersionList": [
            {"Document": policy.document, "VersionId": version, "IsDefaultVersion": True, "CreateDate": changed}
        ],
    }
