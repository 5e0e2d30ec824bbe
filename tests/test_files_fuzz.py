"""Mutants of good files never raise, and never cost another file a fact."""

import random
import shutil
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.estate import Params, generate
from demo import baseline_dir
from ingest.files import collect_files
from ingest.files.collect import CATALOGUE
from ingest.files.importing import import_file
from ingest.snapshot.codec import encode
from ingest.snapshot.repository import Repository
from tests.require import repetitions

JUNK = [
    '"',
    "\\",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "null",
    "NaN",
    "-1",
    "1e999",
    "9" * 30,
    "\\ud800",
    "\x00",
    "é",
    "%7B",
    "true",
    '{"Error": {"Code": "AccessDenied"}}',
    '"Arn"',
    "[[[[",
    "\n",
    "arn:aws:iam::",
    "An error occurred (X)",
]


def mutant(text: str, chance: random.Random) -> str:
    """A text with one to four random edits: cut, repeat, move, replace, truncate."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice([0, 1, 1, 2, 8, 60, 500]))
        part = text[start:end]
        text = chance.choice(
            [
                lambda t, a, b, p: t[:a] + t[b:],
                lambda t, a, b, p: t[:a] + p + p + t[b:],
                lambda t, a, b, p: t[:a] + chance.choice(JUNK) + t[b:],
                lambda t, a, b, p: t[:a] + chance.choice(JUNK) + t[a:],
                lambda t, a, b, p: t[:a],
                lambda t, a, b, p: t[b:] + p + t[:a],
            ]
        )(text, start, end, part)
    return text


@pytest.fixture(scope="module")
def corpus() -> list[Path]:
    """The smaller files of the demo: one of each kind that an importer knows."""
    files = sorted(Path(baseline_dir()).rglob("*.*"), key=lambda p: (p.stat().st_size, str(p)))
    kinds = {f.name: f for f in files if 20 < f.stat().st_size < 30_000}
    return list(kinds.values())


def test_mutants_of_every_kind_of_file_are_read_or_refused(corpus, tmp_path):
    chance, path = random.Random(11), tmp_path / "mutant"
    texts = {file.name: file.read_text() for file in corpus}
    assert len(texts) > 40
    for trial in range(repetitions(2000)):
        name = chance.choice(list(texts))
        path.write_text(mutant(texts[name], chance))
        for at in (f"111111111111/eu-west-1/{name}", "mutant"):
            imported = import_file(path, PurePosixPath("dump", at), CATALOGUE)
            assert imported.answers or imported.problems, (trial, at)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    root = tmp_path_factory.mktemp("fuzz") / "estate"
    manifest = generate(
        Params(
            accounts=2,
            roles=6,
            users=2,
            groups=1,
            managed_policies=2,
            sgs=3,
            instances=1,
            lambdas=1,
            buckets=2,
            permission_sets=2,
            sso_users=2,
            chains=1,
        ),
        root,
    )
    return root, manifest["accounts"][1], collect_files(root)


@settings(max_examples=repetitions(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_mutants_cost_no_other_file_anything(good, tmp_path, seed):
    """Whatever happens to files of one account, the other's and the organization's facts are as before."""
    root, victim, before = good
    chance, copy = random.Random(seed), tmp_path / str(seed)
    shutil.copytree(root, copy, dirs_exist_ok=True)
    for path in chance.sample(sorted((copy / "accounts" / victim).rglob("*.json")), 2):
        path.write_text(mutant(path.read_text(), chance))
    after = collect_files(copy)
    for scope, shard in before.shards.items():
        if scope.account_id != victim:
            assert encode(after.shards[scope].records) == encode(shard.records)
            assert after.shards[scope].state == shard.state
    snapshot = Repository(f"memory:///{seed}").commit(after.shards, "2026-11-09T00:00:00+00:00", "test")
    assert set(snapshot.shards) == set(after.shards)
    shutil.rmtree(copy)
