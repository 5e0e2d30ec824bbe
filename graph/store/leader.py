"""Who of several watchers leads: a lease that runs out, and a token that tells a late leader it was replaced.

Each due run is claimed in the same record, so that two watchers never do the same one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
from filelock import FileLock, Timeout

from graph.store.errors import StoreError
from graph.store.fencing import NODE, Record, read_record
from ingest.whole_file import make_folder, write_whole

LOCK_SECONDS = 5.0
ENSURE = "CREATE CONSTRAINT Promotion_id IF NOT EXISTS FOR (n:Promotion) REQUIRE n.id IS UNIQUE"
MERGE = "MERGE (l:Promotion {id: 'leader'}) ON CREATE SET l.name = 'leader', l.token = 0, l.expires = 0"
ACQUIRE = (
    f"{NODE} WHERE l.expires <= timestamp() "
    "SET l.token = l.token + 1, l.holder = $holder, l.expires = timestamp() + $milliseconds RETURN l.token AS token"
)
RENEW = (
    f"{NODE} WHERE l.token = $token AND l.expires > timestamp() "
    "SET l.expires = timestamp() + $milliseconds RETURN l.token AS token"
)
RELEASE = f"{NODE} WHERE l.token = $token SET l.expires = 0 RETURN l.token AS token"
HOLDER = "MATCH (l:Promotion {id: 'leader'}) WHERE l.expires > timestamp() RETURN l.holder AS holder, l.token AS token"
CLAIM = (
    f"{NODE} WHERE l.token = $token AND l.expires > timestamp() "
    "AND (coalesce(l[$job], 0) < $due OR coalesce(l[$job], 0) > $now) "
    "SET l += $claim RETURN l.token AS token"
)
CLAIMED = "MATCH (l:Promotion {id: 'leader'}) RETURN coalesce(l[$job], 0) AS due"


class Leadership(Protocol):
    """The lease of the one leader. Seconds are counted by one clock, whichever watcher asks. Methods raise StoreError.

    A token is a positive integer, larger than every one before it.
    """

    def acquire(self, holder: str, seconds: float) -> int | None:
        """The token of the new leader; None while another one holds the lease."""

    def renew(self, token: int, seconds: float) -> bool:
        """Hold the lease for `seconds` from now. False where it ran out or another one holds it."""

    def release(self, token: int) -> None:
        """Let the next one lead at once."""

    def holder(self) -> str | None:
        """Who leads now."""

    def claim(self, token: int, job: str, due: int, now: int) -> bool:
        """Whether the run of `job` that is due at `due` is the caller's: nobody claimed it, or a later one, before.

        Times are epoch milliseconds. A claim of the future was made under a wrong clock, and binds nobody.
        """

    def claimed(self, job: str) -> int:
        """When the last run of `job` that somebody claimed was due, in epoch milliseconds; 0 for none."""


class FileLeadership:
    """The lease beside an embedded store, for the watchers of one machine.

    The monotonic clock is the same in all its processes, and setting the wall clock does not move it.
    """

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = directory / "leader.json", clock

    def acquire(self, holder: str, seconds: float) -> int | None:
        with self._locked() as record:
            if record.live(self._clock()):
                return None
            taken = Record(record.token + 1, holder, self._clock(), seconds, record.claims)
            self._write(taken)
            return taken.token

    def renew(self, token: int, seconds: float) -> bool:
        with self._locked() as record:
            held = self._held(record, token)
            if held:
                self._write(msgspec.structs.replace(record, since=self._clock(), seconds=seconds))
            return held

    def release(self, token: int) -> None:
        with self._locked() as record:
            if record.token == token:
                self._write(msgspec.structs.replace(record, seconds=0.0))

    def holder(self) -> str | None:
        record = read_record(self._path)
        return record.holder if record.live(self._clock()) else None

    def claim(self, token: int, job: str, due: int, now: int) -> bool:
        with self._locked() as record:
            last = record.claims.get(job, 0)
            free = self._held(record, token) and (last < due or last > now)
            if free:
                self._write(msgspec.structs.replace(record, claims=record.claims | {job: due}))
            return free

    def claimed(self, job: str) -> int:
        return read_record(self._path).claims.get(job, 0)

    def _held(self, record: Record, token: int) -> bool:
        return record.token == token and record.live(self._clock())

    @contextmanager
    def _locked(self) -> Iterator[Record]:
        try:
            make_folder(self._path.parent)
            with FileLock(self._path.with_suffix(".lock"), timeout=LOCK_SECONDS):
                yield read_record(self._path)
        except Timeout:
            raise StoreError(f"`{self._path}` is locked by a process that does not move on: end that process") from None
        except OSError as error:
            raise StoreError(
                f"`{self._path}` cannot be written ({error.strerror or error}): make room or allow it"
            ) from error

    def _write(self, record: Record) -> None:
        write_whole(self._path, msgspec.json.encode(record))


class ServerLeadership:
    """The lease as a node of a server; its clock decides, not those of the watchers."""

    def __init__(self, url: str, auth: tuple[str, str]) -> None:
        from graph.store.server import Server

        self._server, self._ready = Server(url, auth), False

    def acquire(self, holder: str, seconds: float) -> int | None:
        if not self._ready:
            self._ask(ENSURE)
            self._ask(MERGE)
            self._ready = True
        return self._token(ACQUIRE, holder=holder, milliseconds=round(seconds * 1000))

    def renew(self, token: int, seconds: float) -> bool:
        return self._token(RENEW, token=token, milliseconds=round(seconds * 1000)) is not None

    def release(self, token: int) -> None:
        self._ask(RELEASE, token=token)

    def holder(self) -> str | None:
        found = self._ask(HOLDER)
        return str(found[0]["holder"]) if found else None

    def claim(self, token: int, job: str, due: int, now: int) -> bool:
        key = f"claimed_{job}"
        return self._token(CLAIM, token=token, job=key, due=due, now=now, claim={key: due}) is not None

    def claimed(self, job: str) -> int:
        found = self._ask(CLAIMED, job=f"claimed_{job}")
        return int(found[0]["due"]) if found else 0

    def _token(self, query: str, **parameters: Any) -> int | None:
        found = self._ask(query, **parameters)
        return int(found[0]["token"]) if found else None

    def _ask(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        from graph.store.explain import explained
        from graph.store.home import connect

        home = self._server
        with (
            explained(home.address),
            connect(home.uri, home.writer) as driver,
            driver.session(database=home.database()) as session,
        ):
            return session.run(query, parameters).data()  # not tried again here: the next beat does that


def open_leadership(url: str, auth: tuple[str, str] = ("neo4j", "")) -> Leadership:
    """The leadership of the store at `url`; `auth` is for servers."""
    from graph.store import EMBEDDED, directory_of

    if urlsplit(url).scheme == EMBEDDED:
        return FileLeadership(directory_of(url))
    return ServerLeadership(url, auth)
