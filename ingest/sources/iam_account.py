"""What holds for an account as a whole: how its root user signs in, and what it demands of passwords."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ingest.snapshot import AccountSummary, PasswordPolicy, Unseen
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source


class SummaryMap(Shape, frozen=True):
    root_mfa: int = msgspec.field(name="AccountMFAEnabled")
    root_access_keys: int = msgspec.field(name="AccountAccessKeysPresent")
    root_password: int | None = msgspec.field(name="AccountPasswordPresent", default=None)  # newer than the others
    users: int | None = None
    groups: int | None = None
    roles: int | None = None
    policies: int | None = None
    providers: int | None = None
    mfa_devices: int | None = msgspec.field(name="MFADevices", default=None)


class Summary(Response, frozen=True):
    summary_map: SummaryMap


class PolicyShape(Shape, frozen=True):
    minimum_password_length: int
    require_symbols: bool | None = None
    require_numbers: bool | None = None
    require_uppercase_characters: bool | None = None
    require_lowercase_characters: bool | None = None
    allow_users_to_change_password: bool | None = None
    max_password_age: int | None = None
    password_reuse_prevention: int | None = None
    hard_expiry: bool | None = None


class AccountPasswordPolicy(Response, frozen=True):
    password_policy: PolicyShape


GET_SUMMARY = Call("iam", "get-account-summary", Summary)
GET_PASSWORD_POLICY = Call("iam", "get-account-password-policy", AccountPasswordPolicy)


def account_summary(answers: Answers) -> Iterator[AccountSummary]:
    for found in (page.summary_map for page in answers.all(GET_SUMMARY)):
        yield AccountSummary(
            account_id=answers.account,
            root_mfa=found.root_mfa > 0,
            root_access_key=found.root_access_keys > 0,
            root_password=None if found.root_password is None else found.root_password > 0,
            users=found.users,
            groups=found.groups,
            roles=found.roles,
            policies=found.policies,
            providers=found.providers,
            mfa_devices=found.mfa_devices,
        )


def password_policy(answers: Answers) -> Iterator[PasswordPolicy]:
    """An account without a policy of its own is told by `NoSuchEntity`."""
    found = answers.detail(GET_PASSWORD_POLICY, (), lambda page: page.password_policy)
    if found is None:
        yield PasswordPolicy(account_id=answers.account, exists=False)
    elif not isinstance(found, Unseen):
        yield PasswordPolicy(
            account_id=answers.account,
            exists=True,
            minimum_length=found.minimum_password_length,
            symbols=found.require_symbols,
            numbers=found.require_numbers,
            uppercase=found.require_uppercase_characters,
            lowercase=found.require_lowercase_characters,
            users_may_change=found.allow_users_to_change_password,
            maximum_age=found.max_password_age or None,  # 0 is how some tools write that there is none
            reuse_prevention=found.password_reuse_prevention or None,
            hard_expiry=found.hard_expiry,
        )


SOURCES = (
    Source("iam.account_summary", account_summary, required=(GET_SUMMARY,)),
    Source("iam.password_policy", password_policy, required=(GET_PASSWORD_POLICY,)),
)
