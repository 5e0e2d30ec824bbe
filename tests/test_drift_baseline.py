"""The baseline: approved by somebody, kept whole, with its history."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from drift import BaselineError, NoBaseline, approve, compare, load_baseline
from drift.baseline import history
from graph.model import Graph
from queries.checks import Finding
from tests.graph_samples import organization, week_later

FINDING = Finding(id="1", rule="missing-mfa", severity="high", state="open", subject="u", title="t", account_id="1")


def clock() -> datetime:
    return datetime(2026, 11, 9, 9, 0, tzinfo=UTC)


def approved(state: Path, graph: Graph, why: str = "first") -> None:
    approve(state, graph, [FINDING], "maya", why, clock)


def test_what_was_approved_comes_back_whole(tmp_path: Path) -> None:
    graph = organization().graph()
    approved(tmp_path, graph)
    held = load_baseline(tmp_path)
    assert (held.approval.who, held.approval.why, held.approval.at) == ("maya", "first", "2026-11-09T09:00:00+00:00")
    assert held.graph.id == graph.id
    assert held.findings == [FINDING]
    assert compare(held.graph, held.findings, graph, [FINDING]).items == []


def test_the_last_approval_holds_and_the_history_stays(tmp_path: Path) -> None:
    approved(tmp_path, organization().graph("a"))
    approved(tmp_path, week_later().graph("b"), "the week was meant")
    assert load_baseline(tmp_path).graph.id == "b"
    assert [(a.graph_id, a.why) for a in history(tmp_path)] == [("a", "first"), ("b", "the week was meant")]


def test_a_history_cut_short_by_a_crash_is_read_up_to_there(tmp_path: Path) -> None:
    approved(tmp_path, organization().graph("a"))
    with (tmp_path / "approvals.jsonl").open("ab") as file:
        file.write(b'{"graph_id": "b", "snap')
    assert [a.graph_id for a in history(tmp_path)] == ["a"]
    approved(tmp_path, organization().graph("c"))
    assert [a.graph_id for a in history(tmp_path)] == ["a", "c"]


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda state: None, "no baseline yet: run `trustdrift approve"),
        (lambda state: (state / "baseline.json").write_text("{"), "is damaged: approve again"),
    ],
)
def test_no_baseline_says_what_to_do(tmp_path: Path, prepare: object, said: str) -> None:
    prepare(tmp_path)  # type: ignore[operator]
    with pytest.raises(BaselineError, match=said):
        load_baseline(tmp_path)


def test_only_a_state_without_any_approval_has_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(NoBaseline):
        load_baseline(tmp_path)
    approved(tmp_path, organization().graph("a"))
    approved(tmp_path, organization().graph("b"))
    (tmp_path / "baseline.json").unlink()
    with pytest.raises(
        BaselineError, match=r"gone, `approvals.jsonl` names 2 approvals: restore .* or approve"
    ) as caught:
        load_baseline(tmp_path)
    assert not isinstance(caught.value, NoBaseline)


@pytest.mark.parametrize(("name", "what"), [("a.graph", "graph"), ("a.findings.json", "findings")])
@pytest.mark.parametrize("problem", ["is damaged", "is missing"])
def test_a_copy_that_is_lost_is_named_and_never_taken_for_no_baseline(
    tmp_path: Path, name: str, what: str, problem: str
) -> None:
    approved(tmp_path, organization().graph("a"))
    copy = tmp_path / "baselines" / name
    if problem == "is damaged":
        copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    else:
        copy.unlink()
    with pytest.raises(BaselineError, match=f"baseline's {what} `{copy}` {problem}: restore it") as caught:
        load_baseline(tmp_path)
    assert not isinstance(caught.value, NoBaseline)


def test_an_approval_without_a_reason_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="needs a reason"):
        approved(tmp_path, organization().graph(), "  ")
    assert list(tmp_path.iterdir()) == []
