"""Passwords, access keys and MFA devices of an account's users and its root."""

from __future__ import annotations

import csv
import io
from typing import Any

from demo.company.identifiers import REGION, days_before, iam_arn, unique_id
from demo.company.model import AccessKey, Account, User
from demo.responses.access import reader_denied
from demo.responses.common import error

KEY_COLUMNS = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
REPORT_COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *(f"access_key_{number}_{column}" for number in (1, 2) for column in KEY_COLUMNS),
    *(f"cert_{number}_{column}" for number in (1, 2) for column in ("active", "last_rotated")),
)
ABSENT = "N/A"


def render(account: Account) -> dict[str, Any]:
    keys = [(user, key) for user in account.users for key in user.keys]
    return {
        "iam/credential-report.csv": reader_denied(account, "GetCredentialReport")
        if account.identity_denied
        else credential_report(account),
        "iam/list-access-keys.json": {
            user.name: {"AccessKeyMetadata": [_key(account, user, key) for key in user.keys]} for user in account.users
        },
        "iam/get-access-key-last-used.json": {_key_id(account, user, key): _last_used(user, key) for user, key in keys},
        "iam/get-login-profile.json": {user.name: _login_profile(user) for user in account.users},
        "iam/list-mfa-devices.json": {user.name: {"MFADevices": _devices(account, user)} for user in account.users},
        "iam/get-account-summary.json": {"SummaryMap": _summary(account)},
        "iam/get-account-password-policy.json": _password_policy(account),
    }


def _summary(account: Account) -> dict[str, int]:
    devices = sum(user.mfa for user in account.users)
    return {
        "Users": len(account.users),
        "Groups": len(account.groups),
        "Roles": len(account.roles),
        "Policies": len(account.policies),
        "Providers": 1 + account.github,  # one for SAML is everywhere
        "MFADevices": devices,
        "MFADevicesInUse": devices + account.root.mfa,
        "AccountMFAEnabled": int(account.root.mfa),
        "AccountAccessKeysPresent": int(account.root.key is not None),
        "AccountPasswordPresent": 1,
        "AccountSigningCertificatesPresent": 0,
    }


def _password_policy(account: Account) -> dict[str, Any]:
    """Set where people of its own sign in; the others are left with AWS's default."""
    if all(user.password is None for user in account.users):
        return error("NoSuchEntity", f"The Password Policy with domain name {account.id} cannot be found.")
    return {
        "PasswordPolicy": {
            "MinimumPasswordLength": 14,
            "RequireSymbols": True,
            "RequireNumbers": True,
            "RequireUppercaseCharacters": True,
            "RequireLowercaseCharacters": True,
            "AllowUsersToChangePassword": True,
            "ExpirePasswords": False,
            "PasswordReusePrevention": 24,
        }
    }


def _key_id(account: Account, user: User, key: AccessKey) -> str:
    return unique_id("AKIA", account.id, user.name, key.age)


def _key(account: Account, user: User, key: AccessKey) -> dict[str, str]:
    return {
        "UserName": user.name,
        "AccessKeyId": _key_id(account, user, key),
        "Status": "Active" if key.active else "Inactive",
        "CreateDate": days_before(key.age, user.name),
    }


def _last_used(user: User, key: AccessKey) -> dict[str, Any]:
    if key.used is None:
        return {"UserName": user.name, "AccessKeyLastUsed": {"ServiceName": ABSENT, "Region": ABSENT}}
    return {
        "UserName": user.name,
        "AccessKeyLastUsed": {
            "LastUsedDate": days_before(key.used, user.name, "used"),
            "ServiceName": key.service,
            "Region": REGION,
        },
    }


def _login_profile(user: User) -> dict[str, Any]:
    if user.password is None:
        return error("NoSuchEntity", f"Login Profile for User {user.name} cannot be found.")
    return {
        "LoginProfile": {
            "UserName": user.name,
            "CreateDate": days_before(user.age, user.name),
            "PasswordResetRequired": False,
        }
    }


def _devices(account: Account, user: User) -> list[dict[str, str]]:
    return (
        [
            {
                "UserName": user.name,
                "SerialNumber": iam_arn(account, "mfa", user.name),
                "EnableDate": days_before(user.age, user.name),
            }
        ]
        if user.mfa
        else []
    )


def credential_report(account: Account) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, REPORT_COLUMNS, restval=ABSENT, lineterminator="\n")
    writer.writeheader()
    writer.writerow(_root_row(account))
    writer.writerows(_user_row(account, user) for user in account.users)
    return text.getvalue()


def _root_row(account: Account) -> dict[str, str]:
    root = account.root
    return {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{account.id}:root",
        "user_creation_time": days_before(1995, account.id),
        "password_enabled": "not_supported",
        "password_last_used": "no_information" if root.password is None else days_before(root.password, account.id),
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": _flag(root.mfa),
        **_key_columns([root.key] if root.key else [], account.id),
        **_certificates(),
    }


def _user_row(account: Account, user: User) -> dict[str, str]:
    password = (
        {}
        if user.password is None
        else {
            "password_last_used": days_before(user.password, user.name),
            "password_last_changed": days_before(user.age, user.name),
        }
    )
    return {
        "user": user.name,
        "arn": iam_arn(account, "user", user.name),
        "user_creation_time": days_before(user.age, user.name),
        "password_enabled": _flag(user.password is not None),
        **password,
        "mfa_active": _flag(user.mfa),
        **_key_columns(user.keys, user.name),
        **_certificates(),
    }


def _key_columns(keys: list[AccessKey], name: str) -> dict[str, str]:
    columns = {"access_key_1_active": "false", "access_key_2_active": "false"}
    for number, key in enumerate(keys, start=1):
        prefix = f"access_key_{number}"
        columns |= {f"{prefix}_active": _flag(key.active), f"{prefix}_last_rotated": days_before(key.age, name)}
        if key.used is not None:
            columns |= {
                f"{prefix}_last_used_date": days_before(key.used, name, "used"),
                f"{prefix}_last_used_region": REGION,
                f"{prefix}_last_used_service": key.service,
            }
    return columns


def _certificates() -> dict[str, str]:
    return {"cert_1_active": "false", "cert_2_active": "false"}


def _flag(value: bool) -> str:
    return str(value).lower()
