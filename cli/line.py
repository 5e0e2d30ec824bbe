"""The verbs of the line: from files to a report, one stage each, and `run` for all of it."""

from __future__ import annotations

import getpass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cli import stages
from cli.collecting import Only, Origin, RunId, Source, TakenAt, Workers, collected
from cli.context import invocation, workspace
from cli.exits import ExitCode, FailOn, UsageProblem, leave
from cli.living import Part
from cli.stages import Loading
from cli.summary import Summary
from cli.terminal import deliver, note, plain_unless_shown, working
from ingest.whole_file import write_whole
from watch.brake import Held

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


SnapshotId = Annotated[
    str | None, typer.Option("--snapshot", help="A snapshot's id, or its beginning; else the latest.")
]
Confirm = Annotated[
    bool, typer.Option("--confirm", help="Load although much of one type would be removed (`watch.retire_percent`).")
]
Token = Annotated[
    int | None, typer.Option(hidden=True, help="The right to load that a watcher holds; refused when it lost it.")
]
SummaryFile = Annotated[
    Path | None, typer.Option("--summary", help="Write what was done to a file, as JSON.", metavar="FILE")
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


def build(ctx: typer.Context, snapshot: SnapshotId = None) -> None:
    """Build the graph of a snapshot: nodes, edges and their proofs."""
    space = workspace(ctx)
    _build(space, space.snapshot(snapshot))


def load(
    ctx: typer.Context, snapshot: SnapshotId = None, confirm: Confirm = False, fencing_token: Token = None
) -> None:
    """Load the built graph into the store and make it the current one."""
    space = workspace(ctx)
    graph = stages.built(space, space.snapshot(snapshot))
    with space.open_store() as store:
        _load(space, store, graph, Loading(confirm, fencing_token), Summary())


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
    """Render drift, findings and coverage for people or programs; without a baseline, findings and coverage."""
    leave(*_report(workspace(ctx), Reporting(fail_on, form, output), baseline_needed=False))


def run(
    ctx: typer.Context,
    source: Source = None,
    taken_at: TakenAt = None,
    workers: Workers = None,
    only: Only = Part.ALL,
    name: RunId = "",
    confirm: Confirm = False,
    fencing_token: Token = None,
    summary_file: Annotated[
        Path | None, typer.Option("--summary", help="Write what was done to a file, as JSON.")
    ] = None,
    fail_on: Fail = FailOn.HIGH,
    form: Format = Form.TABLE,
    output: Output = None,
) -> None:
    """All of it: collect, build, load, check, and drift where there is a baseline.

    With a baseline the exit code speaks of what changed since its approval, new findings included; findings that were
    there at the approval count in `check` alone. Without one, every open finding counts.
    """
    space, summary = workspace(ctx), Summary()
    try:
        snapshot, codes = collected(space, Origin(source, taken_at, workers, only, name), summary)
        graph = _build(space, snapshot)
        with space.open_store() as store:
            _load(space, store, graph, Loading(confirm, fencing_token), summary)
            summary.checked(len(_check(space, store)))
        codes |= _report(space, Reporting(fail_on, form, output), baseline_needed=False)
    finally:
        summary.write(summary_file)
    leave(*codes)


def coverage_codes(graph: Graph) -> set[ExitCode]:
    """INCOMPLETE where something was not seen when the graph was built."""
    return {ExitCode.INCOMPLETE for node in graph.of("Coverage") if node.properties.get("state") != "seen"}


def _build(space: Workspace, snapshot: Snapshot) -> Graph:
    with working("build"):
        graph = stages.build(space, snapshot)
    note(f"graph {graph.id}: {len(graph.nodes):,} nodes, {len(graph.edges):,} edges")
    return graph


def _load(space: Workspace, store: Store, graph: Graph, loading: Loading, summary: Summary) -> None:
    try:
        with working("load"):
            result = stages.load(space, store, graph, loading)
    except Held as held:
        summary.held(str(held))
        raise
    summary.loaded(graph.id, result)
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
    if found.approval is None:
        note("no baseline yet, so nothing can have drifted: `trustdrift approve --reason …` makes one", style="dim")
    text = stages.render(space, found, options.form)
    deliver(plain_unless_shown(text, options.output) if options.form is Form.TABLE else text, options.output)
    counted = found.drift.items if found.approval else still_open(found.findings)
    return coverage_codes(found.graph) | _reached(options.fail_on, counted)
