"""How a verb ends: exit codes, and one sentence for each error."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Any

import typer
from typer.core import TyperGroup

from cli.terminal import note

OUR_ROOMS = frozenset(
    {"settings", "ingest", "policy", "graph", "queries", "drift", "report", "ui", "watch", "cli", "demo"}
)


ADVICE = {
    errno.ENOSPC: "free some space and run it again",
    errno.EACCES: "allow it or choose another place",
    errno.EROFS: "choose another place",
    errno.ENOTDIR: "choose another place",
    errno.EEXIST: "choose another place",
}


class ExitCode(IntEnum):
    CLEAN = 0
    ERROR = 1  # nothing usable
    USAGE = 2
    FINDINGS = 3  # findings or drift at or above `--fail-on`
    INCOMPLETE = 4  # data incomplete or stale
    INTERRUPTED = 130


class FailOn(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEVER = "never"

    def reached(self, severities: Iterable[str]) -> bool:
        """Whether one of the severities is this one or worse."""
        from queries.severity import at_least

        return self is not FailOn.NEVER and any(at_least(s, self) for s in severities)


class UsageProblem(Exception):
    """A request that cannot be carried out as it was made; the sentence says what to do."""


def leave(*codes: ExitCode) -> None:
    """Ends with the code that counts: of several an error, then findings, then incomplete data."""
    for code in (ExitCode.ERROR, ExitCode.FINDINGS, ExitCode.INCOMPLETE):
        if code in codes:
            raise typer.Exit(code)


class Verbs(TyperGroup):
    """The edge where errors become sentences; `--debug` shows where they come from."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except BrokenPipeError:
            sys.stderr.close()  # the reader of our output left; nothing more to say
            raise typer.Exit(ExitCode.ERROR) from None
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            note(f"trustdrift: {sentence(error)}", style="red")
            raise typer.Exit(ExitCode.ERROR) from None


def sentence(error: Exception) -> str:
    """Errors of our own are sentences already; others are named with their first line and a next step."""
    text = str(error).strip().partition("\n")[0]
    if type(error).__module__.partition(".")[0] in OUR_ROOMS:
        return text
    if isinstance(error, OSError) and error.strerror:
        where = f" `{error.filename}`" if error.filename else ""
        return f"{error.strerror.lower()}{where}: {ADVICE.get(error.errno or 0, 'mend that and run it again')}"
    return f"unexpected {type(error).__name__}: {text}: run it again with `trustdrift --debug …` to see where"
