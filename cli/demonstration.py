"""Prepares the demo organization through the same stages as any estate: a baseline, then the week after it."""

from __future__ import annotations

import hashlib
import shutil
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import demo
from cli import stages
from cli.exits import UsageProblem
from cli.stages import Workspace
from cli.terminal import working, write_whole

if TYPE_CHECKING:
    from graph.store import Store

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


def prepare(space: Workspace) -> None:
    """Makes the baseline and the week, or finds them there. The same demo data and engine are made once."""
    mark, version = space.settings.state.path.parent.parent / MARK, _version()
    if mark.read_text(encoding="utf-8") == version:
        return
    _forget(space)
    with space.open_store() as store:
        for source, taken_at in (
            (demo.baseline_dir(), demo.BASELINE_TAKEN_AT),
            (demo.week_dir(), demo.WEEK_TAKEN_AT),
        ):
            then = Workspace(space.settings, clock=partial(datetime.fromisoformat, taken_at))
            with working(f"{source.name} of {taken_at[:10]}"):
                _through(then, store, source, taken_at)
            if source == demo.baseline_dir():
                stages.approve(then, APPROVER, REASON)
    write_whole(mark, version.encode())


def _through(space: Workspace, store: Store, source: Path, taken_at: str) -> None:
    snapshot = stages.collect(space, source, taken_at).snapshot
    if snapshot is None:
        raise UsageProblem(f"nothing usable in `{source}`: check the demo's files out again")
    stages.load(space, store, stages.build(space, snapshot))
    stages.check(space, store)


def _forget(space: Workspace) -> None:
    """Removes what another version of the demo left; its store is ended first."""
    from graph.store import stop

    stop(space.settings.store.url)
    shutil.rmtree(space.settings.state.path.parent, ignore_errors=False)


def _version() -> str:
    """Digest of the demo's files and of the engine that reads them."""
    from graph.artefact import engine_digest

    digest = hashlib.sha256(engine_digest().encode())
    for root in (demo.baseline_dir(), demo.week_dir(), demo.settings_file()):
        for file in sorted(f for f in (root, *root.rglob("*")) if f.is_file()):
            digest.update(f"{file.name} {file.stat().st_size} ".encode() + file.read_bytes())
    return digest.hexdigest()
