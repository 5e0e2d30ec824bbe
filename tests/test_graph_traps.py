"""The traps of an access graph: what must not hide a certain path, and what must not turn it into a possible one."""

from __future__ import annotations

import ingest.snapshot as facts
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions
from graph.reach import networks
from tests.fact_samples import ALLOW_ALL, BEFORE, PROD, document, iam, located, role, snapshot_of, user
from tests.test_graph_sets import LEDGER, inline, trust

MANAGEMENT, ROOT = "210000000011", "arn:aws:organizations::210000000011"
OUTCOME = f"outcome:admin:{PROD}"


def guarded(*records: facts.Record, scp: str) -> Graph:
    """A member account under a root with FullAWSAccess and one more SCP."""
    policies = {"p-all": ALLOW_ALL, "p-guard": scp}
    tree: list[facts.Record] = [
        facts.Organization(id="o-1", arn=f"{ROOT}:organization/o-1", management_account_id=MANAGEMENT),
        facts.OrganizationalUnit(id="r-1", arn=f"{ROOT}:root/o-1/r-1", name="Root"),
        facts.Account(id=PROD, arn=f"{ROOT}:account/o-1/{PROD}", name="prod", parent_id="r-1", tags={}),
        facts.PolicyTarget(target_id="r-1", kind="scp", policy_ids=tuple(policies)),
        facts.PolicyTarget(target_id=PROD, kind="scp", policy_ids=("p-all",)),
    ]
    tree += [
        facts.OrganizationPolicy(id=i, arn=f"{ROOT}:policy/{i}", name=i, kind="scp", document=text)
        for i, text in policies.items()
    ]
    return build(snapshot_of([*tree, *records]), BuildOptions())


def assume(*names: str) -> tuple[facts.InlinePolicy, ...]:
    resources = [iam("role", name) for name in names]
    return inline(document({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resources}))


def test_a_longer_certain_path_stands_beside_a_shorter_possible_one() -> None:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    both = document(
        {"Effect": "Allow", "Principal": {"AWS": iam("user", "ada")}, "Action": "sts:AssumeRole", "Condition": office},
        {"Effect": "Allow", "Principal": {"AWS": iam("role", "hop")}, "Action": "sts:AssumeRole"},
    )
    found = build(
        snapshot_of(
            [
                user("ada", inline=assume("hop", "admin")),
                role("hop", trust=trust(iam("user", "ada")), inline=assume("admin")),
                role("admin", trust=both, inline=inline(ALLOW_ALL)),
            ]
        ),
        BuildOptions(),
    )
    certain, possible = (network.search([OUTCOME]) for network in networks(found))
    assert (certain.hops(iam("user", "ada")), possible.hops(iam("user", "ada"))) == (3, 2)
    assert [e.type for e in certain.path(iam("user", "ada")) or [] if e.type != "HOLDS"] == [
        "CAN_ASSUME",
        "CAN_ASSUME",
        "CAN_ESCALATE",
    ]
    ada = found.nodes[iam("user", "ada")].properties
    assert (ada["hops_to_admin"], ada["may_hops_to_admin"]) == (3, 2)


def test_a_region_guardrail_leaves_certain_what_a_choice_of_region_allows() -> None:
    guardrail = document(
        {
            "Effect": "Deny",
            "NotAction": ["iam:*", "sts:*", "organizations:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
        }
    )
    lambda_trust = document(
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    )
    deploy = document(
        {"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": iam("role", "fn")},
    )
    found = guarded(
        role("deployer", inline=inline(deploy)),
        role("fn", trust=lambda_trust, inline=inline(ALLOW_ALL)),
        located(facts.Bucket, LEDGER, "ledger", policy=None),
        scp=guardrail,
    )
    assert not [e for e in found.edges if e.type.startswith("MAY_")]
    assert [e.key for e in found.into(iam("role", "fn"), "CAN_ESCALATE")].count("lambda-001") >= 1
    chosen = [found.nodes[str(e.properties["proof"])].properties for e in found.into(iam("role", "fn"), "CAN_ESCALATE")]
    assert any("aws:RequestedRegion=eu-west-1" in (p.get("choices") or []) for p in chosen)


def test_a_perimeter_and_a_demand_for_tokens_leave_certain_what_stays_inside() -> None:
    inside = document(
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}},
        },
        {
            "Effect": "Deny",
            "Action": "ec2:RunInstances",
            "Resource": "arn:aws:ec2:*:*:instance/*",
            "Condition": {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}},
        },
    )
    found = guarded(
        role("boss", inline=inline(ALLOW_ALL)),
        located(facts.Bucket, LEDGER, "ledger", policy=None, tags={}),
        scp=inside,
    )
    assert not [e for e in found.edges if e.type.startswith("MAY_")]
    assert found.into(OUTCOME, "CAN_ESCALATE")
    assert found.into(LEDGER, "CAN_ACCESS")


def test_a_guardrail_that_no_choice_meets_denies() -> None:
    elsewhere = document(
        {
            "Effect": "Deny",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"StringLike": {"aws:RequestedRegion": "*"}},
        }
    )
    found = guarded(
        role("reader", inline=inline(ALLOW_ALL)), located(facts.Bucket, LEDGER, "ledger", policy=None), scp=elsewhere
    )
    assert not found.into(LEDGER, "CAN_ACCESS", "MAY_ACCESS")


def test_a_boundary_fences_what_an_escalation_gains() -> None:
    fence = facts.ManagedPolicy(
        arn=iam("policy", "fence"),
        name="fence",
        account_id=PROD,
        document=document({"Effect": "Allow", "Action": ["s3:*", "iam:PutRolePolicy"], "Resource": "*"}),
    )
    grant = inline(document({"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "*"}))
    fenced, free = role("fenced", inline=grant, boundary=fence.arn), role("free", inline=grant)
    found = build(snapshot_of([fence, fenced, free]), BuildOptions())
    assert "hops_to_admin" in found.nodes[free.arn].properties
    assert "may_hops_to_admin" not in found.nodes[fenced.arn].properties


def test_a_policy_that_was_not_seen_makes_possible_and_never_absent() -> None:
    found = build(snapshot_of([role("r", attached=(iam("policy", "unread"),))]), BuildOptions())
    steps = found.into(OUTCOME, "MAY_ESCALATE")
    assert steps
    assert not found.into(
        OUTCOME,
        "CAN_ESCALATE",
    ) or all(found.nodes[e.source].properties.get("account_id") == PROD for e in found.into(OUTCOME, "CAN_ESCALATE"))
    assert all("`unread`, which was not seen, agrees" in " ".join(e.conditions) for e in steps)


def test_facts_last_seen_before_are_possible_at_most_and_say_so() -> None:
    admin = role("admin", trust=trust(iam("user", "ada")), inline=inline(ALLOW_ALL))
    ada = user("ada", inline=assume("admin"))
    found = build(snapshot_of([], carried=[admin, ada]), BuildOptions())
    derived = [e for e in found.edges if e.type[:4] in ("CAN_", "MAY_") and e.target in (admin.arn, OUTCOME)]
    assert derived
    assert {e.type[:4] for e in derived if e.source != f"set:own:arn:aws:iam::{PROD}:root"} == {"MAY_"}
    assert all(
        BEFORE in " ".join(e.conditions) and e.properties["stale"] == BEFORE for e in derived if e.type[0] == "M"
    )
    assert found.nodes[admin.arn].properties["stale"] == BEFORE


def test_building_twice_gives_the_same_graph() -> None:
    records = [role("admin", inline=inline(ALLOW_ALL)), user("ada", inline=assume("admin"))]
    first, second = (build(snapshot_of(r), BuildOptions()) for r in (records, records[::-1]))
    assert (first.id, list(first.nodes.values()), first.edges) == (second.id, list(second.nodes.values()), second.edges)


def test_a_long_policy_of_aws_is_read_and_a_stranger_s_is_not() -> None:
    long = document({"Effect": "Allow", "Action": "*", "Resource": "*", "Sid": "S" * 140_000})
    for arn, verb in (("arn:aws:iam::aws:policy/Long", "CAN"), (iam("policy", "long"), "MAY")):
        managed = facts.ManagedPolicy(arn=arn, name="long", account_id=PROD, document=long)
        found = build(snapshot_of([role("r", attached=(arn,)), managed]), BuildOptions())
        assert found.into(OUTCOME, f"{verb}_ESCALATE")


def test_a_policy_that_is_none_shows_in_the_coverage_of_its_account() -> None:
    broken = [role(f"r{n}", inline=(facts.InlinePolicy(f"cut{n}", '{"Statement": ['),)) for n in range(7)]
    (row,) = [n for n in build(snapshot_of(broken), BuildOptions()).of("Coverage") if n.id.endswith("policy documents")]
    assert (row.properties["state"], row.properties["reason"]) == ("partial", "malformed")
    detail = str(row.properties["detail"])
    assert detail.startswith("what these allow is unknown: `cut0` not JSON (")
    assert detail.endswith("; and more")
    assert "cut6" not in detail
