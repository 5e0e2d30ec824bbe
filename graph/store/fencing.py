"""The token that tells a late leader that it was replaced, checked where a promotion comes into force."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from graph.store.errors import StoreError

# Writing to the node locks it: what is read after that stays true until the transaction ends.
NODE = "MATCH (l:Promotion {id: 'leader'}) SET l.name = 'leader' WITH l "
CHECK = f"{NODE} WHERE l.token = $token RETURN l.token AS token"
TxRun = Callable[..., Any]  # `run` of a transaction


class Record(msgspec.Struct, frozen=True):
    """What `leader.json` says. Times are seconds of the machine's monotonic clock."""

    token: int = 0
    holder: str = ""
    since: float = 0.0
    seconds: float = 0.0
    claims: dict[str, int] = {}

    def live(self, now: float) -> bool:
        """A lease that begins after now was made before the machine was started anew."""
        return self.since <= now < self.since + self.seconds


def read_record(path: Path) -> Record:
    """What a `leader.json` says; an empty record where there is none. StoreError where it cannot be read: starting
    over would use a token twice."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except FileNotFoundError:
        return Record()
    except msgspec.DecodeError as error:
        raise StoreError(f"`{path}` cannot be read ({error}): stop every watcher, then remove it") from error


def check_file(directory: Path, token: int) -> None:
    """For a promotion into an embedded store: raise StoreError where `token` is no longer the leader's."""
    if read_record(directory / "leader.json").token != token:
        raise _replaced()


def check_transaction(run: TxRun, token: int) -> None:
    """The same on a server, inside the transaction that promotes: the next leader waits for it to end."""
    if not run(CHECK, token=token).data():
        raise _replaced()


def _replaced() -> StoreError:
    return StoreError("another watcher leads now, so this run promotes nothing: the next run of that one does")
