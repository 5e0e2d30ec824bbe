"""The stages of the line, each reading and writing a thing with a name, so that each can be run again alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cli.exits import UsageProblem
from graph.promoted import Promoted, read_promoted, write_promoted

if TYPE_CHECKING:
    from drift import Approval, Drift
    from graph.model import Graph
    from graph.store import Promoted as Held
    from graph.store import PromotionResult
    from graph.store.rows import Change
    from graph.store.store import Store
    from ingest.files import Problem
    from ingest.snapshot import Snapshot
    from ingest.snapshot.repository import Repository
    from queries.checks import Finding
    from settings import Settings


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Collection:
    """What `collect` brought: the snapshot, None where nothing was usable, and what could not be read."""

    snapshot: Snapshot | None
    problems: list[Problem]


@dataclass(frozen=True)
class Workspace:
    """The named things of one configuration: snapshots, graphs, findings, the store, the baseline."""

    settings: Settings
    clock: Callable[[], datetime] = field(default=now)

    @property
    def repository(self) -> Repository:
        from ingest.snapshot.repository import Repository

        return Repository(self.settings.snapshots.url)

    def graph_file(self, graph_id: str) -> Path:
        return self.settings.artefacts.path / "graphs" / f"{graph_id}.graph"

    def findings_file(self, graph_id: str) -> Path:
        return self.settings.artefacts.path / "findings" / f"{graph_id}.json"

    def open_store(self) -> Store:
        from graph.store import open_store
        from queries.adhoc import audit_file

        store = self.settings.store
        return open_store(store.url, clock=self.clock, audit=audit_file(self.settings.state.path), auth=store.auth)

    def snapshot(self, snapshot_id: str | None = None) -> Snapshot:
        """The snapshot whose id begins so, else the latest. Raises UsageProblem when there is none."""
        repository = self.repository
        found = repository.load(repository.full_id(snapshot_id)) if snapshot_id else repository.latest()
        if found is None:
            raise UsageProblem("there is no snapshot yet: run `trustdrift collect`, or `trustdrift collect --from DIR`")
        return found

    def promoted(self) -> Promoted:
        """What was loaded last, from here or, on a shared server, from elsewhere. Raises UsageProblem when nothing
        was."""
        found = read_promoted(self.settings.artefacts.path) or self._adopted()
        if found is None:
            raise UsageProblem("no graph is loaded yet: run `trustdrift load`, or `trustdrift run`")
        return found

    def _adopted(self) -> Promoted | None:
        """What a server holds, made this folder's own: another machine loaded it."""
        from graph.artefact import write_graph

        if self.settings.store.embedded:
            return None
        with self.open_store() as store:
            current, graph = store.current(), store.graph()
        if current is None or graph is None or current.graph_id != graph.id:
            return None
        write_graph(graph, self.graph_file(graph.id))
        promoted = Promoted(graph.id, graph.snapshot_id, current.at, graph.taken_at)
        write_promoted(self.settings.artefacts.path, promoted)
        return promoted

    def graph(self) -> Graph:
        """The promoted graph, from its artefact. The same facts seen again are the same graph of a later time."""
        from graph.artefact import read_graph

        promoted = self.promoted()
        return replace(read_graph(self.graph_file(promoted.graph)), taken_at=promoted.taken_at)

    def findings(self) -> list[Finding]:
        """The findings of the promoted graph. Raises UsageProblem when no check was run on it."""
        from queries.checks import load_findings

        file = self.findings_file(self.promoted().graph)
        if not file.exists():
            raise UsageProblem("no check was run on the loaded graph: run `trustdrift check`")
        return load_findings(file)


def collect(workspace: Workspace, source: Path, taken_at: datetime | None = None, workers: int = 1) -> Collection:
    """Reads a folder or file and commits a snapshot, unless nothing of it was usable."""
    from ingest.files import collect_files

    found = collect_files(source, workers=workers)
    if not found.usable:
        return Collection(None, found.problems)
    moment = taken_at or workspace.clock()
    when = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
    snapshot = workspace.repository.commit(found.shards, taken_at=when, source=str(source))
    return Collection(snapshot, found.problems)


def coverage(workspace: Workspace, snapshot: Snapshot) -> list[dict[str, str]]:
    """The coverage that the graph of a snapshot will have: what should be there and is not counts too."""
    from graph.builder import Builder
    from graph.model import Graph
    from graph.nodes.coverage import add_coverage
    from queries.picture import coverage_rows

    builder = Builder(snapshot, workspace.settings.build_options())
    add_coverage(builder)
    return coverage_rows(Graph("", snapshot.id, snapshot.taken_at, *builder.finish()))


def build(workspace: Workspace, snapshot: Snapshot) -> Graph:
    """The graph of a snapshot: read where it was built before, else built and written."""
    from graph.artefact import artefact_id, read_graph, write_graph
    from graph.build import build as build_graph

    options = workspace.settings.build_options()
    file = workspace.graph_file(artefact_id(snapshot, options))
    if file.exists():
        return replace(read_graph(file), taken_at=snapshot.taken_at)
    graph = build_graph(snapshot, options)
    write_graph(graph, file)
    return graph


def built(workspace: Workspace, snapshot: Snapshot) -> Graph:
    """The graph that `build` made of a snapshot. Raises ArtefactError when it did not."""
    from graph.artefact import artefact_id, read_graph

    file = workspace.graph_file(artefact_id(snapshot, workspace.settings.build_options()))
    return replace(read_graph(file), taken_at=snapshot.taken_at)


@dataclass(frozen=True)
class Loading:
    """How to load: `confirm` lets a removal of much of one type through, `fencing_token` is a watcher's right to."""

    confirm: bool = False
    fencing_token: int | None = None


def load(workspace: Workspace, store: Store, graph: Graph, loading: Loading = Loading()) -> PromotionResult:
    """Makes the graph the current one of the store, by difference from what the store holds where that is known.

    Raises: Held where it would remove much of one type.
    """
    from watch.brake import hold_mass_removal

    current = store.current()
    previous = _held(workspace, store, current) if current else None

    def hold(change: Change) -> None:
        if previous is not None and not loading.confirm:
            hold_mass_removal(change, previous, workspace.settings.watch.retire_percent)

    result = store.promote(graph, previous, hold=hold, fencing_token=loading.fencing_token)
    _demand_held(store, graph)
    at = workspace.clock().isoformat(timespec="seconds")
    promoted = Promoted(graph.id, graph.snapshot_id, at, graph.taken_at)
    write_promoted(workspace.settings.artefacts.path, promoted)
    return result


def _held(workspace: Workspace, store: Store, current: Held) -> Graph | None:
    """The graph that a store holds: from its artefact, else from the store itself, which takes longer."""
    from graph.artefact import read_graph
    from graph.errors import ArtefactError

    try:
        return read_graph(workspace.graph_file(current.graph_id))
    except ArtefactError:
        return store.graph()


def _demand_held(store: Store, graph: Graph) -> None:
    """Raises UsageProblem where the store holds another graph than ours: another folder or process shares it."""
    current = store.current()
    if current is None or current.graph_id != graph.id:
        raise UsageProblem(
            "the store holds another graph than the one that was loaded from here: run `trustdrift load`, "
            "and give every working folder a store of its own"
        )


def check(workspace: Workspace, store: Store) -> list[Finding]:
    """Runs every check on the loaded graph and keeps the findings."""
    from queries.checks import run_checks, save_findings

    graph = workspace.graph()
    _demand_held(store, graph)
    findings = run_checks(store, graph, now=graph.taken_at)
    _demand_held(store, graph)
    save_findings(findings, workspace.findings_file(graph.id))
    return findings


def approve(workspace: Workspace, who: str, reason: str) -> Approval:
    """Makes the promoted graph and its findings the baseline."""
    from drift import approve as approve_graph

    state = workspace.settings.state.path
    return approve_graph(state, workspace.graph(), workspace.findings(), who, reason, workspace.clock)


@dataclass(frozen=True)
class Comparison:
    """The promoted graph with its findings, and what changed since the approval; without one nothing did."""

    graph: Graph
    findings: list[Finding]
    drift: Drift
    approval: Approval | None


def compare(workspace: Workspace, baseline_needed: bool = True) -> Comparison:
    """The promoted graph against the baseline. Raises BaselineError when it is damaged, or needed and not there."""
    from drift import NoBaseline, load_baseline
    from drift import compare as compare_graphs

    graph, findings = workspace.graph(), workspace.findings()
    try:
        base = load_baseline(workspace.settings.state.path)
    except NoBaseline:
        if baseline_needed:
            raise
        return Comparison(graph, findings, compare_graphs(graph, findings, graph, findings), None)
    return Comparison(graph, findings, compare_graphs(base.graph, base.findings, graph, findings), base.approval)


def render(workspace: Workspace, found: Comparison, form: str) -> str:
    """The report of a comparison in one of `report.render.FORMATS`."""
    from queries.picture import coverage_rows
    from report.render import render as render_report
    from report.view import Meta

    accounts = {account.id: account.name for account in found.graph.of("AWSAccount")}
    meta = Meta(workspace.clock().isoformat(timespec="seconds"), found.approval, names=accounts)
    return render_report(found.drift, found.findings, coverage_rows(found.graph), meta, form)
