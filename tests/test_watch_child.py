"""A run's process: ended at its deadline with all it started, never outliving its watcher, begun when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from watch.child import LINE_READ, LINES_KEPT, Child, Ending, Limits, end_leftover, started_at

FOREVER = 600.0


def limits(seconds: float = FOREVER, grace: float = 0.3, left: Callable[[], float] = lambda: FOREVER) -> Limits:
    return Limits(seconds, grace, left)


def ended(script: str, within: Limits) -> Ending:
    child = Child(["sh", "-c", script], os.environ)
    child.go()
    return child.wait(within)


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether a process has ended; where nobody collects orphans, a dead one is still listed."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def pids(file: Path, count: int) -> list[int]:
    until(lambda: file.exists() and len(file.read_text().split()) == count)
    return [int(pid) for pid in file.read_text().split()]


def test_its_exit_code_and_its_last_lines():
    lines = LINES_KEPT + 5
    end = ended(f"i=0; while [ $i -lt {lines} ]; do i=$((i+1)); echo line $i >&2; done; exit 3", limits())
    assert (end.code, end.cause) == (3, "")
    assert end.stderr == [f"line {i + 1}" for i in range(5, lines)]


def test_a_line_without_an_end_is_cut():
    end = ended("head -c 1000000 /dev/zero | tr '\\0' x >&2; printf '\\nlast \\377' >&2", limits())
    assert end.stderr == ["x" * LINE_READ, "last \ufffd"]


@pytest.mark.parametrize("deaf", ["", "trap '' TERM; "])
def test_the_deadline_ends_it_and_all_it_started(tmp_path, deaf):
    """Children and theirs, whether they listen to a polite request or not."""
    file = tmp_path / "pids"
    script = (
        f"{deaf}echo $$ >> {file}; (echo $(sh -c 'echo $PPID') >> {file}; sleep 600 & echo $! >> {file}; wait) & wait"
    )
    began = time.monotonic()
    end = ended(script, limits(seconds=0.5))
    assert end.cause == "deadline"
    assert end.code in (-signal.SIGTERM, -signal.SIGKILL)
    assert time.monotonic() - began < 5
    until(lambda: all(map(gone, pids(file, 3))))


def test_a_stopped_one_is_ended_too():
    end = ended("kill -STOP $$", limits(seconds=0.3))
    assert (end.code, end.cause) == (-signal.SIGKILL, "deadline")


def test_it_ends_before_a_lease_that_is_not_renewed():
    """With time to spare for the kill, even where it does not listen."""
    lease_ends = time.monotonic() + 1.0
    end = ended("trap '' TERM; sleep 600; sleep 600", limits(grace=0.3, left=lambda: lease_ends - time.monotonic()))
    assert end.cause == "replaced"
    assert time.monotonic() < lease_ends + 0.1


def test_a_lease_that_is_renewed_ends_nothing():
    began = time.monotonic()
    end = ended("sleep 0.6", limits(grace=0.1, left=lambda: 0.2 if time.monotonic() - began < 5 else 0.0))
    assert (end.code, end.cause) == (0, "")


def test_what_it_leaves_behind_in_its_group_is_ended(tmp_path):
    assert ended(f"sleep 600 & echo $! > {tmp_path / 'pids'}", limits()).code == 0
    until(lambda: all(map(gone, pids(tmp_path / "pids", 1))))


def test_it_does_not_begin_unless_told(tmp_path):
    child = Child(["touch", str(tmp_path / "begun")], os.environ)
    child.stop("interrupted")
    assert child.wait(limits()).cause == "interrupted"
    assert not (tmp_path / "begun").exists()


def test_a_killed_watcher_takes_its_run_with_it(tmp_path):
    """kill -9 gives it no chance to say anything; the closing pipe does."""
    file = tmp_path / "pids"
    program = (
        "import os, sys; from watch.child import Child, Limits\n"
        "child = Child(['sh', '-c', sys.argv[1]], os.environ); child.go()\n"
        "child.wait(Limits(600, 1, lambda: 600))"
    )
    script = f"trap '' TERM; sleep 600 & echo $$ $! > {file}; wait; sleep 600"
    watcher = subprocess.Popen([sys.executable, "-c", program, script], cwd=ROOT)
    both = pids(file, 2)
    watcher.kill()
    watcher.wait()
    until(lambda: all(map(gone, both)))


def test_a_leftover_is_known_by_number_and_start():
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    began = started_at(process.pid)
    assert began is not None
    assert not end_leftover(process.pid, began - 60)  # an earlier process of the same number
    assert process.poll() is None
    assert end_leftover(process.pid, began)
    assert process.wait() == -signal.SIGKILL
    assert not end_leftover(process.pid, began)


def test_a_program_that_is_not_there():
    child = Child(["/does/not/exist"], os.environ)
    child.go()
    end = child.wait(limits())
    assert end.code == 127
    assert "not found" in end.stderr[-1]
