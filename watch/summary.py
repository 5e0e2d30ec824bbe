"""What a run says it did, in the file that it was given for that."""

from __future__ import annotations

from pathlib import Path

import msgspec

UNREADABLE = "its summary could not be read"


class CollectorFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """Figures of one collector over a run; None is not measured, which is not zero."""

    seconds: float | None = None
    calls: int | None = None
    items: int | None = None
    errors: int | None = None
    throttles: int | None = None


class Coverage(msgspec.Struct, frozen=True):
    """How many of the sources that should be seen were seen whole."""

    seen: int
    of: int


class Summary(msgspec.Struct, frozen=True, omit_defaults=True):
    """The outcome of a run, as far as it got. `held` is the sentence of a load that waits for a person."""

    snapshot: str | None = None
    graph: str | None = None
    promotion: dict[str, str | int | float | None] | None = None
    held: str | None = None
    findings: int | None = None
    coverage: Coverage | None = None
    collectors: dict[str, CollectorFigures] = {}


def take_summary(path: Path) -> tuple[Summary | None, str]:
    """The summary in a file, which goes, and what was wrong with it. A run that ended early wrote none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Summary), ""
    except FileNotFoundError:
        return None, ""
    except (OSError, msgspec.DecodeError):
        return None, UNREADABLE
    finally:
        path.unlink(missing_ok=True)
