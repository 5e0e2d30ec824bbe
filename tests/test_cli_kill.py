"""Kill -9 at random moments of `run`: the promoted state is the old one or the new one, and a rerun gives the same."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.command import command, end_store, environment
from tests.require import repetitions
from tests.test_cli_line import loosen

SEED = 20261124
COMPLETE = (0, 4)
QUIET: dict[str, Any] = {"env": environment(), "stdout": subprocess.DEVNULL, "stderr": None}


@pytest.fixture(scope="module")
def dumps(estate, tmp_path_factory) -> dict[str, Path]:
    """The same organization twice; in the second one role has more power."""
    new = tmp_path_factory.mktemp("kill") / "new"
    shutil.copytree(estate, new)
    loosen(new)
    return {"old": estate, "new": new}


def run(config: Path, dump: Path) -> list[str]:
    return command("--config", config, "run", "--from", dump, "--fail-on", "never")


def promoted(folder: Path) -> dict[str, str]:
    return json.loads((folder / ".trustdrift/artefacts/promoted.json").read_bytes())


def held(folder: Path) -> str:
    """The id of the graph that the store itself says it holds."""
    from graph.store import open_store

    with open_store(f"embedded://{folder}/.trustdrift/graph") as store:
        current = store.current()
        assert current is not None
        return current.graph_id


def test_a_kill_leaves_the_old_or_the_new(dumps, tmp_path):
    config = tmp_path / "trustdrift.toml"
    config.write_text("")
    chance = random.Random(SEED)
    try:
        whole: dict[str, dict[str, str]] = {}
        for name in ("new", "old"):
            started = time.monotonic()
            assert subprocess.run(run(config, dumps[name]), **QUIET).returncode in COMPLETE
            whole[name] = promoted(tmp_path)
        seconds = time.monotonic() - started
        graphs = {state["graph"] for state in whole.values()}
        for turn in range(repetitions(10)):
            name = ("new", "old")[turn % 2]
            process = subprocess.Popen(run(config, dumps[name]), **QUIET)
            time.sleep(chance.uniform(0.1, seconds * 1.1))
            process.kill()
            process.wait()
            assert promoted(tmp_path)["graph"] in graphs
            assert held(tmp_path) in graphs
            assert subprocess.run(run(config, dumps[name]), **QUIET).returncode in COMPLETE
            again = promoted(tmp_path)
            assert (again["snapshot"], again["graph"]) == (whole[name]["snapshot"], whole[name]["graph"])
            assert held(tmp_path) == again["graph"]
    finally:
        end_store(tmp_path)
