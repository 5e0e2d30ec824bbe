"""The verb that asks the policy engine alone: requests with their policies as JSON lines, verdicts as JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Annotated, Any

import msgspec
import typer

from cli.exits import ExitCode, UsageProblem, leave
from cli.terminal import note


class Named(msgspec.Struct):
    id: str


def evaluate(
    complete: Annotated[
        bool, typer.Option("--complete/--open", help="Whether a condition key that is not given is absent, or unknown.")
    ] = True,
) -> None:
    """Read requests as JSON lines, and write a verdict for each in the same order.

    A line is one request with all policies that bind it (docs/DECISIONS.md shows one). A line that cannot be read gives
    `{"id", "line", "error"}`, and exit code 1 at the end.
    """
    lines = failed = 0
    for verdict in _verdicts(sys.stdin.buffer, complete):
        lines, failed = lines + 1, failed + ("error" in verdict)
        sys.stdout.write(msgspec.json.encode(verdict).decode() + "\n")
    if not lines:
        raise UsageProblem("no request came in: write one JSON object per line to stdin")
    if failed:
        note(f"{failed:,} of {lines:,} lines could not be evaluated: see `error` in them", style="yellow")
    leave(*([ExitCode.ERROR] if failed else []))


def _verdicts(lines: IO[bytes], complete: bool) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not blank."""
    from policy import Malformed

    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _verdict(line, complete)
        except Malformed as error:
            yield {"id": _id(line), "line": number, "error": str(error)}
        except (msgspec.DecodeError, RecursionError) as error:
            yield {"id": _id(line), "line": number, "error": f"{error}: correct the line and send it again"}


def _verdict(line: bytes, complete: bool) -> dict[str, Any]:
    from policy.interchange import answer, read_line
    from queries.permissions import verdict_document

    question = read_line(line)
    if not complete:
        question = replace(question, request=msgspec.structs.replace(question.request, complete=False))
    verdict = question.ask()
    return {**answer(question.id, verdict), "verdict": verdict_document(verdict)}


def _id(line: bytes) -> str | None:
    """The id of a line that cannot be evaluated, if that much of it can be read."""
    try:
        return msgspec.json.decode(line, type=Named).id
    except (msgspec.DecodeError, RecursionError):
        return None
