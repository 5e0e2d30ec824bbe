"""Collecting from a server inside the SDK, without a socket and without waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.aws.wire import access_key
from ingest.aws.asking import Asker
from ingest.aws.collect import CollectedFromAws, Collection
from ingest.aws.crawling import ByCall
from ingest.aws.estate import Access, Organization
from ingest.aws.meter import Meter
from ingest.aws.pace import Pace
from ingest.aws.sessions import Account, Sessions, client_config
from ingest.aws.unfinished import Unfinished
from ingest.snapshot import Snapshot
from ingest.sources.answers import Answer
from ingest.sources.declare import Ask, Call
from ingest.sources.place import Place
from tests.aws_harborline import MANAGEMENT, REGION
from tests.aws_server import AwsServer

NOW = datetime(2026, 11, 9, 6, tzinfo=UTC)
READER = Access(role_name="reader", regions=(REGION,))
NOWHERE = "http://127.0.0.1:9"  # nothing is sent there


@contextmanager
def credentials_of(account: str = MANAGEMENT, url: str = NOWHERE) -> Iterator[None]:
    """An environment in which the SDK signs as an account, and never sleeps before it tries again."""
    environment = {
        "AWS_ACCESS_KEY_ID": access_key(account),
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_ENDPOINT_URL": url,
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if not url:
        environment.pop("AWS_ENDPOINT_URL")
    with mock.patch.dict("os.environ", environment), mock.patch("botocore.endpoint.time", mock.Mock()):
        yield


class Told:
    """Progress, remembered."""

    def __init__(self) -> None:
        self.organizations: list[tuple[str, int]] = []
        self.places: list[tuple[str, str]] = []
        self.accounts: list[str] = []

    def organization(self, name: str, accounts: int) -> None:
        self.organizations.append((name, accounts))

    def place(self, account_id: str, region: str, shards: Any) -> None:
        self.places.append((account_id, region))

    def account(self, account_id: str) -> None:
        self.accounts.append(account_id)


def sessions_with(server: AwsServer, attempts: int = 2, run_id: str = "run-1") -> Sessions:
    return Sessions("", run_id, client_config(attempts), prepare=server.inside)


def asker(**options: Any) -> Asker:
    """One that is never slowed down."""
    return Asker(Pace({}), Meter(), sleep=lambda seconds: None, **options)


@dataclass
class Run:
    """One collection, and what it was told."""

    server: AwsServer
    folder: Path
    access: Access = READER
    previous: Snapshot | None = None
    wanted: Callable[[str], bool] = lambda name: True
    workers: int = 2
    told: Told = field(default_factory=Told)
    attempts: int = 2

    def collect(self) -> CollectedFromAws:
        organization = Organization.of("main", sessions_with(self.server, self.attempts), self.access)
        collection = Collection(asker(), self.unfinished, self.told, self.previous, self.wanted, self.workers)
        found = collection.collect([organization])
        self.unfinished.forget()
        return found

    @property
    def unfinished(self) -> Unfinished:
        return Unfinished(self.folder / "unfinished", "key", NOW)


@dataclass(frozen=True)
class Recorded(Asker):
    """Answers from `kept`, and asks the server for one call alone."""

    kept: ByCall = field(default_factory=dict)
    asked: Call[Any] | None = None

    def ask(self, account: Account, call: Call[Any], request: Ask, place: Place) -> list[Answer]:
        if call == self.asked:
            return super().ask(account, call, request, place)
        about = (request.argument, request.label)
        return [answer for answer in self.kept.get(call, []) if (answer.argument, answer.label) == about]
