"""A writer that is killed at any moment leaves the last complete snapshot or the new one."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from ingest.snapshot import Role, Scope, ShardInput, State
from ingest.snapshot.repository import Repository
from tests.require import repetitions

ROOT = Path(__file__).parent.parent
SCOPES = [Scope(f"{n:012}", "", "iam.authorization") for n in range(40)]


def estate(generation: int) -> dict[Scope, ShardInput]:
    """Forty accounts, of which half change with each generation."""
    return {
        scope: ShardInput(
            State.SEEN,
            records=tuple(
                Role(
                    arn=f"arn:aws:iam::{scope.account_id}:role/{r}",
                    name=str(r),
                    account_id=scope.account_id,
                    trust=f"generation {generation if n % 2 else 0}",
                )
                for r in range(20)
            ),
        )
        for n, scope in enumerate(SCOPES)
    }


def write(url: str, generation: int) -> None:
    print("ready", flush=True)
    snapshot = Repository(url).commit(estate(generation), f"2026-11-09T00:00:{generation:02}+00:00", "test")
    print(snapshot.id, flush=True)


def start(url: str, generation: int) -> subprocess.Popen[str]:
    program = f"from tests.test_snapshot_kill import write; write({url!r}, {generation})"
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def shards(url: str) -> int:
    return len(list(Path(url, "shards").iterdir()))


def test_a_killed_writer_leaves_the_old_or_the_new_snapshot(tmp_path):
    """Killed after a random number of its twenty new shards, the last of which leaves only the manifest to write."""
    chance, left = random.Random(os.urandom(8)), []
    for trial in range(repetitions(10)):
        url = str(tmp_path / str(trial))
        old = Repository(url).commit(estate(1), "2026-11-09T00:00:01+00:00", "test")
        writer, target = start(url, 2), shards(url) + chance.randint(0, 20)
        writer.stdout.readline()
        while shards(url) < target and writer.poll() is None:
            time.sleep(0.0005)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        found = Repository(url).latest()
        again = Repository(url).commit(estate(2), "2026-11-09T00:00:03+00:00", "test")
        assert found.id in (old.id, again.id)
        assert Repository(url).latest().id == again.id
        assert {len(s.records) for s in found.shards.values()} == {20}
        left.append(found.id == old.id)
    assert any(left), "every kill came too late to try anything"


def test_writers_at_the_same_time_are_one_after_the_other_or_refused(tmp_path):
    url = str(tmp_path / "snapshots")
    writers = [start(url, generation) for generation in (1, 2, 3)]
    outputs = [w.communicate(timeout=60)[0].split()[1:] for w in writers]
    written = [output[0] for output in outputs if output]
    assert written
    assert Repository(url).latest().id in written
    assert {i.id for i in Repository(url).list()} == set(written)
