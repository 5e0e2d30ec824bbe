"""Access sets: sound, shared as far as no policy tells principals apart, and stable under edits without effect."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest.snapshot as facts
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions
from tests.fact_samples import PROD, document, iam, located, role, snapshot_of, user

OTHER = "210000000099"
TRUST_ROOT = document(
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{PROD}:root"}, "Action": "sts:AssumeRole"}
)
ASSUME_ANY = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
LEDGER = "arn:aws:s3:::ledger"


def trust(*principals: str, **condition: object) -> str:
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"AWS": list(principals)},
        "Action": "sts:AssumeRole",
    }
    return document({**statement, "Condition": condition} if condition else statement)


def inline(text: str) -> tuple[facts.InlinePolicy, ...]:
    return (facts.InlinePolicy("p", text),)


def graph(*records: facts.Record) -> Graph:
    return build(snapshot_of(records), BuildOptions())


def shared_set(found: Graph, arn: str) -> str:
    sets = [e.target for e in found.out(arn, "HOLDS") if not found.nodes[e.target].properties["own"]]
    assert len(sets) == 1
    return sets[0]


def sources(found: Graph, target: str, *types: str) -> set[str]:
    """Principals one step before a target."""
    return {h.source for e in found.into(target, *types) for h in found.into(e.source, "HOLDS")}


def test_of_two_equal_roles_a_trust_that_names_one_lets_in_that_one_alone() -> None:
    found = graph(
        role("left", inline=inline(ASSUME_ANY)),
        role("right", inline=inline(ASSUME_ANY)),
        role("target", trust=trust(iam("role", "left"))),
    )
    assert shared_set(found, iam("role", "left")) == shared_set(found, iam("role", "right"))
    assert sources(found, iam("role", "target"), "CAN_ASSUME", "MAY_ASSUME") == {iam("role", "left")}


def test_members_of_an_account_that_a_trust_names_share_one_edge() -> None:
    names = [f"r{i}" for i in range(5)]
    found = graph(*(role(n, inline=inline(ASSUME_ANY)) for n in names), role("target", trust=TRUST_ROOT))
    assert len(found.into(iam("role", "target"), "CAN_ASSUME")) == 1
    assert sources(found, iam("role", "target"), "CAN_ASSUME") == {iam("role", n) for n in names}


def test_a_condition_on_the_principals_arn_tells_members_apart() -> None:
    condition = {"ArnLike": {"aws:PrincipalArn": iam("role", "left")}}
    found = graph(
        role("left", inline=inline(ASSUME_ANY)),
        role("right", inline=inline(ASSUME_ANY)),
        role("target", trust=trust(iam("role", "x").replace("role/x", "root"), **condition)),
    )
    assert sources(found, iam("role", "target"), "CAN_ASSUME", "MAY_ASSUME") == {iam("role", "left")}


def test_an_scp_that_excepts_one_role_gives_it_a_set_of_its_own() -> None:
    management, arn = "210000000011", "arn:aws:organizations::210000000011"
    deny = document(
        {
            "Effect": "Deny",
            "Action": "s3:DeleteBucket",
            "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/left"}},
        }
    )
    everything = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
    policies = {"p-all": everything, "p-deny": deny}
    found = graph(
        facts.Organization(id="o-1", arn=f"{arn}:organization/o-1", management_account_id=management),
        facts.OrganizationalUnit(id="r-1", arn=f"{arn}:root/o-1/r-1", name="Root"),
        facts.Account(id=PROD, arn=f"{arn}:account/o-1/{PROD}", name="prod", parent_id="r-1", tags={}),
        *(
            facts.OrganizationPolicy(id=i, arn=f"{arn}:policy/{i}", name=i, kind="scp", document=text)
            for i, text in policies.items()
        ),
        facts.PolicyTarget(target_id="r-1", kind="scp", policy_ids=tuple(policies)),
        facts.PolicyTarget(target_id=PROD, kind="scp", policy_ids=("p-all",)),
        located(facts.Bucket, LEDGER, "ledger", policy=None),
        *(role(n, inline=inline(everything)) for n in ("left", "right", "third")),
    )
    assert shared_set(found, iam("role", "right")) == shared_set(found, iam("role", "third"))
    assert shared_set(found, iam("role", "left")) != shared_set(found, iam("role", "right"))
    deleting = {e.source for e in found.into(LEDGER, "CAN_ACCESS") if "s3:DeleteBucket" in e.properties["actions"]}
    assert deleting == {shared_set(found, iam("role", "left"))}


def test_what_a_username_grants_starts_at_the_users_own_set() -> None:
    mine = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{LEDGER}-${{aws:username}}/*"})
    found = graph(
        user("ada", inline=inline(mine)),
        user("bob", inline=inline(mine)),
        located(facts.Bucket, f"{LEDGER}-ada", "ledger-ada", policy=None),
    )
    assert sources(found, f"{LEDGER}-ada", "CAN_ACCESS") == {iam("user", "ada")}


@pytest.mark.parametrize(("tag", "expected"), [("high", {"CAN_ASSUME"}), ("low", set())])
def test_a_tag_that_a_trust_asks_for_decides(tag: str, expected: set[str]) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/clearance": "high"}}
    found = graph(
        user("ada", inline=inline(ASSUME_ANY), tags={"clearance": tag}),
        role("target", trust=trust(f"arn:aws:iam::{PROD}:root", **condition)),
    )
    assert {e.type for e in found.into(iam("role", "target"))} & {"CAN_ASSUME", "MAY_ASSUME"} == expected


STATEMENTS = st.lists(
    st.builds(
        lambda actions, resource: {"Effect": "Allow", "Action": actions, "Resource": resource},
        st.lists(st.sampled_from(["s3:GetObject", "s3:Put*", "iam:PassRole"]), min_size=1, max_size=3, unique=True),
        st.sampled_from(["*", f"{LEDGER}/*", f"arn:aws:iam::{PROD}:role/x"]),
    ),
    min_size=1,
    max_size=4,
)


@given(STATEMENTS, st.randoms(use_true_random=False))
def test_a_rewrite_without_effect_re_keys_nothing(statements: list[dict[str, object]], random: object) -> None:
    shuffled = json.loads(json.dumps(statements))
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for i, statement in enumerate(shuffled):
        statement["Sid"] = f"s{i}"
        statement["Action"] = [a.lower() for a in reversed(statement["Action"])]
        statement["Resource"] = [statement["Resource"]]
    before = graph(role("r", inline=inline(document(*statements))))
    after = graph(role("r", inline=inline(document(*shuffled))))
    assert shared_set(before, iam("role", "r")) == shared_set(after, iam("role", "r"))


def test_the_same_power_in_two_accounts_has_one_shape() -> None:
    def reader(account: str) -> facts.Role:
        text = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::logs-{account}/*"})
        arn = f"arn:aws:iam::{account}:role/reader"
        return facts.Role(arn=arn, name="reader", account_id=account, trust=TRUST_ROOT, inline=inline(text))

    found = graph(reader(PROD), reader(OTHER))
    sets = {shared_set(found, f"arn:aws:iam::{account}:role/reader") for account in (PROD, OTHER)}
    assert len(sets) == 2
    assert len({found.nodes[s].properties["shape"] for s in sets}) == 1
