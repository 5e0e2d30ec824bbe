"""What an interrupted collection had finished, so that the next one goes on from there."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import zstandard

from ingest.snapshot import ShardInput, codec
from ingest.snapshot.coverage import Scope, State
from ingest.whole_file import make_folder, write_whole

GOOD_FOR = timedelta(hours=6)  # then the beginning of a snapshot would be too far from its end


class _Begun(msgspec.Struct, frozen=True):
    at: datetime
    key: str


class _Kept(msgspec.Struct, frozen=True):
    scope: Scope
    lines: bytes


@dataclass
class Unfinished:
    """A folder of finished shards. `key` names what is collected: another one begins anew."""

    folder: Path
    key: str
    now: datetime
    begun: datetime = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        before = self._before()
        if before is None or before.key != self.key or not timedelta() <= self.now - before.at <= GOOD_FOR:
            self.forget()
            before = _Begun(self.now, self.key)
            make_folder(self.folder)
            write_whole(self.folder / "begun.json", msgspec.json.encode(before))
        self.begun = before.at

    def keep(self, shards: Mapping[Scope, ShardInput]) -> None:
        """Writes the shards of a place that were fully seen; the others are tried again."""
        seen = [
            _Kept(scope, codec.encode(shard.records)) for scope, shard in shards.items() if shard.state is State.SEEN
        ]
        if seen:
            name = "-".join(filter(None, (seen[0].scope.account_id, seen[0].scope.region, seen[0].scope.collector)))
            data = codec.compress(msgspec.msgpack.encode(seen))
            with self._lock:
                write_whole(self.folder / f"{name}.zst", data)

    def kept(self) -> dict[Scope, ShardInput]:
        """What was finished before. A file that cannot be read is as good as none: it is collected again."""
        return {
            kept.scope: ShardInput(State.SEEN, records=codec.decode(kept.lines))
            for file in sorted(self.folder.glob("*.zst"))
            for kept in _read(file)
        }

    def forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _before(self) -> _Begun | None:
        try:
            return msgspec.json.decode((self.folder / "begun.json").read_bytes(), type=_Begun)
        except (FileNotFoundError, msgspec.DecodeError):
            return None


def _read(file: Path) -> Iterator[_Kept]:
    try:
        yield from msgspec.msgpack.decode(codec.decompress(file.read_bytes()), type=list[_Kept])
    except (zstandard.ZstdError, msgspec.DecodeError):
        return
