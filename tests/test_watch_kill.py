"""Kill -9 of a watcher whose runs are real: the store holds the old graph or the new one, and the ledger is true."""

from __future__ import annotations

import random
import shutil
import sys
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.engines import Engine
from tests.require import repetitions
from tests.test_cli_line import loosen
from tests.watching import process, until
from watch.ledger import Event, Ledger
from watch.redaction import Redaction
from watch.setup import now

SEED = 20261124


class Place:
    """A folder with settings, and two dumps of one organization of which `dump` is the one that is there now."""

    def __init__(self, folder: Path, engine: Engine, estate: Path) -> None:
        self.folder, self.engine = folder, engine
        (folder / "trustdrift.toml").write_text(f'[store]\nurl = "{engine.url}"\n')
        for name in ("old", "new"):
            shutil.copytree(estate, folder / name)
        loosen(folder / "new")

    @property
    def state(self) -> Path:
        return self.folder / ".trustdrift" / "state"

    def arguments(self, *, once: bool = False) -> list[str | Path]:
        run = [sys.executable, ROOT / "trustdrift.py", "--config", self.folder / "trustdrift.toml", "run"]
        lease = "12"  # a loaded machine must not lose it while it works
        options = ["--lease", lease, *(["--once"] if once else ["--tick", "1000"])]
        return [*options, self.state, self.engine.url, *run, "--from", self.folder / "dump", "--fail-on", "never"]

    def environment(self) -> dict[str, str]:
        return {"TEST_STORE_PASSWORD": self.engine.auth[1], "TRUSTDRIFT_STORE__PASSWORD": self.engine.auth[1]}

    def use(self, name: str) -> None:
        """From now on a run finds this dump."""
        link = self.folder / "next"
        link.symlink_to(self.folder / name)
        link.replace(self.folder / "dump")

    def complete(self, name: str) -> str:
        """A run of this dump to its end, by `--once`; the graph that the store then holds."""
        self.use(name)
        with process(*self.arguments(once=True), environment=self.environment()) as once:
            assert once.wait(120) == 0
        last = self.events()[-1]
        assert last.result in ("clean", "incomplete"), last.stderr
        return self.held()

    def held(self) -> str:
        with self.engine.open() as store:
            current = store.current()
            assert current is not None
            return current.graph_id

    def events(self) -> list[Event]:
        history = Ledger(self.state, now, Redaction({})).read()
        assert history.unreadable == 0
        return history.events


def test_a_kill_of_the_watcher_leaves_the_old_or_the_new(engine, estate, tmp_path):
    turns = repetitions(2)
    place, chance = Place(tmp_path, engine, estate), random.Random(SEED)
    graphs = {"old": place.complete("old")}
    began = time.monotonic()
    graphs["new"] = place.complete("new")
    seconds = time.monotonic() - began
    for turn in range(turns):
        name = ("old", "new")[turn % 2]
        place.use(name)
        starts = len(place.events())
        with process(*place.arguments(), environment=place.environment()) as watcher:
            until(lambda starts=starts: len(place.events()) > starts + 1)
            time.sleep(chance.uniform(0.05, seconds))
            watcher.kill()
        assert place.held() in graphs.values()
        assert place.complete(name) == graphs[name]
        ended = [event.run for event in place.events() if event.event == "ended"]
        started = [event.run for event in place.events() if event.event == "started"]
        assert sorted(ended) == sorted(set(started))
