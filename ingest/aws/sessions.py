"""Sessions: one per account, all of them sharing the data that describes AWS, with few clients alive at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader

from ingest.aws.errors import AwsError, login_problem
from ingest.aws.partitions import PARTITIONS, Partition, partition_of_arn

CLIENTS_ALIVE = 24  # of one account; a client costs about a megabyte
ATTEMPTS = 8  # standard mode's three give up while AWS is still refilling a bucket
CONNECT_SECONDS, READ_SECONDS = 10, 60
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Prepare = Callable[[Any], None]  # told of every client that is made


def client_config(attempts: int = ATTEMPTS, read_seconds: float = READ_SECONDS) -> Config:
    return Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        user_agent_extra="trustdrift",
    )


class Account:
    """The clients of one account, for one thread at a time."""

    def __init__(self, make: Callable[[], boto3.Session], config: Config, prepare: Prepare) -> None:
        self._make, self._config, self._prepare = make, config, prepare
        self._session: boto3.Session | None = None
        self._clients: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def client(self, service: str, region: str) -> Any:
        """A client; the least recently used one is closed when there are too many."""
        key = (service, region)
        if key not in self._clients:
            if self._session is None:
                self._session = self._make()
            self._clients[key] = self._session.client(service, region_name=region, config=self._config)
            self._prepare(self._clients[key])
            if len(self._clients) > CLIENTS_ALIVE:
                self._clients.popitem(last=False)[1].close()
        self._clients.move_to_end(key)
        return self._clients[key]

    def renew(self) -> None:
        """Begin anew with fresh credentials: botocore does not, when a token is refused as expired."""
        self.close()
        self._session = None

    def close(self) -> None:
        while self._clients:
            self._clients.popitem()[1].close()


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
        self._base = self._new(profile)

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
        except KeyError as error:
            raise AwsError(
                f"the answer to sts:GetCallerIdentity is none (`{error.args[0]}`): check AWS_ENDPOINT_URL and proxies"
            ) from error

    def own(self) -> Account:
        """The account that the credentials belong to, as they are."""
        return Account(lambda: self._new(self.profile), self._config, self._prepare)

    def assuming(self, role_arn: str, external_id: str, region: str) -> Account:
        """An account by its role; the credentials are refreshed before their hour is over."""
        return Account(partial(self._assumed, role_arn, external_id, region), self._config, self._prepare)

    @property
    def on_loopback(self) -> bool:
        """Whether a server on this machine stands in for AWS."""
        url = self._base._session.get_config_variable("endpoint_url") or ""
        return urlsplit(url).hostname in LOOPBACK

    def _assumed(self, role_arn: str, external_id: str, region: str) -> boto3.Session:
        with self._lock:  # sessions are not safe to share, and this one makes clients for every thread
            credentials = self._base.get_credentials()
            fetcher = AssumeRoleCredentialFetcher(
                partial(self._sts, region),
                credentials,
                role_arn,
                extra_args={"RoleSessionName": self.run_id} | ({"ExternalId": external_id} if external_id else {}),
            )
            deferred = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
            return self._new("", deferred)

    def _sts(self, region: str, service: str, **arguments: Any) -> Any:
        """The regional endpoint: tokens of the global one are refused in regions that must be opted into."""
        with self._lock:
            client = self._base.client(service, **arguments, region_name=region, config=self._config)
        self._prepare(client)
        return client

    def _new(self, profile: str, credentials: Any = None) -> boto3.Session:
        session = botocore.session.Session(profile=profile or None)
        session.register_component("data_loader", self._loader)
        if credentials is not None:
            session._credentials = credentials
        return boto3.Session(botocore_session=session)
