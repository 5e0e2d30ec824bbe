"""Which organizations, accounts and regions are read, and what is said of those that cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ingest.aws.collect import CollectedFromAws, Collection
from ingest.aws.estate import Access, Organization
from ingest.aws.unfinished import Unfinished
from ingest.snapshot import (
    Account,
    Assignment,
    Bucket,
    IdentityProvider,
    PermissionSet,
    Reason,
    Record,
    Snapshot,
    State,
    codec,
)
from ingest.snapshot.repository import Repository
from tests.aws_collecting import NOW, READER, Run, Told, asker, credentials_of, sessions_with
from tests.aws_fleet import Fleet, Several, fleet
from tests.aws_harborline import HOME, PAYMENTS, REGION, Harborline
from tests.aws_server import AwsServer, Fault, of, refusing

FEW = ("organizations.tree", "iam.providers")
DENIED = refusing("AccessDenied", "User: reader is not authorized to perform: sts:AssumeRole", 403)
BEFORE, AFTER = "2026-11-09T06:00:00+00:00", "2026-11-10T06:00:00+00:00"


def few(*more: str) -> Any:
    return lambda collector: collector in (*FEW, *more)


def states(found: CollectedFromAws, **where: str) -> set[tuple[State, Reason]]:
    """States of the shards at a place."""
    return {
        (shard.state, shard.reason)
        for scope, shard in found.shards.items()
        if all(getattr(scope, name) == value for name, value in where.items())
    }


def records(found: CollectedFromAws, kind: type[Record]) -> list[Any]:
    return [r for shard in found.shards.values() for r in shard.records if type(r) is kind]


def assuming(*accounts: str) -> Any:
    """Requests for the roles of some accounts."""
    return lambda r: r.operation == "AssumeRole" and r.parameters["RoleArn"].split(":")[4] in accounts


def commit(found: CollectedFromAws, at: str, tmp_path: Any) -> Snapshot:
    return Repository(f"file://{tmp_path}/snapshots").commit(found.shards, at, "aws")


SEEN, DENIED_STATE = (State.SEEN, Reason.NONE), (State.DENIED, Reason.DENIED)


def test_a_region_that_is_not_opted_in_says_so(tmp_path):
    access = replace(READER, regions=("af-south-1", "me-south-1", "mars-north-1"))
    with credentials_of():
        found = Run(AwsServer(Harborline()), tmp_path, access, wanted=few("kms.keys")).collect()
    assert states(found, region="af-south-1") == {(State.SKIPPED, Reason.NOT_OPTED_IN)}
    assert states(found, region="me-south-1") == {SEEN}
    assert states(found, region="mars-north-1") == {(State.FAILED, Reason.ERROR)}
    [detail] = {shard.detail for scope, shard in found.shards.items() if scope.region == "mars-north-1"}
    assert "mars-north-1" in detail
    assert "aws.regions" in detail


def test_without_settings_all_enabled_regions_are_read(tmp_path):
    with credentials_of():
        found = Run(AwsServer(Harborline()), tmp_path, replace(READER, regions=()), wanted=few("kms.keys")).collect()
    assert {scope.region for scope in found.shards} == {"", HOME, REGION, "me-south-1"}
    assert states(found) == {SEEN}


@pytest.mark.parametrize(
    ("regions", "expected"), [((), {(HOME, DENIED_STATE)}), ((REGION,), {(REGION, SEEN)})], ids=["none-set", "one-set"]
)
def test_where_regions_cannot_be_listed(tmp_path, regions, expected):
    server = AwsServer(Harborline(), faults=[Fault(of("ec2", "DescribeRegions", PAYMENTS), refusing("AccessDenied"))])
    with credentials_of():
        found = Run(server, tmp_path, replace(READER, regions=regions), wanted=few("kms.keys")).collect()
    in_payments = {s: shard for s, shard in found.shards.items() if s.account_id == PAYMENTS and s.region}
    assert {(s.region, (shard.state, shard.reason)) for s, shard in in_payments.items()} == expected


def test_roles_that_cannot_be_taken_cost_their_accounts_alone(tmp_path):
    estate = fleet(50)
    closed = list(estate.statuses)[10:13]
    server = AwsServer(estate, faults=[Fault(assuming(*closed), DENIED)])
    with credentials_of(estate.management):
        found = Run(server, tmp_path, wanted=few("kms.keys"), workers=8).collect()
    for account in estate.statuses:
        expected = DENIED_STATE if account in closed else SEEN
        assert states(found, account_id=account) == {expected}, account
    details = {shard.detail for scope, shard in found.shards.items() if scope.account_id in closed}
    assert details == {"AccessDenied: User: reader is not authorized to perform: sts:AssumeRole"}
    assert {scope.region for scope in found.shards if scope.account_id == closed[0]} == {"", REGION}


@pytest.mark.parametrize("management", ["", "400000000001"])
def test_accounts_that_cannot_be_listed_are_those_of_the_snapshot_before(tmp_path, management):
    estate = fleet(5)
    server, access = AwsServer(estate), replace(READER, management_account=management)
    with credentials_of(estate.management):
        before = commit(Run(server, tmp_path, access, wanted=few()).collect(), BEFORE, tmp_path)
        server.faults = [Fault(of("organizations"), refusing("AccessDeniedException"))]
        found = Run(server, tmp_path, access, before, few()).collect()
    assert {s.account_id for s, shard in found.shards.items() if shard.state is State.SEEN} == set(estate.statuses)
    after = commit(found, AFTER, tmp_path)
    assert after.all(Account) == before.all(Account)
    assert {after.stale_since(account) for account in after.all(Account)} == {BEFORE}
    assert after.state(estate.management, "organizations.tree").reason is Reason.DENIED


def test_an_account_that_left_is_gone_and_a_suspended_one_is_kept(tmp_path):
    estate = fleet(4)
    left, suspended = list(estate.statuses)[2:]
    with credentials_of(estate.management):
        before = commit(Run(AwsServer(estate), tmp_path, wanted=few()).collect(), BEFORE, tmp_path)
        now = Fleet({a: "SUSPENDED" if a == suspended else s for a, s in estate.statuses.items() if a != left})
        server = AwsServer(now)
        after = commit(Run(server, tmp_path, previous=before, wanted=few()).collect(), AFTER, tmp_path)
    assert {p.account_id for p in before.all(IdentityProvider)} == set(estate.statuses)
    assert {p.account_id for p in after.all(IdentityProvider)} == set(now.statuses)
    assert not [scope for scope in after.shards if scope.account_id == left]
    assert not [r for r in server.requests if r.account == suspended]
    assert after.state(suspended, "iam.providers").reason is Reason.NOT_ATTEMPTED


def test_an_account_without_an_organization_stands_for_itself(tmp_path):
    estate = fleet(1, organized=False)
    with credentials_of(estate.management):
        found = Run(AwsServer(estate), tmp_path).collect()
    assert {scope.account_id for scope in found.shards} == {estate.management}
    assert records(found, Account) == []
    assert states(found, collector="iam.providers") == {SEEN}
    assert states(found, collector="organizations.tree") == {SEEN}


def test_an_organization_without_identity_center_has_none(tmp_path):
    estate = fleet(1)
    with credentials_of(estate.management):
        found = Run(AwsServer(estate), tmp_path, replace(READER, regions=())).collect()
    assert states(found, collector="sso.permission_sets") == states(found, collector="sso.directory") == {SEEN}
    assert records(found, PermissionSet) == []


@pytest.mark.parametrize(
    "access",
    [replace(READER, regions=(HOME,)), replace(READER, regions=(HOME,), identity_center_region=REGION), Access()],
    ids=["looked-for", "named", "anywhere"],
)
def test_identity_center_is_found_in_regions_that_are_not_read(tmp_path, access):
    with credentials_of():
        found = Run(AwsServer(Harborline()), tmp_path, access, wanted=lambda name: name.startswith("sso.")).collect()
    assert states(found, collector="sso.permission_sets") == {SEEN}
    assert len(records(found, Assignment)) == 31


def test_identity_center_that_may_be_where_nobody_may_look_is_unseen(tmp_path):
    refused = [Fault(of("sso-admin", region=REGION), refusing("AccessDeniedException"))]
    with credentials_of():
        found = Run(AwsServer(Harborline(), faults=refused), tmp_path, wanted=lambda n: n.startswith("sso.")).collect()
    for collector in ("sso.permission_sets", "sso.directory"):
        [(state, reason)] = states(found, collector=collector)
        assert state is not State.SEEN
        assert reason is Reason.DENIED


def test_two_organizations_become_one_snapshot(tmp_path):
    one, other = fleet(3), fleet(2, first=500000000001)
    server, told = AwsServer(Several([one, other])), Told()
    with credentials_of(one.management):
        sessions = sessions_with(server)
        organizations = [
            Organization.of("one", sessions, READER),
            Organization.of("other", sessions, replace(READER, management_account=other.management)),
        ]
        collection = Collection(asker(), Unfinished(tmp_path / "unfinished", "key", NOW), told, wanted=few())
        snapshot = commit(collection.collect(organizations), BEFORE, tmp_path)
    assert told.organizations == [("one", 3), ("other", 2)]
    assert {a.id for a in snapshot.all(Account)} == {*one.statuses, *other.statuses}
    assert {p.account_id for p in snapshot.all(IdentityProvider)} == {*one.statuses, *other.statuses}
    tops = {scope.account_id for scope in snapshot.shards if scope.collector == "organizations.tree"}
    assert tops == {one.management, other.management}


@pytest.mark.parametrize(
    ("partition", "home"), [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")]
)
def test_nothing_leaves_its_partition(tmp_path, monkeypatch, partition, home):
    estate = fleet(2, partition=partition, regions=(home,))
    server, access = AwsServer(estate), replace(READER, regions=())
    monkeypatch.setenv("AWS_DEFAULT_REGION", home)
    with credentials_of(estate.management):
        found = Run(server, tmp_path, access).collect()
    lines = codec.encode([r for shard in found.shards.values() for r in shard.records]).decode()
    assert lines.count("arn:") == lines.count(f"arn:{partition}:") > 0
    assert {b.arn for b in records(found, Bucket)} == {f"arn:{partition}:s3:::bucket-{a}" for a in estate.statuses}
    roles = {r.parameters["RoleArn"] for r in server.requests if r.operation == "AssumeRole"}
    assert roles == {f"arn:{partition}:iam::{a}:role/reader" for a in list(estate.statuses)[1:]}
    assert {r.region for r in server.requests} == {home}
    for collector in ("organizations.tree", "iam.providers", "ec2.instances"):
        assert states(found, collector=collector) == {SEEN}
