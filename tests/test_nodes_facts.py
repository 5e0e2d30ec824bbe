"""Facts to nodes: every record type is shown, whatever else was not seen, and never more than was seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model import Graph
from ingest.snapshot import RECORD_TYPES, Account, Record, Scope, TaskDefinition
from tests.fact_samples import (
    BEFORE,
    CLUSTER,
    INSTANCE,
    MANAGEMENT,
    NOW,
    PROD,
    RESERVED,
    VAULT,
    graph_of,
    iam,
    one_of_each,
    role,
    scope_of,
    snapshot_of,
)

WITHOUT_NODE = {"DelegatedAdministrator", "IdentityProvider"}  # read by the rules of edges alone
SHOWN_BY_OTHERS = {"PolicyTarget", "Assignment", "LoginProfile", "MfaDevices", "CredentialReportRow", "RoleUse",
                   "CredentialUse", "AccessKeyUse", "AccountAccessBlock", "LogPolicy"}  # fmt: skip
UNIT = f"arn:aws:organizations::{MANAGEMENT}:ou/o-1/ou-2"
ECS, SCALING = f"arn:aws:ecs:eu-west-1:{PROD}", f"arn:aws:autoscaling:eu-west-1:{PROD}"
SERVICE, GROUP = f"{ECS}:service/shop/web", f"{SCALING}:autoScalingGroup:1:autoScalingGroupName/web"
EDGES = [
    (UNIT, "RESOURCE", PROD),
    (UNIT, "GOVERNED_BY", f"arn:aws:organizations::{MANAGEMENT}:policy/o-1/p-1"),
    (UNIT, "GOVERNED_BY", "p-unread"),
    (iam("user", "jenkins"), "MEMBER_AWS_GROUP", iam("group", "ops")),
    (iam("user", "jenkins"), "BOUNDED_BY", iam("policy", "limit")),
    (iam("user", "jenkins"), "AWS_ACCESS_KEY", "AKIA1"),
    (iam("group", "ops"), "POLICY", iam("policy", "deploy")),
    (iam("role", "web"), "POLICY", f"{iam('role', 'web')}/inline_policy/all"),
    (iam("instance-profile", "web"), "ASSOCIATED_WITH", iam("role", "web")),
    ("person-1", "MEMBER_OF_SSO_GROUP", "group-1"),
    ("group-1", "HAS_PERMISSION_SET", "arn:aws:sso:::instance/ssoins-1/ps-1"),
    (f"arn:aws:iam::{PROD}:role/aws-reserved/sso.amazonaws.com/eu-west-1/{RESERVED}", "ALLOWED_BY", "group-1"),
    (INSTANCE, "RUNS_AS", iam("role", "web")),
    (INSTANCE, "NETWORK_INTERFACE", "eni-1"),
    (f"arn:aws:lambda:eu-west-1:{PROD}:function:pay", "RUNS_AS", iam("role", "web")),
    (CLUSTER, "BACKED_UP_BY", f"arn:aws:backup:eu-west-1:{PROD}:recovery-point:1"),
    (f"arn:aws:backup:eu-west-1:{PROD}:recovery-point:1", "KEPT_IN", VAULT),
    (PROD, "RESOURCE", f"arn:aws:sqs:eu-west-1:{PROD}:jobs"),
    (f"arn:aws:cloudtrail:eu-west-1:{PROD}:trail/main", "LOGS_TO", "arn:aws:s3:::audit-log"),
    (SERVICE, "RUNS_AS", iam("role", "web")),
    (SERVICE, "HAS_TASK_DEFINITION", f"{ECS}:task-definition/web:7"),
    (f"{ECS}:cluster/shop", "HAS_SERVICE", SERVICE),
    (f"{ECS}:cluster/shop", "HAS_TASK", f"{ECS}:task/shop/1"),
    (f"{ECS}:task/shop/1", "RUNS_AS", iam("role", "web")),
    (f"{ECS}:cluster/shop", "HAS_CONTAINER_INSTANCE", f"{ECS}:container-instance/shop/1"),
    (f"{ECS}:container-instance/shop/1", "IS_INSTANCE", INSTANCE),
    (GROUP, "HAS_LAUNCH_TEMPLATE", f"arn:aws:ec2:eu-west-1:{PROD}:launch-template/lt-1"),
    (GROUP, "HAS_LAUNCH_CONFIG", f"{SCALING}:launchConfiguration:1:launchConfigurationName/old"),
    (f"arn:aws:ec2:eu-west-1:{PROD}:launch-template/lt-1", "INSTANCE_PROFILE", iam("instance-profile", "web")),
    (f"arn:aws:cloudformation:eu-west-1:{PROD}:stack/shop/1", "RUNS_AS", iam("role", "web")),
    (f"arn:aws:codebuild:eu-west-1:{PROD}:project/images", "RUNS_AS", iam("role", "web")),
    (f"arn:aws:glue:eu-west-1:{PROD}:job/nightly", "RUNS_AS", iam("role", "web")),
    ("pcx-1", "PEERS", "vpc-2"),
    ("0.0.0.0/0", "MEMBER_OF_IP_RULE", "sg-web/ingress/tcp/443-443/0.0.0.0/0"),
]


@pytest.fixture(scope="module")
def whole() -> Graph:
    return graph_of(snapshot_of(one_of_each()))


def test_the_sample_holds_every_record_type():
    assert {type(r) for r in one_of_each()} == set(RECORD_TYPES)


@pytest.mark.parametrize("kind", [t for t in RECORD_TYPES if t.__name__ not in WITHOUT_NODE], ids=lambda t: t.__name__)
def test_every_record_type_is_shown(kind: type[Record], whole: Graph):
    without = graph_of(snapshot_of(r for r in one_of_each() if type(r) is not kind))
    assert whole.edges != without.edges or whole.nodes != without.nodes


@pytest.mark.parametrize("source, type_, target", EDGES, ids=lambda v: v.rsplit("/", 1)[-1])
def test_edge(source: str, type_: str, target: str, whole: Graph):
    assert target in [e.target for e in whole.out(source, type_)]


@given(st.sets(st.sampled_from(range(len(one_of_each())))))
def test_whatever_is_missing_the_rest_is_built(missing: set[int]):
    kept = [r for i, r in enumerate(one_of_each()) if i not in missing]
    lost = [scope_of(r) for i, r in enumerate(one_of_each()) if i in missing]
    graph = graph_of(snapshot_of(kept, denied=lost))
    shown = {type(r) for r in kept if type(r).__name__ not in WITHOUT_NODE | SHOWN_BY_OTHERS}
    ids = {getattr(r, "arn", r.key.split()[-1]) for r in kept if type(r) in shown and not isinstance(r, Account)}
    assert ids <= set(graph.nodes)


@given(st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(random):
    records = one_of_each()
    random.shuffle(records)
    again = graph_of(snapshot_of(records))
    whole = graph_of(snapshot_of(one_of_each()))
    assert (again.nodes, again.edges) == (whole.nodes, whole.edges)


def test_nothing_runs_as_the_role_that_only_starts_it():
    start = role("start")
    graph = graph_of(snapshot_of([*one_of_each(), start]))
    assert graph.into(start.arn, "RUNS_AS") == []


def test_a_service_of_an_unseen_definition_says_that_its_role_is_unseen():
    graph = graph_of(snapshot_of(r for r in one_of_each() if type(r) is not TaskDefinition))
    assert graph.nodes[SERVICE].properties["role_unseen"]
    assert graph.out(SERVICE, "RUNS_AS") == []


def test_carried_facts_say_since_when():
    carried = [r for r in one_of_each() if scope_of(r).collector.startswith("iam.")]
    graph = graph_of(snapshot_of([r for r in one_of_each() if r not in carried], carried=carried))
    assert graph.nodes[iam("role", "web")].properties["stale"] == BEFORE
    assert "stale" not in graph.nodes[CLUSTER].properties
    assert graph.nodes[f"arn:aws:iam::{PROD}:root"].properties["stale"] == BEFORE
    assert "stale" not in graph.nodes[f"arn:aws:iam::{MANAGEMENT}:root"].properties


def test_coverage_tells_seen_from_denied_and_from_never_asked():
    denied = Scope(PROD, "", "iam.authorization")
    graph = graph_of(snapshot_of(one_of_each(), denied=[denied], seen=[Scope(PROD, "eu-west-1", "ec2.vpcs")]))

    def state(collector: str, region: str = "", account: str = PROD) -> tuple[object, ...]:
        found = graph.nodes[f"coverage:{account}:{region}:{collector}"].properties
        return found["state"], found.get("reason"), found.get("at")

    assert state("iam.authorization") == ("denied", "denied", BEFORE)
    assert state("ec2.vpcs", "eu-west-1") == ("seen", None, NOW)
    assert state("ec2.vpcs", account=MANAGEMENT) == ("skipped", "not_attempted", None)
    assert f"coverage:{PROD}::organizations.tree" not in graph.nodes
