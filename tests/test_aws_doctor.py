"""The doctor: what works is called good, what is denied is named with its statement, its cost and nothing secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from benchmarks.aws.wire import Request, access_key
from cli import access
from cli.diagnosis import Row, State, _snapshots, _state, _store, _tried
from cli.exits import Verbs
from cli.stages import Workspace
from graph.store import stop_owner
from ingest.aws.asking import Asker
from ingest.aws.doctor import Clock, Doctor, Examined, Outcome
from ingest.aws.estate import Access, Organization
from ingest.aws.meter import Meter
from ingest.aws.pace import Pace
from ingest.aws.roles import Kind, actions_for
from ingest.aws.sessions import Sessions, client_config
from ingest.sources.declare import Call
from ingest.sources.table import SOURCES
from settings import load_settings
from tests.aws_harborline import HOME, MANAGEMENT, PAYMENTS, REGION, STATUS, Harborline
from tests.aws_server import AwsServer, Fault, of, refusing, serving
from tests.neo4j_server import LONG_TERM
from tests.require import repetitions

ROLE, SECRET, EXTERNAL_ID = "TrustdriftReader", "secret-key-of-nobody", "external-id-of-nobody"
NOW = datetime(2026, 11, 9, 6, 0, tzinfo=UTC)
BY_IDENTITY = "User: x is not authorized to perform: {} because no identity-based policy allows it"
ORGANIZATION_ACTIONS = sorted(set(actions_for(Kind.MANAGEMENT)) - set(actions_for(Kind.MEMBER)))


def calls() -> set[Call[Any]]:
    own = {call for source in SOURCES for call in source.calls if call.asks}
    return own | {call.until.call for call in own if call.until}


def asks_for(action: str) -> Callable[[Request], bool]:
    """Picks the requests that an action is needed for."""
    names = {(c.client, c.operation.replace("-", "")) for c in calls() if c.action == action}
    return lambda request: (request.service, request.operation.lower()) in names


def denying(actions: Iterable[str], message: str = BY_IDENTITY) -> list[Fault]:
    return [Fault(asks_for(a), refusing("AccessDeniedException", message.format(a))) for a in actions]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sign_in(monkeypatch, MANAGEMENT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


def sign_in(monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", access_key(account))


def examine(*faults: Fault, everywhere: bool = False, regions: tuple[str, ...] = ()) -> Examined:
    """Harborline, as the doctor finds it."""
    server = AwsServer(Harborline(), faults=list(faults))
    sessions = Sessions("", "doctor", client_config(1), server.inside)
    organization = Organization.of("", sessions, Access(role_name=ROLE, regions=regions))
    return Doctor(Asker(Pace({}), Meter()), everywhere).examine(organization)


def outcomes(found: Examined, kind: str) -> dict[str, Outcome]:
    return {action: one.trial.outcome for action, one in found.by_kind()[kind].items()}


def test_a_healthy_organization_has_every_permission_tried_and_allowed():
    found = examine()
    assert outcomes(found, "organization") == dict.fromkeys(ORGANIZATION_ACTIONS, Outcome.ALLOWED)
    assert outcomes(found, "member") == dict.fromkeys(actions_for(Kind.MEMBER), Outcome.ALLOWED)
    assert set(outcomes(found, "own")) == set(actions_for(Kind.MEMBER))
    assert set(outcomes(found, "own").values()) == {Outcome.ALLOWED, Outcome.UNTRIED}
    assert not [door for door in found.doors if door.refusal]


@cache
def with_nothing_there() -> set[str]:
    """What cannot be tried in the account of payments, because it has none of what is asked about."""
    with pytest.MonkeyPatch.context() as patch:
        sign_in(patch, PAYMENTS)
        found = outcomes(examine(regions=(REGION,)), "own")
    return {action for action, outcome in found.items() if outcome is Outcome.UNTRIED}


@settings(max_examples=repetitions(6))
@given(denied=st.sets(st.sampled_from(actions_for(Kind.MEMBER)), min_size=1))
def test_what_is_denied_is_found_or_hidden_behind_what_is(denied):
    """For any permissions that an account lacks: none is called allowed, and none that is there is called denied."""
    with pytest.MonkeyPatch.context() as patch:
        sign_in(patch, PAYMENTS)
        found = outcomes(examine(*denying(denied - {"ec2:DescribeRegions"}), regions=(REGION,)), "own")
    lacking = denied - {"ec2:DescribeRegions"}
    assert {action for action, outcome in found.items() if outcome is Outcome.DENIED} <= lacking
    assert {action for action in lacking if found[action] in (Outcome.ALLOWED, Outcome.FAILED)} == set()
    hidden = {action for action in lacking if found[action] is Outcome.UNTRIED} - with_nothing_there()
    assert not hidden or lacking - hidden


@pytest.mark.parametrize("words", [
    "with an explicit deny in a service control policy",
    "with an explicit deny in a resource-based policy",
    "because no permissions boundary allows the action",
])  # fmt: skip
def test_what_somebody_else_denies_no_statement_of_ours_mends(words):
    found = examine(*denying(["organizations:ListPolicies"], words), regions=(REGION,))
    assert outcomes(found, "organization")["organizations:ListPolicies"] is Outcome.REFUSED


def test_a_failure_is_no_denial():
    found = examine(Fault(of("kms", "ListKeys"), refusing("InternalFailure", status=500)), regions=(REGION,))
    assert outcomes(found, "member")["kms:ListKeys"] is Outcome.FAILED


def test_with_all_every_account_and_region_is_visited():
    found = examine(everywhere=True)
    open_regions = {HOME, REGION, *(name for name, status in STATUS.items() if status == "opted-in")}
    visited = {(visit.account_id, visit.region) for visit in found.visits if visit.kind != "organization"}
    assert visited == {(door.account_id, name) for door in found.doors for name in ("", *open_regions)}


def test_the_clock_is_read_from_an_answer():
    for ahead, right in ((timedelta(minutes=7), False), (timedelta(minutes=-7), False), (timedelta(), True)):
        clock = Clock(lambda ahead=ahead: datetime.now(UTC) + ahead)
        with serving(AwsServer(Harborline())) as url, pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", url)
            Sessions("", "doctor", client_config(1), clock.watch).who()
        assert clock.ahead is not None
        assert abs(clock.ahead - ahead) < timedelta(seconds=30)
        assert clock.right is right


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """Runs the verb against Harborline with some faults, its store being a server that is not there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRUSTDRIFT_STORE__URL", "bolt://127.0.0.1:1")
    monkeypatch.setenv("TRUSTDRIFT_AWS__EXTERNAL_ID", EXTERNAL_ID)
    monkeypatch.setenv("TRUSTDRIFT_AWS__REGIONS", f'["{REGION}"]')

    def run(*arguments: str, faults: Iterable[Fault] = ()) -> Result:
        app = typer.Typer(cls=Verbs)
        app.command()(access.doctor)
        with serving(AwsServer(Harborline(), faults=list(faults))) as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL", url)
            return CliRunner().invoke(app, list(arguments))

    yield run
    stop_owner(f"embedded://{tmp_path}/.trustdrift/graph")


def states(result: Result) -> dict[str, str]:
    return {row["check"]: row["state"] for row in json.loads(result.stdout)["checks"]}


def test_all_good_ends_with_0(doctor, monkeypatch):
    monkeypatch.delenv("TRUSTDRIFT_STORE__URL")
    result = doctor("--format", "json")
    assert result.exit_code == 0, result.output
    assert set(states(result).values()) <= {"good", "untried"}
    assert json.loads(result.stdout)["missing"] == []


def test_what_is_missing_ends_with_4_its_statement_and_its_cost(doctor):
    shut = Fault(
        lambda r: r.operation == "AssumeRole" and PAYMENTS in r.parameters["RoleArn"], refusing("AccessDenied")
    )
    result = doctor("--format", "json", faults=[*denying(["iam:GenerateCredentialReport"]), shut])
    assert result.exit_code == 4, result.output
    said = json.loads(result.stdout)
    assert states(result)[f"account {PAYMENTS}"] == "missing"
    assert [one["statement"]["Action"] for one in said["missing"]] == [
        ["sts:AssumeRole"], ["iam:GenerateCredentialReport"], ["iam:GenerateCredentialReport"],
    ]  # fmt: skip
    resting = {check for cost in said["costs"]["iam:GenerateCredentialReport"] for check in cost["checks"]}
    assert {"missing-mfa", "root-access-key"} <= resting


def test_the_table_says_the_same_for_people(doctor):
    result = doctor(faults=denying(["kms:ListAliases"]))
    assert result.exit_code == 4
    statement = result.stdout[result.stdout.index("{") : result.stdout.index("}") + 1]
    assert json.loads(statement)["Action"] == ["kms:ListAliases"]
    assert "without kms:ListAliases: details of Key (kms.keys)" in result.stdout
    assert "bolt://127.0.0.1:1" in result.stdout


def test_nothing_secret_is_said(doctor):
    for form in ("table", "json"):
        result = doctor("--format", form, faults=[Fault(of("sts", "AssumeRole"), refusing("AccessDenied"))])
        assert SECRET not in result.output
        assert EXTERNAL_ID not in result.output


def test_text_of_strangers_stays_on_its_line(doctor):
    hostile = "no\x1b[2J\r\ngood  \u202e everything is fine"
    result = doctor(faults=denying(["kms:ListKeys"], hostile))
    assert result.exit_code == 4
    assert not set("\x1b\r\u202e") & set(result.output)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"AWS_PROFILE": "nobody"}, "there is no profile `nobody`"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_EC2_METADATA_DISABLED": "true"}, "no AWS credentials"),
    ],
)
def test_without_credentials_all_else_is_told_and_the_code_is_1(doctor, monkeypatch, environment, said):
    for name, value in environment.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    result = doctor("--format", "json")
    assert result.exit_code == 1, result.output
    assert said in json.loads(result.stdout)["checks"][0]["detail"]
    assert states(result)["state"] == "good"


def test_an_expired_session_is_a_sentence(doctor):
    result = doctor("--format", "json", faults=[Fault(of("sts"), refusing("ExpiredToken", "expired"))])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["checks"][0]["detail"].endswith("log in again")


def workspace(folder: Path, **sections: dict[str, Any]) -> Workspace:
    return Workspace(load_settings(None, sections).located(folder), lambda: NOW)


def test_places_that_cannot_be_written_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("in the way")
    space = workspace(
        tmp_path, snapshots={"url": f"file://{tmp_path}/file/snapshots"}, state={"path": tmp_path / "file" / "state"}
    )
    for check, trial in (("snapshots", _snapshots), ("state", _state)):
        row = _tried(check, space, trial)
        assert row.state is State.FAILED
        assert "file" in row.detail
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_server_is_written_to_and_left_as_it_was(tmp_path, monkeypatch, neo4j_servers):
    monkeypatch.chdir(tmp_path)
    server = neo4j_servers(LONG_TERM)
    server.wipe()
    monkeypatch.setenv("TRUSTDRIFT_STORE__PASSWORD", server.password)
    row = _tried("store", workspace(tmp_path, store={"url": server.url}), _store)
    assert row == Row("store", State.GOOD, f"{server.url}: holds no graph yet, Neo4j/{LONG_TERM}")
    with server.driver() as driver:
        assert driver.execute_query("MATCH (n) RETURN n", database_="neo4j").records == []
    monkeypatch.setenv("TRUSTDRIFT_STORE__PASSWORD", "wrong")
    assert _tried("store", workspace(tmp_path, store={"url": server.url}), _store).state is State.FAILED
