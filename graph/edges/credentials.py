"""What techniques ask of things that must exist: spare keys, missing passwords, instance profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import ingest.snapshot as facts
from graph.edges.existing import AT_ALL, Existing
from graph.edges.states import ANSWERS, States
from graph.edges.targets import Target
from graph.estate import Holder
from graph.organizations import oldest
from graph.proof import NO_STEP, YES_STEP, Step
from graph.techniques import Exists
from ingest.snapshot import Snapshot
from policy import Truth

KEYS_PER_USER = 2  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html


class Credentials:
    """Credentials and instance profiles of a snapshot, each answer in three values."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.existing = Existing(snapshot)
        self._states = States(snapshot)
        self._keys = Counter(k.user_arn for k in snapshot.all(facts.AccessKey))
        self._report = {row.user_arn: row for row in snapshot.all(facts.CredentialReportRow)}
        self._login = {p.user_arn: p.exists for p in snapshot.all(facts.LoginProfile)}
        self._stale: dict[tuple[type[facts.Record], str], str | None] = {
            (kind, arn): snapshot.stale_since(record)
            for kind in (facts.AccessKey, facts.LoginProfile, facts.CredentialReportRow, facts.InstanceProfile)
            for record in snapshot.all(kind)
            for arn in _about(record)
        }
        self._profiled = {role for p in snapshot.all(facts.InstanceProfile) for role in p.roles}

    def exists(self, what: Exists, target: Target) -> Step:
        """Whether it is so for a target; `managed_instance` is not asked here."""
        if what in ANSWERS:
            return self._states(what, target)
        if what in AT_ALL:
            return self.existing.at_all(target.gained.account_id, what)
        asked, wanted = QUESTIONS[what]
        answers = {"keys": self._spare_key, "login": self._no_login, "profile": self._profile}
        answer = answers[asked](target.gained)
        if answer is None:
            return Step(Truth.MAYBE, conditions=(f"{UNSEEN[asked]} of {target.gained.record.name} was not seen",))
        return YES_STEP.as_seen(self._since(asked, target.gained)) if answer is wanted else NO_STEP

    def managed(self, target: Target) -> Step | None:
        """Whether Systems Manager reaches an instance; None where it was not asked."""
        return self._states.managed(target.record) if isinstance(target.record, facts.Instance) else None

    def _since(self, what: str, target: Holder) -> str | None:
        """When the credentials or profiles that answer were last seen, if not this time."""
        return oldest(*(self._stale.get((kind, target.arn)) for kind in RESTS_ON[what]))

    def _spare_key(self, user: Holder) -> bool | None:
        if self.snapshot.state(user.account_id, "iam.access_keys").complete or user.arn in self._keys:
            return self._keys[user.arn] < KEYS_PER_USER
        # The report counts active keys only; an inactive one fills a place too, so only two active ones decide.
        row = self._report.get(user.arn)
        return False if row and row.key_1_active and row.key_2_active else None

    def _no_login(self, user: Holder) -> bool | None:
        if user.arn in self._login:
            return not self._login[user.arn]
        row = self._report.get(user.arn)
        return None if row is None or row.password_enabled is None else not row.password_enabled

    def _profile(self, role: Holder) -> bool | None:
        if role.arn in self._profiled:
            return True
        return False if self.snapshot.state(role.account_id, "iam.authorization").complete else None


# What is asked of the snapshot, and the answer that is wanted.
QUESTIONS: Mapping[Exists, tuple[str, bool]] = {
    "spare_access_key": ("keys", True),
    "no_spare_access_key": ("keys", False),
    "no_login_profile": ("login", True),
    "login_profile": ("login", False),
    "instance_profile": ("profile", True),
}
RESTS_ON: Mapping[str, tuple[type[facts.Record], ...]] = {
    "keys": (facts.AccessKey, facts.CredentialReportRow),
    "login": (facts.LoginProfile, facts.CredentialReportRow),
    "profile": (facts.InstanceProfile,),
}
UNSEEN: Mapping[str, str] = {
    "keys": "whether there is room for an access key",
    "login": "whether there is a password",
    "profile": "whether there is an instance profile",
}


def _about(record: facts.Record) -> tuple[str, ...]:
    return record.roles if isinstance(record, facts.InstanceProfile) else (str(getattr(record, "user_arn", "")),)
