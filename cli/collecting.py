"""The verb `collect`, and how `run` collects: files, or living organizations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli import stages
from cli.context import workspace
from cli.exits import ExitCode, UsageProblem, leave
from cli.living import Part, collect_living, estimated
from cli.summary import Summary
from cli.tables import RowFormat, rows_as
from cli.terminal import deliver, note, working

if TYPE_CHECKING:
    from cli.stages import Workspace
    from ingest.snapshot import Snapshot

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
CLOCKS_DIFFER = timedelta(minutes=10)
NOT_SEEN_SHOWN = 20
COLLECTION = "What is collected"
Source = Annotated[
    Path | None,
    typer.Option("--from", help="A folder of what the AWS CLI printed, or a single file; else AWS is asked."),
]
TakenAt = Annotated[
    datetime | None,
    typer.Option(formats=MOMENTS, help="When the files were made, UTC unless it says otherwise; else now."),
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, max=64, help="Files or accounts to read at the same time; the result is the same."),
]
Only = Annotated[Part, typer.Option("--only", help="Of AWS: who may do what (identity), or everything else (network).")]
RunId = Annotated[
    str, typer.Option("--run", help="A name for this run, which CloudTrail shows as session name.", metavar="NAME")
]


class Origin(NamedTuple):
    """From where to collect: `source` names files; without it AWS is asked, for a `part`."""

    source: Path | None
    taken_at: datetime | None
    workers: int | None
    part: Part
    run_id: str


def collect(
    ctx: typer.Context,
    source: Source = None,
    taken_at: TakenAt = None,
    workers: Workers = None,
    only: Only = Part.ALL,
    run: RunId = "",
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Print accounts, regions, calls and minutes, and collect nothing.")
    ] = False,
) -> None:
    """Read files, or living AWS organizations, into a snapshot.

    A collection of AWS that is interrupted keeps what it finished; the next one goes on from there.
    """
    space, origin = workspace(ctx), Origin(source, taken_at, workers, only, run)
    if estimate:
        _estimate(space, origin)
        return
    leave(*collected(space, origin, Summary())[1])


def collected(space: Workspace, origin: Origin, summary: Summary) -> tuple[Snapshot, set[ExitCode]]:
    """The snapshot, and INCOMPLETE where something was not seen. Raises: UsageProblem where nothing was usable."""
    snapshot, unread = _from_files(space, origin, origin.source) if origin.source else _from_aws(space, origin, summary)
    rows = stages.coverage(space, snapshot)
    incomplete = [row for row in rows if row["state"] != "seen"]
    for row in incomplete[:NOT_SEEN_SHOWN]:
        where = " ".join(filter(None, (row["account_id"], row["region"], row["source"])))
        note(f"not seen: {where}: {row['state']} {row['detail'] or row['reason']}", style="yellow")
    if len(incomplete) > NOT_SEEN_SHOWN:
        note(f"not seen: {len(incomplete) - NOT_SEEN_SHOWN} more, see `trustdrift query what-could-not-be-read`")
    note(f"snapshot {snapshot.id}: {len(rows) - len(incomplete)} of {len(rows)} sources seen whole")
    summary.collected(snapshot.id, len(rows) - len(incomplete), len(rows))
    return snapshot, {ExitCode.INCOMPLETE} if incomplete or unread else set()


def _from_files(space: Workspace, origin: Origin, source: Path) -> tuple[Snapshot, bool]:
    """The snapshot, and whether a file could not be read."""
    if origin.part is not Part.ALL:
        raise typer.BadParameter("`--only` picks a part of what AWS is asked: leave it out with `--from`")
    _past(space, origin.taken_at)
    with working("collect"):
        found = stages.collect(space, source, origin.taken_at, origin.workers or 1)
    for problem in found.problems:
        note(str(problem), style="dim" if problem.warning else "yellow")
    if found.snapshot is None:
        raise UsageProblem(f"nothing usable in `{source}`: name a folder of AWS CLI output, or a single file of it")
    return found.snapshot, any(not problem.warning for problem in found.problems)


def _from_aws(space: Workspace, origin: Origin, summary: Summary) -> tuple[Snapshot, bool]:
    if origin.taken_at:
        raise typer.BadParameter("`--taken-at` dates files: leave it out where AWS is asked")
    with working("collect", spinner=False):
        found = collect_living(_with_workers(space, origin.workers), origin.part, origin.run_id or run_name(space))
    summary.cost(found.costs)
    if found.snapshot is None:
        raise UsageProblem("AWS answered nothing that is usable: `trustdrift doctor` shows what is missing")
    calls, throttles = (sum(getattr(c, n) for c in found.costs.values()) for n in ("calls", "throttles"))
    note(f"{calls:,} calls, {throttles:,} of them throttled at first", style="dim")
    return found.snapshot, False


def _estimate(space: Workspace, origin: Origin) -> None:
    if origin.source:
        raise typer.BadParameter("`--estimate` is about AWS: leave out `--from`")
    found = estimated(_with_workers(space, origin.workers), origin.part, origin.run_id or run_name(space))
    row = {"accounts": found.accounts, "regions": found.regions, "calls": found.calls, "minutes": found.minutes}
    deliver(rows_as(RowFormat.TABLE, tuple(row), [row]), None)
    if found.assumed:
        note("how many users, keys or functions there are is assumed: after the first snapshot it is known")


def run_name(space: Workspace) -> str:
    """A name of a run that AWS takes for a session."""
    return f"trustdrift-{space.clock():%Y%m%dT%H%M%SZ}"


def _with_workers(space: Workspace, workers: int | None) -> Workspace:
    from dataclasses import replace

    if workers is None:
        return space
    aws = space.settings.aws.model_copy(update={"workers": workers})
    return replace(space, settings=space.settings.model_copy(update={"aws": aws}))


def _past(space: Workspace, taken_at: datetime | None) -> None:
    moment = taken_at and (taken_at if taken_at.tzinfo else taken_at.replace(tzinfo=UTC))
    if moment and moment > space.clock() + CLOCKS_DIFFER:
        raise typer.BadParameter(f"`{moment.isoformat()}` is in the future: say when the files were made, in UTC")
