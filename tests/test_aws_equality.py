"""The same organization gives the same snapshot: asked through the API, dumped by our script, or from files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest
from msgspec import structs

import demo
from benchmarks.aws.wire import access_key
from ingest.files import collect_files
from ingest.snapshot import COLLECTORS, PermissionSet, Scope, State, Unseen
from ingest.snapshot.repository import Repository, ShardInput
from tests.aws_collecting import Run, credentials_of
from tests.aws_command import command_in
from tests.aws_harborline import MANAGEMENT, PAYMENTS, REGION, Harborline
from tests.aws_server import AwsServer, serving
from tests.conftest import ROOT
from tests.require import repetitions

Shards = dict[Scope, ShardInput]
ACCOUNTS = sorted(folder.name for folder in (demo.baseline_dir() / "accounts").iterdir())


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Shards:
    with credentials_of():
        return dict(Run(AwsServer(Harborline()), tmp_path_factory.mktemp("run")).collect().shards)


def test_all_of_it_was_seen(collected):
    assert {scope.collector for scope in collected} == set(COLLECTORS)
    assert {shard.state for shard in collected.values()} == {State.SEEN}


@pytest.mark.parametrize("size", [1, 2, 7])
def test_small_pages_and_other_numbers_of_threads_change_nothing(collected, size, tmp_path):
    server = AwsServer(Harborline(), page_size=size)
    with credentials_of():
        assert Run(server, tmp_path, workers=size).collect().shards == collected


def test_the_api_says_what_the_files_say(collected):
    assert without_boundaries(collected) == without_boundaries(collect_files(demo.baseline_dir()).shards)


def test_the_snapshot_has_the_same_id(collected, tmp_path):
    filed = Repository(f"file://{tmp_path}/files").commit(
        without_boundaries(collect_files(demo.baseline_dir()).shards), "2026-11-09T06:00:00+00:00", "files"
    )
    asked = Repository(f"file://{tmp_path}/aws").commit(
        without_boundaries(collected), "2026-11-10T06:00:00+00:00", "aws"
    )
    assert filed.id == asked.id


@pytest.fixture(scope="module")
def dumped(tmp_path_factory) -> Iterator[Shards]:
    """What comes of running docs/dump.sh with the credentials of some accounts, all of them in the soak."""
    folder = tmp_path_factory.mktemp("dump")
    accounts = ACCOUNTS if repetitions(1) > 1 else (MANAGEMENT, PAYMENTS)
    with serving(AwsServer(Harborline())) as url, command_in(folder, url) as commands:
        for account in accounts:
            environment = {
                "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
                "AWS_ACCESS_KEY_ID": access_key(account),
                "AWS_REGION": REGION,
            }
            script = [ROOT / "docs" / "dump.sh", folder / "out", REGION]
            subprocess.run(script, env=environment, check=True, timeout=600)
        found = collect_files(folder / "out")
        assert found.problems == []
        yield found.shards


def test_a_dump_gives_what_the_api_gives(collected, dumped):
    accounts = {scope.account_id for scope in dumped}
    assert len(accounts) >= 2
    of_those = {scope: shard for scope, shard in collected.items() if scope.account_id in accounts}
    assert dumped == of_those


def without_boundaries(shards: Shards) -> Shards:
    """Whether permission sets have boundaries is what the files of the demo do not tell, and the API does: none has."""
    return {scope: replace(shard, records=tuple(map(_without, shard.records))) for scope, shard in shards.items()}


def _without(record):
    if not isinstance(record, PermissionSet):
        return record
    assert record.boundary in (None, Unseen())
    return structs.replace(record, boundary=None)
