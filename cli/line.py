"""The verbs of the line: from files to a report, one stage each, and `run` for all of it."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli import stages
from cli.context import invocation, workspace
from cli.exits import ExitCode, FailOn, UsageProblem, leave
from cli.terminal import deliver, note, plain_unless_shown, working
from ingest.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.stages import Workspace
    from drift import DriftItem
    from graph.model import Graph
    from graph.store.store import Store
    from ingest.snapshot import Snapshot
    from queries.checks import Finding


class Form(StrEnum):
    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MD = "md"
    HTML = "html"


class Reporting(NamedTuple):
    """How a comparison is told: the exit code's threshold, the format and the place."""

    fail_on: FailOn
    form: Form
    output: Path | None


MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
CLOCKS_DIFFER = timedelta(minutes=10)
NOT_SEEN_SHOWN = 20
Source = Annotated[Path, typer.Option("--from", help="A folder of what the AWS CLI printed, or a single file.")]
TakenAt = Annotated[
    datetime | None,
    typer.Option(formats=MOMENTS, help="When the files were made, UTC unless it says otherwise; else now."),
]
Workers = Annotated[int, typer.Option(min=1, help="Files to read at the same time; the result is the same.")]
SnapshotId = Annotated[
    str | None, typer.Option("--snapshot", help="A snapshot's id, or its beginning; else the latest.")
]
Fail = Annotated[FailOn, typer.Option("--fail-on", help="The least severity that makes the exit code 3.")]
Format = Annotated[Form, typer.Option("--format", help="How the report is written.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of stdout.")]


def init(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a commented trustdrift.toml."""
    from settings import FILE_NAME, template

    path = invocation(ctx).config or Path(FILE_NAME)
    if path.exists() and not force:
        raise UsageProblem(f"`{path}` is there already: name another with --config, or give --force to overwrite it")
    write_whole(path, template().encode("utf-8"))
    note(f"written {path}: uncomment what you want to change")


def collect(ctx: typer.Context, source: Source, taken_at: TakenAt = None, workers: Workers = 1) -> None:
    """Read files into a snapshot."""
    leave(*_collect(workspace(ctx), source, taken_at, workers)[1])


def build(ctx: typer.Context, snapshot: SnapshotId = None) -> None:
    """Build the graph of a snapshot: nodes, edges and their proofs."""
    space = workspace(ctx)
    _build(space, space.snapshot(snapshot))


def load(ctx: typer.Context, snapshot: SnapshotId = None) -> None:
    """Load the built graph into the store and make it the current one."""
    space = workspace(ctx)
    graph = stages.built(space, space.snapshot(snapshot))
    with space.open_store() as store:
        _load(space, store, graph)


def check(ctx: typer.Context, fail_on: Fail = FailOn.HIGH) -> None:
    """Run the checks of the catalogue on the loaded graph; every open finding counts, approved or not."""
    space = workspace(ctx)
    graph = space.graph()  # before an engine is started for nothing
    with space.open_store() as store:
        open_findings = _check(space, store)
    leave(*_reached(fail_on, open_findings), *coverage_codes(graph))


def drift(ctx: typer.Context, fail_on: Fail = FailOn.HIGH, form: Format = Form.TABLE, output: Output = None) -> None:
    """Compare the loaded graph with the approved baseline."""
    leave(*_report(workspace(ctx), Reporting(fail_on, form, output)))


def approve(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option(help="Why this is how it should be; kept with the baseline.")],
    who: Annotated[str | None, typer.Option(help="Who approves; else the name you are logged in with.")] = None,
) -> None:
    """Make the loaded graph and its findings the baseline."""
    if not reason.strip():
        raise typer.BadParameter("an approval needs a reason: say in `--reason` why this is how it should be")
    approval = stages.approve(workspace(ctx), who or _logged_in(), reason)
    note(f"baseline: snapshot {approval.snapshot_id}, approved by {approval.who}: {approval.why}")


def _logged_in() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise UsageProblem("nobody is logged in by name here: say who approves with --who") from None


def report(ctx: typer.Context, fail_on: Fail = FailOn.HIGH, form: Format = Form.HTML, output: Output = None) -> None:
    """Render drift, findings and coverage for people or programs."""
    leave(*_report(workspace(ctx), Reporting(fail_on, form, output)))


def run(
    ctx: typer.Context,
    source: Source,
    taken_at: TakenAt = None,
    workers: Workers = 1,
    fail_on: Fail = FailOn.HIGH,
    form: Format = Form.TABLE,
    output: Output = None,
) -> None:
    """All of it: collect, build, load, check, and drift where there is a baseline.

    With a baseline the exit code speaks of what changed since its approval, new findings included; findings that were
    there at the approval count in `check` alone. Without one, every open finding counts.
    """
    space = workspace(ctx)
    snapshot, codes = _collect(space, source, taken_at, workers)
    graph = _build(space, snapshot)
    with space.open_store() as store:
        _load(space, store, graph)
        _check(space, store)
    leave(*codes, *_report(space, Reporting(fail_on, form, output), baseline_needed=False))


def coverage_codes(graph: Graph) -> set[ExitCode]:
    """INCOMPLETE where something was not seen when the graph was built."""
    return {ExitCode.INCOMPLETE for node in graph.of("Coverage") if node.properties.get("state") != "seen"}


def _collect(space: Workspace, source: Path, taken_at: datetime | None, workers: int) -> tuple[Snapshot, set[ExitCode]]:
    _past(space, taken_at)
    with working("collect"):
        found = stages.collect(space, source, taken_at, workers)
    for problem in found.problems:
        note(str(problem), style="dim" if problem.warning else "yellow")
    if found.snapshot is None:
        raise UsageProblem(f"nothing usable in `{source}`: name a folder of AWS CLI output, or a single file of it")
    unread = [p for p in found.problems if not p.warning]
    rows = stages.coverage(space, found.snapshot)
    incomplete = [row for row in rows if row["state"] != "seen"]
    for row in incomplete[:NOT_SEEN_SHOWN]:
        where = " ".join(filter(None, (row["account_id"], row["region"], row["source"])))
        note(f"not seen: {where}: {row['state']} {row['detail'] or row['reason']}", style="yellow")
    if len(incomplete) > NOT_SEEN_SHOWN:
        note(f"not seen: {len(incomplete) - NOT_SEEN_SHOWN} more, see `trustdrift query what-could-not-be-read`")
    note(f"snapshot {found.snapshot.id}: {len(rows) - len(incomplete)} of {len(rows)} sources seen whole")
    return found.snapshot, {ExitCode.INCOMPLETE} if incomplete or unread else set()


def _past(space: Workspace, taken_at: datetime | None) -> None:
    moment = taken_at and (taken_at if taken_at.tzinfo else taken_at.replace(tzinfo=UTC))
    if moment and moment > space.clock() + CLOCKS_DIFFER:
        raise typer.BadParameter(f"`{moment.isoformat()}` is in the future: say when the files were made, in UTC")


def _build(space: Workspace, snapshot: Snapshot) -> Graph:
    with working("build"):
        graph = stages.build(space, snapshot)
    note(f"graph {graph.id}: {len(graph.nodes):,} nodes, {len(graph.edges):,} edges")
    return graph


def _load(space: Workspace, store: Store, graph: Graph) -> None:
    with working("load"):
        result = stages.load(space, store, graph)
    note(f"loaded ({result.kind}): nodes +{result.nodes_added} ~{result.nodes_changed} -{result.nodes_removed}")


def _check(space: Workspace, store: Store) -> list[Finding]:
    """The open findings."""
    with working("check"):
        findings = stages.check(space, store)
    known = still_open(findings)
    note(f"{len(known)} findings, {len(findings) - len(known)} unknown")
    return known


def still_open(findings: Iterable[Finding]) -> list[Finding]:
    return [f for f in findings if f.state == "open"]


def _reached(fail_on: FailOn, rows: Iterable[Finding | DriftItem]) -> set[ExitCode]:
    return {ExitCode.FINDINGS} if fail_on.reached(row.severity for row in rows) else set()


def _report(space: Workspace, options: Reporting, baseline_needed: bool = True) -> set[ExitCode]:
    with working("drift"):
        found = stages.compare(space, baseline_needed)
    text = stages.render(space, found, options.form)
    deliver(plain_unless_shown(text, options.output) if options.form is Form.TABLE else text, options.output)
    counted = found.drift.items if found.approval else still_open(found.findings)
    return coverage_codes(found.graph) | _reached(options.fail_on, counted)
