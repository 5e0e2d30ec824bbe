"""`trustdrift demo`: from nothing to the app, again in seconds, and nothing left running."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.command import cli, command, environment

AGAIN_SECONDS = 20


def start(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A demo and the address that it prints once it answers."""
    arguments = command("demo", "--dir", folder)
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment(), cwd=folder.parent)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return process, found.group()
    pytest.fail(f"the demo ended with {process.wait()} and printed no address")


def end(process: subprocess.Popen[str], how: signal.Signals) -> int:
    process.send_signal(how)
    try:
        return process.wait(30)
    finally:
        process.kill()


def engines(folder: Path) -> list[psutil.Process]:
    """The graph engines that run for a folder."""
    processes = psutil.process_iter(["cmdline"])
    return [p for p in processes if any(str(folder) in word for word in p.info["cmdline"] or [])]


def test_the_demo_serves_twice_and_leaves_nothing_running(tmp_path):
    folder = tmp_path / "demo"
    process, address = start(folder)
    assert urllib.request.urlopen(f"{address}/healthz").read() == b"ok"
    assert engines(folder)
    assert end(process, signal.SIGTERM) == 0
    assert engines(folder) == []

    promoted = (folder / ".trustdrift/artefacts/promoted.json").read_bytes()
    began = time.monotonic()
    process, address = start(folder)
    assert time.monotonic() - began < AGAIN_SECONDS
    assert urllib.request.urlopen(f"{address}/").status == 200
    assert end(process, signal.SIGINT) == 0
    assert engines(folder) == []
    assert (folder / ".trustdrift/artefacts/promoted.json").read_bytes() == promoted

    asked = cli("--config", folder / "trustdrift.toml", "paths", "--from", "ci", "--to", "jewels", "--format", "json")
    assert json.loads(asked.stdout)["paths"], asked.stderr


def test_settings_of_the_environment_do_not_reach_the_demo(tmp_path, monkeypatch):
    from cli.demonstration import workspace

    monkeypatch.setenv("TRUSTDRIFT_STORE__URL", "bolt://production.example:7687")
    settings = workspace(tmp_path / "demo", {}).settings
    assert settings.store.url == f"embedded://{tmp_path}/demo/.trustdrift/graph"


def test_the_command_that_is_named_can_be_run_where_it_is_not_on_the_path(monkeypatch):
    from cli.demonstration import command as named

    monkeypatch.setenv("PATH", "")
    assert Path(named().split()[0]).exists()
