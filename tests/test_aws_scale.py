"""A generated organization behind AWS's API: read whole, by the requests declared, at a pace that AWS allows."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import NoCredentialsError
from botocore.parsers import create_parser

from benchmarks.aws.answers import Estate
from benchmarks.aws.process import Counts, standing_in
from benchmarks.aws.throttle import RULES, Buckets
from benchmarks.aws.wire import Refused, Request, encode, encode_error, model_of, operation_of, paged
from benchmarks.bench import Bench
from benchmarks.estate import Params, generate
from benchmarks.estate.names import account_id
from benchmarks.measurements import collection
from benchmarks.measurements.collection import PACED, collected, throttled_share
from ingest.aws.collect import CollectedFromAws
from ingest.aws.pace import LIMITS
from ingest.aws.sessions import CLIENTS_ALIVE, Clients, Sessions
from ingest.files import collect_files
from ingest.snapshot import COLLECTORS, RECORD_TYPES, Coverage, Shard, Snapshot, State
from ingest.sources.declare import Call
from ingest.sources.table import SOURCES

PARAMS = Params(accounts=20, regions=2, roles=12, users=2, groups=1, managed_policies=3, sgs=4, instances=2, lambdas=3,
                buckets=2, permission_sets=3, assignments=2, sso_users=6, chains=0)  # fmt: skip
SPEED = 50.0  # of AWS's limits, on both sides
MANAGEMENT = account_id(0)


class Collected(NamedTuple):
    found: CollectedFromAws
    counts: Counts
    most_clients: int

    @property
    def snapshot(self) -> Snapshot:
        shards = {scope: Shard(Coverage(scope, s.state, s.reason), s.records) for scope, s in self.found.shards.items()}
        return Snapshot("snapshot-1", "2026-01-01T00:00:00Z", shards)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scale") / "estate"
    generate(PARAMS, folder)
    return folder


@pytest.fixture(scope="module")
def organization(estate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    """The estate as it was collected from a server that throttles, and the most clients that a thread held."""
    held: list[int] = []
    made = Clients.client
    with pytest.MonkeyPatch.context() as patch, standing_in(estate, throttle=SPEED) as aws:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "")  # set by what is measured, and put back here

        def counted(clients: Clients, service: str, region: str) -> Any:
            client = made(clients, service, region)
            held.append(len(clients._alive))
            return client

        patch.setattr(Clients, "client", counted)
        found = collected(aws.url, MANAGEMENT, tmp_path_factory.mktemp("unfinished"), SPEED)
        yield Collected(found, aws.counts(), max(held))


def test_everything_is_seen(organization: Collected):
    number = Counter(COLLECTORS[source.collector].scope for source in SOURCES)
    wanted = number["organization"] + PARAMS.accounts * (number["account"] + PARAMS.regions * number["region"])
    assert len(organization.found.shards) == wanted
    unseen = {scope: s.detail for scope, s in organization.found.shards.items() if s.state is not State.SEEN}
    assert unseen == {}


def requests(call: Call[Any], snapshot: Snapshot) -> int:
    """As declared: one for each place, or for each thing that there is."""
    places = {"organization": 1, "account": PARAMS.accounts, "region": PARAMS.accounts * PARAMS.regions}
    [scope] = {COLLECTORS[s.collector].scope for s in SOURCES if call in s.calls}
    return len(snapshot.all(call.per)) if call.per else places[scope]


def test_accounts_cost_the_requests_that_are_declared(organization: Collected):
    """Of an account and its regions; an organization's pages and filters are its own affair."""
    snapshot, asked = organization.snapshot, organization.counts.asked
    of_accounts = [s for s in SOURCES if COLLECTORS[s.collector].scope != "organization"]
    calls = dict.fromkeys(call for s in of_accounts for call in s.calls if call.asks)
    wanted = Counter({call.name: requests(call, snapshot) for call in calls})
    names = {f"{c.client} {squeezed(c)}": c.name for c in calls}
    measured = Counter({names[key]: n for key, n in lowered(asked).items() if key in names})
    assert measured == +wanted
    assert lowered(asked)["sts assumerole"] == PARAMS.accounts - 1


def squeezed(call: Call[Any]) -> str:
    return call.operation.replace("-", "")


def lowered(asked: dict[str, int]) -> Counter[str]:
    """Requests that were let in, by `service operation` in small letters."""
    return Counter({name.lower(): number for name, number in asked.items()})


def test_few_clients_are_alive(organization: Collected):
    assert organization.most_clients <= CLIENTS_ALIVE + 1


def test_clients_go_from_account_to_account_and_never_keep_its_credentials(organization: Collected):
    made: list[Any] = []
    sessions = Sessions("", "scale", prepare=made.append)

    def asked(account_id: str) -> tuple[str, Any]:
        with closing(sessions.assuming(f"arn:aws:iam::{account_id}:role/r", "", "us-east-1")) as account:
            account.renew()
            client = account.client("sts", "us-east-1")
            account.renew()
            return client.get_caller_identity()["Account"], client

    accounts = [account_id(i) for i in range(PARAMS.accounts)]
    with ThreadPoolExecutor(4) as executor:
        answers = list(executor.map(asked, accounts))
    assert [account for account, _ in answers] == accounts
    clients = {id(client): client for _, client in answers}
    assert len(clients) <= 4
    for client in clients.values():
        with pytest.raises(NoCredentialsError):
            client.get_caller_identity()


def test_what_is_paced_is_not_throttled(organization: Collected):
    assert sum(n for name, n in organization.counts.asked.items() if name.startswith(PACED)) > 50
    assert throttled_share(organization.counts) < 0.01


def test_the_api_tells_what_the_files_tell(organization: Collected, estate: Path):
    by_files = collect_files(estate).shards
    of_files = {(type(r), r.key): r for shard in by_files.values() for r in shard.records}
    of_api = {(type(r), r.key): r for shard in organization.found.shards.values() for r in shard.records}
    whole = [t for t in RECORD_TYPES if t.__name__ in ALIKE]
    assert {k: r for k, r in of_api.items() if k[0] in whole} == {k: r for k, r in of_files.items() if k[0] in whole}
    assert {kind for kind, _ in of_files} - {kind for kind, _ in of_api} == set()


# Types of which the files hold all that the API says.
ALIKE = {"Organization", "OrganizationalUnit", "User", "Group", "Role", "ManagedPolicy", "InstanceProfile", "AccessKey",
         "Assignment", "DirectoryUser", "DirectoryGroup", "Vpc", "Subnet", "SecurityGroup", "Instance"}  # fmt: skip


# -- the stand-in itself
def asked(call: Call[Any], estate: Estate) -> Request:
    """A request of a call about something that the estate has."""
    operation = next(n for n in model_of(call.client).operation_names if n.lower() == squeezed(call))
    details = estate.whole(f"accounts/{MANAGEMENT}/iam/get-account-authorization-details.json")
    known = {
        "Filter": "SERVICE_CONTROL_POLICY",
        "PolicyId": "p-FullAWSAccess",
        "UserName": details["UserDetailList"][0]["UserName"],
        "PermissionSetArn": estate.whole("sso/list-permission-sets.json")["PermissionSets"][0],
    }
    return Request(call.client, operation, MANAGEMENT, estate.regions[0], known)


@pytest.mark.parametrize("call", dict.fromkeys(c for s in SOURCES for c in s.calls if c.asks), ids=lambda c: c.name)
def test_what_the_stand_in_writes_botocore_reads(call: Call[Any], estate: Path):
    request = asked(call, Estate(estate))
    model = operation_of(request.service, request.operation)
    parser = create_parser(model.service_model.resolved_protocol)
    try:
        answer = Estate(estate).answer(request)
        response = encode(request, answer)
    except Refused as refused:
        response, answer = encode_error(request, refused), None
    raw = {"status_code": response.status, "headers": {"content-type": response.kind}, "body": response.body}
    parsed = parser.parse(raw, model.output_shape)
    if answer is None:
        assert parsed["Error"]["Code"]
    elif request.operation != "GetBucketLocation":  # which a handler of the SDK reads
        for key, value in answer.items():
            size = len if isinstance(value, list | dict) else bool
            assert size(parsed[key]) == size(value), key


def test_pages_hold_everything_once():
    request = Request("organizations", "ListAccounts", MANAGEMENT, "us-east-1", {})
    answer = {"Accounts": [{"Id": str(i)} for i in range(45)]}
    seen, page = [], paged(request, answer, 20)
    while True:
        seen += page["Accounts"]
        if "NextToken" not in page:
            break
        page = paged(request._replace(parameters={"NextToken": page["NextToken"]}), answer, 20)
    assert seen == answer["Accounts"]


def test_a_bucket_lets_through_its_burst_and_then_its_rate():
    now = 0.0
    buckets, rule = Buckets(clock=lambda: now), RULES["organizations"]
    request = Request("organizations", "ListRoots", MANAGEMENT, "us-east-1", {})
    let_in = 0
    for tick in range(1000):
        now = tick / 100
        try:
            buckets.take(request)
            let_in += 1
        except Refused:
            continue
    assert let_in == pytest.approx(rule.burst + rule.rate * 10, abs=1)


def test_pace_is_what_keeps_us_from_being_throttled():
    """A crawl at twice the pace is refused often, so that the limit of the stand-in is one."""
    now = 0.0
    buckets = Buckets(clock=lambda: now)
    refused = 0
    for number in range(200):
        now = number / (2 * LIMITS["organizations"])
        try:
            buckets.take(Request("organizations", "ListRoots", MANAGEMENT, "us-east-1", {}))
        except Refused:
            refused += 1
    assert refused > 80


def test_the_measurement_has_its_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    generate(replace(PARAMS, accounts=1, regions=1), tmp_path / "estate")
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(collection, "LATENCY", 0.0)
    figures = {figure.name: figure.value for figure in collection.measure(Bench(tmp_path / "estate", tmp_path))}
    assert figures["collection.accounts"] == 1
    assert figures["collection.unseen"] == 0
    assert figures["collection.calls.account"] == figures["collection.calls"] > 50
