"""The baseline: what somebody approved, kept with who, when and why, and out of reach of pruning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from graph.artefact import read_graph, write_graph
from graph.model import Graph
from ingest.whole_file import write_whole
from queries.checks import Finding, load_findings, save_findings

CURRENT, HISTORY, FOLDER = "baseline.json", "approvals.jsonl", "baselines"


class BaselineError(Exception):
    """There is no baseline, or it cannot be read; the sentence says what to do."""


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
    """The approved graph with its approval. Raises BaselineError, and what reading the files raises."""
    approval = current(state_dir)
    return Baseline(
        approval=approval,
        graph=read_graph(_graph_path(state_dir, approval.graph_id)),
        findings=load_findings(_findings_path(state_dir, approval.graph_id)),
    )


def current(state_dir: Path) -> Approval:
    """The approval that holds now. Raises BaselineError."""
    try:
        return msgspec.json.decode((state_dir / CURRENT).read_bytes(), type=Approval)
    except FileNotFoundError:
        raise BaselineError("no baseline yet: run `trustdrift approve --reason …`") from None
    except msgspec.MsgspecError as error:
        raise BaselineError(f"`{CURRENT}` is damaged: approve again with `trustdrift approve --reason …`") from error


def history(state_dir: Path) -> list[Approval]:
    """Every approval, oldest first."""
    return [msgspec.json.decode(line, type=Approval) for line in _lines(state_dir)]


def _lines(state_dir: Path) -> list[bytes]:
    """The whole lines of the history: one without an end was cut short, by a full disk perhaps."""
    path = state_dir / HISTORY
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def _graph_path(state_dir: Path, graph_id: str) -> Path:
    return state_dir / FOLDER / f"{graph_id}.graph"


def _findings_path(state_dir: Path, graph_id: str) -> Path:
    return state_dir / FOLDER / f"{graph_id}.findings.json"
