"""The run ledger: what was due, begun and ended, one line each, never rewritten."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
from filelock import FileLock

from ingest.whole_file import make_folder
from watch.redaction import Redaction
from watch.summary import Summary

FILE_NAME = "runs.jsonl"
LINE_LENGTH = 500
Kind = Literal["scheduled", "missed", "skipped", "started", "ended"]
# `lost`: its watcher was killed, so how it ended is unknown. `replaced`: another watcher leads now.
Result = Literal["clean", "findings", "incomplete", "error", "held", "deadline", "interrupted", "replaced", "lost"]
SUCCESSES: frozenset[str] = frozenset({"clean", "findings", "incomplete"})


class Event(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line. `began` is when the process `pid` started, in epoch seconds: the two together name it for good.

    What is `scheduled` was due and is begun now, unless the line after says otherwise. What was `missed` were the runs
    due from `due` on and before `until`.
    """

    event: Kind
    job: str
    at: datetime
    due: datetime | None = None
    until: datetime | None = None
    run: str = ""
    token: int | None = None
    pid: int | None = None
    began: float | None = None
    code: int | None = None
    result: Result | None = None
    reason: str = ""
    stderr: list[str] = []
    summary: Summary | None = None


@dataclass(frozen=True)
class History:
    """The lines of a ledger, oldest first, and how many could not be read."""

    events: list[Event] = field(default_factory=list)
    unreadable: int = 0

    def open_runs(self) -> list[Event]:
        """The starts of runs that have no end."""
        ended = {event.run for event in self.events if event.event == "ended"}
        return [event for event in self.events if event.event == "started" and event.run not in ended]

    def unbegun(self) -> list[Event]:
        """What was scheduled and nothing became of."""
        more = {event.run for event in self.events if event.event != "scheduled"}
        return [event for event in self.events if event.event == "scheduled" and event.run not in more]

    def snapshot_begun(self) -> datetime | None:
        """When the run began that took the last snapshot."""
        began = {event.run: event.at for event in self.events if event.event == "started"}
        took = [event.run for event in self.events if event.summary and event.summary.snapshot and event.run in began]
        return began[took[-1]] if took else None


class Ledger:
    """The ledger in a folder. Appending is safe among processes and against kills; what it keeps holds no secret."""

    def __init__(self, folder: Path, clock: Callable[[], datetime], redaction: Redaction) -> None:
        self._path, self._clock, self._redaction = folder / FILE_NAME, clock, redaction

    def append(self, event: Kind, job: str, **fields: Any) -> Event:
        """Write a line, dated now, and see it on the disk; OSError where that cannot be."""
        line = self._redacted(Event(event=event, job=job, at=self._clock(), **fields))
        try:
            self._write(msgspec.json.encode(line) + b"\n")
        except OSError as error:  # a full disk does not say which
            raise OSError(error.errno, error.strerror, error.filename or str(self._path)) from error
        return line

    def read(self) -> History:
        """What was written so far. A line that a kill tore, or that somebody damaged, is counted and read over."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return History()
        read = [_event(line) for line in content.splitlines() if line.strip()]
        known = [event for event in read if event is not None]
        return History(known, len(read) - len(known))

    def _redacted(self, event: Event) -> Event:
        """The event with no secret in what others wrote, which is cut after that: half a secret would not be known."""
        summary = msgspec.convert(self._redaction(msgspec.to_builtins(event.summary)), Summary | None)
        return msgspec.structs.replace(
            event,
            reason=self._redaction(event.reason)[:LINE_LENGTH],
            stderr=[self._redaction(line)[:LINE_LENGTH] for line in event.stderr],
            summary=summary,
        )

    def _write(self, line: bytes) -> None:
        make_folder(self._path.parent)
        with FileLock(self._path.with_suffix(".lock")), open(self._path, "ab+", opener=_for_the_owner) as file:
            file.write(self._mend(file) + line)
            file.flush()
            os.fsync(file.fileno())

    @staticmethod
    def _mend(file: BinaryIO) -> bytes:
        """What ends a line that a kill tore, so that the next one stands by itself."""
        end = file.tell()
        if end == 0:
            return b""
        file.seek(end - 1)
        return b"" if file.read(1) == b"\n" else b"\n"


def _event(line: bytes) -> Event | None:
    try:
        return msgspec.json.decode(line, type=Event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
