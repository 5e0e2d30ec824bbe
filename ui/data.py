"""What the screens read: the promoted graph, its findings, the baseline and the drift between them, each read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from drift.baseline import Baseline, NoBaseline, current, load_baseline
from drift.compare import compare
from drift.items import Drift
from graph.artefact import read_graph
from graph.model import Graph
from graph.promoted import Promoted, read_promoted
from graph.reach import Reach, networks
from queries.checks import Finding, load_findings
from queries.paths import Distance, reaching
from queries.paths import Path as AccessPath
from queries.picture import coverage_rows
from queries.where import entries

if TYPE_CHECKING:
    from settings import Settings

_used: list[Settings] = []  # one entry at most: the settings that `serve` was given


@dataclass(frozen=True)
class Estate:
    """What one promotion holds. `findings` is None where no check was run, `baseline` where none was approved."""

    promoted: Promoted
    graph: Graph
    findings: list[Finding] | None
    baseline: Baseline | None

    @cached_property
    def coverage(self) -> list[dict[str, str]]:
        """One row per account, region and source."""
        return coverage_rows(self.graph)

    @cached_property
    def unread(self) -> list[dict[str, str]]:
        """The rows of what was not completely seen."""
        return [row for row in self.coverage if row["state"] != "seen"]

    @property
    def drift(self) -> Drift | None:
        """What changed since the baseline; findings are left out of it while no check was run."""
        if self.baseline is None:
            return None
        checked = self.findings is not None
        return _drift(self.baseline.graph.id, self.graph.id, checked, self.baseline, self)

    def reaching(self, goal: str) -> list[Distance]:
        """Who reaches one of GOALS, and in how many steps."""
        return _reaching(self.graph.id, goal, self)

    @property
    def ways_in(self) -> list[tuple[str, AccessPath]]:
        """For each kind of entry point the best path to a crown jewel or to administrator rights."""
        return _ways_in(self.graph.id, self)


def use(settings: Settings) -> None:
    """Makes the settings those of every session of this process."""
    _used[:] = [settings]


def in_use() -> Settings:
    """The settings that `use` was given, else those of the working directory. Raises SettingsError."""
    if not _used:
        from settings import load_settings

        use(load_settings())
    return _used[0]


def estate(settings: Settings) -> Estate | None:
    """What was promoted last; None where nothing was. Raises what reading it raises."""
    artefacts = settings.artefacts.path
    promoted = read_promoted(artefacts)
    if promoted is None:
        return None
    return Estate(
        promoted,
        _graph(str(artefacts), promoted.graph),
        _findings_in(artefacts / "findings" / f"{promoted.graph}.json"),
        _baseline_in(settings.state.path),
    )


def _administrators(graph: Graph) -> set[str]:
    return {node.id for node in graph.of("Outcome")}


def _jewels(graph: Graph) -> set[str]:
    return {edge.source for edge in graph.edges_of("IS_JEWEL")}


# What must not be reached; a graph may hold none of it.
GOALS: dict[str, Callable[[Graph], set[str]]] = {"administrator": _administrators, "jewel": _jewels}


@st.cache_resource(max_entries=4, show_spinner=False)
def _graph(artefacts: str, graph_id: str) -> Graph:
    return read_graph(Path(artefacts) / "graphs" / f"{graph_id}.graph")


def _findings_in(file: Path) -> list[Finding] | None:
    return _findings(str(file), file.stat().st_mtime_ns) if file.exists() else None


@st.cache_resource(max_entries=4, show_spinner=False)
def _findings(file: str, written: int) -> list[Finding]:
    return load_findings(Path(file))


def _baseline_in(state: Path) -> Baseline | None:
    try:
        approval = current(state)
    except NoBaseline:
        return None
    return _baseline(str(state), approval.graph_id, approval.at)


@st.cache_resource(max_entries=2, show_spinner=False)
def _baseline(state: str, graph_id: str, at: str) -> Baseline:
    return load_baseline(Path(state))


@st.cache_resource(max_entries=4, show_spinner="Comparing with the baseline …")
def _drift(baseline_id: str, graph_id: str, checked: bool, _baseline: Baseline, _estate: Estate) -> Drift:
    before, after = (_baseline.findings, _estate.findings or []) if checked else ([], [])
    return compare(_baseline.graph, before, _estate.graph, after)


@st.cache_resource(max_entries=16, show_spinner=False)
def _reaching(graph_id: str, goal: str, _estate: Estate) -> list[Distance]:
    return reaching(_estate.graph, GOALS[goal](_estate.graph))


@st.cache_resource(max_entries=4, show_spinner=False)
def _ways_in(graph_id: str, _estate: Estate) -> list[tuple[str, AccessPath]]:
    graph = _estate.graph
    goals = {node_id for members in GOALS.values() for node_id in members(graph)}
    reaches = [network.search(goals) for network in networks(graph)]
    found = []
    for kind, members in groupby(entries(graph), key=lambda entry: entry.kind):
        path = _shortest([entry.id for entry in members if entry.id not in goals], reaches)
        if path:
            found.append((kind, path))
    return found


def _shortest(sources: list[str], reaches: list[Reach]) -> AccessPath | None:
    """The shortest path of some sources: over certain steps where there is one, else over possible ones."""
    for reach in reaches:
        hops = {source: count for source in sources if (count := reach.hops(source)) is not None}
        if hops:
            source = min(hops, key=lambda s: (hops[s], s))
            edges = reach.path(source) or []
            return AccessPath(source, edges[-1].target, tuple(edges))
    return None
