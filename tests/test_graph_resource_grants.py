"""What resources give on their own word, held to asking for each principal, resource and action by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest.snapshot as facts
from graph.build import build
from graph.edges.access import levels
from graph.edges.granting import FOR_OWNERS
from graph.estate import Estate, Holder
from graph.options import BuildOptions
from ingest.snapshot import Record, Scope, Snapshot
from policy import Request, ResourcePolicies, Truth, kms_grant
from policy.language.match import glob
from tests.fact_samples import MANAGEMENT, PROD, REGION, TRUST_EC2, document, iam, snapshot_of, user
from tests.require import repetitions
from tests.test_graph_factoring import by_graph, statements

OTHER, STRANGER = "210000000013", "999999999999"
KEY = f"arn:aws:kms:{REGION}:{PROD}:key/1"
ADA, LEFT = iam("user", "ada"), iam("role", "left", OTHER)
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
BLOCK = facts.PublicAccessBlock(True, True, True, True)
KINDS: dict[str, type[Record]] = {
    "S3Bucket": facts.Bucket,
    "SQSQueue": facts.Queue,
    "SNSTopic": facts.Topic,
    "KMSKey": facts.Key,
    "SecretsManagerSecret": facts.Secret,
}
RESOURCES = {  # label, account and some actions of each
    "arn:aws:s3:::ada": ("S3Bucket", PROD, ("s3:GetObject", "s3:*", "s3:PutBucketPolicy")),
    "arn:aws:s3:::bob": ("S3Bucket", PROD, ("s3:GetObject", "s3:*")),
    "arn:aws:s3:::log": ("S3Bucket", OTHER, ("s3:GetObject", "s3:*")),
    f"arn:aws:sqs:{REGION}:{PROD}:jobs": ("SQSQueue", PROD, ("sqs:SendMessage", "sqs:*")),
    f"arn:aws:sns:{REGION}:{OTHER}:alarms": ("SNSTopic", OTHER, ("sns:Publish", "sns:*")),
    KEY: ("KMSKey", PROD, ("kms:Decrypt", "kms:*")),
    f"arn:aws:secretsmanager:{REGION}:{PROD}:secret:db-AbCdEf": (
        "SecretsManagerSecret",
        PROD,
        ("secretsmanager:GetSecretValue", "secretsmanager:*"),
    ),
}

named = st.sampled_from(
    [
        {"AWS": "*"},
        {"AWS": f"arn:aws:iam::{PROD}:root"},
        {"AWS": OTHER},
        {"AWS": ADA},
        {"AWS": [LEFT, STRANGER]},
        {"AWS": f"arn:aws:sts::{OTHER}:assumed-role/right/me"},
    ]
)
conditions = st.sampled_from(
    [
        {},
        {},
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"StringNotEquals": {"aws:PrincipalAccount": PROD}},
        {"ArnLike": {"aws:PrincipalArn": iam("role", "*", OTHER)}},
        {"StringEquals": {"aws:PrincipalTag/team": "log"}},
        {"StringEquals": {"aws:ResourceAccount": PROD}},
        {"StringEquals": {"AWS:SourceOwner": OTHER}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    ]
)
everything = sorted({action for _, _, actions in RESOURCES.values() for action in actions})
identity = st.lists(
    statements(
        Action=st.sampled_from(["*", *everything]),
        Condition=conditions,
        Resource=st.sampled_from(
            ["*", "*", "arn:aws:s3:::ada/*", "arn:aws:s3:::log/reports/*", "arn:aws:s3:::${aws:username}/*", KEY]
        ),
    ),
    max_size=3,
).map(lambda found: (facts.InlinePolicy("p", document(*found)),) if found else ())


def own_policies(arn: str) -> st.SearchStrategy[str]:
    label, _, actions = RESOURCES[arn]
    parts = [arn, f"{arn}/*", f"{arn}/reports/*", f"{arn}*"] if label == "S3Bucket" else [arn, "*"]
    one = statements(
        Action=st.sampled_from(actions), Principal=named, Condition=conditions, Resource=st.sampled_from(parts)
    )
    return st.lists(one, min_size=1, max_size=3).map(lambda found: document(*found))


def organization(*rcps: str) -> Iterator[Record]:
    """Two accounts to which all is allowed from above, and what resource control policies take away."""
    arn = f"arn:aws:organizations::{MANAGEMENT}"
    yield facts.Organization(id="o-1", arn=f"{arn}:organization/o-1", management_account_id=MANAGEMENT)
    yield facts.OrganizationalUnit(id="r-1", arn=f"{arn}:root/o-1/r-1", name="Root")
    for account in (PROD, OTHER):
        yield facts.Account(id=account, arn=f"{arn}:account/o-1/{account}", name=account, parent_id="r-1", tags={})
    yield facts.OrganizationPolicy(id="full", arn="full", name="FullAWSAccess", kind="scp", document=document(FULL))
    for target in ("r-1", PROD, OTHER):
        yield facts.PolicyTarget(target_id=target, kind="scp", policy_ids=("full",))
    for place, text in enumerate(rcps):
        yield facts.OrganizationPolicy(id=f"rcp-{place}", arn=f"rcp-{place}", name="r", kind="rcp", document=text)
    yield facts.PolicyTarget(target_id="r-1", kind="rcp", policy_ids=tuple(f"rcp-{n}" for n in range(len(rcps))))


def resource(arn: str, policy: str | None, **fields: Any) -> Record:
    label, account, _ = RESOURCES[arn]
    where = {"account_id": account, "region": REGION, "tags": {}}
    return KINDS[label](arn=arn, name=arn.rsplit(":", 1)[-1], policy=policy, **where, **fields)


def other_role(name: str, **fields: Any) -> facts.Role:
    return facts.Role(arn=iam("role", name, OTHER), name=name, account_id=OTHER, path="/", trust=TRUST_EC2, **fields)


ONLY_US = document(
    {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}},
    }
)
EXTRAS: dict[str, dict[str, list[object]]] = {
    "S3Bucket": {"public_access_block": [None, BLOCK]},
    "KMSKey": {"grants": [(), (facts.KeyGrant(id="g", grantee=LEFT, operations=("Decrypt",)),)]},
    "SecretsManagerSecret": {"kms_key": [None, KEY]},
}


@st.composite
def estates(draw: st.DrawFn) -> Snapshot:
    tags = st.sampled_from([{}, {"team": "log"}])
    people = [user(name, inline=draw(identity), tags=draw(tags)) for name in ("ada", "bob")]
    roles = [other_role(name, inline=draw(identity), tags=draw(tags)) for name in ("left", "right", "third")]
    found = [
        resource(
            arn,
            draw(own_policies(arn)),
            **{name: draw(st.sampled_from(values)) for name, values in EXTRAS.get(label, {}).items()},
        )
        for arn, (label, _, _) in RESOURCES.items()
    ]
    blocks = [facts.AccountAccessBlock(account_id=PROD, block=draw(st.sampled_from([None, BLOCK])))]
    rcps = draw(st.sampled_from([(), (ONLY_US,)]))
    return snapshot_of([*organization(*rcps), *people, *roles, *found, *blocks])


class Oracle:
    """What AWS answers, asked one by one."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot, self.estate = snapshot, Estate(snapshot)
        self.records = {r.arn: r for kind in KINDS.values() for r in snapshot.all(kind)}
        self.blocks = {b.account_id: b.block for b in snapshot.all(facts.AccountAccessBlock)}

    def door(self, record: Any) -> ResourcePolicies:
        blocks = (getattr(record, "public_access_block", None), self.blocks.get(record.account_id, facts.Unseen()))
        grants = [kms_grant(g.id, g.grantee, g.operations) for g in getattr(record, "grants", ())]
        unseen = any(isinstance(one, facts.Unseen) for one in blocks)
        restricts = True if BLOCK in blocks else None if unseen else False
        return ResourcePolicies(
            self.estate.policy(record.arn, "own", record.policy),
            grants=grants,
            rcps=self.estate.organizations.rcps(record.account_id),
            restricts_public=restricts if isinstance(record, facts.Bucket) else False,
        )

    def truth(self, holder: Holder, arn: str, action: str, resource_arn: str) -> Truth:
        record, home = self.records[arn], RESOURCES[arn][1]
        if home != holder.account_id and action in FOR_OWNERS:
            return Truth.NO
        context = {"aws:resourcetags": (), **self.estate.organizations.resource_context(home)}
        context |= {"aws:requestedregion": (REGION,)} if isinstance(record, facts.Bucket) else {}
        context |= {"aws:sourceowner": (holder.account_id,)} if isinstance(record, facts.Topic) else {}
        request = Request(holder.principal, action, resource_arn, home, context)
        return holder.policies.truth(request, self.door(record))

    def level(self, holder: Holder, arn: str, level: str) -> Truth:
        label = RESOURCES[arn][0]
        found = max(
            self.truth(holder, arn, action, part)
            for action, template in levels()[label][level]
            for part in self.parts(holder, arn, template.format(arn=arn))
        )
        if label == "SecretsManagerSecret" and level == "read" and self.records[arn].kms_key:
            found &= self.truth(holder, KEY, "kms:Decrypt", KEY)
        return found

    def parts(self, holder: Holder, arn: str, whole: str) -> Iterable[str]:
        own = self.estate.policy(arn, "own", self.records[arn].policy)
        allows = [s for p in (own, *holder.identity) if p.document for s in p.document.statements]
        named = [r for s in allows if s.effect == "Allow" for r in s.resources]
        return {whole, *(r for r in named if whole.endswith("/*") and glob(whole)(r))}


@settings(max_examples=repetitions(50))
@given(estates())
def test_every_level_of_every_resource_is_as_if_asked_one_by_one(snapshot: Snapshot) -> None:
    graph, oracle = build(snapshot, BuildOptions()), Oracle(snapshot)
    for arn, (label, _, _) in RESOURCES.items():
        for level in levels()[label]:
            for holder in oracle.estate.holders.values():
                expected = oracle.level(holder, arn, level)
                assert by_graph(graph, holder.arn, arn, "ACCESS", level) is expected, (holder.arn, arn, level)


# -- those of whom only the resource knows, and what is no policy
QUEUE, TOPIC = f"arn:aws:sqs:{REGION}:{PROD}:jobs", f"arn:aws:sns:{REGION}:{OTHER}:alarms"
BUCKET, SNAPSHOT = "arn:aws:s3:::ada", f"arn:aws:rds:{REGION}:{PROD}:snapshot:old"
GROUP, FUNCTION = f"arn:aws:logs:{REGION}:{PROD}:log-group:/web", f"arn:aws:lambda:{REGION}:{PROD}:function:job"
PROVIDER = f"arn:aws:iam::{PROD}:oidc-provider/token.actions.githubusercontent.com"
EVERYONE, THEM = "external:anyone", f"arn:aws:iam::{STRANGER}:root"
CAN, MAY = "CAN_ACCESS", "MAY_ACCESS"
OPEN = [facts.AccountAccessBlock(account_id=account, block=None) for account in (PROD, OTHER)]
DO_ALL = (facts.InlinePolicy("all", document(FULL)),)


def allow(action: str, principal: object, what: str = "*", **condition: object) -> str:
    statement = {"Effect": "Allow", "Action": action, "Principal": principal, "Resource": what}
    return document({**statement, **({"Condition": condition} if condition else {})})


def bucket(policy: str, block: object = None) -> Record:
    return resource(BUCKET, policy, public_access_block=block)


def at(kind: type[Record], arn: str, **fields: Any) -> Record:
    return kind(arn=arn, name=arn.rsplit(":", 1)[-1], account_id=PROD, region=REGION, **fields)


def log_policy(text: str) -> Record:
    return facts.LogPolicy(account_id=PROD, region=REGION, name="p", policy=text)


SNS = {"Service": "sns.amazonaws.com"}
SHARED = [at(facts.DatabaseSnapshot, SNAPSHOT, shared_with=(STRANGER, OTHER)), other_role("left", inline=DO_ALL)]
MANAGED = at(facts.Key, KEY, manager="AWS", policy=allow("kms:*", "*", StringEquals={"kms:CallerAccount": PROD}))
CASES: dict[str, tuple[list[Record], set[tuple[str, str, str]]]] = {
    "an unknown account": ([resource(QUEUE, allow("sqs:SendMessage", {"AWS": STRANGER}))], {(THEM, CAN, "write")}),
    "its principal alone": (
        [resource(QUEUE, allow("sqs:SendMessage", {"AWS": iam("role", "x", STRANGER)}))],
        {(iam("role", "x", STRANGER), CAN, "write")},
    ),
    "actions kept to owners": ([resource(QUEUE, allow("sqs:SetQueueAttributes", {"AWS": STRANGER}))], set()),
    "everyone": ([bucket(allow("s3:GetObject", "*", f"{BUCKET}/*"))], {(EVERYONE, CAN, "read")}),
    "everyone, on a part": ([bucket(allow("s3:GetObject", "*", f"{BUCKET}/logo/*"))], {(EVERYONE, CAN, "read")}),
    "everyone from an address": (
        [bucket(allow("s3:GetObject", "*", IpAddress={"aws:SourceIp": "192.0.2.0/24"}))],
        {(EVERYONE, MAY, "read")},
    ),
    "everyone, blocked at the bucket": ([bucket(allow("s3:GetObject", "*", f"{BUCKET}/*"), BLOCK)], set()),
    "a bucket's block that was not seen": (
        [bucket(allow("s3:GetObject", "*", f"{BUCKET}/*"), facts.Unseen())],
        {(EVERYONE, MAY, "read")},
    ),
    "everyone of an organization": (
        [*organization(), bucket(allow("s3:GetObject", "*", StringEquals={"aws:PrincipalOrgID": "o-1"}))],
        set(),
    ),
    "SNS's default policy": (
        [resource(TOPIC, allow("SNS:Publish", {"AWS": "*"}, StringEquals={"AWS:SourceOwner": OTHER}))],
        set(),
    ),
    "a service": ([resource(QUEUE, allow("sqs:SendMessage", SNS))], {("sns.amazonaws.com", CAN, "write")}),
    "a service for a topic": (
        [resource(QUEUE, allow("sqs:SendMessage", SNS, ArnEquals={"aws:SourceArn": TOPIC}))],
        {("sns.amazonaws.com", MAY, "write")},
    ),
    "a provider": (
        [bucket(allow("s3:GetObject", {"Federated": PROVIDER}, f"{BUCKET}/*"))],
        {(f"{PROVIDER}#*", MAY, "read")},
    ),
    "a policy that was not seen": ([resource(QUEUE, facts.Unseen())], set()),
    "sharing": (SHARED, {(THEM, CAN, "read"), (LEFT, CAN, "read")}),
    "sharing with all": (
        [at(facts.ClusterSnapshot, SNAPSHOT.replace("snap", "cluster-snap"), shared_with=("all",)), user("ada")],
        {(EVERYONE, CAN, "read")},
    ),
    "sharing what is encrypted": (
        [at(facts.DatabaseSnapshot, SNAPSHOT, shared_with=(STRANGER,), kms_key=KEY),
         resource(KEY, allow("kms:*", {"AWS": f"arn:aws:iam::{PROD}:root"}))],
        set(),
    ),
    "sharing that was not seen": ([at(facts.DatabaseSnapshot, SNAPSHOT, shared_with=facts.Unseen())], set()),
    "a function's policy": (
        [at(facts.Function, FUNCTION, role_arn="", policy=allow("lambda:UpdateFunctionCode", {"AWS": STRANGER}))],
        {(THEM, CAN, "write")},
    ),
    "a policy of the region's logs": (
        [at(facts.LogGroup, GROUP), log_policy(allow("logs:PutLogEvents", SNS, f"{GROUP}:*"))],
        {("sns.amazonaws.com", CAN, "write")},
    ),
    "a policy of other logs": (
        [at(facts.LogGroup, GROUP), log_policy(allow("logs:PutLogEvents", SNS, f"{GROUP}-2:*"))],
        set(),
    ),
    "a key of AWS's own": ([MANAGED, user("ada")], set()),
    "a grant": (
        [resource(KEY, allow("kms:*", {"AWS": f"arn:aws:iam::{PROD}:root"}),
                  grants=(facts.KeyGrant(id="g", grantee=ADA, operations=("Decrypt",)),)), user("ada")],
        {(ADA, CAN, "read")},
    ),
    "a grant with a constraint": (
        [resource(KEY, allow("kms:*", {"AWS": f"arn:aws:iam::{PROD}:root"}),
                  grants=(facts.KeyGrant(id="g", grantee=ADA, operations=("Decrypt",), within={"shop": "1"}),)),
         user("ada")],
        {(ADA, MAY, "read")},
    ),
    "who is deleted": ([resource(QUEUE, allow("sqs:SendMessage", {"AWS": iam("user", "gone")})), user("ada")], set()),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_a_resource_gives_and_to_whom(name: str) -> None:
    records, expected = CASES[name]
    seen = [Scope(PROD, REGION, "logs.policies")] if not any(isinstance(r, facts.LogPolicy) for r in records) else []
    graph = build(snapshot_of([*records, *OPEN], seen=seen), BuildOptions())
    found = {
        (holder.source, edge.type, edge.key)
        for edge in graph.edges_of(CAN, MAY)
        for holder in graph.into(edge.source, "HOLDS")
        if graph.nodes[holder.source].label != "Outcome"
    }
    assert found == expected


@pytest.mark.parametrize("block, verdicts", [(None, {CAN}), (BLOCK, set()), (facts.Unseen(), {MAY})])
def test_an_account_s_block_counts_for_its_buckets(block: object, verdicts: set[str]) -> None:
    """A bucket without a block of its own, open to everyone."""
    records: list[Record] = [bucket(allow("s3:GetObject", "*", f"{BUCKET}/*"))]
    if not isinstance(block, facts.Unseen):
        records.append(facts.AccountAccessBlock(account_id=PROD, block=block))
    graph = build(snapshot_of(records), BuildOptions())
    assert {edge.type for edge in graph.edges_of(CAN, MAY)} == verdicts


@pytest.mark.parametrize("effect, who, readers", [("Deny", ADA, {"bob"}), ("Allow", ADA, {"ada"})])
def test_a_secret_is_read_by_whom_its_key_lets_decrypt(effect: str, who: str, readers: set[str]) -> None:
    """Two users with every right; the key of a secret without a policy names one of them."""
    one = {"Effect": effect, "Action": "kms:Decrypt", "Principal": {"AWS": who}, "Resource": "*"}
    all_others = [{**FULL, "Principal": "*"}] if effect == "Deny" else []
    arn = next(arn for arn, (label, _, _) in RESOURCES.items() if label == "SecretsManagerSecret")
    secret = at(facts.Secret, arn, kms_key=KEY, policy=None)
    users = [user(name, inline=DO_ALL) for name in ("ada", "bob")]
    graph = build(snapshot_of([secret, resource(KEY, document(*all_others, one)), *users]), BuildOptions())
    held = {one: by_graph(graph, iam("user", one), arn, "ACCESS", "read") for one in ("ada", "bob")}
    assert {name for name, truth in held.items() if truth is Truth.YES} == readers
    assert all(truth is not Truth.MAYBE for truth in held.values())


def test_an_organization_s_buckets_and_readers_are_joined_by_one_set() -> None:
    """Edges grow with the buckets and with the readers, not with both: twelve readers, each with rights of its own."""
    buckets = [
        at(facts.Bucket, f"arn:aws:s3:::b{n}", tags={}, public_access_block=None, policy=allow(
            "s3:GetObject", "*", f"arn:aws:s3:::b{n}/*", StringEquals={"aws:PrincipalOrgID": "o-1"}))
        for n in range(20)
    ]  # fmt: skip
    reads = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    readers = [
        other_role(f"r{n}", inline=(facts.InlinePolicy("p", document(reads, {**FULL, "Action": f"sqs:Get{n}"})),))
        for n in range(12)
    ]
    graph = build(snapshot_of([*organization(), *buckets, *readers, *OPEN]), BuildOptions())
    assert len(list(graph.edges_of(CAN))) == len(buckets)
    [audience] = {edge.source for edge in graph.edges_of(CAN)}
    assert {edge.source for edge in graph.into(audience, "HOLDS")} == {one.arn for one in readers}
    [proof] = {edge.properties["proof"] for edge in graph.edges_of(CAN) if edge.target == "arn:aws:s3:::b3"}
    assert graph.nodes[proof].properties["text"].endswith("The own policies of those who hold this allow it too.")
