"""The command line with input that is wrong: exit codes, and one sentence that says what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.command import cli


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def one_sentence(result) -> str:
    """The last line of stderr; fails where a trace is shown instead."""
    assert "Traceback" not in result.stderr
    return result.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("verb", "advice"),
    [
        ("build", "run `trustdrift collect`"),
        ("load", "run `trustdrift collect`"),
        ("check", "`trustdrift run`"),
        ("drift", "`trustdrift run`"),
        ("report", "`trustdrift run`"),
        ("approve --reason x", "`trustdrift run`"),
        ("paths --from internet --to admin", "`trustdrift run`"),
    ],
)
def test_a_stage_whose_input_is_missing_names_the_one_before(verb, advice):
    result = cli(*verb.split())
    assert result.returncode == 1
    assert advice in one_sentence(result)
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("collect", "--only", "everything"),
        ("collect", "--from", ".", "--only", "identity"),
        ("collect", "--from", ".", "--estimate"),
        ("collect", "--taken-at", "2026-11-01"),
        ("fly",),
        ("approve",),
        ("check", "--fail-on", "terrible"),
        ("paths", "--from", "a"),
        ("collect", "--from", ".", "--taken-at", "yesterday"),
        ("collect", "--from", ".", "--taken-at", "2999-01-01"),
        ("approve", "--reason", " "),
        ("query", "missing-mfa", "--set", "days"),
        ("--colour", "run"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(arguments):
    assert cli(*arguments).returncode == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.json", b""),
        ("truncated.json", b'{"UserDetailList": [{"UserName": "a'),
        ("prose.txt", b"these are not the droids"),
        ("list.json", b"[]"),
        ("bytes.json", bytes(range(256))),
    ],
)
def test_nothing_usable_is_an_error(name, content):
    folder = Path("dump")
    folder.mkdir()
    (folder / name).write_bytes(content)
    result = cli("collect", "--from", "dump")
    assert result.returncode == 1
    assert "nothing usable in `dump`" in one_sentence(result)
    assert name in result.stderr
    assert cli("snapshots", "--format", "json").stdout.strip() == "[]"


def test_a_source_that_is_not_there_is_an_error():
    result = cli("run", "--from", "nowhere")
    assert result.returncode == 1
    assert "nowhere" in one_sentence(result)


def test_one_bad_file_among_good_ones_is_named_and_the_rest_is_read(estate):
    shutil.copytree(estate, "dump")
    bad = Path("dump/accounts/999999999999/iam/get-account-authorization-details.json")
    bad.parent.mkdir(parents=True)
    bad.write_text('{"UserDetailList": [\n{"UserName": "a')
    result = cli("collect", "--from", "dump")
    assert result.returncode == 4
    assert "get-account-authorization-details.json:2:" in result.stderr
    [snapshot] = json.loads(cli("snapshots", "--format", "json").stdout)
    assert 0 < snapshot["seen"] < snapshot["of"]


def test_settings_are_checked_before_anything_is_done(monkeypatch):
    monkeypatch.setenv("TRUSTDRIFT_STOR__URL", "x")
    result = cli("collect", "--from", ".")
    assert result.returncode == 1
    assert "did you mean `TRUSTDRIFT_STORE__URL`?" in one_sentence(result)


def test_init_writes_the_settings_once():
    assert cli("init").returncode == 0
    Path("trustdrift.toml").write_text("# mine\n")
    refused = cli("init")
    assert refused.returncode == 1
    assert "--force" in one_sentence(refused)
    assert Path("trustdrift.toml").read_text() == "# mine\n"
    assert cli("init", "--force").returncode == 0
    assert "[store]" in Path("trustdrift.toml").read_text()


def test_a_file_where_a_folder_should_be_is_one_sentence():
    Path("occupied").write_text("")
    result = cli("--config", "occupied/trustdrift.toml", "init")
    assert result.returncode == 1
    assert "choose another place" in one_sentence(result)


def test_debug_shows_where_an_error_comes_from():
    result = cli("--debug", "build")
    assert result.returncode == 1
    assert "Traceback" in result.stderr


def test_a_demo_folder_with_other_settings_is_left_alone():
    Path("mine").mkdir()
    Path("mine/trustdrift.toml").write_text("# mine\n")
    result = cli("demo", "--dir", "mine")
    assert result.returncode == 1
    assert "--dir" in one_sentence(result)
    assert Path("mine/trustdrift.toml").read_text() == "# mine\n"


def test_names_from_strangers_reach_the_terminal_as_text():
    folder = Path("du\x1b[31mmp")
    folder.mkdir()
    (folder / "a\x1b]0;x\x07[bold].json").write_text("{")
    result = cli("collect", "--from", str(folder))
    assert result.returncode == 1
    assert "\x1b" not in result.stderr
    assert "[bold]" in result.stderr
