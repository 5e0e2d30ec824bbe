"""docs/dump.sh writes what the importer reads: the demo organization, asked call by call, gives the same facts."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

import demo
from ingest.files import Collected, collect_files
from ingest.snapshot import PermissionSet, ShardInput
from tests.conftest import ROOT

MANAGEMENT, PAYMENTS = "210000000011", "210000000055"


@pytest.fixture(scope="module")
def dumped(tmp_path_factory) -> Collected:
    """What was collected of a dump of two accounts, one of them the management account."""
    folder = tmp_path_factory.mktemp("dump")
    command = folder / "bin" / "aws"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {ROOT}/tests/fake_aws.py "$@"\n')
    command.chmod(0o755)
    for account in (MANAGEMENT, PAYMENTS):
        environment = {
            "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
            "FAKE_ROOT": str(demo.baseline_dir()),
            "FAKE_ACCOUNT": account,
        }
        script = [ROOT / "docs" / "dump.sh", folder / "out", "eu-west-1"]
        subprocess.run(script, env=environment, check=True, timeout=300)
    return collect_files(folder / "out")


def test_every_file_is_understood(dumped):
    assert dumped.problems == []


def test_a_dump_gives_the_facts_that_the_organization_has(dumped):
    whole = collect_files(demo.baseline_dir())
    scopes = {s for s in whole.shards if s.account_id in (MANAGEMENT, PAYMENTS)}
    assert dumped.shards.keys() == scopes
    for scope in scopes:
        assert known(dumped.shards[scope]) == known(whole.shards[scope]), scope


def known(shard: ShardInput) -> ShardInput:
    """The shard without the boundaries of permission sets, which Harborline's own files do not tell."""
    records = (replace(r, boundary=None) if isinstance(r, PermissionSet) else r for r in shard.records)
    return dataclasses.replace(shard, records=tuple(records))


def test_without_credentials_it_says_so(tmp_path: Path):
    refusing = tmp_path / "aws"
    refusing.write_text("#!/bin/sh\nexit 253\n")
    refusing.chmod(0o755)
    script = [ROOT / "docs" / "dump.sh", tmp_path / "out", "eu-west-1"]
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "aws sts get-caller-identity" in done.stderr
