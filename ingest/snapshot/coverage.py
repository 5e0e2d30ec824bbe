"""What was seen and what was not: every shard of a snapshot carries a state and a reason."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class State(StrEnum):
    SEEN = "seen"  # all of it: absence is a fact
    PARTIAL = "partial"  # presence counts, absence does not
    DENIED = "denied"
    FAILED = "failed"
    SKIPPED = "skipped"


class Reason(StrEnum):
    NONE = ""
    DENIED = "denied"
    SCP_DENIED = "scp_denied"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    NOT_OPTED_IN = "not_opted_in"
    MALFORMED = "malformed"
    ERROR = "error"
    NOT_ATTEMPTED = "not_attempted"


class Scope(msgspec.Struct, frozen=True, order=True):
    """Where a shard comes from. Organization-wide shards bear the management account; global ones an empty region."""

    account_id: str
    region: str
    collector: str


class Coverage(msgspec.Struct, frozen=True):
    """One row of the coverage table. `as_of` is set where the facts shown are those last seen before."""

    scope: Scope
    state: State
    reason: Reason = Reason.NONE
    detail: str = ""  # one line for people; no secrets, no file contents
    as_of: str | None = None

    @property
    def complete(self) -> bool:
        return self.state is State.SEEN
