"""The measurements run and answer in the declared shape; how fast they are is not asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.estate import Params, drifted_twin, generate
from benchmarks.figures import Figure
from benchmarks.goals import ESTATE, GOALS, with_goal
from benchmarks.growth import exponent
from tests.conftest import ROOT

FIELDS = {"name", "value", "unit", "goal", "peer", "ratio"}
SMALL = Params(
    accounts=2,
    roles=60,
    users=4,
    groups=2,
    managed_policies=6,
    sgs=6,
    instances=3,
    lambdas=3,
    buckets=3,
    permission_sets=3,
    sso_users=6,
    distinct=0.9,
    drift=10,
)


def benchmarks(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    wide = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(command, cwd=ROOT, env=wide, capture_output=True, text=True, check=False, timeout=300)


def trees(root: Path) -> dict[str, bytes]:
    return {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()}


def test_figures_are_a_table_and_one_json_array(estate: Path, tmp_path: Path) -> None:
    done = benchmarks("snapshot", "build", "--estate", str(estate), "--json", str(tmp_path / "figures.json"))
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert all(set(f) == FIELDS for f in figures)
    values = {f["name"]: f["value"] for f in figures}
    assert set(values) >= {"snapshot.collect", "snapshot.commit", "snapshot.memory", "build.graph", "build.memory"}
    assert all(value > 0 for value in values.values())
    assert all(name in done.stdout for name in values)


@pytest.mark.parametrize("arguments, said", [
    (("no-such-thing",), "no-such-thing"),
    (("snapshot", "--estate", "no-such-folder"), "no-such-folder"),
    (("snapshot", "--estate", "x", "--growth"), "--growth"),
])  # fmt: skip
def test_what_cannot_be_measured_is_a_usage_error(arguments: tuple[str, ...], said: str) -> None:
    done = benchmarks(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_twin_is_named(estate: Path) -> None:
    done = benchmarks("drift", "--estate", str(estate))
    assert done.returncode == 2
    assert "estate-drift" in done.stderr
    assert "Traceback" not in done.stderr


def test_goals_hold_on_their_own_estate_only() -> None:
    figure = Figure(next(iter(GOALS)), 1.0, "s")
    assert with_goal(figure, ESTATE | {"seed": 7}).goal == GOALS[figure.name]
    assert with_goal(figure, ESTATE | {"accounts": 10}).goal is None
    assert with_goal(figure, {}).goal is None


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_the_exponent_is_that_of_the_power(power: float) -> None:
    assert exponent([2, 4, 8], [3 * n**power for n in (2, 4, 8)]) == pytest.approx(power, abs=1e-9)


def test_the_same_parameters_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate(SMALL, tmp_path / name)
    assert trees(tmp_path / "one") == trees(tmp_path / "two")
    assert trees(drifted_twin(tmp_path / "one")) == trees(drifted_twin(tmp_path / "two"))
    generate(replace(SMALL, seed=8), tmp_path / "other")
    assert trees(tmp_path / "one") != trees(tmp_path / "other")


def test_the_management_account_is_bound_by_no_scp(tmp_path: Path) -> None:
    chains = generate(SMALL, tmp_path / "estate")["chains"]
    fenced = {c["account"]: (c["reachable"], c["blocked_by"]) for c in chains if c["kind"] == "blocked-scp"}
    assert fenced == {"111111111100": (True, None), "111111111101": (False, "scp")}


def test_drift_lists_every_change(tmp_path: Path) -> None:
    generate(SMALL, tmp_path / "estate")
    changes = json.loads((drifted_twin(tmp_path / "estate") / "manifest.json").read_text())["changes"]
    assert len(changes) == SMALL.accounts * SMALL.drift
    assert sum(c["semantic"] for c in changes) == len(changes) / 2


@pytest.mark.parametrize("wrong", [{"regions": 5}, {"regions": 0}, {"roles": -1}, {"baseline": 1.5}])
def test_a_parameter_that_means_nothing_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Params(**wrong)
