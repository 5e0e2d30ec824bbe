"""The verb that asks the policy engine alone: requests with their policies as JSON lines, verdicts as JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import IO, Annotated, Any

import msgspec
import typer

from cli.exits import ExitCode, UsageProblem, leave
from cli.terminal import note


class Anonymous(msgspec.Struct):
    type: str


class Asked(msgspec.Struct):
    principal: str | Anonymous
    action: str
    resource: str
    resource_account: str
    context: dict[str, str | list[str]]


class Level(msgspec.Struct):
    policies: list[dict[str, Any]]


class Organization(msgspec.Struct):
    management_account: str | None = None


class Named(msgspec.Struct):
    id: str


class Case(Named):
    """The shape of a line; further fields are ignored."""

    request: Asked
    identity_policies: list[dict[str, Any]] | None = None
    resource_policy: dict[str, Any] | None = None
    permission_boundaries: list[dict[str, Any]] | None = None
    session_policy: dict[str, Any] | None = None
    scps: list[Level] | None = None
    rcps: list[Level] | None = None
    endpoint_policies: list[dict[str, Any]] | None = None
    s3_block_public_access: bool | None = None
    org: Organization | None = None


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

    reader = msgspec.json.Decoder(Case)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            reader.decode(line)
            yield _verdict(msgspec.json.decode(line), complete)
        except Malformed as error:
            yield {"id": _id(line), "line": number, "error": str(error)}
        except (msgspec.DecodeError, RecursionError) as error:
            yield {"id": _id(line), "line": number, "error": f"{error}: correct the line and send it again"}


def _verdict(case: Mapping[str, Any], complete: bool) -> dict[str, Any]:
    from policy.interchange import answer, read
    from queries.permissions import verdict_document

    question = read(case)
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
