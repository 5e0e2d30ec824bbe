"""Facts that change by themselves. They live in shards of their own, outside the snapshot's id."""

from __future__ import annotations

from ingest.snapshot.record import Record


class RoleUse(Record, frozen=True, kw_only=True, omit_defaults=True):
    """IAM's RoleLastUsed: `last_used` is None when IAM has no use within its tracking period."""

    account_id: str
    role_arn: str
    last_used: str | None = None
    region: str = ""

    @property
    def key(self) -> str:
        return self.role_arn


class CredentialUse(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Last uses of a user's password and keys, from the credential report or GetAccessKeyLastUsed."""

    account_id: str
    user_arn: str
    password_last_used: str | None = None
    key_1_last_used: str | None = None
    key_2_last_used: str | None = None

    @property
    def key(self) -> str:
        return self.user_arn


class AccessKeyUse(Record, frozen=True, kw_only=True, omit_defaults=True):
    account_id: str
    key_id: str
    last_used: str | None = None

    @property
    def key(self) -> str:
        return self.key_id
