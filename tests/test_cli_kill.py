"""Kill -9 at random moments of `run`: the promoted state is the old one or the new one, and a rerun gives the same."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.command import cli, command, end_store, environment
from tests.require import repetitions
from tests.test_cli_line import loosen

SEED = 20261124
COMPLETE = (0, 4)


@pytest.fixture(scope="module")
def dumps(estate, tmp_path_factory) -> dict[str, Path]:
    """The same organization twice; in the second one role has more power."""
    new = tmp_path_factory.mktemp("kill") / "new"
    shutil.copytree(estate, new)
    loosen(new)
    return {"old": estate, "new": new}


def run(folder: Path, dump: Path) -> list[str | Path]:
    return ["--config", folder / "trustdrift.toml", "run", "--from", dump, "--fail-on", "never"]


def complete(folder: Path, dump: Path) -> dict[str, str]:
    """A run to its end, and what it promoted."""
    done = cli(*run(folder, dump))
    assert done.returncode in COMPLETE, done.stderr
    return promoted(folder)


def killed(folder: Path, dump: Path, seconds: float) -> None:
    """A run that is killed after some time, or has ended by then."""
    process = subprocess.Popen(
        command(*run(folder, dump)), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(seconds)
    process.kill()
    process.wait()


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
    (tmp_path / "trustdrift.toml").write_text("")
    chance = random.Random(SEED)
    try:
        whole = {"new": complete(tmp_path, dumps["new"])}
        began = time.monotonic()
        whole["old"] = complete(tmp_path, dumps["old"])
        seconds = time.monotonic() - began
        graphs = {state["graph"] for state in whole.values()}
        for turn in range(repetitions(10)):
            name = ("new", "old")[turn % 2]
            killed(tmp_path, dumps[name], chance.uniform(0.1, seconds * 1.1))
            assert promoted(tmp_path)["graph"] in graphs
            assert held(tmp_path) in graphs
            again = complete(tmp_path, dumps[name])
            assert (again["snapshot"], again["graph"]) == (whole[name]["snapshot"], whole[name]["graph"])
            assert held(tmp_path) == again["graph"]
    finally:
        end_store(tmp_path)
