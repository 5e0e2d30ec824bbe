"""The factored graph says of every principal what asking for that principal alone says: sharing sets loses nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import ingest.snapshot as facts
from graph.build import build
from graph.estate import Estate
from graph.model import Graph
from graph.options import BuildOptions
from ingest.snapshot import Snapshot
from policy import Request, ResourcePolicies, Truth
from tests.fact_samples import PROD, document, iam, located, role, snapshot_of, user

BUCKETS = ("ada", "log")
NAMES = ("ada", "bob", "left")
ROLES = ("left", "right")
VERBS = {"CAN": Truth.YES, "MAY": Truth.MAYBE}

resources = st.sampled_from(
    ["*", "arn:aws:s3:::ada/*", "arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::${aws:PrincipalTag/team}/*"]
    + [iam("role", name) for name in (*ROLES, "${aws:username}")]
)
conditions = st.sampled_from(
    [
        {},
        {"ArnLike": {"aws:PrincipalArn": iam("*", "ada").replace(":*/", ":user/")}},
        {"ArnNotLike": {"aws:PrincipalArn": iam("role", "left")}},
        {"StringEquals": {"aws:PrincipalTag/team": "log"}},
        {"StringEquals": {"aws:username": "bob"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
    ]
)
actions = st.sampled_from(["*", "s3:GetObject", "s3:*", "sts:AssumeRole", "s3:DeleteObject"])
effects = st.sampled_from(["Allow", "Allow", "Deny"])


def statements(**fixed: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    given_ = {"Effect": effects, "Action": actions, "Condition": conditions, **fixed}
    return st.fixed_dictionaries(given_).map(lambda s: {k: v for k, v in s.items() if v != {}})


identity = st.lists(statements(Resource=resources), max_size=3).map(
    lambda found: (facts.InlinePolicy("p", document(*found)),) if found else ()
)
named = st.sampled_from([f"arn:aws:iam::{PROD}:root", "*", iam("user", "ada"), iam("role", "left")])
trusts = st.lists(
    statements(Action=st.just("sts:AssumeRole"), Principal=named.map(lambda n: {"AWS": n})), min_size=1, max_size=2
).map(lambda found: document(*found))
bucket_policies = st.none() | st.lists(
    statements(
        Action=st.just("s3:GetObject"), Principal=named.map(lambda n: {"AWS": n}), Resource=st.just("arn:aws:s3:::*")
    ),
    min_size=1,
    max_size=2,
).map(lambda found: document(*found))
tags = st.sampled_from([{}, {"team": "log"}, {"team": "ada"}])
boundaries = st.sampled_from([None, iam("policy", "limit")])


@st.composite
def estates(draw: st.DrawFn) -> Snapshot:
    users = [user(n, inline=draw(identity), tags=draw(tags), boundary=draw(boundaries)) for n in NAMES]
    roles = [role(n, inline=draw(identity), trust=draw(trusts), boundary=draw(boundaries)) for n in ROLES]
    limit = facts.ManagedPolicy(
        arn=iam("policy", "limit"),
        name="limit",
        account_id=PROD,
        document=document(draw(statements(Resource=resources))),
    )
    buckets = [located(facts.Bucket, f"arn:aws:s3:::{b}", b, policy=draw(bucket_policies), tags={}) for b in BUCKETS]
    return snapshot_of([*users, *roles, limit, *buckets])


def by_graph(graph: Graph, principal: str, target: str, verb: str, key: str = "") -> Truth:
    """The most certain edge from any set that the principal holds."""
    sets = {e.target for e in graph.out(principal, "HOLDS")}
    found = [e for e in graph.into(target, f"CAN_{verb}", f"MAY_{verb}") if e.source in sets and e.key == key]
    return max((VERBS[e.type[:3]] for e in found), default=Truth.NO)


@given(estates())
def test_assuming_a_role(snapshot: Snapshot) -> None:
    graph, estate = build(snapshot, BuildOptions()), Estate(snapshot)
    for holder in estate.holders.values():
        for target in (estate.holders[iam("role", name)] for name in ROLES):
            if target is not holder:
                request = Request(holder.principal, "sts:AssumeRole", target.arn, PROD)
                expected = holder.policies.decide(request, estate.door_of(target)).truth
                assert by_graph(graph, holder.arn, target.arn, "ASSUME") is expected, (holder.arn, target.arn)


@given(estates())
def test_reading_a_bucket(snapshot: Snapshot) -> None:
    graph, estate = build(snapshot, BuildOptions()), Estate(snapshot)
    for holder in estate.holders.values():
        for bucket in snapshot.all(facts.Bucket):
            policy = estate.policy("p", "p", bucket.policy) if bucket.policy else None
            context = {"aws:resourcetags": (), "aws:requestedregion": (bucket.region,)}
            request = Request(holder.principal, "s3:GetObject", f"{bucket.arn}/*", PROD, context)
            expected = holder.policies.decide(request, ResourcePolicies(policy)).truth
            assert by_graph(graph, holder.arn, bucket.arn, "ACCESS", "read") is expected, (holder.arn, bucket.arn)
