"""What must be so of managed instances, Studio profiles and clusters for a step: certain, possible or none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

import ingest.snapshot as facts
from graph.build import build
from graph.model import Edge, Graph
from graph.options import BuildOptions
from ingest.snapshot import Coverage, Reason, Record, Scope, Shard, State, Unseen
from tests.fact_samples import PROD, REGION, document, iam, located, placed, role, scope_of, snapshot_of

POWER = facts.InlinePolicy("power", document({"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}))
TARGET, PROFILE = iam("role", "target"), iam("instance-profile", "p")
CLUSTER = f"arn:aws:eks:{REGION}:{PROD}:cluster/c"
AGENT = ("ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel")
MANAGED = Scope(PROD, REGION, "ssm.instances")
CERTAIN, POSSIBLE = "CAN_ESCALATE", "MAY_ESCALATE"


def start(*actions: str) -> Record:
    given = document({"Effect": "Allow", "Action": list(actions), "Resource": "*"})
    return facts.User(
        arn=iam("user", "start"), name="start", account_id=PROD, inline=(facts.InlinePolicy("start", given),)
    )


def target(service: str, *actions: str) -> Record:
    door = document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})
    more = [facts.InlinePolicy("more", document({"Effect": "Allow", "Action": list(actions), "Resource": "*"}))]
    return role("target", trust=door, inline=(POWER, *more[: len(actions)]))


def steps(graph: Graph, technique: str, to: str = TARGET) -> list[Edge]:
    return [edge for edge in graph.into(to, CERTAIN, POSSIBLE) if edge.key == technique]


def verdict(
    records: Iterable[Record], technique: str, denied: Iterable[Scope] = (), seen: Iterable[Scope] = ()
) -> tuple[str, list[str]]:
    """The type of the one step of a technique, and its conditions; empty where there is none."""
    found = steps(build(snapshot_of(records, denied=denied, seen=seen), BuildOptions()), technique)
    return (found[0].type, list(found[0].properties.get("conditions", ()))) if found else ("", [])


# -- Systems Manager
def fleet(*agent: str) -> list[Record]:
    return [
        start("ssm:StartSession"),
        target("ec2.amazonaws.com", *agent),
        facts.InstanceProfile(arn=PROFILE, name="p", account_id=PROD, roles=(TARGET,)),
        placed(
            facts.Instance,
            "i-1",
            arn=f"arn:aws:ec2:{REGION}:{PROD}:instance/i-1",
            name="web",
            instance_profile_arn=PROFILE,
            state="running",
        ),
    ]


@pytest.mark.parametrize("agent", [(), AGENT])
def test_what_systems_manager_says_counts_whatever_the_role_allows(agent):
    online, lost = (placed(facts.ManagedInstance, "i-1", ping_status=s) for s in ("Online", "ConnectionLost"))
    assert verdict([*fleet(*agent), online], "ssm-001") == (CERTAIN, [])
    assert verdict([*fleet(*agent), lost], "ssm-001") == (POSSIBLE, ["Systems Manager hears again from web"])
    assert verdict(fleet(*agent), "ssm-001", seen=[MANAGED]) == ("", [])


def test_where_it_was_not_asked_the_role_decides():
    unasked = (POSSIBLE, ["Systems Manager manages web, which its role does not allow"])
    for denied in ([], [MANAGED]):
        assert verdict(fleet(*AGENT), "ssm-001", denied=denied) == (CERTAIN, [])
        assert verdict(fleet(), "ssm-001", denied=denied) == unasked


def test_an_instance_of_that_id_elsewhere_is_another():
    other = facts.ManagedInstance(id="i-1", account_id=PROD, region="us-east-1", ping_status="Online")
    assert verdict([*fleet(*AGENT), other], "ssm-001", seen=[MANAGED]) == ("", [])


# -- SageMaker
def studio(own: str | Unseen | None, default: str | Unseen | None, mode: str | Unseen = "IAM") -> list[Record]:
    base = f"arn:aws:sagemaker:{REGION}:{PROD}"
    return [
        start("sagemaker:CreatePresignedDomainUrl"),
        target("sagemaker.amazonaws.com"),
        located(facts.StudioDomain, f"{base}:domain/d-1", "d", id="d-1", role_arn=default, auth_mode=mode),
        located(facts.StudioProfile, f"{base}:user-profile/d-1/p", "p", domain_id="d-1", role_arn=own),
    ]


def test_a_profile_has_its_own_role_or_else_its_domains():
    other = iam("role", "other")
    assert verdict(studio(TARGET, other), "sagemaker-studio")[0] == POSSIBLE
    assert verdict(studio(None, TARGET), "sagemaker-studio")[0] == POSSIBLE
    assert verdict(studio(other, TARGET), "sagemaker-studio")[0] == ""
    assert verdict(studio(Unseen("denied"), TARGET), "sagemaker-studio")[0] == ""


def test_how_people_sign_in_to_studio_that_was_not_seen_is_a_condition():
    seen, unseen = (verdict(studio(TARGET, None, mode), "sagemaker-studio")[1] for mode in ("IAM", Unseen("denied")))
    assert [c for c in unseen if c not in seen] == ["the domain of p lets people in by signed addresses"]


# -- EKS
def cluster(**known: object) -> list[Record]:
    given = {"authentication_mode": "API", "public_access": ("0.0.0.0/0",), **known}
    return [
        start("eks:CreateAccessEntry", "eks:AssociateAccessPolicy"),
        target("ec2.amazonaws.com"),
        located(facts.EksCluster, CLUSTER, "c", **given),
        facts.Nodegroup(cluster_arn=CLUSTER, account_id=PROD, region=REGION, name="n", role_arn=TARGET),
    ]


CLUSTERS = {
    "public": ({}, (CERTAIN, [])),
    "of both modes": ({"authentication_mode": "API_AND_CONFIG_MAP"}, (CERTAIN, [])),
    "of its own map": ({"authentication_mode": "CONFIG_MAP"}, ("", [])),
    "private": ({"public_access": ()}, (POSSIBLE, ["the caller reaches the endpoint of cluster c"])),
    "of offices": ({"public_access": ("192.0.2.0/24",)}, (POSSIBLE, ["the caller reaches the endpoint of cluster c"])),
    "unseen": (
        {"authentication_mode": Unseen("denied"), "public_access": Unseen("denied")},
        (POSSIBLE, ["cluster c takes access entries", "the caller reaches the endpoint of cluster c"]),
    ),
}


@pytest.mark.parametrize(("known", "expected"), CLUSTERS.values(), ids=list(CLUSTERS))
def test_whom_a_cluster_lets_in(known, expected):
    assert verdict(cluster(**known), "eks-entry") == expected


def test_a_policy_that_makes_no_administrator_is_no_step():
    view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    limited = document(
        {"Effect": "Allow", "Action": "eks:CreateAccessEntry", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "eks:AssociateAccessPolicy",
            "Resource": "*",
            "Condition": {"StringEquals": {"eks:policyArn": view}},
        },
    )
    someone = facts.User(
        arn=iam("user", "start"), name="start", account_id=PROD, inline=(facts.InlinePolicy("start", limited),)
    )
    assert verdict([someone, *cluster()[1:]], "eks-entry") == ("", [])


# -- what was not listed
@pytest.mark.parametrize("kind", ["notebook", "web_service", "code_interpreter", "state_machine"])
def test_a_list_that_was_denied_leaves_a_possible_step(kind):
    record, service, technique, actions = {
        "notebook": (facts.NotebookInstance, "sagemaker", "sagemaker-004", ["CreatePresignedNotebookInstanceUrl"]),
        "web_service": (facts.AppRunnerService, "tasks.apprunner", "apprunner-002", ["UpdateService"]),
        "code_interpreter": (
            facts.CodeInterpreter,
            "bedrock-agentcore",
            "bedrock-002",
            ["StartCodeInterpreterSession", "InvokeCodeInterpreter"],
        ),
        "state_machine": (facts.StateMachine, "states", "states-definition", ["UpdateStateMachine", "StartExecution"]),
    }[kind]
    prefix = service.removeprefix("tasks.")
    around = [start(*(f"{prefix}:{action}" for action in actions)), target(f"{service}.amazonaws.com")]
    place = scope_of(located(record, "arn", "n"))
    never = Shard(Coverage(place, State.DENIED, Reason.DENIED), ())
    snapshot = snapshot_of(around)
    [step] = steps(build(replace(snapshot, shards={**snapshot.shards, place: never}), BuildOptions()), technique)
    assert step.type == POSSIBLE
    assert [c for c in step.properties["conditions"] if "of the account were not seen" in c]
    assert verdict(around, technique, seen=[place]) == verdict(around, technique, denied=[place]) == ("", [])
