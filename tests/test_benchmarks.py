"""The measurements run and answer in the declared shape; how fast they are is not asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from benchmarks.bench import kept_estate
from benchmarks.estate import Params, drifted_twin, generate
from benchmarks.figures import Figure
from benchmarks.goals import ESTATE, GOALS, with_goal
from benchmarks.growth import exponent
from benchmarks.measurements import BIG, GROUPS, MEASUREMENTS, expanded
from benchmarks.measurements.policy_evaluations import questions_of
from benchmarks.measurements.policy_powers import powers
from benchmarks.measurements.policy_questions import Question, questions
from benchmarks.peers import Answer, PeerError, beside
from benchmarks.peers.compare import oracle_rate
from benchmarks.peers.samples import case_of, sample_of, written
from graph.estate import Estate
from ingest.files import collect_files
from ingest.snapshot.repository import Repository
from policy import Truth, parse
from policy.interchange import evaluate
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
    (("policy", "--oracle", "x"), "--peers"),
    (("policy", "--growth", "--peers"), "--growth"),
])  # fmt: skip
def test_what_cannot_be_measured_is_a_usage_error(arguments: tuple[str, ...], said: str) -> None:
    done = benchmarks(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_engine_is_measured_by_one_name(estate: Path, tmp_path: Path) -> None:
    done = benchmarks("policy", "--estate", str(estate), "--json", str(tmp_path / "figures.json"))
    assert done.returncode == 0, done.stderr
    figures = {f["name"]: f["value"] for f in json.loads((tmp_path / "figures.json").read_text())}
    assert {f"{name}.memory" for name in GROUPS["policy"]} <= figures.keys()
    assert {name for name in GOALS if name.startswith("policy.")} <= figures.keys()
    assert all(value > 0 for name, value in figures.items() if name != "policy.who_can.answers")


def test_a_peer_that_cannot_be_had_leaves_the_figures(estate: Path, tmp_path: Path) -> None:
    output = tmp_path / "figures.json"
    done = benchmarks(
        "policy.evaluations", "--estate", str(estate), "--peers", "--oracle", "no-such-program", "--json", str(output)
    )
    assert done.returncode == 4
    assert "`no-such-program`" in done.stderr
    assert "Traceback" not in done.stderr
    assert {f["peer"] for f in json.loads(output.read_text())} == {None}


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


def test_a_group_stands_for_its_measurements() -> None:
    assert expanded(["drift", "policy", "policy.compare"]) == ["drift", *GROUPS["policy"]]
    assert expanded(MEASUREMENTS) == list(MEASUREMENTS)


def test_the_estate_with_goals_is_made_where_none_is_given() -> None:
    assert ESTATE.items() <= vars(BIG).items()
    assert {MEASUREMENTS[name].estate for name in GROUPS["policy"]} == {BIG}


def test_an_estate_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = kept_estate(SMALL)
    assert tmp_path in first.parents
    (first / "mark").touch()
    assert (kept_estate(SMALL) / "mark").exists()
    assert (drifted_twin(first) / "manifest.json").exists()
    assert not (kept_estate(replace(SMALL, seed=8)) / "mark").exists()


# -- what the engine is measured on
@pytest.fixture(scope="module")
def asked(estate: Path) -> list[Question]:
    return questions_of(powers(estate))[:400]


def test_the_questions_are_a_mix(asked: list[Question]) -> None:
    truths = [one.policies.truth(one.request, one.resource) for one in asked]
    assert min(truths.count(Truth.YES), truths.count(Truth.NO)) > len(asked) / 10
    assert any(one.resource for one in asked)


def test_other_questions_are_the_same_on_other_resources(estate: Path) -> None:
    found = powers(estate)
    some, others = (questions(found, 200, names) for names in ("some", "others"))
    assert [(a.held, a.request.action) for a in some] == [(b.held, b.request.action) for b in others]
    assert sum(a.request.resource != b.request.resource for a, b in zip(some, others, strict=True)) > 50


def test_the_powers_are_those_of_the_product(estate: Path, tmp_path: Path) -> None:
    """Read without a snapshot they give every question the answer that the product gives."""
    snapshot = Repository(f"file://{tmp_path}").commit(collect_files(estate).shards, "2026-01-01T00:00:00+00:00", "")
    holders = Estate(snapshot).holders
    found = powers(estate)
    assert {one.principal.arn for one in found} == holders.keys()
    for one in questions(found, 400, "some"):
        holder = holders[one.request.principal.arn]
        request = msgspec.structs.replace(one.request, principal=holder.principal)
        ours = one.policies.truth(one.request, one.resource)
        assert ours is holder.policies.truth(request, one.resource), request


# -- peers
def test_documents_are_written_as_they_were_read(estate: Path) -> None:
    documents = {policy.document for one in powers(estate) for policy in (*one.identity, one.trust) if policy}
    assert documents
    for document in filter(None, documents):
        assert parse(msgspec.json.encode(written(document))).digest == document.digest


def test_a_case_keeps_what_is_certain(asked: list[Question]) -> None:
    """A case's context is complete: what was unknown is absent then, which turns no certain answer round."""
    for number, one in enumerate(asked):
        verdict, answer = one.policies.decide(one.request, one.resource), evaluate(case_of(number, one))
        if verdict.truth is Truth.YES and not verdict.choices:
            assert answer["decision"] == "Allowed", one.request
        elif verdict.truth is Truth.NO:
            assert answer["decision"].endswith("Denied"), one.request


def test_a_peer_answers_a_sample(estate: Path) -> None:
    """moto is there for other tests; how fast it is does not matter here."""
    command = [sys.executable, "-I", str(ROOT / "benchmarks" / "peers" / "moto_iam.py")]
    done = subprocess.run(command, input=sample_of(estate).text, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert set(found) == {"policy.evaluations", "policy.who_can"}
    assert min(found.values()) > 0


def test_figures_stand_beside_the_best_of_their_peers() -> None:
    figures = [Figure("rate", 100.0, "/s"), Figure("time", 2.0, "s"), Figure("alone", 1.0, "s")]
    answers = [Answer("one", "rate", 10.0), Answer("two", "rate", 20.0), Answer("one", "time", 6.0)]
    answers.append(Answer("one", "not measured", 1.0))
    rate, time, alone, *others = beside(figures, answers)
    assert (rate.peer, rate.ratio) == (20.0, 5.0)
    assert (time.peer, time.ratio) == (6.0, 3.0)
    assert (alone.peer, alone.ratio) == (None, None)
    assert [(one.name, one.value, one.unit) for one in others] == [
        ("rate by one", 10.0, "/s"),
        ("rate by two", 20.0, "/s"),
        ("time by one", 6.0, "s"),
    ]


ANSWERING = """
import sys
for line in sys.stdin:
    sum(range(2_000_000))
    print('{"decision": "Allowed"}')
"""


def test_an_oracle_is_measured_by_what_it_decides() -> None:
    assert 1 < oracle_rate([sys.executable, "-c", ANSWERING], ["{}"] * 10) < 10_000
    refusing = ANSWERING.replace("decision", "error")
    with pytest.raises(PeerError, match="decided 0 of 10"):
        oracle_rate([sys.executable, "-c", refusing], ["{}"] * 10)
