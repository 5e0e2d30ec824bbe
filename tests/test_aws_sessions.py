"""Sessions: whose credentials sign what, how long they last, how often is asked, and what comes over a real socket."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ingest.aws.asking import Asker
from ingest.aws.meter import Meter
from ingest.aws.pace import Pace
from ingest.aws.sessions import ATTEMPTS, CLIENTS_ALIVE, Account, Sessions, client_config
from ingest.snapshot import IdentityProvider, Reason, State
from ingest.sources.answers import Answer
from ingest.sources.declare import Ask
from ingest.sources.iam_credentials import LIST_SAML
from ingest.sources.organizations import LIST_ACCOUNTS
from ingest.sources.place import Place
from tests.aws_collecting import READER, Run, asker, credentials_of, sessions_with
from tests.aws_fleet import fleet
from tests.aws_harborline import HOME
from tests.aws_server import AwsServer, Fault, hanging_up, of, refusing, saying, serving, waiting

MEMBER = "400000000002"
ROLE = f"arn:aws:iam::{MEMBER}:role/reader"
SAML = of("iam", "ListSAMLProviders")
EXPIRED = refusing("ExpiredToken", "The security token included in the request is expired", 403)
NEVER = 1_000


@pytest.fixture
def server() -> AwsServer:
    return AwsServer(fleet(2))


def ask(account: Account, by: Asker | None = None) -> list[Answer]:
    return (by or asker()).ask(account, LIST_SAML, Ask(), Place(MEMBER, "", "aws"))


def refusal(answers: list[Answer]) -> tuple[State, Reason] | None:
    found = answers[-1].refusal
    return (found.state, found.reason) if found else None


def member(server: AwsServer, attempts: int = 2) -> Account:
    return sessions_with(server, attempts).assuming(ROLE, "", HOME)


def test_many_accounts_in_many_threads_are_never_mixed_up(tmp_path):
    estate = fleet(32)
    server = AwsServer(estate)
    with credentials_of(estate.management):
        run = Run(server, tmp_path, wanted=lambda name: name in ("iam.providers", "ec2.instances"), workers=8)
        shards = run.collect().shards
    for scope, shard in shards.items():
        assert {record.account_id for record in shard.records} <= {scope.account_id}, scope
    named = [r.arn for shard in shards.values() for r in shard.records if isinstance(r, IdentityProvider)]
    assert sorted(named) == [f"arn:aws:iam::{account}:saml-provider/okta" for account in estate.statuses]
    assert {scope.account_id for scope in shards} == set(estate.statuses)
    by_account = Counter(r.account for r in server.requests if r.operation == "ListSAMLProviders")
    assert by_account == Counter(list(estate.statuses))


def test_few_clients_are_alive_at_a_time(server):
    opened, closed = list[Any](), list[Any]()

    def prepare(client: Any) -> None:
        server.inside(client)
        opened.append(client)
        close = client.close
        client.close = lambda: (closed.append(client), close())

    with credentials_of(MEMBER):
        account = Sessions("", "run-1", client_config(1), prepare).own()
        regions = [f"eu-west-{n}" for n in range(CLIENTS_ALIVE + 10)]
        for region in regions:
            account.client("kms", region)
            assert len(opened) - len(closed) <= CLIENTS_ALIVE
        assert account.client("kms", regions[-1]) is opened[-1]
    assert len(opened) == len(regions)


def test_a_role_is_taken_under_the_name_of_the_run_with_the_external_id(server, tmp_path):
    with credentials_of("400000000001"):
        Run(server, tmp_path, replace(READER, external_id="between us")).collect()
    [assumed] = [r.parameters for r in server.requests if r.operation == "AssumeRole"]
    assert assumed == assumed | {"RoleArn": ROLE, "RoleSessionName": "run-1", "ExternalId": "between us"}


def test_without_an_external_id_none_is_sent(server):
    with credentials_of():
        assert refusal(ask(member(server))) is None
    [assumed] = [r.parameters for r in server.requests if r.operation == "AssumeRole"]
    assert "ExternalId" not in assumed


@pytest.mark.parametrize(
    ("region", "host"),
    [("us-east-1", "sts.us-east-1.amazonaws.com"), ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn")],
)
def test_tokens_come_from_the_regional_endpoint(server, region, host):
    with credentials_of(url=""):
        account = sessions_with(server).assuming(ROLE, "", region)
        account.client("ec2", region).describe_vpcs()
    assert [r.host for r in server.requests if r.service == "sts"] == [host]


@pytest.mark.parametrize(("lifetime", "taken"), [(timedelta(hours=1), 1), (timedelta(minutes=9), 3)])
def test_credentials_are_refreshed_before_they_expire(server, lifetime, taken):
    server.lifetime = lifetime
    with credentials_of():
        account = member(server)
        assert [refusal(ask(account)) for _ in range(3)] == [None, None, None]
    assert server.counted()["sts", "AssumeRole"] == taken


@pytest.mark.parametrize(
    ("times", "expected", "requests"),
    [(1, None, 2), (NEVER, (State.FAILED, Reason.ERROR), 2)],
    ids=["once", "for-good"],
)
def test_a_token_that_is_refused_as_expired_is_renewed_once(server, times, expected, requests):
    server.faults = [Fault(SAML, EXPIRED, times=times)]
    with credentials_of():
        assert refusal(ask(member(server))) == expected
    assert server.counted()["iam", "ListSAMLProviders"] == requests
    assert server.counted()["sts", "AssumeRole"] == 2


@pytest.mark.parametrize(
    ("times", "expected"),
    [(ATTEMPTS - 1, None), (ATTEMPTS, (State.FAILED, Reason.THROTTLED))],
    ids=["just", "too-often"],
)
def test_eight_attempts_are_made(server, times, expected):
    server.faults = [Fault(SAML, refusing("Throttling", "Rate exceeded"), times=times)]
    meter = Meter()

    def prepare(client: Any) -> None:
        server.inside(client)
        meter.watch(client)

    with credentials_of(MEMBER):
        account = Sessions("", "run-1", client_config(), prepare).own()
        assert refusal(ask(account, Asker(Pace({}), meter))) == expected
    assert ATTEMPTS == server.counted()["iam", "ListSAMLProviders"] == 8
    assert meter.by_collector({})["iam.providers"].throttles == times


@pytest.mark.parametrize(("limit", "cut"), [(2, [True, True]), (100, [True] * 20 + [False])])
def test_a_page_limit_is_a_truncation(limit, cut):
    server = AwsServer(fleet(20), page_size=1)
    with credentials_of("400000000001"):
        account = sessions_with(server).own()
        answers = asker(page_limit=limit).ask(account, LIST_ACCOUNTS, Ask(), Place("400000000001", "", "aws"))
    assert [answer.truncated for answer in answers] == cut


def over_http(server: AwsServer, read_seconds: float = 5) -> tuple[State, Reason] | None:
    with serving(server) as url, credentials_of(MEMBER, url):
        return refusal(ask(Sessions("", "run-1", client_config(3, read_seconds)).own()))


@pytest.mark.parametrize(
    ("effect", "for_good"),
    [
        (hanging_up, (State.FAILED, Reason.ERROR)),
        (waiting(0.5), (State.FAILED, Reason.TIMEOUT)),
        (saying(b"<html>502</html>", 502), (State.FAILED, Reason.ERROR)),
        (refusing("Throttling"), (State.FAILED, Reason.THROTTLED)),
    ],
    ids=["closed-connection", "silence", "bad-gateway", "throttle"],
)
def test_what_passes_is_tried_again_over_http(server, effect, for_good):
    server.faults = [Fault(SAML, effect, times=2)]
    assert over_http(server, 0.25) is None
    server.faults = [Fault(SAML, effect)]
    assert over_http(server, 0.25) == for_good


def test_a_page_of_a_proxy_is_no_answer_over_http(server):
    server.faults = [Fault(SAML, saying(b"<html><body>Sign in to the network</body></html>"))]
    assert over_http(server) == (State.FAILED, Reason.MALFORMED)
