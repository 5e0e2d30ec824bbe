"""Files of a repository in a directory or an object store; every write is whole or not there."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from ingest.snapshot.manifest import SnapshotError
from ingest.whole_file import make_folder, write_whole

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Storage:
    """Named byte strings below one URL (any that fsspec knows)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._fs, root = url_to_fs(url)
        self._root = str(root).rstrip("/")
        self._local = isinstance(self._fs, LocalFileSystem)

    def read(self, name: str) -> bytes:
        """Raises: FileNotFoundError, or SnapshotError when it is there and cannot be read."""
        try:
            return bytes(self._fs.cat_file(self._path(name)))
        except FileNotFoundError:
            raise
        except OSError as error:
            raise SnapshotError(
                f"cannot read `{name}` in `{self.url}` ({_why(error)}): check its permissions and the disk"
            ) from error

    def exists(self, name: str) -> bool:
        return bool(self._fs.exists(self._path(name)))

    def folders(self, name: str) -> list[str]:
        """The names of the folders directly below `name`; none when there is no such folder."""
        try:
            entries = self._fs.ls(self._path(name), detail=True)
        except FileNotFoundError:
            return []
        return sorted(str(e["name"]).rstrip("/").rsplit("/", 1)[1] for e in entries if e["type"] == "directory")

    def write(self, name: str, data: bytes) -> None:
        """Puts a file in place in one step, readable by its owner only. Raises: SnapshotError."""
        try:
            write_whole(Path(self._path(name)), data) if self._local else self._fs.pipe_file(self._path(name), data)
        except OSError as error:
            action = "free some space" if error.errno in NO_ROOM else "check its permissions and the disk"
            raise SnapshotError(
                f"cannot write `{name}` in `{self.url}` ({_why(error)}): "
                f"{action} and run `collect` again; the last snapshot is untouched"
            ) from error

    @contextmanager
    def only_writer(self) -> Iterator[None]:
        """Keeps a second writer out of a local directory. An object store has no such lock and needs none:
        shards are named by content, manifests are written last. Raises: SnapshotError."""
        if not self._local:
            yield
            return
        try:
            make_folder(Path(self._root))
            with filelock.FileLock(f"{self._root}/.lock", timeout=0, mode=0o600):
                yield
        except filelock.Timeout:
            raise SnapshotError(
                f"another process is writing to `{self.url}`: wait for it to end, then try again"
            ) from None
        except OSError as error:
            raise SnapshotError(
                f"cannot write to `{self.url}` ({_why(error)}): check its permissions and the disk"
            ) from error

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"


def _why(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()
