"""`trustdrift watch` as people run it: what it refuses, how it ends, what it shows."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.watching import code_of, command
from settings import load_settings
from tests.command import cli, environment
from tests.command import command as program
from tests.watching import NOW
from watch.jobs import Job
from watch.ledger import Ledger
from watch.redaction import Redaction
from watch.runs import Order

ONE_JOB = '[schedule]\nidentity = ""\nnetwork = ""\nreport = "0 6 * * *"\n[watch]\nport = 0\nlease_seconds = 5.0\n'


@pytest.fixture
def place(tmp_path: Path) -> SimpleNamespace:
    """A folder with a settings file, and the verb in it."""
    config = tmp_path / "trustdrift.toml"
    config.write_text(ONE_JOB)
    state = tmp_path / ".trustdrift" / "state"
    return SimpleNamespace(
        config=config,
        state=state,
        ledger=Ledger(state, lambda: NOW, Redaction({})),
        watch=lambda *arguments: cli("--config", config, "watch", *arguments),
    )


@contextmanager
def watching(place: SimpleNamespace) -> Iterator[tuple[subprocess.Popen[str], dict[str, object]]]:
    """The verb at work, and the line of its log that says where its probes are."""
    process = subprocess.Popen(
        program("--config", place.config, "watch"), stderr=subprocess.PIPE, env=environment(), text=True
    )
    assert process.stderr is not None
    try:
        yield process, json.loads(process.stderr.readline())
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_works_until_it_is_stopped(place, number, code):
    with watching(place) as (process, first):
        assert (first["event"], list(first["jobs"])) == ("watching", ["report"])
        assert json.loads(process.stderr.readline())["event"] == "leading"
        with urllib.request.urlopen(first["probes"], timeout=10) as answer:
            assert json.load(answer) == {"ready": True, "role": "leader", "reasons": []}
        process.send_signal(number)
        assert process.wait(10) == code
    assert json.loads((place.state.parent / "graph" / "leader.json").read_bytes())["seconds"] == 0  # released


def test_once_beside_one_that_leads_is_no_error(place):
    with watching(place) as (process, _):
        process.stderr.readline()
        done = place.watch("--once", "report")
        assert (done.returncode, "nothing was done" in done.stderr) == (0, True), done.stderr
        confirmed = place.watch("--once", "--confirm", "report")
        assert "`trustdrift load --confirm` loads what it holds back" in confirmed.stderr
    assert [event.event for event in place.ledger.read().events] == ["skipped", "skipped"]


def test_once_ends_as_its_run_does(place):
    """There is no graph yet, so there is no report; the sentence of the run is that of the ledger."""
    done = place.watch("--once", "report")
    assert done.returncode == 1
    (end,) = (event for event in place.ledger.read().events if event.event == "ended")
    assert (end.result, "no graph is loaded yet" in end.reason) == ("error", True)
    shown = place.watch("--history")
    assert (shown.returncode, "no graph is loaded yet" in shown.stdout) == (0, True)


def test_history_shows_lines_of_strangers_as_text(place):
    place.ledger.append("ended", "report", result="error", reason="\x1b[31mred[/] \x07[bold]x")
    with (place.state / "runs.jsonl").open("a") as file:
        file.write('{"torn')
    done = place.watch("--history")
    assert "[bold]x" in done.stdout
    assert not {"\x1b", "\x07"} & set(done.stdout)
    assert "1 lines of the run ledger could not be read" in done.stderr


@pytest.mark.parametrize(
    ("settings", "arguments", "says"),
    [
        ('[schedule]\nnetwork = "every day"', [], r"`schedule.network`: `every day` is no cron expression"),
        ('[schedule]\nidentity = ""\nnetwork = ""\nreport = ""', [], "no job has a time: set one in `[schedule]`"),
        ('[watch]\nport = 0\naddress = "203.0.113.1"', [], "`watch.address` 203.0.113.1:0 cannot be listened on"),
        ("", ["--confirm"], "jobs and `--confirm` are for one time: add `--once`"),
        ("", ["network"], "jobs and `--confirm` are for one time: add `--once`"),
        ("", ["--history", "--once"], "`--history` only shows: leave out the rest"),
    ],
)
def test_what_it_refuses(place, settings, arguments, says):
    place.config.write_text(settings)
    done = place.watch(*arguments)
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr


def test_a_store_that_cannot_be_asked(place):
    place.config.write_text(ONE_JOB + '[store]\nurl = "bolt://127.0.0.1:9"\n')
    done = place.watch("--once", "report")
    assert (done.returncode, "bolt://127.0.0.1:9" in done.stderr) == (1, True), done.stderr


def test_the_command_of_a_run(place):
    """What is run is this program with the same settings; nothing of a secret is in its words."""
    settings = load_settings(place.config)
    of = command(settings, place.config)
    order = Order(Job.IDENTITY, "run-1", NOW, place.state / "s.json", 7, confirm=True)
    words = of(order)
    assert words[2:] == [
        *("--config", str(place.config), "run", "--only", "identity", "--run", "run-1"),
        *("--summary", str(place.state / "s.json"), "--fencing-token", "7", "--confirm"),
    ]
    report = of(Order(Job.REPORT, "run-2", NOW, place.state / "s.json", 7))
    assert report[-5:] == ["report", "--format", "html", "--output", str(place.state / "reports" / "run-2.html")]


@pytest.mark.parametrize(
    ("result", "code"),
    [("clean", 0), ("findings", 3), ("incomplete", 4), ("error", 1), ("held", 1), ("deadline", 1), ("replaced", 1)],
)
def test_the_exit_code_of_a_run(place, result, code):
    assert code_of(place.ledger.append("ended", "report", result=result)) == code
