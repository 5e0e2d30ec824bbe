"""Techniques are complete rows: each is executable, explained, and judged by a positive and a near miss."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from graph.techniques import MalformedTechnique, Technique, read, techniques
from policy.catalogue import catalogue
from policy.language.match import glob
from tests.conftest import ROOT
from tests.technique_estates import fitting, is_found, near_misses

FILES = sorted((ROOT / "graph" / "techniques").glob("*.toml"))
ROWS = [pytest.param(row, id=row.id) for row in techniques().values()]
# Shapes of techniques that are tried on nothing but the caller itself.
SELF = ("own_user", "own_role", "user_boundary", "role_boundary")
UNTARGETED = {
    "administrator",
    *SELF,
    *(f"{kind}_{how}_deny" for kind in ("user", "role") for how in ("inline", "attached")),
}
EXECUTED = [
    pytest.param(row, id=row.id) for row in techniques().values() if row.shape not in ("administrator", "assume")
]
PLACES = {"target", "gained", "self", "any", "new", "existing", "*"}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_what_why_and_how_to_close_it(row: Technique) -> None:
    assert all([row.name, row.gains, row.why, row.fix, row.detect])
    assert row.source.startswith("https://")
    assert row.needs


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_executable(row: Technique) -> None:
    on = {need.on for need in row.needs}
    assert all(need.resource for need in row.needs if need.on in ("new", "any", "existing"))
    assert all(place in PLACES or place.startswith("arn:{partition}:") for place in on)
    assert ("target" in on) == (row.shape not in UNTARGETED)
    assert bool(row.trusts) == (row.shape == "pass_role")
    assert not row.trusts or row.needs[0].context == {"iam:PassedToService": row.trusts}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_names_actions_that_exist(row: Technique) -> None:
    assert [need.action for need in row.needs if catalogue().place(need.action) is None] == []


@pytest.mark.parametrize("row", ROWS)
def test_a_row_asks_of_resources_that_its_actions_have(row: Technique) -> None:
    for need in (n for n in row.needs if n.on in ("any", "new", "existing")):
        named = need.resource.replace("{partition}", "aws").replace("{account}", "111111111111")
        assert any(glob(kind.pattern)(named) for kind in catalogue().resource_types(need.action)), need
    for need in (n for n in row.needs if n.on == "*"):
        assert catalogue().resource_types(need.action) == (), need


def test_a_file_holds_one_service_and_ids_are_said_once() -> None:
    said = [(file.stem, row.id) for file in FILES for row in read(file)]
    assert [(stem, name) for stem, name in said if name.split("-")[0] != stem] == []
    assert len(said) == len(techniques())


def test_published_techniques_need_what_was_published(cases_dir: Path) -> None:
    published = {row["id"]: set(row["permissions"]) for row in json.loads((cases_dir / "techniques.json").read_text())}
    ours = {row.id: {need.action for need in row.needs} for row in techniques().values()}
    assert {i: ours[i] for i in ours.keys() & published.keys()} == {
        i: published[i] for i in ours.keys() & published.keys()
    }
    assert len(ours.keys() & published.keys()) >= 50


@pytest.mark.parametrize("row", EXECUTED)
def test_every_technique_is_found_where_it_works(row: Technique) -> None:
    assert is_found(row, fitting(row))


@pytest.mark.parametrize("row", EXECUTED)
def test_no_technique_is_found_by_a_near_miss(row: Technique) -> None:
    misses = near_misses(row)
    assert misses
    assert [name for name, setting in misses.items() if is_found(row, setting)] == []


ROW = """[[technique]]
id = "x-1"
name = "n"
shape = "role"
needs = [{ action = "iam:PassRole", on = "target" }]
gains = "g"
why = "w"
detect = ["d"]
fix = "f"
source = "https://s"
"""
MALFORMED = {
    "misspelt field": (ROW + 'trust = "x"\n', "`trust`"),
    "unknown shape": (ROW.replace('"role"', '"rule"'), "rule"),
    "missing field": (ROW.replace('fix = "f"\n', ""), "`fix`"),
    "misspelt need": (ROW.replace("action", "acton"), "acton"),
    "not TOML": (ROW.replace("[[", "[", 1), "x.toml"),
}


@pytest.mark.parametrize(("text", "said"), MALFORMED.values(), ids=list(MALFORMED))
def test_a_malformed_row_is_named_with_its_file(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(text)
    with pytest.raises(MalformedTechnique, match=re.escape("`x.toml`")) as raised:
        list(read(file))
    assert said in str(raised.value)
    assert "correct" in str(raised.value)
