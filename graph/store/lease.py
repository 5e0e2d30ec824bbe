"""One writer per store: a lock that ends with its process, and a token that tells a late writer it was overtaken."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from graph.store.errors import StoreError
from ingest.whole_file import write_whole


class Holder(msgspec.Struct, frozen=True):
    token: int
    pid: int


@dataclass(frozen=True)
class Lease:
    """The right to write, until someone else takes it."""

    path: Path
    holder: Holder

    def check(self) -> None:
        """Raise StoreError where another writer has taken over (the lock file was removed, say)."""
        if _holder(self.path) != self.holder:
            raise StoreError(f"another process has taken over writing to `{self.path.parent}`: run again to promote")


@contextmanager
def lease(directory: Path) -> Iterator[Lease]:
    """Hold the lease of a store's directory. StoreError at once where another process holds it."""
    path = directory / "writer.json"
    lock = FileLock(directory / "writer.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        holder = _holder(path)
        who = f"process {holder.pid}" if holder else "another process"
        raise StoreError(f"{who} is writing to the store `{directory}`: wait for it to end, or stop it") from error
    try:
        last = _holder(path)
        taken = Holder(token=last.token + 1 if last else 1, pid=os.getpid())
        write_whole(path, msgspec.json.encode(taken))
        yield Lease(path, taken)
    finally:
        lock.release()


def _holder(path: Path) -> Holder | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Holder)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
