"""The baseline: what somebody approved, kept with who, when and why, and out of reach of pruning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from graph.artefact import read_graph, write_graph
from graph.errors import ArtefactError
from graph.model import Graph
from ingest.whole_file import write_whole
from queries.checks import Finding, FindingsError, load_findings, save_findings

CURRENT, HISTORY, FOLDER = "baseline.json", "approvals.jsonl", "baselines"


class BaselineError(Exception):
    """There is no baseline, or it cannot be read; the sentence says what to do."""


class NoBaseline(BaselineError):
    """Nothing was ever approved."""


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """Who approved which graph, when and why."""

    graph_id: str
    snapshot_id: str
    taken_at: str
    who: str
    at: str
    why: str


@dataclass(frozen=True)
class Baseline:
    """An approval with what was approved."""

    approval: Approval
    graph: Graph
    findings: list[Finding]


def approve(
    state_dir: Path, graph: Graph, findings: Sequence[Finding], who: str, why: str, clock: Callable[[], datetime]
) -> Approval:
    """Makes a graph the baseline. `clock` gives the time with its zone.

    The graph and its findings are copied first, then the history grows, then the pointer moves: killed at any
    moment, the old baseline or the new one holds.
    """
    if not why.strip():
        raise BaselineError("an approval needs a reason: give `--reason`")
    approval = Approval(
        graph_id=graph.id,
        snapshot_id=graph.snapshot_id,
        taken_at=graph.taken_at,
        who=who,
        at=clock().isoformat(timespec="seconds"),
        why=why.strip(),
    )
    write_graph(graph, _graph_path(state_dir, graph.id))
    save_findings(findings, _findings_path(state_dir, graph.id))
    encoded = msgspec.json.encode(approval, order="deterministic")
    write_whole(state_dir / HISTORY, b"".join(line + b"\n" for line in (*_lines(state_dir), encoded)))
    write_whole(state_dir / CURRENT, encoded)
    return approval


def load_baseline(state_dir: Path) -> Baseline:
    """The approved graph with its approval. Raises NoBaseline where none was ever approved, else BaselineError."""
    approval = current(state_dir)
    graph_path, findings_path = (path(state_dir, approval.graph_id) for path in (_graph_path, _findings_path))
    try:
        graph = read_graph(graph_path)
    except ArtefactError as error:
        raise BaselineError(_lost("graph", graph_path)) from error
    try:
        return Baseline(approval, graph, load_findings(findings_path))
    except FindingsError as error:
        raise BaselineError(_lost("findings", findings_path)) from error


def current(state_dir: Path) -> Approval:
    """The approval that holds now. Raises NoBaseline where none was ever approved, else BaselineError."""
    try:
        return msgspec.json.decode((state_dir / CURRENT).read_bytes(), type=Approval)
    except FileNotFoundError:
        if approvals := len(_lines(state_dir)):
            raise BaselineError(
                f"the baseline is gone, `{HISTORY}` names {approvals} approval{'s' * (approvals > 1)}: "
                f"restore `{state_dir / CURRENT}` from a backup or approve again"
            ) from None
        raise NoBaseline("no baseline yet: run `trustdrift approve --reason …`") from None
    except msgspec.MsgspecError as error:
        raise BaselineError(f"`{CURRENT}` is damaged: approve again with `trustdrift approve --reason …`") from error


def history(state_dir: Path) -> list[Approval]:
    """Every approval, oldest first."""
    return [msgspec.json.decode(line, type=Approval) for line in _lines(state_dir)]


def _lines(state_dir: Path) -> list[bytes]:
    """The whole lines of the history: one without an end was cut short, by a full disk perhaps."""
    path = state_dir / HISTORY
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def _lost(what: str, path: Path) -> str:
    problem = "is damaged" if path.exists() else "is missing"
    return f"the baseline's {what} `{path}` {problem}: restore it from a backup or approve again"


def _graph_path(state_dir: Path, graph_id: str) -> Path:
    return state_dir / FOLDER / f"{graph_id}.graph"


def _findings_path(state_dir: Path, graph_id: str) -> Path:
    return state_dir / FOLDER / f"{graph_id}.findings.json"
