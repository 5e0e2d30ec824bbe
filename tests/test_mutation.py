"""Mutants are programs that differ from the original in one place, and the lists about them are not stale."""

from __future__ import annotations

import ast
import importlib.util
import tomllib

import pytest

from tests.conftest import ROOT
from tests.require import require

LISTS = ROOT / "tests" / "mutation"
MODULE = """
def grade(names: list[str], bounded: bool = False) -> str | None:
    match len(names):
        case 0:
            return None
        case 1:
            return names[0].lower()
    return "many" if bounded and len(names) > 2 else names[-1]
"""


@pytest.fixture(scope="module")
def make():
    found = importlib.util.find_spec("mutmut")
    require("mutmut", found is not None, "mutmut is not installed: `make .venv/developed`")
    from tests.mutation.mutants import mutants

    return mutants


def test_each_mutant_is_another_program(make, tmp_path):
    file = tmp_path / "grades.py"
    file.write_text(MODULE, encoding="utf-8")
    found = list(make("grades", file))
    programs = {ast.dump(ast.parse(one.source)) for one in found}
    assert len(programs) == len(found) > 10
    assert ast.dump(ast.parse(MODULE)) not in programs
    assert {one.function for one in found} == {"grade"}
    assert "grade: return names[0].lower() -> return names[1].lower()" in {one.text.partition(" ")[2] for one in found}


def test_every_module_of_the_evaluator_has_mutants_that_compile(make):
    from tests.mutation.trial import file_of

    for module in ("truth", "decision.principals", "decision.case"):
        for one in make(module, file_of(module)):
            compile(one.source, one.text, "exec")


@pytest.mark.parametrize("name", ["survivors.toml", "equivalent.toml"])
def test_every_mutant_that_is_let_live_has_a_reason(name):
    found = tomllib.loads((LISTS / name).read_text(encoding="utf-8"))["reason"]
    assert all(one["why"].strip() for one in found)
    assert all(one.get("mutants") or one.get("pattern") for one in found)
