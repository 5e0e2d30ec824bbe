"""The owner process: one for all, on loopback, private, replaced when it is gone, and ended cleanly."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from graph.store import StoreError, open_store, stop_owner
from graph.store.attach import ROOT, attach, stop
from graph.store.owner import HELD
from graph.store.state import HOST, OwnerState, read_state, ready, state_path

ATTACH = (
    "import sys; from pathlib import Path; from graph.store.attach import attach; "
    "a = attach(Path(sys.argv[1])); print(a.state.pid, a.started)"
)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "a store"
    yield place
    stop(place)


def owners(directory: Path) -> list[psutil.Process]:
    """The processes that run as owner of a directory."""
    return [
        p
        for p in psutil.process_iter(["cmdline"])
        if p.info["cmdline"] and p.info["cmdline"][-3:] == ["-m", "graph.store.owner", str(directory)]
    ]


def test_four_that_race_get_one_owner(directory):
    directory.mkdir()
    command = [sys.executable, "-c", ATTACH, str(directory)]
    racers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = [racer.communicate(timeout=60)[0].split() for racer in racers]
    assert len({pid for pid, _ in answers}) == 1
    assert [started for _, started in answers].count("True") == 1
    deadline = time.monotonic() + 20
    while len(owners(directory)) > 1 and time.monotonic() < deadline:
        time.sleep(0.1)  # who lost the race finds the lock held, and goes
    assert [str(p.pid) for p in owners(directory)] == [answers[0][0]]


def test_who_comes_second_attaches(directory):
    first, second = attach(directory), attach(directory)
    assert first.started
    assert not second.started
    assert first.state == second.state


def test_it_outlives_who_started_it_and_inherits_no_secret(directory, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    command = [sys.executable, "-c", ATTACH, str(directory)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    process = psutil.Process(int(done.stdout.split()[0]))
    assert process.is_running()
    assert os.getsid(process.pid) != os.getsid(0)
    assert "AWS_SECRET_ACCESS_KEY" not in process.environ()


def test_it_listens_on_loopback_only_and_keeps_its_files_private(directory):
    state = attach(directory).state
    listening = [c for c in psutil.Process(state.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert {c.laddr.port for c in listening} == {state.bolt_port, state.http_port}
    assert {c.laddr.ip.removeprefix("::ffff:") for c in listening} == {HOST}
    private = [directory, state_path(directory), *directory.glob("engine/config/*"), *directory.glob("*.log")]
    assert [f for f in private if stat.S_IMODE(f.stat().st_mode) & 0o077] == []
    secrets = (state.root_password, state.writer_password, state.reader_password)
    assert not [s for s in secrets if s in " ".join(psutil.Process(state.pid).cmdline())]
    logs = [f for f in (*directory.glob("*.log"), *directory.glob("log/*")) if f.is_file()]
    assert not [s for s in secrets for f in logs if s in f.read_text(errors="replace")]


def test_a_stale_state_file_is_not_believed(directory):
    """The pid in it belongs to somebody else by now: to this test."""
    gone = attach(directory).state
    os.kill(gone.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(gone.pid)] if psutil.pid_exists(gone.pid) else [], timeout=10)
    state_path(directory).write_bytes(msgspec.json.encode(msgspec.structs.replace(gone, pid=os.getpid())))
    owner = attach(directory)
    assert owner.started
    assert owner.state.pid not in (os.getpid(), gone.pid)


@pytest.mark.parametrize("content", [b"", b"{", b'{"pid": "x"}'])
def test_a_damaged_state_file_is_replaced(directory, content):
    directory.mkdir()
    state_path(directory).write_bytes(content)
    assert attach(directory).started


def test_sigterm_ends_it_and_takes_the_state_file_along(directory):
    state = attach(directory).state
    assert stop(directory)
    assert not psutil.pid_exists(state.pid) or psutil.Process(state.pid).status() == psutil.STATUS_ZOMBIE
    assert read_state(directory) is None
    assert not ready(state)
    assert not stop(directory)


def test_it_ends_by_itself_when_its_directory_is_removed(directory):
    state = attach(directory).state
    state_path(directory).unlink()
    psutil.Process(state.pid).wait(20)


def test_it_ends_when_nobody_has_been_connected_for_long(directory):
    directory.mkdir()
    program = (
        "import sys; from pathlib import Path; from graph.store import owner; "
        "sys.exit(owner.main(Path(sys.argv[1]), 3))"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(directory)], cwd=ROOT, stderr=subprocess.DEVNULL)
    while (state := read_state(directory)) is None or not ready(state):
        time.sleep(0.05)
    with socket.create_connection((HOST, state.bolt_port)):
        time.sleep(6)
        assert process.poll() is None
    assert process.wait(30) == 0
    assert read_state(directory) is None


def test_a_second_owner_of_a_directory_gives_way(directory):
    attach(directory)
    command = [sys.executable, "-m", "graph.store.owner", str(directory)]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=30).returncode == HELD


def test_a_taken_port_is_not_the_end(directory, monkeypatch, tmp_path):
    """The first port that is tried belongs to another owner."""
    taken = attach(directory).state
    other = tmp_path / "other"
    other.mkdir()
    program = (
        "import sys, itertools; from pathlib import Path; from graph.store import owner\n"
        f"free = owner._free_port; ports = itertools.chain([{taken.bolt_port}, {taken.http_port}], iter(free, None))\n"
        "owner._free_port = lambda: next(ports)\n"
        "sys.exit(owner.main(Path(sys.argv[1])))"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(other)], cwd=ROOT, stderr=subprocess.DEVNULL)
    state = wait_for_state(other)
    assert ready(state)
    assert {state.bolt_port, state.http_port}.isdisjoint({taken.bolt_port, taken.http_port})
    process.terminate()
    assert process.wait(30) == 0


def wait_for_state(directory: Path) -> OwnerState:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if state := read_state(directory):
            return state
        time.sleep(0.05)
    raise AssertionError("no owner came up")


# What goes wrong ends in a sentence


def test_a_directory_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"cannot be written \(Not a directory\): choose another directory"):
        attach(tmp_path / "file" / "store")


def test_an_engine_that_cannot_start(tmp_path):
    (tmp_path / "engine").write_text("in the way")
    with pytest.raises(StoreError, match=r"the graph engine did not start .*: see"):
        attach(tmp_path)


def test_an_owner_that_hangs(directory):
    state = attach(directory).state
    os.kill(state.pid, signal.SIGSTOP)
    while psutil.Process(state.pid).status() != psutil.STATUS_STOPPED:
        time.sleep(0.01)
    try:
        with pytest.raises(StoreError, match=rf"\(pid {state.pid}\) does not answer: kill it and run"):
            attach(directory, seconds=4)
    finally:
        os.kill(state.pid, signal.SIGCONT)


def test_a_layout_of_another_version(tmp_path):
    (tmp_path / "current.json").write_text(json.dumps({"format": 9, "database": "graph_a"}))
    with pytest.raises(StoreError, match=r"format 9 of another version, this one reads 1: remove .* and load again"):
        open_store(f"embedded://{tmp_path}")
    assert read_state(tmp_path) is None


@pytest.mark.parametrize("url", ["embedded://", "embedded:///", "http://x", "graph", "bolt3://x"])
def test_an_address_that_is_none(url):
    with pytest.raises(StoreError, match="write embedded:///path"):
        open_store(url)


def test_a_relative_address_is_relative_to_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    url = "embedded:///.store/graph"
    with open_store(url) as store:
        assert store.started_owner
        assert (tmp_path / ".store" / "graph" / "owner.json").exists()
    assert stop_owner(url)
