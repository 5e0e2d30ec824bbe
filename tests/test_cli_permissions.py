"""The verbs can, access, whocan and evaluate as a user types them: words, formats, exit codes, and bad lines."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import demo
from cli.evaluating import _verdicts
from tests.case_strategies import KINDS, chances
from tests.command import cli, command, environment
from tests.require import repetitions
from trustdrift import app


class Said(NamedTuple):
    """How a verb ended, and what it wrote where."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Said]
CLEAN, ERROR, USAGE, INCOMPLETE = 0, 1, 2, 4
CI, LEDGER_KEY = "payments-prod/ci-deploy", "payments-prod/ledger"


@pytest.fixture(scope="module")
def harborline(tmp_path_factory) -> Run:
    """The verbs in a folder with two snapshots of the demo organization; one account of the later one is unseen.

    They run in this process: a new one for each would take most of the time.
    """
    folder = tmp_path_factory.mktemp("harborline")
    (folder / "trustdrift.toml").write_text(f'snapshots.url = "file://{folder}/snapshots"\n')

    def run(*arguments: object) -> Said:
        found = CliRunner().invoke(app, ["--config", str(folder / "trustdrift.toml"), *map(str, arguments)])
        return Said(found.exit_code, found.stdout, found.stderr)

    for source, at in ((demo.baseline_dir(), demo.BASELINE_TAKEN_AT), (demo.week_dir(), demo.WEEK_TAKEN_AT)):
        assert run("collect", "--from", source, "--taken-at", at).returncode in (CLEAN, INCOMPLETE)
    return run


@pytest.fixture(scope="module")
def baseline(harborline) -> str:
    """The id of the earlier snapshot."""
    rows = json.loads(harborline("snapshots", "--format", "json").stdout)
    return str(min(rows, key=lambda row: row["taken_at"])["id"])


# -- can
def test_an_answer_is_one_line_and_explained_layer_by_layer(harborline):
    asked = ("can", CI, "iam:PassRole", "ledger-admin")
    short, long = harborline(*asked), harborline(*asked, "--explain")
    assert (short.returncode, long.returncode) == (CLEAN, CLEAN)
    assert short.stdout.startswith("yes, allowed by identity policies")
    assert short.stdout.count("\n") == 1
    assert long.stdout.startswith(short.stdout)
    assert "identity policies: allow\n    Allow `PassFunctionRoles` of `deploy`" in long.stdout


def test_every_format_holds_the_same_answer(harborline):
    asked = ("can", CI, "kms:Decrypt", LEDGER_KEY, "--format")
    whole = json.loads(harborline(*asked, "json").stdout)
    line = json.loads(harborline(*asked, "jsonl").stdout)
    assert whole["answer"] == line["answer"] == "no"
    assert whole["verdict"]["layers"]["identity"]["truth"] == "no"
    assert whole["verdict"]["blocked_by"] == line["blocked_by"]
    for form in ("csv", "md"):
        assert "no, not allowed by" in harborline(*asked, form).stdout


def test_what_was_not_seen_is_unknown_and_the_exit_code_says_so(harborline, baseline):
    asked = ("can", "dev-sandbox/hackday", "s3:GetObject", "arn:aws:s3:::harborline-sandbox-scratch/x")
    found = harborline(*asked)
    assert (found.returncode, found.stdout.split(",")[0]) == (INCOMPLETE, "unknown")
    then = harborline(*asked, "--as-of", baseline[:6])
    assert then.returncode == CLEAN
    assert "unknown" not in then.stdout


def test_keys_of_the_request_may_be_given(harborline):
    asked = ("can", "payments-prod/terraform-apply", "ec2:RunInstances", "*", "--context")
    assert harborline(*asked, "aws:RequestedRegion=us-east-1").stdout.startswith("no, denied by service control")
    assert harborline(*asked, "AWS:requestedregion=eu-west-1").stdout.startswith("yes")


@pytest.mark.parametrize(
    ("arguments", "code", "advice"),
    [
        (("can", "nobody-here", "s3:GetObject", "*"), ERROR, "no user or role is called `nobody-here`"),
        (("can", "terraform-apply", "s3:GetObject", "*"), ERROR, "names 2 of them"),
        (("can", CI, "s3:*", "*"), ERROR, "is not one action"),
        (("can", CI, "s3:GetObject", "arn:aws:s3:::"), ERROR, "is no ARN"),
        (("can", CI, "s3:GetObject", "*", "--context", "aws:SourceIp"), USAGE, "is no condition key"),
        (("can", CI, "s3:GetObject"), USAGE, "resource"),
        (("can", CI, "s3:GetObject", "*", "--as-of", "ffffffff"), ERROR, "ffffffff"),
        (("whocan", "s3:GetObject", "arn:aws:s3:::"), ERROR, "is no ARN"),
        (("access", CI, "--service", "s33"), ERROR, "did you mean `s3`"),
        (("access", CI, "--level", "most"), USAGE, "most"),
        (("access", "anyone-else"), ERROR, "no user or role"),
    ],
)
def test_bad_input_is_one_sentence_on_stderr(harborline, arguments, code, advice):
    found = harborline(*arguments)
    assert (found.returncode, found.stdout) == (code, "")
    assert advice in " ".join(found.stderr.replace("│", " ").split())
    assert "Traceback" not in found.stderr


def test_an_action_that_the_catalogue_lacks_is_asked_with_a_warning(harborline):
    found = harborline("can", CI, "kms:Decryp", "*")
    assert found.returncode == CLEAN
    assert found.stdout.startswith("no")
    assert "did you mean `kms:Decrypt`" in found.stderr


def test_without_a_snapshot_the_way_to_one_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = cli("can", "ann", "s3:GetObject", "*")
    assert found.returncode == ERROR
    assert "run `trustdrift collect`" in found.stderr


# -- whocan
def test_everyone_who_can_is_listed_with_the_people_behind(harborline):
    found = harborline("whocan", "kms:Decrypt", LEDGER_KEY)
    assert found.returncode == INCOMPLETE, "one account was not seen"
    assert "210000000088 were not seen" in found.stderr
    assert "payments-prod/terraform-apply" in found.stdout
    assert "Ingrid Solberg (BreakGlass)" in found.stdout
    assert CI not in found.stdout


def test_only_the_certain_are_listed_on_demand(harborline, baseline):
    asked = ("whocan", "sts:AssumeRoleWithWebIdentity", CI, "--as-of", baseline)
    everyone, certain = harborline(*asked, "--format", "json"), harborline(*asked, "--certain")
    assert [one["answer"] for one in json.loads(everyone.stdout)["who"]] == ["possible"]
    assert certain.stdout.strip().count("\n") == 0
    assert "nobody that was seen certainly can" in certain.stderr


def test_a_list_is_explained_one_by_one(harborline):
    found = harborline("whocan", "sts:AssumeRoleWithWebIdentity", CI, "--explain").stdout
    assert "repo:harborline/*" in found
    assert "the resource policy: may allow" in found


# -- access
def test_all_that_a_principal_can_do_is_grouped(harborline):
    found = harborline("access", CI)
    assert found.returncode == CLEAN
    assert "PassRole" in found.stdout
    assert "`aws:RequestedRegion` is not eu-west-1" in found.stdout
    rows = [
        json.loads(line)
        for line in harborline("access", CI, "--level", "write", "--format", "jsonl").stdout.splitlines()
    ]
    assert {row["level"] for row in rows} == {"Write"}
    assert "lambda:InvokeFunction" in rows[0]["actions"]


def test_an_administrator_fits_on_a_screen_and_every_action_can_be_asked_for(harborline):
    asked = ("access", "arn:aws:iam::210000000055:role/terraform-apply")
    assert harborline(*asked).stdout.count("\n") < 20
    services = json.loads(harborline(*asked, "--format", "json").stdout)["rows"]
    assert len({row["service"] for row in services}) > 400
    assert "GetObject" in harborline(*asked, "--service", "s3", "--level", "read", "--explain").stdout


def test_what_changed_since_a_snapshot_is_shown(harborline, baseline):
    found = harborline("access", CI, "--since", baseline)
    assert "wider" in found.stdout
    assert "payments-fn-*" in found.stdout
    assert "1 action otherwise" in found.stderr


# -- evaluate
def evaluated(text: bytes, *flags: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command("evaluate", *flags), input=text, capture_output=True, env=environment(), timeout=120, check=False
    )


def test_the_engine_alone_answers_as_the_conformance_cases_are_answered(cases_dir):
    from policy.interchange import evaluate

    lines = (cases_dir / "evaluate.jsonl").read_bytes().splitlines()[::20]
    found = evaluated(b"\n".join(lines))
    assert found.returncode == CLEAN
    answers = [json.loads(line) for line in found.stdout.splitlines()]
    wanted = [evaluate(json.loads(line)) for line in lines]
    assert [{key: answer[key] for key in want} for answer, want in zip(answers, wanted, strict=True)] == wanted
    assert all(answer["verdict"]["text"].count("\n") == text_lines(answer["verdict"]) for answer in answers)


def text_lines(verdict: dict[str, Any]) -> int:
    """A line for each layer and each statement in it."""
    return len(verdict["layers"]) + sum(len(layer["statements"]) for layer in verdict["layers"].values())


def request(**changes: Any) -> dict[str, Any]:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    asked = {
        "principal": "arn:aws:iam::111111111111:user/ann",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::a/x",
        "resource_account": "111111111111",
        "context": {},
    }
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": office}
    return {"id": "one", "request": asked, "identity_policies": [{"Statement": [allow]}], **changes}


def test_keys_that_are_not_given_are_absent_or_open():
    line = json.dumps(request()).encode()
    assert json.loads(evaluated(line).stdout)["decision"] == "ImplicitlyDenied"
    found = json.loads(evaluated(line, "--open").stdout)
    assert found["decision"] == "Maybe"
    assert found["verdict"]["conditions"] == ["`aws:SourceIp` in 203.0.113.0/24"]


def test_a_bad_line_is_told_in_its_place_and_the_rest_is_answered():
    bad = [
        b"nonsense",
        b'{"id": "none"}',
        json.dumps(request(identity_policies=[{"Statement": [{"Effect": "allow"}]}])).encode(),
        b"\xff",
        b'{"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    ]
    found = evaluated(b"\n\n".join([*bad, json.dumps(request()).encode()]))
    assert found.returncode == ERROR
    assert b"5 of 6 lines" in found.stderr
    answers = [json.loads(line) for line in found.stdout.splitlines()]
    assert [answer.get("line") for answer in answers] == [1, 3, 5, 7, 9, None]
    assert [answer["id"] for answer in answers] == [None, "none", "one", None, None, "one"]


def test_nothing_to_evaluate_is_an_error():
    found = evaluated(b"\n")
    assert (found.returncode, found.stdout) == (ERROR, b"")
    assert b"write one JSON object per line" in found.stderr


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A whole request with one of its fields replaced by something else."""
    case = {"id": "one", **KINDS[draw(st.sampled_from(sorted(KINDS)))](draw(chances))}
    place = draw(st.sampled_from([case, case["request"]]))
    place[draw(st.sampled_from(sorted(place)))] = draw(JSON)
    return case


@settings(max_examples=repetitions(150))
@given(st.lists(damaged() | JSON, max_size=4), st.booleans())
def test_whatever_comes_in_each_line_gets_one_answer(lines, complete):
    written = io.BytesIO(b"\n".join(json.dumps(line).encode() for line in lines))
    answers = list(_verdicts(written, complete))
    assert len(answers) == len(lines)
    assert all(("error" in answer) is not ("decision" in answer) for answer in answers)
