"""What a snapshot directory says about its shards: the manifest (the facts) and the run (the times)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from ingest.snapshot.collectors import COLLECTORS
from ingest.snapshot.coverage import Reason, Scope, State

FORMAT = 1
ID_LENGTH = 32  # hexadecimal digits; whoever writes policies must not be able to make two snapshots collide


class SnapshotError(Exception):
    """A snapshot that cannot be read or written; the message says what to do."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One shard: its coverage, the digest of what was seen and of what is carried from an earlier snapshot."""

    account_id: str
    region: str
    collector: str
    state: State
    reason: Reason = Reason.NONE
    detail: str = ""
    digest: str = ""
    records: int = 0
    carried: str = ""
    carried_records: int = 0

    @property
    def scope(self) -> Scope:
        return Scope(self.account_id, self.region, self.collector)

    @property
    def identity(self) -> list[str]:
        """What counts for the snapshot's id: no times, no words for people."""
        return [self.account_id, self.region, self.collector, self.state, self.reason, self.digest, self.carried]


class Manifest(msgspec.Struct, frozen=True):
    id: str
    shards: tuple[Entry, ...]
    format: int = FORMAT

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Manifest:
        ordered = tuple(sorted(entries, key=lambda e: e.scope))
        return cls(snapshot_id(ordered), ordered)


class AsOf(msgspec.Struct, frozen=True):
    """When the carried facts of a scope were last seen."""

    scope: Scope
    time: str


class Run(msgspec.Struct, frozen=True):
    """When and from what a snapshot was taken. The same facts at another time are the same snapshot."""

    taken_at: str
    first_taken_at: str
    source: str
    as_of: tuple[AsOf, ...] = ()


class _Versioned(msgspec.Struct):
    format: int


def snapshot_id(entries: Iterable[Entry]) -> str:
    """The hash over shard digests, states and reasons, activity left out."""
    counted = [e.identity for e in entries if not COLLECTORS[e.collector].activity]
    return hashlib.sha256(msgspec.json.encode(counted)).hexdigest()[:ID_LENGTH]


def read_manifest(data: bytes, name: str) -> Manifest:
    """Raises: SnapshotError when it is damaged, or written in a newer format."""
    try:
        version = msgspec.json.decode(data, type=_Versioned).format
        if version > FORMAT:
            raise SnapshotError(
                f"snapshot `{name}` has format {version} and this trustdrift reads up to {FORMAT}: upgrade trustdrift"
            )
        manifest = msgspec.json.decode(data, type=Manifest)
        known = snapshot_id(manifest.shards) == manifest.id == name
    except (msgspec.DecodeError, KeyError, UnicodeDecodeError):
        known = False
    if not known:
        raise SnapshotError(
            f"the manifest of snapshot `{name}` is damaged: restore it from a backup, "
            "or delete that snapshot's folder and collect again"
        )
    return manifest


def read_run(data: bytes, name: str) -> Run:
    """Raises: SnapshotError."""
    try:
        return msgspec.json.decode(data, type=Run)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SnapshotError(
            f"run.json of snapshot `{name}` is damaged: restore it from a backup, "
            "or delete that snapshot's folder and collect again"
        ) from None
