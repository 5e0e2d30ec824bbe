"""The differential run finds what another engine answers otherwise, reduces it and knows what is settled."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest

from policy.language.operators import OPERATORS
from tests.conftest import ROOT
from tests.differential.__main__ import compare, main
from tests.differential.alphabet import CALLER_WEIGHTS
from tests.differential.engines import Answer, Oracle, OracleFailed, agree, ours
from tests.differential.generator import generate
from tests.differential.rulings import Difference, ruling, rulings
from tests.differential.shapes import SHAPES, entries, statements
from tests.differential.shrinking import CONTAINERS, PLAIN_PRINCIPAL, PLAIN_TARGET, shrink
from tests.require import repetitions

CASES = repetitions(150)
EMPTY: dict[str, Any] = {
    "id": "example", "identity_policies": [], "resource_policy": None, "permission_boundaries": [],
    "session_policy": None, "scps": [], "rcps": [], "endpoint_policies": [],
}  # fmt: skip

# Another engine: ours, except for one line.
STAND_IN = """
import json, sys
from policy.interchange import evaluate

for line in sys.stdin:
    case = json.loads(line)
    {before}
    answer = evaluate(case)
    {after}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Writes a program that answers as our engine does, but for one line before or after; returns its command."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def write(before: str = "", after: str = "") -> str:
        program = tmp_path / "engine.py"
        program.write_text(STAND_IN.format(before=before, after=after), encoding="utf-8")
        return f"{sys.executable} {program}"

    return write


def filled(example: str) -> dict[str, Any]:
    """The case of a ruling's example."""
    found = {**EMPTY, **json.loads(example)}
    return {**found, "request": {"context": {}, **found["request"]}}


@pytest.fixture(scope="module")
def cases():
    return list(generate(7, repetitions(1_000)))


# ---- the cases


def test_a_seed_gives_the_same_cases_again(cases):
    assert list(generate(7, 20)) == cases[:20]
    assert {json.dumps(one["request"]) for one in generate(8, 20)} != {json.dumps(one["request"]) for one in cases[:20]}


def test_the_answers_are_balanced_and_none_is_an_error(cases):
    found = Counter(ours(case).decision for case in cases)
    assert {*found} == {"Allowed", "ImplicitlyDenied", "ExplicitlyDenied"}
    assert min(found.values()) > len(cases) / 4


def test_the_cases_use_the_whole_language(cases):
    written = [entry.operator for case in cases for entry in entries(case)]
    plain = {operator.rpartition(":")[2].removesuffix("IfExists").lower() for operator in written}
    assert plain == {*OPERATORS}
    assert all(
        any(part in one for one in written) for part in ("ForAllValues:", "ForAnyValue:", "EqualsIfExists", "Null")
    )
    elements = {(one.field, element) for case in cases for one in statements(case) for element in one.statement}
    assert elements >= {(field, element) for field in CONTAINERS for element in ("Action", "NotResource", "Condition")}
    assert elements >= {(field, "NotAction") for field in CONTAINERS if field != "rcps"}
    assert elements >= {("resource_policy", "Principal"), ("resource_policy", "NotPrincipal")}


# ---- the comparison


def test_an_engine_that_answers_the_same_has_no_differences(stand_in, capsys):
    assert compare(CASES, 1, stand_in(), None) == 0
    assert capsys.readouterr().out.endswith(f"differential: {CASES} cases, {CASES} agree, 0 ruled, 0 unexplained\n")


def test_a_wrong_engine_is_found_and_each_case_reduced_to_what_it_gets_wrong(stand_in, capsys, tmp_path):
    output = tmp_path / "differences.jsonl"
    assert compare(CASES, 1, stand_in(before="case['scps'] = []"), output) == 1
    found = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert found
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"differential: {CASES} cases, {CASES - len(found)} agree, 0 ruled, {len(found)} unexplained"
    for one in found:
        smallest = one["smallest"]
        assert len(smallest["scps"]) == 1
        assert smallest["request"]["principal"] == "arn:aws:iam::111111111111:user/ann"
        assert smallest["request"]["context"] == {}
        assert "Condition" not in json.dumps(smallest)
        assert not agree(ours(smallest), ours({**smallest, "scps": []}))


def test_layers_that_another_engine_names_are_compared(stand_in, capsys):
    assert compare(CASES, 1, stand_in(after="answer['blocked_by'] = ['vpce'] * bool(answer['blocked_by'])"), None) == 1
    assert "oracle ImplicitlyDenied by vpce" in capsys.readouterr().out
    denied = Answer("ImplicitlyDenied", ("scp",))
    assert agree(denied, Answer("ImplicitlyDenied"))  # an engine may name none
    assert not agree(denied, Answer("ImplicitlyDenied", ("rcp", "scp")))


def test_a_settled_difference_is_shown_under_its_ruling_and_is_no_failure(stand_in, monkeypatch, capsys):
    monkeypatch.setitem(CALLER_WEIGHTS, "root", 10)
    knows_no_root = "if ':root' in str(case['request']['principal']) and answer['decision'] == 'Allowed': "
    program = stand_in(after=knows_no_root + "answer['decision'] = 'ImplicitlyDenied'")
    assert compare(CASES, 3, program, None) == 0
    printed = capsys.readouterr().out
    assert "the root user needs no policy: " in printed
    assert printed.splitlines()[-1].endswith(" ruled, 0 unexplained")
    assert " 0 ruled" not in printed


@pytest.mark.parametrize(
    "after, message",
    [
        ("sys.exit()", "the oracle ended before it answered `0-0`: run its command by hand"),
        ("answer = 'yes'", 'no answer: `"yes"`; one JSON object per line is needed'),
        ("answer['id'] = 'other'", "`other` was answered where `0-0` was asked: keep the order"),
    ],
)
def test_an_engine_that_does_not_answer_ends_the_run(stand_in, monkeypatch, capsys, after, message):
    monkeypatch.setattr(sys, "argv", ["differential", "--cases", "3", "--oracle", stand_in(after=after)])
    assert main() == 2
    assert message in capsys.readouterr().err


def test_an_engine_that_hangs_is_ended(stand_in):
    program = stand_in(before="import time; time.sleep(60)")
    with Oracle(program, seconds=0.3) as oracle, pytest.raises(OracleFailed, match="ended before it answered"):
        oracle.ask(list(generate(1, 2)))


def test_an_engine_that_is_not_there_ends_the_run(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["differential", "--oracle", "no-such-engine"])
    assert main() == 2
    assert "no-such-engine" in capsys.readouterr().err


def test_an_error_of_the_other_engine_is_a_difference(stand_in, capsys):
    assert compare(2, 1, stand_in(after="answer = {'id': case['id'], 'error': 'cannot split'}"), None) == 1
    assert "oracle Error: cannot split" in capsys.readouterr().out


# ---- the reduction


def test_shrinking_keeps_what_matters_and_nothing_else(cases):
    """What is asked to stay stays in every step, and at the end hardly anything else is left."""
    for case in cases[:20]:
        wanted, smallest = case["request"]["resource_account"], case
        steps = shrink(case)
        candidate = next(steps)
        while candidate is not None:
            remains = candidate["request"]["resource_account"] == wanted
            smallest = candidate if remains else smallest
            candidate = _sent(steps, remains)
        assert smallest["request"] == {**PLAIN_PRINCIPAL, **PLAIN_TARGET, "resource_account": wanted, "context": {}}
        assert not any(smallest[name] for name in CONTAINERS)


def _sent(steps: Generator[dict[str, Any], bool, None], remains: bool) -> dict[str, Any] | None:
    try:
        return steps.send(remains)
    except StopIteration:
        return None


# ---- the rulings


@pytest.mark.parametrize("row", rulings(), ids=lambda row: row.name)
def test_our_engine_answers_a_ruling_as_aws_says(row):
    case = filled(row.example)
    assert SHAPES[row.holds](case)
    assert ours(case).decision in row.ours
    assert row.source.startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize("row", rulings(), ids=lambda row: row.name)
def test_a_ruling_settles_no_other_case(row):
    """A difference about a plain grant is explained by nothing."""
    case = filled(rulings()[0].example)
    case["request"]["principal"] = "arn:aws:iam::111111111111:user/ann"
    case["identity_policies"] = [
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    ]
    assert not SHAPES[row.holds](case)
    assert ruling(Difference(case, case, Answer("Allowed"), Answer("ImplicitlyDenied"))) is None


def test_every_shape_has_a_ruling():
    assert {row.holds for row in rulings()} == {*SHAPES}
