"""An interruption loses nothing: the next run asks only for what is missing, and comes to the same snapshot."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.aws.wire import Request, Response
from ingest.aws.collect import CollectedFromAws
from ingest.snapshot import IdentityProvider, Scope, State
from ingest.snapshot.repository import Repository, ShardInput
from tests.aws_collecting import NOW, Run, Told, credentials_of
from tests.aws_fleet import fleet
from tests.aws_server import AwsServer, Fault, of, refusing, serving
from tests.conftest import ROOT
from tests.require import repetitions

COLLECTORS = ("organizations.tree", "iam.providers", "ec2.instances")
OF_COLLECTORS = {"ListSAMLProviders", "ListOpenIDConnectProviders", "DescribeInstances"}
SIZE = 6


class Impatient(Told):
    """Interrupts after some accounts, as Ctrl-C does."""

    def __init__(self, patience: int) -> None:
        super().__init__()
        self.patience = patience

    def account(self, account_id: str) -> None:
        super().account(account_id)
        if len(self.accounts) == self.patience:
            raise KeyboardInterrupt


def wanted(collector: str) -> bool:
    return collector in COLLECTORS


def snapshot_id(found: CollectedFromAws, folder: Path) -> str:
    return Repository(f"file://{folder}").commit(found.shards, NOW.isoformat(), "aws", previous=None).id


def asked(server: AwsServer) -> set[tuple[str, str]]:
    """Accounts and operations of the collectors."""
    return {(r.account, r.operation) for r in server.requests if r.operation in OF_COLLECTORS}


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("patience", [1, 3, 5])
def test_the_second_run_asks_only_for_the_rest(tmp_path, workers, patience):
    estate, told = fleet(SIZE), Impatient(patience)
    first, second, whole = AwsServer(estate), AwsServer(estate), AwsServer(estate)
    with credentials_of(estate.management):
        with pytest.raises(KeyboardInterrupt):
            Run(first, tmp_path / "a", wanted=wanted, workers=workers, told=told).collect()
        found = Run(second, tmp_path / "a", wanted=wanted).collect()
        uninterrupted = Run(whole, tmp_path / "b", wanted=wanted).collect()
    assert len({account for account, _ in asked(first)}) >= patience
    assert asked(first) | asked(second) == asked(whole)
    again = {account for account, _ in asked(first) & asked(second)}
    assert len(again) <= workers  # what was under way; nothing that was finished
    assert snapshot_id(found, tmp_path / "one") == snapshot_id(uninterrupted, tmp_path / "two")


def test_what_failed_is_asked_again(tmp_path):
    estate, told = fleet(2), Impatient(2)
    denied = Fault(of("iam", "ListSAMLProviders", list(estate.statuses)[1]), refusing("AccessDenied"))
    with credentials_of(estate.management):
        with pytest.raises(KeyboardInterrupt):
            Run(AwsServer(estate, faults=[denied]), tmp_path, wanted=wanted, told=told).collect()
        found = Run(AwsServer(estate), tmp_path, wanted=wanted).collect()
    assert {shard.state for shard in found.shards.values()} == {State.SEEN}


@pytest.mark.parametrize("patience", random.Random(4).sample(range(5, 40), repetitions(3) % 35))
def test_a_killed_run_is_finished_by_the_next(tmp_path, patience):
    estate, children = fleet(SIZE), list[subprocess.Popen[str]]()

    def kill(request: Request) -> Response | None:
        os.kill(children[0].pid, signal.SIGKILL)
        return None

    server = AwsServer(estate, faults=[Fault(lambda request: True, kill, spared=patience, times=1)])
    with serving(server) as url, credentials_of(estate.management, url):
        killed, again, whole = (program(tmp_path / name) for name in ("a", "a", "b"))
        children.append(start(killed))
        children[0].communicate(timeout=60)
        results = [start(command).communicate(timeout=60)[0].strip() for command in (again, whole)]
    assert children[0].returncode == -signal.SIGKILL
    assert len(results[0]) > 10
    assert results[0] == results[1]


def program(folder: Path) -> list[str]:
    return [sys.executable, "-m", "tests.aws_program", str(folder), *COLLECTORS]


def start(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


SHARDS = {
    Scope("111111111111", "", "iam.providers"): ShardInput(
        State.SEEN,
        records=tuple(
            IdentityProvider(arn=f"arn:aws:iam::111111111111:saml-provider/{n}", name=n, account_id="111111111111",
                             kind="saml", client_ids=())
            for n in ("entra", "okta")
        ),
    )
}  # fmt: skip


def kept_file(tmp_path: Path) -> Path:
    run = Run(AwsServer(fleet(1)), tmp_path)
    run.unfinished.keep(SHARDS)
    assert run.unfinished.kept() == SHARDS
    [file] = (tmp_path / "unfinished").glob("*.zst")
    return file


def test_a_damaged_file_is_as_good_as_none(tmp_path):
    """Every byte in turn: what is believed is what was kept, or nothing."""
    file = kept_file(tmp_path)
    good, run = file.read_bytes(), Run(AwsServer(fleet(1)), tmp_path)
    for place in range(len(good)):
        file.write_bytes(good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :])
        assert run.unfinished.kept() in ({}, SHARDS), place
        file.write_bytes(good[:place])
        assert run.unfinished.kept() == {}, place


@pytest.mark.parametrize("content", [b"", b"{}", b"null", b'{"at": 3, "key": "key"}', b"\xff\xfe", b'{"at":"2026'])
def test_a_damaged_beginning_begins_anew(tmp_path, content):
    kept_file(tmp_path)
    (tmp_path / "unfinished" / "begun.json").write_bytes(content)
    assert Run(AwsServer(fleet(1)), tmp_path).unfinished.kept() == {}
