"""Techniques are complete rows: each is executable, explained, and judged by a positive and a near miss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph.techniques import Technique, techniques
from tests.conftest import ROOT

ROWS = [pytest.param(row, id=row.id) for row in techniques().values()]
# What is wanted of the other party, by shape; a shape that is missing here has no rule in graph/edges.
TARGETED = {"own_policy", "user", "role", "group", "pass_role", "assume"}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_what_why_and_how_to_close_it(row: Technique) -> None:
    assert all([row.name, row.gains, row.why, row.fix, row.detect])
    assert row.source.startswith("https://")
    assert row.needs


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_executable(row: Technique) -> None:
    on = {need.on for need in row.needs}
    assert all(need.resource for need in row.needs if need.on in ("new", "any"))
    assert ("target" in on) == (row.shape in TARGETED)
    assert bool(row.trusts) == (row.shape == "pass_role")


def test_ids_are_said_once() -> None:
    files = sorted((ROOT / "graph" / "techniques").glob("*.toml"))
    said = sum(file.read_text().count("[[technique]]") for file in files)
    assert said == len(techniques())


def test_every_technique_is_a_published_one(cases_dir: Path) -> None:
    published = {row["id"]: set(row["permissions"]) for row in json.loads((cases_dir / "techniques.json").read_text())}
    for row in techniques().values():
        if row.id != "administrator":
            assert {need.action for need in row.needs} == published[row.id], row.id


def test_every_technique_has_a_positive_and_a_near_miss(cases_dir: Path) -> None:
    cases = [json.loads(line) for line in (cases_dir / "escalation.jsonl").open()]
    for technique in techniques().keys() - {"administrator"}:
        judged = {c["expect"]["reachable"] for c in cases if technique in (c["expect"].get("technique") or ())}
        assert {True, False} <= judged, technique
