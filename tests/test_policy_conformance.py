"""The published cases: every case within what the evaluator reads agrees, or AWS's own words are on record."""

from __future__ import annotations

import json

import pytest

from tests import conformance

FILES = {"evaluate": "evaluate.jsonl", "org": "differential_org_policies.jsonl"}


@pytest.mark.parametrize("kind", FILES)
def test_every_case_agrees_or_is_ruled(kind, cases_dir):
    answers = [(case, conformance.evaluate(case)) for case in conformance.read([cases_dir / FILES[kind]])]
    assert len(answers) > 500
    wrong = [
        (case["id"], answer["decision"], case["expected"])
        for case, answer in answers
        if not conformance.agree(case, answer) and not conformance.is_ruled(case, answer)
    ]
    assert wrong == []


DECISIONS = ("Allowed", "ImplicitlyDenied", "ExplicitlyDenied")  # other rulings are about other kinds of cases


@pytest.mark.parametrize("ruling", [one for one in conformance.rulings() if one["decision"] in DECISIONS], ids=str)
def test_every_ruling_is_needed(ruling, cases_dir):
    cases = list(conformance.read(cases_dir / name for name in FILES.values()))
    ruled = [case for case in cases if conformance.is_ruled(case, {"decision": ruling["decision"]})]
    disagreeing = {case["id"] for case in ruled if not conformance.agree(case, conformance.evaluate(case))}
    assert disagreeing
    assert disagreeing >= set(ruling.get("ids", ()))


def test_the_command_line_scores_and_writes_answers(cases_dir, tmp_path, capsys):
    lines = (cases_dir / FILES["evaluate"]).read_text(encoding="utf-8").splitlines()
    few, answers = tmp_path / "few.jsonl", tmp_path / "answers.jsonl"
    few.write_text("\n".join(line for line in lines if '"pathfinding-labs"' in line), encoding="utf-8")
    assert conformance.run("evaluate", [few], answers) == 0
    count = len(answers.read_text(encoding="utf-8").splitlines())
    assert capsys.readouterr().out.splitlines()[-1] == f"evaluate: {count} of {count} agree, 0 ruled"
    assert {*json.loads(answers.read_text(encoding="utf-8").splitlines()[0])} == {"id", "decision", "blocked_by"}
    wrong = [line.replace('"expected": "Allowed"', '"expected": "ImplicitlyDenied"') for line in lines[:50]]
    few.write_text("\n".join(wrong), encoding="utf-8")
    assert conformance.run("evaluate", [few], None) == 1
    assert "Allowed [], expected ['ImplicitlyDenied']" in capsys.readouterr().out
