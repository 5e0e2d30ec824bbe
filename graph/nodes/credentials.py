"""What people and programs sign in with: passwords, MFA devices and access keys, each as far as it was seen.

The calls about one user, the account's summary and the credential report say the same things; the calls win, because
AWS renews the report only every four hours: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from graph.builder import Builder
from graph.nodes.identity import account_of, named_principal
from ingest.snapshot import (
    AccessKey,
    AccessKeyUse,
    AccountSummary,
    CredentialReportRow,
    CredentialUse,
    LoginProfile,
    MfaDevices,
    Snapshot,
    User,
)

SIGN_INS = ("password_lastused", "passwordlastused", "passwordlastused_dt")  # ours, then Cartography's spellings


def add_credentials(builder: Builder) -> None:
    """Adds credential facts to users and roots, and a node for each access key. What was not seen stays absent."""
    seen = Seen(builder.snapshot)
    for arn in seen.users:
        if named_principal(builder, "AWSUser", arn):
            _add_user(builder, seen, arn)
    for arn in [i for i, (label, _) in builder.nodes.items() if label == "AWSRootPrincipal"]:
        _add_root(builder, seen, arn)


def _add_root(builder: Builder, seen: Seen, arn: str) -> None:
    """Only the report tells one key of a root user from another; a newer summary may know that none is left."""
    told = seen.root(arn)
    if isinstance(told, AccountSummary):
        keys, password = told.root_access_key, told.root_password
        builder.fact(told, "AWSRootPrincipal", arn, mfa=told.root_mfa, access_keys=keys, password=password)
    elif told:
        keys = bool(seen.reported_keys(arn))
        builder.fact(told, "AWSRootPrincipal", arn, mfa=told.mfa_active, access_keys=keys)
    if told and keys:
        _add_keys(builder, told.account_id, arn, seen.reported_keys(arn))


def _add_user(builder: Builder, seen: Seen, arn: str) -> None:
    account_id = account_of(arn)
    builder.node(
        "AWSUser",
        arn,
        password=seen.password(arn),
        mfa=seen.mfa(arn),
        **dict.fromkeys(SIGN_INS, seen.password_last_used(arn)),
        active_keys=seen.active_keys(account_id, arn),
    )
    _add_keys(builder, account_id, arn, seen.keys(account_id, arn))
    for serial in seen.mfa_serials(arn):
        device = builder.node(
            "AWSMfaDevice",
            serial or f"{arn}/mfa",
            name=serial or "MFA device",
            account_id=account_id,
            serialnumber=serial,
        )
        builder.edge(arn, "MFA_DEVICE", device)


@dataclass(frozen=True)
class Key:
    """One access key; only the calls about a user give its id, the report counts keys."""

    node_id: str
    id: str | None
    active: bool
    created: str
    last_used: str | None
    stale: str | None


class Seen:
    """Credential facts by user."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.rows = {row.user_arn: row for row in snapshot.all(CredentialReportRow)}
        self.summaries = {summary.account_id: summary for summary in snapshot.all(AccountSummary)}
        self.uses = {use.user_arn: use for use in snapshot.all(CredentialUse)}
        self.key_uses = {use.key_id: use.last_used for use in snapshot.all(AccessKeyUse)}
        self.logins = {login.user_arn: login.exists for login in snapshot.all(LoginProfile)}
        self.devices = {mfa.user_arn: mfa.serials for mfa in snapshot.all(MfaDevices)}
        self.listed: dict[str, list[AccessKey]] = defaultdict(list)
        for key in snapshot.all(AccessKey):
            self.listed[key.user_arn].append(key)
        self.users = self._users()

    def root(self, arn: str) -> AccountSummary | CredentialReportRow | None:
        """What tells of a root user: its account's summary, unless only the report was seen this time."""
        summary, row = self.summaries.get(account_of(arn)), self.rows.get(arn)
        known = [record for record in (summary, row) if record]
        return next((r for r in known if not self.snapshot.stale_since(r)), next(iter(known), None))

    def _users(self) -> list[str]:
        """Users that any source names, in order; roots have no `user/` in their ARN."""
        named = {*self.rows, *self.listed, *self.logins, *self.devices, *(u.arn for u in self.snapshot.all(User))}
        return sorted(arn for arn in named if ":user/" in arn)

    def password(self, arn: str) -> bool | None:
        row = self.rows.get(arn)
        return self.logins.get(arn, row.password_enabled if row else None)

    def mfa(self, arn: str) -> bool | None:
        row = self.rows.get(arn)
        return bool(self.devices[arn]) if arn in self.devices else row.mfa_active if row else None

    def mfa_serials(self, arn: str) -> tuple[str, ...]:
        """The serial numbers of a user's devices; one that is empty where only the report knows that there is one."""
        return self.devices.get(arn, ("",) if self.mfa(arn) else ())

    def password_last_used(self, arn: str) -> str | None:
        use = self.uses.get(arn)
        return use.password_last_used if use else None

    def active_keys(self, account_id: str, arn: str) -> int | None:
        """Active keys of a user; None where neither the user's keys nor the report were seen."""
        known = arn in self.listed or arn in self.rows
        if not known and not self.snapshot.state(account_id, "iam.access_keys").complete:
            return None
        return sum(key.active for key in self.keys(account_id, arn))

    def keys(self, account_id: str, arn: str) -> list[Key]:
        """A user's keys as they were listed; from the report where no list was seen."""
        if arn in self.listed or self.snapshot.state(account_id, "iam.access_keys").complete:
            return [self._of_list(key) for key in self.listed.get(arn, ())]
        return self.reported_keys(arn)

    def reported_keys(self, arn: str) -> list[Key]:
        """A user's keys as the report counts them; the only source for a root's."""
        return [self._of_slot(arn, *slot) for slot in self._slots(arn)]

    def _of_list(self, key: AccessKey) -> Key:
        last_used = self.key_uses.get(key.id) or self._use_by_creation(key)
        return Key(key.id, key.id, key.active, key.created, last_used, self.snapshot.stale_since(key))

    def _use_by_creation(self, key: AccessKey) -> str | None:
        """The report gives uses by slot, not by id: the slot with the key's creation time is the key's."""
        slots = [slot for slot in self._slots(key.user_arn) if key.created and slot[2] == key.created]
        return slots[0][3] if len(slots) == 1 else None

    def _slots(self, arn: str) -> Iterator[tuple[int, bool, str, str | None]]:
        """The report's key slots that hold a key: number, active, created, last used."""
        row, use = self.rows.get(arn), self.uses.get(arn)
        if row and (row.key_1_active or row.key_1_rotated):
            yield 1, row.key_1_active, row.key_1_rotated, use.key_1_last_used if use else None
        if row and (row.key_2_active or row.key_2_rotated):
            yield 2, row.key_2_active, row.key_2_rotated, use.key_2_last_used if use else None

    def _of_slot(self, arn: str, number: int, active: bool, created: str, last_used: str | None) -> Key:
        stale = self.snapshot.stale_since(self.rows[arn])
        return Key(f"{arn}/access_key/{number}", None, active, created, last_used, stale)


def _add_keys(builder: Builder, account_id: str, arn: str, keys: list[Key]) -> None:
    for key in keys:
        builder.node(
            "AccountAccessKey",
            key.node_id,
            name=key.id or f"key {key.node_id.rsplit('/', 1)[-1]} of {builder.nodes[arn][1]['name']}",
            account_id=account_id,
            accesskeyid=key.id,
            status="Active" if key.active else "Inactive",
            createdate=key.created,
            lastuseddate=key.last_used,
            createdate_dt=key.created,
            lastuseddate_dt=key.last_used,
            stale=key.stale,
        )
        builder.edge(arn, "AWS_ACCESS_KEY", key.node_id)
