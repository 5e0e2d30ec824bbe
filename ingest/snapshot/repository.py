"""Snapshots on disk or in an object store: immutable shards named by content, and one manifest per snapshot.

shards/DIGEST.jsonl.zst         records, shared by all snapshots that saw the same
snapshots/ID/manifest.json      coverage and digests; written last, so that a snapshot is there or not
snapshots/ID/run.json           times and source
latest                          the id of the newest one
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import zstandard

from ingest.snapshot import codec
from ingest.snapshot.before import NOTHING_LEFT, Before, Leave
from ingest.snapshot.coverage import Coverage, Scope, State
from ingest.snapshot.manifest import AsOf, Entry, Manifest, Run, SnapshotError, read_manifest, read_run
from ingest.snapshot.record import Record
from ingest.snapshot.snapshot import Shard, ShardInput, Snapshot
from ingest.snapshot.storage import Storage

LATEST = "latest"
SAW = (State.SEEN, State.PARTIAL)


@dataclass(frozen=True)
class SnapshotInfo:
    """One line of the list of snapshots. Facts that came back have a `first_taken_at` long before `taken_at`;
    `problem` says why a snapshot cannot be read, if so."""

    id: str
    taken_at: str = ""
    first_taken_at: str = ""
    source: str = ""
    states: Mapping[State, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def seen(self) -> int:
        return self.states.get(State.SEEN, 0)


Infos = list[SnapshotInfo]  # inside the class, `list` is its method


class Repository:
    """The snapshots below one URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self._storage = Storage(url)
        except ImportError as error:
            package = getattr(error.__cause__, "name", None) or str(error)
            raise SnapshotError(f"`{url}` needs {package}, which is not installed: use a file:/// URL") from error
        except ValueError as error:  # fsspec knows no such protocol
            scheme = url.partition(":")[0]
            raise SnapshotError(f"`{url}` has the unknown protocol `{scheme}`: use a file:/// URL") from error

    def commit(
        self,
        shards: Mapping[Scope, ShardInput],
        taken_at: str,
        source: str,
        previous: str | None = LATEST,
        leave: Leave = NOTHING_LEFT,
    ) -> Snapshot:
        """Writes a snapshot and makes it the latest. What was not seen is carried over from `previous`
        (a snapshot's id, "latest", or None for none), with the time at which it was last seen; what `leave` covers
        was not looked for and stays as it is.

        Raises: SnapshotError; whatever happens, the last complete snapshot stays as it is.
        """
        with self._storage.only_writer():
            before = self._before(previous)
            found, left = before.complete(shards, leave)
            entries = [self._store(scope, found[scope], before) for scope in sorted(found)]
            manifest = Manifest.of([*entries, *left])
            places = {e.scope for e in left}
            dated = [e for e in manifest.shards if e.carried or e.scope in places]
            as_of = tuple(AsOf(e.scope, before.seen_at(e.scope)) for e in dated)
            self._publish(manifest, Run(taken_at, taken_at, source, as_of))
            return self.load(manifest.id)

    def latest(self) -> Snapshot | None:
        """The newest complete snapshot, or None. Raises: SnapshotError."""
        newest = self.latest_id()
        return self.load(newest) if newest else None

    def latest_id(self) -> str | None:
        """The id that the pointer names; where it is lost or names nothing, the newest complete snapshot's."""
        try:
            pointed = self._storage.read(LATEST).decode(errors="replace").strip()
            if pointed.isalnum() and self._storage.exists(_manifest(pointed)):
                return pointed
        except FileNotFoundError:
            pass  # a new repository, or one whose writer was killed before its first pointer
        whole = [info for info in self.list() if not info.problem]
        return whole[-1].id if whole else None

    def load(self, name: str) -> Snapshot:
        """A snapshot by its id, every digest verified. Raises: SnapshotError."""
        manifest, run = self._read(name)
        as_of = {row.scope: row.time for row in run.as_of}
        with codec.garbage_collector_off():
            shards = {e.scope: self._shard(e, as_of.get(e.scope)) for e in manifest.shards}
        return Snapshot(name, run.taken_at, shards)

    def full_id(self, beginning: str) -> str:
        """The id of the one snapshot that begins so. Raises: SnapshotError."""
        found = [name for name in self._storage.folders("snapshots") if beginning and name.startswith(beginning)]
        if len(found) == 1 or beginning in found:
            return beginning if beginning in found else found[0]
        problem = f"{len(found)} snapshots begin with" if found else "no snapshot begins with"
        raise SnapshotError(f"{problem} `{beginning}` in `{self.url}`: list what is there with `trustdrift snapshots`")

    def list(self) -> Infos:
        """Every snapshot, oldest first; a damaged one is listed with its problem, before the others."""
        return sorted(
            (self._info(name) for name in self._storage.folders("snapshots") if self._storage.exists(_manifest(name))),
            key=lambda info: (info.taken_at, info.id),
        )

    def _info(self, name: str) -> SnapshotInfo:
        try:
            manifest, run = self._read(name)
        except SnapshotError as error:
            return SnapshotInfo(name, problem=str(error))
        states = Counter(e.state for e in manifest.shards)
        return SnapshotInfo(name, run.taken_at, run.first_taken_at, run.source, states, self._lacking(manifest))

    def _lacking(self, manifest: Manifest) -> str:
        """The problem of a snapshot whose shards are not all there; empty for none."""
        for entry in manifest.shards:
            for digest in filter(None, (entry.digest, entry.carried)):
                if not self._storage.exists(_shard_name(digest)):
                    return self._damaged(entry, digest, "the file is missing")
        return ""

    def _read(self, name: str) -> tuple[Manifest, Run]:
        try:
            if not name.isalnum():
                raise FileNotFoundError
            manifest = read_manifest(self._storage.read(_manifest(name)), name)
        except FileNotFoundError:
            raise SnapshotError(
                f"there is no complete snapshot `{name}` in `{self.url}`: "
                "list what is there with `trustdrift snapshots`"
            ) from None
        try:
            return manifest, read_run(self._storage.read(_run(name)), name)
        except FileNotFoundError:
            raise SnapshotError(
                f"`{self.url}/{_run(name)}` is missing: restore it from a backup, "
                "or delete that snapshot's folder and collect again"
            ) from None

    def _shard(self, entry: Entry, as_of: str | None) -> Shard:
        coverage = Coverage(entry.scope, entry.state, entry.reason, entry.detail, as_of)
        return Shard(coverage, self._records(entry.digest, entry), self._records(entry.carried, entry))

    def _records(self, digest: str, entry: Entry) -> tuple[Record, ...]:
        if not digest:
            return ()
        name = _shard_name(digest)
        try:
            lines = codec.decompress(self._storage.read(name))
            if codec.digest(lines) == digest:
                return codec.decode(lines)
            problem = "its contents do not match its name"
        except FileNotFoundError:
            problem = "the file is missing"
        except (zstandard.ZstdError, msgspec.DecodeError, UnicodeDecodeError) as error:
            problem = str(error)
        raise SnapshotError(self._damaged(entry, digest, problem))

    def _damaged(self, entry: Entry, digest: str, problem: str) -> str:
        scope = " ".join(filter(None, (entry.account_id, entry.region, entry.collector)))
        return (
            f"shard `{self.url}/{_shard_name(digest)}` ({scope}) is damaged, {problem}: restore the file from a "
            "backup, or delete it together with the snapshots that need it and collect again"
        )

    def _store(self, scope: Scope, shard: ShardInput, before: Before) -> Entry:
        seen = shard.records if shard.state in SAW else None
        carried = before.lacking(scope, shard)
        return Entry(
            scope.account_id,
            scope.region,
            scope.collector,
            shard.state,
            shard.reason,
            shard.detail,
            self._put(seen),
            len(seen or ()),
            self._put(carried),
            len(carried or ()),
        )

    def _put(self, records: tuple[Record, ...] | None) -> str:
        """Writes a shard unless it is there, whole. Returns its digest, empty for no shard."""
        if records is None:
            return ""
        lines = codec.encode(records)
        digest = codec.digest(lines)
        if not self._whole(digest):
            self._storage.write(_shard_name(digest), codec.compress(lines))
        return digest

    def _whole(self, digest: str) -> bool:
        try:
            return codec.digest(codec.decompress(self._storage.read(_shard_name(digest)))) == digest
        except (FileNotFoundError, zstandard.ZstdError):
            return False  # it is written again

    def _publish(self, manifest: Manifest, run: Run) -> None:
        """The manifest last: before it the snapshot is not there, after it it is whole."""
        known = self._info(manifest.id)
        if known.first_taken_at:
            run = msgspec.structs.replace(run, first_taken_at=known.first_taken_at)
        self._storage.write(_run(manifest.id), msgspec.json.encode(run))
        self._storage.write(_manifest(manifest.id), msgspec.json.encode(manifest))
        self._storage.write(LATEST, manifest.id.encode())

    def _before(self, previous: str | None) -> Before:
        name = self.latest_id() if previous == LATEST else previous
        if name is None:
            return Before({}, Run("", "", ""), self._records)
        manifest, run = self._read(name)
        return Before({e.scope: e for e in manifest.shards}, run, self._records)


def _manifest(name: str) -> str:
    return f"snapshots/{name}/manifest.json"


def _run(name: str) -> str:
    return f"snapshots/{name}/run.json"


def _shard_name(digest: str) -> str:
    return f"shards/{digest}.jsonl.zst"
