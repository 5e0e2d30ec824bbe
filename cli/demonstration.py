"""Prepares the demo organization through the same stages as any estate: a baseline, then the week after it."""

from __future__ import annotations

import hashlib
import shutil
import sys
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import demo
from cli import stages
from cli.exits import UsageProblem
from cli.stages import Workspace
from cli.terminal import working
from ingest.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph.store.store import Store

ROOT = Path(__file__).parent.parent
ROOMS = ("ingest", "policy", "graph", "queries", "drift", "demo")
MARK = "harborline.demo"  # says that the folder is the demo's, and of which version when it is ready
APPROVER, REASON = "harborline security", "reviewed in the monthly access review"


def workspace(directory: Path, flags: dict[str, dict[str, Any]]) -> Workspace:
    """The demo's own workspace below a folder. The environment's settings do not reach it: a store that is set there
    must not receive demo data. Raises UsageProblem for a folder that holds something else."""
    from settings import FILE_NAME, load_settings

    config = directory / FILE_NAME
    if config.exists() and not (directory / MARK).exists():
        raise UsageProblem(f"`{directory}` holds settings of something else: name an empty folder with --dir")
    if not (directory / MARK).exists():
        write_whole(directory / MARK, b"")
    write_whole(config, demo.settings_file().read_bytes())
    home = (directory / ".trustdrift").resolve()
    own = {
        "store": {"url": f"embedded://{home}/graph"},
        "snapshots": {"url": f"file://{home}/snapshots"},
        "artefacts": {"path": home / "artefacts"},
        "state": {"path": home / "state"},
    }
    return Workspace(load_settings(config, own | flags))


def command() -> str:
    """How to call the command line from here: by its name, or by its path where the name is not on PATH."""
    if shutil.which("trustdrift"):
        return "trustdrift"
    beside = Path(sys.executable).with_name("trustdrift")
    if not beside.exists():
        return f"{sys.executable} {ROOT / 'trustdrift.py'}"
    return str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)


@contextmanager
def prepared(space: Workspace) -> Iterator[None]:
    """The baseline and the week, made or found there: the same demo data and engine are made once.

    An engine that this started ends with it.
    """
    from graph.store import stop_owner

    home = space.settings.state.path.parent
    mark, version = home.parent / MARK, _version()
    started = False
    try:
        if mark.read_text(encoding="utf-8") != version:
            started = True
            write_whole(mark, b"")  # not ready, whatever ends this
            _forget(space, home)
            _make(space)
            write_whole(mark, version.encode())
        yield
    finally:
        if started:
            stop_owner(space.settings.store.url)


def _make(space: Workspace) -> None:
    with space.open_store() as store:
        then = _at(space, demo.BASELINE_TAKEN_AT)
        _through(then, store, demo.baseline_dir())
        stages.approve(then, APPROVER, REASON)
        _through(_at(space, demo.WEEK_TAKEN_AT), store, demo.week_dir())


def _at(space: Workspace, moment: str) -> Workspace:
    return Workspace(space.settings, clock=partial(datetime.fromisoformat, moment))


def _through(space: Workspace, store: Store, source: Path) -> None:
    with working(f"{source.name} of {space.clock():%-d %B}"):
        snapshot = stages.collect(space, source).snapshot
        if snapshot is None:
            raise UsageProblem(f"nothing usable in `{source}`: check the demo's files out again")
        stages.load(space, store, stages.build(space, snapshot))
        stages.check(space, store)


def _forget(space: Workspace, home: Path) -> None:
    """Removes what another version of the demo left; its engine is ended first."""
    from graph.store import stop_owner

    stop_owner(space.settings.store.url)
    if home.exists():
        shutil.rmtree(home)


def _version() -> str:
    """Digest of the demo's files and of the code that reads, builds, checks and compares."""
    digest = hashlib.sha256()
    for file in sorted(f for room in ROOMS for f in (ROOT / room).rglob("*") if f.is_file()):
        if file.suffix != ".pyc":
            digest.update(f"{file.relative_to(ROOT)} {file.stat().st_size} ".encode() + file.read_bytes())
    return digest.hexdigest()
