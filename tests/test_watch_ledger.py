"""The run ledger: whole lines whatever is killed, what is open is known, and no secret in it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from watch.ledger import Ledger
from watch.redaction import REDACTED, Redaction
from watch.summary import CollectorFigures, Coverage, Summary, take_summary

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path, lambda: NOW, Redaction({}))


def test_what_is_open_and_what_never_began(ledger):
    for run in "abc":
        ledger.append("scheduled", "identity", run=run, due=NOW)
    for run in "ab":
        ledger.append("started", "identity", run=run, pid=1, began=2.0)
    ledger.append("ended", "identity", run="a", code=0, result="clean", summary=Summary(snapshot="s"))
    history = ledger.read()
    assert [e.run for e in history.open_runs()] == ["b"]
    assert [e.run for e in history.unbegun()] == ["c"]
    assert history.events[-1].summary == Summary(snapshot="s")


def test_a_torn_line_is_read_over_wherever_it_is_torn(ledger, tmp_path):
    """A kill at any byte of the last line; what is written next stands by itself."""
    file = tmp_path / "runs.jsonl"
    for run in "ab":
        ledger.append("started", "identity", run=run, pid=1, began=2.0)
    whole = file.read_bytes()
    first = whole.index(b"\n") + 1
    for end in range(first, len(whole) + 1):
        file.write_bytes(whole[:end])
        ledger.append("ended", "identity", run="a", code=0, result="clean")
        history = ledger.read()
        complete = end >= len(whole) - 1
        assert [e.run for e in history.events] == (["a", "b", "a"] if complete else ["a", "a"])
        assert history.unreadable == (0 if complete or end == first else 1)


def test_a_disk_that_takes_no_more_is_named(ledger, tmp_path):
    """What was written of the line is read over, once there is room again."""
    ledger.append("missed", "report", reason="r")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "runs.jsonl").stat().st_size + 10, hard))
    try:
        with pytest.raises(OSError, match=rf"File too large: '{tmp_path}/runs.jsonl'"):
            ledger.append("missed", "report", reason="s")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    ledger.append("missed", "report", reason="t")
    history = ledger.read()
    assert ([event.reason for event in history.events], history.unreadable) == (["r", "t"], 1)


@given(st.binary())
def test_damage_is_counted(tmp_path_factory, damage):
    folder = tmp_path_factory.mktemp("damaged")
    ledger = Ledger(folder, lambda: NOW, Redaction({}))
    (folder / "runs.jsonl").write_bytes(damage)
    ledger.append("missed", "report", reason="r")
    history = ledger.read()
    assert history.events[-1].reason == "r"
    assert len(history.events) + history.unreadable == len([x for x in damage.splitlines() if x.strip()]) + 1


def test_processes_write_whole_lines(tmp_path):
    program = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from watch.ledger import Ledger; from watch.redaction import Redaction\n"
        "ledger = Ledger(Path(sys.argv[1]), lambda: datetime.now(UTC), Redaction({}))\n"
        "for i in range(25): ledger.append('missed', 'report', reason=sys.argv[2] * 3000)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), c], cwd=ROOT) for c in "xyz"]
    assert [w.wait() for w in writers] == [0, 0, 0]
    history = Ledger(tmp_path, lambda: NOW, Redaction({})).read()
    assert (len(history.events), history.unreadable) == (75, 0)


@given(st.text(min_size=4).filter(lambda s: len(s.strip()) >= 4), st.text(), st.text())
def test_a_secret_value_is_taken_out_wherever_it_stands(secret, before, after):
    redaction = Redaction({}, [secret])
    assert secret.strip() not in redaction(f"{before}{secret}{after}").replace(REDACTED, "\0")
    assert secret.strip() not in str(redaction({"a": [secret], secret: 1})).replace(REDACTED, "\0")


def test_which_values_are_secrets():
    environment = {
        "AWS_SECRET_ACCESS_KEY": "canary-one",
        "AWS_SESSION_TOKEN": "canary-two",
        "AWS_ACCESS_KEY_ID": "canary-three",
        "SLACK_WEBHOOK": "canary-four",
        "TRUSTDRIFT_STORE__PASSWORD": "canary-five",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "canary-six",
        "AWS_REGION": "eu-west-1",
        "AWS_PROFILE": "audit",
        "SHORT_TOKEN": "abc",
    }
    redaction = Redaction(environment, ["canary-password", ""])
    assert "canary" not in redaction(" ".join([*environment.values(), "canary-password"]))
    assert redaction("abc in eu-west-1 with audit") == "abc in eu-west-1 with audit"
    assert redaction("http://me:pass@proxy:8080/x") == f"http://{REDACTED}@proxy:8080/x"


def test_no_secret_gets_into_the_ledger(tmp_path):
    """Not even one that is a word of the ledger's own format."""
    for secret in ("canary", "identity", "started", "seconds", "snapshot"):
        ledger = Ledger(tmp_path, lambda: NOW, Redaction({}, [secret]))
        summary = Summary(
            snapshot=secret,
            held=f"x{secret}",
            promotion={"kind": secret},
            collectors={secret: CollectorFigures(calls=1)},
        )
        line = ledger.append("ended", "report", reason=f"a {secret}", stderr=[f"b={secret};"], summary=summary)
        assert secret not in (line.reason, *line.stderr, str(line.summary))
    assert "canary" not in (tmp_path / "runs.jsonl").read_text()
    assert ledger.read().unreadable == 0
    assert (tmp_path / "runs.jsonl").stat().st_mode & 0o077 == 0


def test_no_half_of_a_secret_is_left_where_a_line_is_cut(tmp_path):
    ledger = Ledger(tmp_path, lambda: NOW, Redaction({}, ["canary" * 10]))
    for before in range(440, 501):
        long = "x" * before + "canary" * 10
        line = ledger.append("ended", "report", reason=long, stderr=[long])
        assert "can" not in line.reason + line.stderr[0]


def test_a_summary_is_taken_once(tmp_path):
    file = tmp_path / "s.json"
    figures = {"iam": {"seconds": 1.5, "calls": 3, "unheard": 1}}
    file.write_text(json.dumps({"snapshot": "s", "coverage": {"seen": 1, "of": 2}, "collectors": figures, "new": 1}))
    found, wrong = take_summary(file)
    assert (found, wrong) == (
        Summary(snapshot="s", coverage=Coverage(1, 2), collectors={"iam": CollectorFigures(seconds=1.5, calls=3)}),
        "",
    )
    assert take_summary(file) == (None, "")


@pytest.mark.parametrize("text", ["", "[]", '{"findings": "many"}', "\xff", '{"collectors": {"iam": 3}}'])
def test_a_summary_that_is_none(tmp_path, text):
    (tmp_path / "s.json").write_text(text, encoding="latin-1")
    assert take_summary(tmp_path / "s.json") == (None, "its summary could not be read")
    assert not (tmp_path / "s.json").exists()
