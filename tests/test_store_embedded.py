"""Promotion on the embedded engine: kills of writer and engine, a second writer, a full disk, a loader that fails."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from graph.store import StoreError, open_store, stop_owner
from graph.store.attach import ROOT
from graph.store.state import read_state
from graph.store.store import Store
from tests.require import repetitions
from tests.store_samples import COUNTS, counts, estate


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    yield f"embedded://{tmp_path}"
    stop_owner(f"embedded://{tmp_path}")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


PROMOTE = """
import sys
from pathlib import Path
from graph.store import open_store
from tests.store_samples import estate
old, new = estate("red", 500), estate("blue", 400)
with open_store(sys.argv[1]) as store:
    held = store.current().graph_id
    if held == old.id:
        old, new = new, old
    print("ready", flush=True)
    store.promote(old, new if sys.argv[2] == "difference" else None)
"""


@pytest.mark.parametrize("kind", ["full", "difference"])
def test_a_kill_at_any_moment_leaves_the_old_or_the_new(url, kind):
    red, blue = estate("red", 500), estate("blue", 400)
    moments = random.Random(7)
    left: list[str] = []
    with open_store(url) as store:
        store.promote(red)
        for _ in range(repetitions(5)):
            writer = subprocess.Popen([sys.executable, "-c", PROMOTE, url, kind], cwd=ROOT, stdout=subprocess.PIPE)
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(moments.uniform(0, 0.9))
            writer.kill()
            writer.wait()
            writer.stdout.close()
            held = store.current()
            assert held is not None
            assert store.read(COUNTS) == [counts({red.id: red, blue.id: blue}[held.graph_id])]
            left.append(held.graph_id)
        store.promote(red)
        assert store.read(COUNTS) == [counts(red)]
    assert left


def test_a_kill_of_the_engine_loses_nothing_that_was_promoted(url, tmp_path):
    red, blue = estate("red", 300), estate("blue", 200)
    with open_store(url) as store:
        store.promote(red)
        store.promote(blue, red)
        state = read_state(tmp_path)
        assert state is not None
        os.kill(state.pid, 9)
        with pytest.raises(StoreError, match="does not answer: run the command again"):
            store.read(COUNTS)
        with pytest.raises(StoreError, match="run the command again"):
            store.promote(red, blue)
    with open_store(url) as store:
        assert store.started_owner
        assert store.read(COUNTS) == [counts(blue)]
        assert store.promote(red, blue).kind == "difference"


def test_a_second_writer_is_told_who_writes(store, tmp_path):
    store.promote(estate("red", 3))
    with (
        FileLock(tmp_path / "writer.lock"),
        pytest.raises(StoreError, match=rf"process {os.getpid()} is writing to the store .* wait for it to end"),
    ):
        store.promote(estate("blue", 3))
    assert store.read(COUNTS) == [counts(estate("red", 3))]


def test_a_writer_that_was_overtaken_does_not_promote(store, tmp_path, monkeypatch):
    """The other one takes over while this one builds: its lock file was removed under it."""
    from graph.store import bulk

    red = estate("red", 3)
    store.promote(red)
    build = bulk.build

    def overtaken(*arguments: object) -> None:
        build(*arguments)
        (tmp_path / "writer.json").write_text('{"token": 99, "pid": 1}')

    monkeypatch.setattr(bulk, "build", overtaken)
    with pytest.raises(StoreError, match="another process has taken over writing"):
        store.promote(estate("blue", 3))
    assert store.read(COUNTS) == [counts(red)]


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """A disk that takes no more: files of this process cannot grow over `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 20_000])
def test_a_disk_that_takes_no_more(store, tmp_path, size):
    """The lease, or the copy of the current database, finds no room; what was copied till then is not left there."""
    red = estate("red", 3)
    store.promote(red)
    with (
        no_file_over(size),
        pytest.raises(StoreError, match=r"`[^`]*` cannot be written \(File too large\): make room or allow it"),
    ):
        store.promote(estate("blue", 3), red)
    assert not (tmp_path / "engine" / "building").exists()
    assert store.read(COUNTS) == [counts(red)]


def test_a_loader_that_fails_says_why(store, tmp_path):
    red = estate("red", 3)
    store.promote(red)
    (tmp_path / "engine" / "building").write_text("in the way")
    with pytest.raises(StoreError, match=r"could not be loaded .* then load again"):
        store.promote(estate("blue", 3))
    assert store.read(COUNTS) == [counts(red)]
