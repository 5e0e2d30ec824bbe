"""Several watchers on one store, as processes: no run twice, none lost, whoever is stopped or killed."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from graph.store.leader import FileLeadership
from tests.require import repetitions
from tests.watching import process, turns, until
from watch.ledger import History, Ledger
from watch.redaction import Redaction
from watch.setup import now

TICK = timedelta(milliseconds=40)
SEED = 20261124


def history(state: Path) -> History:
    return Ledger(state, now, Redaction({})).read()


def ends(state: Path) -> int:
    return sum(event.event == "ended" for event in history(state).events)


def done(folder: Path) -> list[str]:
    """What the runs wrote when they were done: when they were due."""
    return [line.split()[0] for line in (folder / "done").read_text().splitlines()]


def arguments(folder: Path, script: str, lease: float = 1.0) -> list[str]:
    command = ["sh", "-c", script.format(done=folder / "done")]
    tick = str(TICK // timedelta(milliseconds=1))
    return ["--tick", tick, "--lease", str(lease), str(folder / "state"), f"embedded://{folder}/store", *command]


def leader_of(folder: Path) -> int:
    """The process that leads; 0 for none."""
    return int((FileLeadership(folder / "store").holder() or ":0").rpartition(":")[2])


def test_each_turn_is_done_once_or_said_to_be_missed(tmp_path):
    """Two watchers and 200 turns; in the middle the leader leaves, the other takes over, and a third comes."""
    given = arguments(tmp_path, "echo {{due}} {{token}} >> {done}")
    with process(*given) as first, process(*given) as second:
        wait_for_turns(tmp_path, repetitions(100))
        gone, stays = (first, second) if leader_of(tmp_path) == first.pid else (second, first)
        gone.terminate()
        with process(*given) as third:
            wait_for_turns(tmp_path, repetitions(200))
            for watcher in (third, stays):
                watcher.terminate()
            assert [watcher.wait(10) for watcher in (gone, stays, third)] == [0, 0, 0]
    told = history(tmp_path / "state")
    taken, missed = turns(told, TICK)
    assert len(taken) > len(missed), "a machine so slow shows nothing"
    every = sorted([*taken, *missed])
    assert {after - before for before, after in pairwise(every)} == {TICK}  # none twice, none without a word
    wrote = done(tmp_path)
    assert len(wrote) == len(set(wrote))
    ended = [event.result for event in told.events if event.event == "ended"]
    assert set(ended) <= {"clean", "interrupted"}
    assert ended.count("clean") <= len(wrote) <= len(ended)
    assert (told.open_runs(), told.unbegun(), told.unreadable) == ([], [], 0)


def wait_for_turns(folder: Path, number: int) -> None:
    until(lambda: sum(map(len, turns(history(folder / "state"), TICK))) >= number, 30 + number)


def test_a_leader_that_was_stopped_is_replaced_and_promotes_nothing(tmp_path):
    """Its run, which goes on, holds a token that is no longer the leader's; and when it wakes it stands by."""
    from graph.store import StoreError
    from graph.store.fencing import check_file

    script = "echo {{due}} {{token}} >> {done}; sleep 0.2"
    with process(*arguments(tmp_path, script)) as first:
        until(lambda: (tmp_path / "done").exists())
        os.kill(first.pid, signal.SIGSTOP)
        old = int((tmp_path / "done").read_text().split()[-1])
        stopped = time.monotonic()
        with process(*arguments(tmp_path, script)) as second:
            until(lambda: leader_of(tmp_path) == second.pid)
            assert time.monotonic() - stopped < 1.0 + 2.0  # a lease, and the start of a process
            with pytest.raises(StoreError, match="another watcher leads now"):
                check_file(tmp_path / "store", old)
            os.kill(first.pid, signal.SIGCONT)
            before = len(done(tmp_path))
            until(lambda: len(done(tmp_path)) > before + 3)
            tokens = [int(line.split()[1]) for line in (tmp_path / "done").read_text().splitlines()]
            assert tokens == sorted(tokens)
            assert set(tokens[before:]) == {old + 1}
            assert first.poll() is None
            for watcher in (first, second):
                watcher.terminate()
                assert watcher.wait(10) == 0
    wrote = done(tmp_path)
    assert len(wrote) == len(set(wrote))


def test_kill_9_at_random_moments(tmp_path):
    """After each kill no process of the run is left, and the next watcher's ledger is true."""
    chance, state = random.Random(SEED), tmp_path / "state"
    script = "sleep 0.1; echo {{due}} {{token}} >> {done}"
    for _ in range(repetitions(10)):
        before = ends(state)
        with process(*arguments(tmp_path, script, lease=0.4)) as watcher:
            until(lambda before=before: ends(state) > before)
            time.sleep(chance.uniform(0, 0.3))
            watcher.kill()
        until(lambda: not any(running(event.pid) for event in history(state).events if event.pid), 5)
    with process("--once", *arguments(tmp_path, script, lease=0.4)) as once:
        assert once.wait(20) == 0
    assert_killed_true(tmp_path)


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def assert_killed_true(folder: Path) -> None:
    """Every run is ended once, at most the killed ones as lost; what was done is told as done or lost, never twice."""
    told = history(folder / "state")
    assert (told.open_runs(), told.unbegun(), told.unreadable) == ([], [], 0)
    ended = [event.run for event in told.events if event.event == "ended"]
    assert len(ended) == len(set(ended))
    results = [event.result for event in told.events if event.event == "ended"]
    assert set(results) <= {"clean", "lost"}
    assert results.count("lost") <= repetitions(10)
    wrote = done(folder)
    assert len(wrote) == len(set(wrote))
    assert results.count("clean") <= len(wrote) <= len(results)
