"""A collection of a part: what it was not the turn of stays as it was, while it is fresh."""

from __future__ import annotations

import pytest

from ingest.snapshot import Scope, ShardInput, State, Vpc
from ingest.snapshot.before import Leave
from ingest.snapshot.organization import Account, Organization
from ingest.snapshot.repository import Repository

A, B = "111111111111", "222222222222"
TREE, IAM = Scope(A, "", "organizations.tree"), Scope(A, "", "iam.authorization")
VPCS, VPCS_OF_B = Scope(A, "eu-west-1", "ec2.vpcs"), Scope(B, "eu-west-1", "ec2.vpcs")
HOUR = "2026-11-01T{:02}:00:00+00:00".format
NOTHING = ShardInput(State.SEEN)


def network(since: int) -> Leave:
    return Leave(lambda name: name.startswith("ec2."), HOUR(since))


def vpc(account: str) -> ShardInput:
    return ShardInput(State.SEEN, records=(Vpc(id=f"vpc-{account}", account_id=account, region="eu-west-1"),))


def tree(*accounts: str) -> ShardInput:
    arn = f"arn:aws:organizations::{A}:"
    organization = Organization(id="o-1", arn=f"{arn}organization/o-1", management_account_id=A)
    found = tuple(
        Account(id=a, arn=f"{arn}account/o-1/{a}", name=a, status="ACTIVE", parent_id="r-1") for a in accounts
    )
    return ShardInput(State.SEEN, records=(organization, *found))


@pytest.fixture
def repository(tmp_path):
    repository = Repository(f"file://{tmp_path}")
    shards = {TREE: tree(A, B), IAM: NOTHING, VPCS: vpc(A), VPCS_OF_B: vpc(B)}
    repository.commit(shards, HOUR(1), "test")
    return repository


def test_what_is_left_is_seen_still_and_says_when(repository):
    snapshot = repository.commit({TREE: tree(A, B), IAM: NOTHING}, HOUR(3), "test", leave=network(since=0))
    coverage = snapshot.state(A, "ec2.vpcs", "eu-west-1")
    assert (coverage.state, coverage.as_of) == (State.SEEN, HOUR(1))
    [first, _] = snapshot.all(Vpc)
    assert snapshot.stale_since(first) is None
    assert snapshot.state(A, "iam.authorization").as_of is None


def test_what_is_left_again_and_again_keeps_its_own_age(repository):
    for hour in (2, 3, 4):
        snapshot = repository.commit({TREE: tree(A, B), IAM: NOTHING}, HOUR(hour), "test", leave=network(since=0))
    assert snapshot.state(A, "ec2.vpcs", "eu-west-1").as_of == HOUR(1)


def test_what_was_missed_too_long_is_unseen_and_stale(repository):
    snapshot = repository.commit({TREE: tree(A, B), IAM: NOTHING}, HOUR(9), "test", leave=network(since=3))
    coverage = snapshot.state(A, "ec2.vpcs", "eu-west-1")
    assert (coverage.state, coverage.as_of) == (State.SKIPPED, HOUR(1))
    assert {snapshot.stale_since(v) for v in snapshot.all(Vpc)} == {HOUR(1)}


def test_an_account_that_left_the_organization_is_not_left_in(repository):
    snapshot = repository.commit({TREE: tree(A), IAM: NOTHING}, HOUR(3), "test", leave=network(since=0))
    assert [v.account_id for v in snapshot.all(Vpc)] == [A]


def test_what_was_looked_for_and_not_found_is_not_left(repository):
    snapshot = repository.commit({TREE: tree(A, B)}, HOUR(3), "test", leave=network(since=0))
    assert snapshot.state(A, "iam.authorization").state is State.SKIPPED
