"""The base of every fact and the marker for a fact that could not be read."""

from __future__ import annotations

import msgspec

Tags = dict[str, str]
SeenTags = Tags | None  # None: the tags were not read (an untagged thing has {})


class Unseen(msgspec.Struct, frozen=True, tag="unseen"):
    """Stands where a value would be, when the call that returns it was not made or did not answer.

    `None` says "AWS answered that there is none"; `Unseen` says "nobody knows".
    """

    reason: str = "not_attempted"


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """One fact as AWS stated it. Subclasses name the fact; `key` identifies it within its type."""

    @property
    def key(self) -> str:
        raise NotImplementedError


class ArnRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about something that has an ARN."""

    arn: str
    name: str
    account_id: str

    @property
    def key(self) -> str:
        return self.arn
