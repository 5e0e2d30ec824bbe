"""Sessions: each account with its own credentials, on clients that accounts use one after the other."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, Credentials, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.loaders import Loader

from ingest.aws.errors import AwsError, login_problem
from ingest.aws.partitions import PARTITIONS, Partition, partition_of_arn

CLIENTS_ALIVE = 64  # of one thread: all services of four regions; a client costs about half a megabyte
ATTEMPTS = 8  # standard mode's three give up while AWS is still refilling a bucket
CONNECT_SECONDS, READ_SECONDS = 10, 60
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
ACCOUNT_ON_LOOPBACK = re.compile(r"//\d{12}\.(localhost|127\.0\.0\.1)(?=[:/])")

Prepare = Callable[[Any], None]  # told of every client that is made


def client_config(attempts: int = ATTEMPTS, read_seconds: float = READ_SECONDS) -> Config:
    return Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        user_agent_extra="trustdrift",
    )


class Lent(Credentials):  # type: ignore[misc]  # botocore has no types
    """Credentials whose account changes under living clients: making a client anew for each account costs more than
    all of its requests."""

    def __init__(self) -> None:
        super().__init__("", "")
        self.of: Credentials | None = None

    def get_frozen_credentials(self) -> Any:
        if self.of is None:
            raise NoCredentialsError
        return self.of.get_frozen_credentials()


class Clients:
    """A session and its clients, for one account and one thread at a time."""

    def __init__(self, session: botocore.session.Session, config: Config, prepare: Prepare) -> None:
        self.credentials = Lent()
        session._credentials = self.credentials
        self._session, self._config, self._prepare = boto3.Session(botocore_session=session), config, prepare
        self._alive: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def client(self, service: str, region: str) -> Any:
        """A client; the least recently used one is closed when there are too many."""
        key = (service, region)
        if key not in self._alive:
            self._alive[key] = self._session.client(service, region_name=region, config=self._config)
            self._prepare(self._alive[key])
            if len(self._alive) > CLIENTS_ALIVE:
                self._alive.popitem(last=False)[1].close()
        self._alive.move_to_end(key)
        return self._alive[key]

    def close(self) -> None:
        while self._alive:
            self._alive.popitem()[1].close()


class Account:
    """The way to ask one account, for one thread at a time: clients that nobody else uses, with its credentials."""

    def __init__(self, pool: SimpleQueue[Clients], new: Callable[[], Clients], make: Callable[[], Any]) -> None:
        self._pool, self._new, self._make = pool, new, make
        self._clients: Clients | None = None

    def client(self, service: str, region: str) -> Any:
        if self._clients is None:
            try:
                self._clients = self._pool.get_nowait()
            except Empty:
                self._clients = self._new()
            self._clients.credentials.of = self._make()
        return self._clients.client(service, region)

    def renew(self) -> None:
        """Go on with fresh credentials: botocore does not, when a token is refused as expired."""
        if self._clients is not None:
            self._clients.credentials.of = self._make()

    def close(self) -> None:
        """Leaves the clients to the next account."""
        if self._clients is not None:
            self._clients.credentials.of = None
            self._pool.put(self._clients)
            self._clients = None


class Sessions:
    """Makes the sessions of a collection. `run_id` becomes the session name of every role that is assumed, so that
    CloudTrail tells which collection made a call."""

    def __init__(
        self,
        profile: str,
        run_id: str,
        config: Config | None = None,
        prepare: Prepare = lambda client: None,
    ) -> None:
        self.profile, self.run_id = profile, run_id
        self._config = config or client_config()
        self._prepare = prepare
        self._loader = Loader()
        self._lock = threading.Lock()
        self._pool: SimpleQueue[Clients] = SimpleQueue()
        self._base = boto3.Session(botocore_session=self._session())

    def who(self) -> tuple[str, Partition]:
        """The ARN of the credentials and their partition. Raises: AwsError."""
        try:
            region = self._base.region_name or PARTITIONS["aws"].home
            client = self._base.client("sts", region_name=region, config=self._config)
            self._prepare(client)
            arn = str(client.get_caller_identity()["Arn"])
            return arn, partition_of_arn(arn)
        except (BotoCoreError, ClientError) as error:
            raise login_problem(error, self.profile) from error
        except ValueError as error:
            raise AwsError(f"no address of AWS can be made ({error}): check AWS_ENDPOINT_URL and the region") from error
        except KeyError as error:
            raise AwsError(
                f"the answer to sts:GetCallerIdentity is none (`{error.args[0]}`): check AWS_ENDPOINT_URL and proxies"
            ) from error

    def own(self) -> Account:
        """The account that the credentials belong to, as they are."""
        return self._account(lambda: self._session().get_credentials())

    def assuming(self, role_arn: str, external_id: str, region: str) -> Account:
        """An account by its role; the credentials are refreshed before their hour is over."""
        return self._account(partial(self._assumed, role_arn, external_id, region))

    def _account(self, make: Callable[[], Any]) -> Account:
        return Account(self._pool, lambda: Clients(self._session(), self._config, self._prepare), make)

    def regions_of(self, service: str, partition: Partition) -> list[str]:
        """Where a service is, as the SDK knows it."""
        return list(self._base.get_available_regions(service, partition.name))

    @property
    def on_loopback(self) -> bool:
        """Whether a server on this machine stands in for AWS."""
        url = self._base._session.get_config_variable("endpoint_url") or ""
        return urlsplit(url).hostname in LOOPBACK

    def _assumed(self, role_arn: str, external_id: str, region: str) -> Any:
        with self._lock:  # sessions are not safe to share, and this one makes clients for every thread
            credentials = self._base.get_credentials()
            fetcher = AssumeRoleCredentialFetcher(
                partial(self._sts, region),
                credentials,
                role_arn,
                extra_args={"RoleSessionName": self.run_id} | ({"ExternalId": external_id} if external_id else {}),
            )
            return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")

    def _sts(self, region: str, service: str, **arguments: Any) -> Any:
        """The regional endpoint: tokens of the global one are refused in regions that must be opted into."""
        with self._lock:
            client = self._base.client(service, **arguments, region_name=region, config=self._config)
        self._prepare(client)
        return client

    def _session(self) -> botocore.session.Session:
        session = botocore.session.Session(profile=self.profile or None)
        session.register_component("data_loader", self._loader)
        session.register("before-send.s3-control", without_account)
        return session


def without_account(request: AWSPreparedRequest, **_: Any) -> None:
    """S3 Control puts the account's id before the host, for which a machine of one's own has no address."""
    request.url = ACCOUNT_ON_LOOPBACK.sub(r"//\1", request.url)
