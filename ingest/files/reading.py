"""A file of strangers as text: bounded, in an encoding that is known for sure."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 512 * 1024 * 1024
ENCODINGS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, order=True)
class Problem:
    """Something in a file that was not read. A warning concerns what no collector needs."""

    file: str
    line: int
    column: int
    reason: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.reason}"


class Unreadable(Exception):
    """A file that gives no text: it is `missing`, or has a first byte that does not fit, at `line` and `column`."""

    def __init__(self, reason: str, line: int = 1, column: int = 1, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column, self.missing = reason, line, column, missing


def files_below(path: Path) -> Iterator[Path]:
    """The files of a tree in the order of their names, dot files left out. A folder that cannot be listed, or that is
    only linked to and might lead back, is among them: reading it says so."""
    if not path.is_dir():
        yield path
        return
    closed: list[Path] = []
    for folder, folders, names in os.walk(path, onerror=lambda error: closed.append(Path(error.filename))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        closed.extend(Path(folder, name) for name in folders if Path(folder, name).is_symlink())
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))
    yield from closed


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """UTF-8, or UTF-16 with a byte order mark (what PowerShell writes). Raises: Unreadable."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            link, closed = "a link to a folder: import that folder by itself", "a folder that cannot be listed"
            raise Unreadable(link if path.is_symlink() else f"{closed}: check its permissions", missing=True)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file: give a file or a folder", missing=True)
        if status.st_size > limit:
            raise Unreadable(f"larger than {limit:,} bytes: split it by account or by page", missing=True)
        data = path.read_bytes()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Unreadable(f"cannot be read ({why}): check the path and its permissions", missing=True) from error
    return _decode(data)


def _decode(data: bytes) -> str:
    mark, encoding = next(((m, e) for m, e in ENCODINGS if data.startswith(m)), (b"", "utf-8"))
    body = data[len(mark) :]
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, errors="replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise Unreadable(f"not valid {encoding.upper()}: save it as UTF-8", line, column) from None
