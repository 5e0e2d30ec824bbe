"""The command line against a living organization: a stand-in for AWS on the loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from benchmarks.aws.wire import Refused, Request, access_key, encode_error
from graph.store import stop_owner
from tests.aws_harborline import Harborline
from tests.aws_server import AwsServer, Fault, serving
from tests.command import cli, command, environment

MANAGEMENT, DATA_PROD = "210000000011", "210000000066"
SETTINGS = '[aws]\nregions = ["eu-west-1"]\n'


@pytest.fixture
def server() -> AwsServer:
    return AwsServer(Harborline())


@pytest.fixture
def aws(server: AwsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A working folder whose environment leads to the stand-in. Yields its address."""
    monkeypatch.chdir(tmp_path)
    Path("trustdrift.toml").write_text(SETTINGS)
    with serving(server) as url:
        for name, value in {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": access_key(MANAGEMENT),
            "AWS_SECRET_ACCESS_KEY": "canary-secret",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            monkeypatch.setenv(name, value)
        yield url
    stop_owner(f"embedded://{tmp_path}/.trustdrift/graph")


def written(folder: Path) -> bytes:
    """Everything that was left on disk."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_the_whole_line_in_two_parts(aws, tmp_path):
    first = cli("run", "--only", "identity", "--summary", "first.json", "--run", "trustdrift-one")
    assert first.returncode in (3, 4), first.stderr
    second = cli("run", "--only", "network", "--summary", "second.json")
    assert second.returncode == 3, second.stderr  # findings, and everything was seen
    told = json.loads(Path("second.json").read_text())
    assert told["coverage"]["seen"] == told["coverage"]["of"]
    assert told["promotion"]["kind"] == "difference"
    assert "iam.authorization" not in told["collectors"]
    assert "ec2.security_groups" in told["collectors"]
    again = cli("collect")
    assert told["snapshot"] in again.stderr  # all at once is the same snapshot
    assert b"canary-secret" not in written(tmp_path) + (first.stderr + second.stdout + again.stderr).encode()


def test_an_estimate_collects_nothing(aws):
    result = cli("collect", "--estimate")
    assert result.returncode == 0
    assert result.stdout.split()[:4] == ["accounts", "regions", "calls", "minutes"]
    assert result.stdout.split()[4:6] == ["8", "1"]
    assert "assumed" in result.stderr
    assert not Path(".trustdrift/snapshots").exists()


def test_an_account_that_cannot_be_entered_is_told_and_the_rest_is_there(aws, server):
    def shut(request: Request) -> bool:
        return request.operation == "AssumeRole" and DATA_PROD in str(request.parameters)

    denial = Refused("AccessDenied", "not authorized to perform: sts:AssumeRole", 403)
    server.faults.append(Fault(shut, lambda request: encode_error(request, denial)))
    result = cli("collect")
    assert result.returncode == 4
    assert f"not seen: {DATA_PROD} iam.authorization: denied" in result.stderr
    assert result.stderr.count("not seen") > 5


def test_an_interrupted_collection_goes_on_and_nobody_collects_twice(aws, server):
    def heeding_interrupts() -> None:  # what starts the tests in the background may have had them ignored
        signal.signal(signal.SIGINT, signal.default_int_handler)

    arguments = command("collect", "--workers", "1")
    process = subprocess.Popen(arguments, env=environment(), stderr=subprocess.PIPE, preexec_fn=heeding_interrupts)
    while not list(Path(".trustdrift/state/collecting").glob("all/2*.zst")):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"interrupted: what was finished is kept" in said
    kept = {file.name.split("-")[0] for file in Path(".trustdrift/state/collecting/all").glob("2*.zst")}
    server.requests.clear()
    result = cli("collect")
    assert result.returncode == 0, result.stderr
    asked = {r.account for r in server.requests if r.operation == "GetAccountAuthorizationDetails"}
    assert kept
    assert not asked & kept
    assert "going on with what began" in result.stderr
    with FileLock(".trustdrift/state/collecting/all.lock"):
        refused = cli("collect")
    assert refused.returncode == 1
    assert "another process collects into" in refused.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"AWS_PROFILE": "nobody"}, "there is no profile `nobody` in the AWS configuration"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no AWS credentials in the environment"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "`http://127.0.0.1:9/` cannot be reached"),
    ],
)
def test_nobody_is_read_by_mistake(aws, monkeypatch, change, said):
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    result = cli("collect")
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not os.path.exists(".trustdrift/snapshots/latest")
