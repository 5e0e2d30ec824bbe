"""The organization's tree, whose a thing is, what it holds of value, and what comes after it: crown jewels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest.snapshot as facts
from graph.builder import Builder
from graph.jewels import add_jewels, jewel_tiers
from graph.nodes import add_facts, external_account
from graph.nodes.organization import Tree
from graph.options import BuildOptions, JewelRule, Match
from ingest.snapshot import OrganizationalUnit, PublicAccessBlock, Unseen
from tests.fact_samples import (
    CLUSTER,
    MANAGEMENT,
    PROD,
    REGION,
    VAULT,
    located,
    one_of_each,
    organization_records,
    role,
    snapshot_of,
)

BUCKET = "arn:aws:s3:::audit-log"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{PROD}:trail/main"
KEY = f"arn:aws:kms:{REGION}:{PROD}:key/1"


def built(records, options: BuildOptions = BuildOptions()) -> Builder:  # noqa: B008  immutable
    builder = Builder(snapshot_of(records), options)
    add_facts(builder)
    return builder


# -- the tree
def test_accounts_know_their_place():
    builder = built(organization_records())
    prod = builder.nodes[PROD][1]
    assert (prod["ou_path"], prod["env"], prod["team"], prod["relation"]) == (
        "Root/Workloads/Prod",
        "prod",
        "payments",
        "own",
    )
    assert builder.nodes[MANAGEMENT][1]["management"] is True
    assert prod["management"] is False


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6))
def test_a_path_ends_whatever_the_tree_looks_like(links: list[tuple[int, int]]):
    units = {a: OrganizationalUnit(id=f"ou-{a}", arn=f"arn:{a}", name=f"u{a}", parent_id=f"ou-{b}") for a, b in links}
    tree = Tree(snapshot_of(units.values()))
    for unit in tree.units:
        names = tree.path(unit).split("/")
        assert len(set(names)) == len(names)


def test_an_account_without_an_organization_is_our_own():
    builder = built([role("r")])
    assert builder.nodes[PROD][1]["relation"] == "own"


@pytest.mark.parametrize(
    "account_id, relation, name", [("464622532012", "vendor", "Datadog"), ("999999999999", "unknown", None)]
)
def test_other_accounts_are_vendors_or_unknown(account_id: str, relation: str, name: str | None):
    builder = built([role("r")], BuildOptions(vendors={"464622532012": "Datadog"}))
    assert external_account(builder, account_id) == account_id
    found = builder.nodes[account_id][1]
    assert (found["relation"], found.get("vendor"), found["name"]) == (relation, name, name or account_id)
    assert external_account(builder, PROD) == PROD
    assert builder.nodes[PROD][1]["relation"] == "own"


# -- whose, and of what kind
def test_own_tags_come_before_the_account_and_the_account_before_the_default():
    builder = built([*organization_records(), role("tagged", tags={"ENV": "dev", "Team": "ci"}), role("plain")],
                    BuildOptions(default_team="cloud-security"))  # fmt: skip
    of = lambda name: tuple(builder.nodes[f"arn:aws:iam::{PROD}:role/{name}"][1][k] for k in ("env", "team"))  # noqa: E731
    assert of("tagged") == ("dev", "ci")
    assert of("plain") == ("prod", "payments")
    assert builder.nodes[f"arn:aws:iam::{MANAGEMENT}:root"][1]["team"] == "cloud-security"


@pytest.mark.parametrize(
    "block, blocked",
    [
        (Unseen(), None),
        (None, None),  # the account's own block, which suffices, was not seen
        (PublicAccessBlock(True, True, True, True), True),
        (PublicAccessBlock(True, True, False, True), None),
    ],
)
def test_a_bucket_is_blocked_when_all_four_blocks_are_on(block: object, blocked: bool | None):
    bucket = located(facts.Bucket, BUCKET, "audit-log", public_access_block=block, policy=None)
    found = built([bucket]).nodes[BUCKET][1]
    assert found.get("public_blocked") is blocked
    assert "policy_unseen" not in found
    assert built([located(facts.Bucket, BUCKET, "audit-log")]).nodes[BUCKET][1]["policy_unseen"] is True


# -- crown jewels
def test_without_settings_evidence_and_backups_come_first_then_production_data():
    builder = built(one_of_each())
    builder.node("Outcome", "outcome:org_admin", name="organization administrator", kind="org_admin")
    tiers = add_jewels(builder)
    assert {k for k, tier in tiers.items() if tier == 0} == {"outcome:org_admin", TRAIL, BUCKET, VAULT}
    assert {CLUSTER, KEY} < {k for k, tier in tiers.items() if tier == 1}
    assert (VAULT, "IS_JEWEL", "jewel:tier:0", "") in builder.edges


@pytest.mark.parametrize(
    "change, jewel",
    [
        ({"tags": {"env": "dev"}}, False),
        ({"tags": {"environment": "PRD"}}, True),
        ({"manager": "AWS"}, False),
        ({}, True),
    ],
)
def test_production_data_is_told_by_tag_then_account(change: dict, jewel: bool):
    key = located(facts.Key, KEY, "ledger", **change)
    assert (KEY in jewel_tiers(built([*organization_records(), key]))) is jewel


@pytest.mark.parametrize(
    "match, found",
    [
        (Match(arn="arn:*:rds:*:*:cluster:led*"), {CLUSTER}),
        (Match(type="S3Bucket"), {BUCKET}),
        (Match(type="S3Bucket", arn="*:cluster:*"), set()),
        (Match(tag={"env": "d?v"}), {BUCKET}),
        (Match(tag={"env": "de"}), set()),
        (Match(type="BackupVault", account_tag={"team": "payments"}), {VAULT}),
        (Match(type="BackupVault", account="payments-*"), {VAULT}),
        (Match(type="BackupVault", account=MANAGEMENT), set()),
        (Match(), set()),
        (Match(type="AWSGroup"), set()),
    ],
)
def test_a_match_holds_all_its_criteria(match: Match, found: set[str]):
    options = BuildOptions(jewels=(JewelRule(2, match), JewelRule(3, Match(type="S3Bucket"))))
    tiers = jewel_tiers(built(one_of_each(), options))
    assert {k for k, tier in tiers.items() if tier == 2} == found
    assert (BUCKET in found) or tiers[BUCKET] == 3
