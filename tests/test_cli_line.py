"""The line on a small estate: stages one by one and `run` give the same, and stdout holds nothing but data."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import cli, end_store

TAKEN_AT = "2026-11-09T06:00:00+00:00"
CLEAN, ERROR, FINDINGS, INCOMPLETE = 0, 1, 3, 4


@dataclass(frozen=True)
class Workplace:
    """A folder with its settings file, and the verbs run in it."""

    folder: Path

    def __call__(self, *arguments: str | Path):
        return cli("--config", self.folder / "trustdrift.toml", *arguments)

    @property
    def promoted(self) -> dict[str, str]:
        return json.loads((self.folder / ".trustdrift/artefacts/promoted.json").read_bytes())


def workplace_in(folder: Path) -> Workplace:
    (folder / "trustdrift.toml").write_text("")
    return Workplace(folder)


@pytest.fixture(scope="module")
def line(estate, tmp_path_factory) -> Iterator[Workplace]:
    """A workplace in which the estate was run and approved."""
    place = workplace_in(tmp_path_factory.mktemp("line"))
    first = place("run", "--from", estate, "--taken-at", TAKEN_AT)
    assert first.returncode in (CLEAN, FINDINGS, INCOMPLETE), first.stderr
    approved = place("approve", "--reason", "as reviewed")
    assert approved.returncode == CLEAN, approved.stderr
    yield place
    end_store(place.folder)


def test_run_promotes_what_it_built(line):
    assert (line.folder / f".trustdrift/artefacts/graphs/{line.promoted['graph']}.graph").is_file()
    assert (line.folder / f".trustdrift/artefacts/findings/{line.promoted['graph']}.json").is_file()
    assert line.promoted["taken_at"].startswith("2026-11-09")


def test_each_stage_alone_gives_what_run_gave(line, estate, tmp_path):
    place = workplace_in(tmp_path)
    try:
        for verb in (("collect", "--from", estate), ("build",), ("load",), ("check", "--fail-on", "never")):
            result = place(*verb)
            assert result.returncode in (CLEAN, INCOMPLETE), result.stderr
            assert result.stdout == ""
    finally:
        end_store(place.folder)
    assert {k: place.promoted[k] for k in ("graph", "snapshot")} == {k: line.promoted[k] for k in ("graph", "snapshot")}


def test_the_same_again_changes_nothing(line, estate):
    before = line.promoted
    result = line("run", "--from", estate, "--fail-on", "never", "--workers", "2", "--taken-at", TAKEN_AT)
    assert "loaded (unchanged)" in result.stderr
    assert (line.promoted["graph"], line.promoted["snapshot"]) == (before["graph"], before["snapshot"])
    drift = json.loads(line("drift", "--format", "json", "--fail-on", "never").stdout)
    assert drift["items"] == []


def test_run_counts_what_changed_since_the_approval_and_check_counts_what_is_open(line, estate):
    assert line("run", "--from", estate, "--fail-on", "low", "--taken-at", TAKEN_AT).returncode in (CLEAN, INCOMPLETE)
    assert line("check", "--fail-on", "low").returncode == FINDINGS


def test_run_says_when_the_baseline_is_lost(line, estate):
    state = line.folder / ".trustdrift/state"
    for file in (state / "baseline.json", *(state / "baselines").iterdir()):
        kept = file.read_bytes()
        try:
            file.unlink()
            result = line("run", "--from", estate, "--fail-on", "never", "--taken-at", TAKEN_AT)
        finally:
            file.write_bytes(kept)
        assert result.returncode == ERROR
        assert "or approve again" in result.stderr
        assert result.stdout == ""


def test_collect_and_run_agree_on_what_is_not_there(estate, tmp_path):
    lone = tmp_path / "get-account-authorization-details.json"
    shutil.copy(sorted(estate.glob("accounts/*/iam/get-account-authorization-details.json"))[0], lone)
    place = workplace_in(tmp_path)
    try:
        alone, whole = place("collect", "--from", lone), place("run", "--from", lone, "--fail-on", "never")
    finally:
        end_store(place.folder)
    assert (alone.returncode, whole.returncode) == (INCOMPLETE, INCOMPLETE), alone.stderr + whole.stderr
    told = [line for line in whole.stderr.splitlines() if line.startswith(("not seen", "snapshot"))]
    assert [line for line in alone.stderr.splitlines() if line.startswith(("not seen", "snapshot"))] == told


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "md", "html"])
def test_a_report_in_every_format_is_the_same_on_stdout_and_in_a_file(line, form, tmp_path):
    shown = line("report", "--format", form, "--fail-on", "never")
    assert shown.returncode in (CLEAN, INCOMPLETE), shown.stderr
    assert shown.stdout.strip()
    assert "\x1b" not in shown.stdout + shown.stderr
    written = tmp_path / f"report.{form}"
    assert line("report", "--format", form, "--fail-on", "never", "-o", written).stdout == ""
    assert timeless(written.read_text(encoding="utf-8")) == timeless(shown.stdout)
    assert written.stat().st_mode & 0o077 == 0


def timeless(text: str) -> str:
    """Without the moment of writing."""
    return re.sub(r"2026-1[12]-\d\dT[\d:]+", "", text).strip()


def test_a_report_format_that_does_not_exist_is_a_usage_error(line):
    assert line("report", "--format", "parchment").returncode == 2


def test_drift_is_found_and_ends_with_its_code(line, tmp_path, estate):
    dump = tmp_path / "dump"
    shutil.copytree(estate, dump)
    loosen(dump)
    result = line("run", "--from", dump, "--format", "json")
    assert result.returncode == FINDINGS, result.stderr
    assert any(item["change"] == "added" for item in json.loads(result.stdout)["items"])
    assert line("drift", "--fail-on", "never").returncode in (CLEAN, INCOMPLETE)
    assert line("run", "--from", estate, "--fail-on", "never", "--taken-at", TAKEN_AT).returncode in (CLEAN, INCOMPLETE)


def loosen(dump: Path) -> None:
    """Makes an auditor of the first account an administrator."""
    file = sorted(dump.glob("accounts/*/iam/get-account-authorization-details.json"))[0]
    details = json.loads(file.read_text())
    role = next(r for r in details["RoleDetailList"] if r["RoleName"] == "readonly-audit")
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    role["RolePolicyList"] = [{"PolicyName": "everything", "PolicyDocument": everything}]
    file.write_text(json.dumps(details))


def test_paths_are_the_documented_json(line):
    found = json.loads(line("paths", "--from", "account:111111111100", "--to", "admin", "--format", "json").stdout)
    assert found.keys() == {"snapshot", "coverage", "paths"}
    assert found["snapshot"] == line.promoted["snapshot"]
    for path in found["paths"]:
        assert path.keys() >= {"source", "target", "verdict", "conditions", "hops"}


def test_more_paths_than_shown_are_told_and_an_empty_class_is_no_error(line):
    some = line("paths", "--from", "exposed", "--to", "admin", "--limit", "1", "--format", "jsonl")
    assert len(some.stdout.splitlines()) == 1
    assert "1 of more: raise `--limit`" in some.stderr
    none = line("paths", "--from", "external", "--to", "admin", "--max-hops", "1")
    assert none.returncode in (CLEAN, INCOMPLETE), none.stderr


def test_each_pair_comes_once_before_its_alternatives(line):
    shown = line("paths", "--from", "account:111111111100", "--to", "admin", "--limit", "50", "--format", "json")
    pairs = [(path["source"], path["target"]) for path in json.loads(shown.stdout)["paths"]]
    different = len(set(pairs))
    assert different < len(pairs)
    assert len(set(pairs[:different])) == different


def test_a_question_without_an_answer_says_so(line):
    result = line("query", "who-can-take-this-role", "--set", "role=none")
    assert (result.returncode, result.stdout.split()) == (CLEAN, ["principal", "name", "step", "conditions"])
    assert "no rows" in result.stderr
    assert (line.folder / ".trustdrift/state/audit.jsonl").stat().st_mode & 0o077 == 0


def test_a_place_that_does_not_exist_is_one_sentence(line):
    result = line("paths", "--from", "nobody-of-that-name", "--to", "admin")
    assert result.returncode == ERROR
    assert "nobody-of-that-name" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_catalogue_is_listed_and_every_query_of_it_runs(line):
    rows = json.loads(line("query", "list", "--format", "json").stdout)
    assert {row["kind"] for row in rows} == {"check", "question"}
    result = line("query", rows[0]["id"], "--format", "json")
    assert result.returncode == CLEAN, result.stderr
    assert isinstance(json.loads(result.stdout), list)


def test_a_question_in_cypher_is_answered(line):
    result = line("query", "-c", "MATCH (a:AWSAccount) RETURN a.id AS id ORDER BY id", "--format", "jsonl")
    assert len([json.loads(row)["id"] for row in result.stdout.splitlines()]) >= 3


def test_a_question_in_cypher_cannot_write(line):
    result = line("query", "-c", "MATCH (n:AWSAccount) SET n.name = 'x' RETURN n.name AS name")
    assert result.returncode == ERROR
    assert "Traceback" not in result.stderr
    after = line("query", "-c", "MATCH (n:AWSAccount) WHERE n.name = 'x' RETURN n.id AS id", "--format", "json")
    assert json.loads(after.stdout) == []


def test_a_misspelt_query_is_advised(line):
    result = line("query", "roots-keys-of-wood")
    assert result.returncode == ERROR
    assert "query list" in result.stderr or "did you mean" in result.stderr


def test_snapshots_are_listed_with_their_coverage(line):
    rows = json.loads(line("snapshots", "--format", "json").stdout)
    assert line.promoted["snapshot"] in [row["id"] for row in rows]
    assert all(0 < row["seen"] <= row["of"] for row in rows)


def test_schema_prints_the_committed_page():
    from tests.conftest import ROOT

    assert cli("schema").stdout.strip() == (ROOT / "docs/SCHEMA.md").read_text(encoding="utf-8").strip()
