"""Which graph is shown: `promoted.json`, for those who read artefacts and do not ask the store."""

from __future__ import annotations

from pathlib import Path

import msgspec

from graph.errors import ArtefactError
from ingest.whole_file import write_whole

FILE = "promoted.json"


class Promoted(msgspec.Struct, frozen=True):
    """The graph that was loaded last, when that was, and when its facts were taken."""

    graph: str
    snapshot: str
    at: str
    taken_at: str


def read_promoted(artefacts: Path) -> Promoted | None:
    """None where nothing was loaded yet. Raises ArtefactError when the file is damaged."""
    try:
        return msgspec.json.decode((artefacts / FILE).read_bytes(), type=Promoted)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise ArtefactError(f"`{artefacts / FILE}` is damaged: run `trustdrift load` again") from error


def write_promoted(artefacts: Path, promoted: Promoted) -> None:
    write_whole(artefacts / FILE, msgspec.json.encode(promoted))
