"""Workloads as targets: what is certain, what is only possible, and what a list that nobody saw leaves open."""

from __future__ import annotations

import pytest

import ingest.snapshot as facts
from graph.build import build
from graph.edges.workloads import KINDS
from graph.model import Edge, Graph
from graph.options import BuildOptions
from graph.techniques import techniques
from ingest.snapshot import COLLECTOR_OF, Record, Scope
from tests.fact_samples import PROD, REGION, document, iam, located, role, snapshot_of

AWS = f"{REGION}:{PROD}"
CLUSTER = f"arn:aws:ecs:{AWS}:cluster/c"
PROJECT = f"arn:aws:codebuild:{AWS}:project/p"
ENDPOINT = f"arn:aws:glue:{AWS}:devEndpoint/e"
JOB = f"arn:aws:glue:{AWS}:job/j"
TEMPLATE = f"arn:aws:ec2:{AWS}:launch-template/lt-1"
GROUP = f"arn:aws:autoscaling:{AWS}:autoScalingGroup:1:autoScalingGroupName/g"
DEFINITION = f"arn:aws:ecs:{AWS}:task-definition/d:1"
TARGET, PROFILE = iam("role", "target"), iam("instance-profile", "p")
SERVICES = ("codebuild", "glue", "ecs-tasks", "ec2", "cloudformation", "lambda")


def allowing(*actions: str, resource: str = "*") -> Record:
    text = document({"Effect": "Allow", "Action": list(actions), "Resource": resource})
    return role("start", inline=(facts.InlinePolicy("start", text),))


def target(*powers: str, services: tuple[str, ...] = SERVICES) -> Record:
    trusted = [f"{name}.amazonaws.com" for name in services]
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": trusted}})
    power = document({"Effect": "Allow", "Action": ["dynamodb:*", *powers], "Resource": "*"})
    return role("target", trust=trust, inline=(facts.InlinePolicy("power", power),))


def steps(graph: Graph, technique: str) -> list[Edge]:
    """The steps of a technique by which the target's rights are gained."""
    return [edge for edge in graph.into(TARGET, "CAN_ESCALATE", "MAY_ESCALATE") if edge.key == technique]


def built(*records: Record, denied: tuple[str, ...] = (), seen: tuple[str, ...] = ()) -> Graph:
    def scopes(names: tuple[str, ...]) -> list[Scope]:
        return [Scope(PROD, REGION, name) for name in names]

    profile = facts.InstanceProfile(arn=PROFILE, name="p", account_id=PROD, roles=(TARGET,))
    snapshot = snapshot_of([*records, profile], denied=scopes(denied), seen=scopes(seen))
    return build(snapshot, BuildOptions())


def told(graph: Graph, technique: str) -> list[tuple[str, object]]:
    return [(edge.type, edge.properties["conditions"]) for edge in steps(graph, technique)]


@pytest.mark.parametrize("technique", [t.id for t in techniques().values() if t.shape in KINDS])
def test_a_list_that_was_denied_leaves_each_role_that_its_service_takes_open(technique):
    row = techniques()[technique]
    kind = KINDS[row.shape]
    start = allowing(*(need.action for need in row.needs))
    denied = tuple({COLLECTOR_OF[record] for record in kind.records})
    trusting = target(services=(kind.service.removesuffix(".amazonaws.com"),))
    [(type_, conditions)] = told(unlisted(start, trusting, denied), technique)
    assert type_ == "MAY_ESCALATE"
    assert f"the {kind.plural} of the account were not seen" in conditions
    assert told(unlisted(start, target(services=("support",)), denied), technique) == []
    assert told(built(start, trusting, seen=denied), technique) == []


def unlisted(start: Record, trusting: Record, denied: tuple[str, ...]) -> Graph:
    """Denied from the first: no snapshot before tells what was there."""
    shards = {
        scope: facts.Shard(facts.Coverage(scope, facts.State.DENIED, facts.Reason.DENIED))
        for scope in (Scope(PROD, REGION, name) for name in denied)
    }
    whole = snapshot_of([start, trusting])
    return build(facts.Snapshot("s", whole.taken_at, {**whole.shards, **shards}), BuildOptions())


def test_what_was_seen_before_stands_as_it_was_then():
    carried = located(facts.BuildProject, PROJECT, "p", role_arn=TARGET)
    snapshot = snapshot_of([allowing("codebuild:StartBuild"), target()], carried=[carried])
    [step] = steps(build(snapshot, BuildOptions()), "codebuild-002")
    assert step.type == "MAY_ESCALATE"
    assert "was last seen on" in str(step.properties["conditions"])


@pytest.mark.parametrize("resource, verdict", [(PROJECT, ["CAN_ESCALATE"]), (f"{PROJECT}-other", [])])
def test_a_right_on_one_project_reaches_the_role_of_that_one_alone(resource, verdict):
    start = allowing("codebuild:StartBuild", resource=resource)
    graph = built(start, target(), located(facts.BuildProject, PROJECT, "p", role_arn=TARGET))
    assert [edge.type for edge in steps(graph, "codebuild-002")] == verdict


@pytest.mark.parametrize("batch, verdict", [(iam("role", "batch"), "CAN_ESCALATE"), (None, "MAY_ESCALATE")])
def test_a_project_builds_in_batches_where_it_is_set_up_for_them(batch, verdict):
    project = located(facts.BuildProject, PROJECT, "p", role_arn=TARGET, batch_role_arn=batch)
    [step] = steps(built(allowing("codebuild:StartBuildBatch"), target(), project), "codebuild-003")
    assert step.type == verdict


@pytest.mark.parametrize("public, verdict", [(True, "CAN_ESCALATE"), (False, "MAY_ESCALATE")])
def test_an_endpoint_with_a_public_address_is_reached_for_certain(public, verdict):
    endpoint = located(facts.DevEndpoint, ENDPOINT, "e", role_arn=TARGET, is_public=public)
    [step] = steps(built(allowing("glue:UpdateDevEndpoint"), target(), endpoint), "glue-002")
    assert step.type == verdict


# -- things that must exist
PASSING = ("iam:PassRole", "glue:UpdateJob", "glue:StartJobRun")


@pytest.mark.parametrize(
    "named, verdict",
    [("*", ["CAN_ESCALATE"]), (JOB, ["CAN_ESCALATE"]), (f"arn:aws:glue:{AWS}:job/other", [])],
)
def test_a_job_that_is_there_is_changed_and_no_other(named, verdict):
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": TARGET}
    changing = {"Effect": "Allow", "Action": ["glue:UpdateJob", "glue:StartJobRun"], "Resource": named}
    start = role("start", inline=(facts.InlinePolicy("start", document(passing, changing)),))
    graph = built(start, target(), located(facts.GlueJob, JOB, "j", role_arn=iam("role", "weak")))
    assert [edge.type for edge in steps(graph, "glue-005")] == verdict


def test_both_rights_must_be_on_one_job():
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": TARGET}
    one = {"Effect": "Allow", "Action": "glue:UpdateJob", "Resource": JOB}
    other = {"Effect": "Allow", "Action": "glue:StartJobRun", "Resource": f"{JOB}2"}
    start = role("start", inline=(facts.InlinePolicy("start", document(passing, one, other)),))
    jobs = [located(facts.GlueJob, f"{JOB}{n}", f"j{n}", role_arn=iam("role", "weak")) for n in ("", "2")]
    assert steps(built(start, target(), *jobs), "glue-005") == []


def test_jobs_that_were_not_seen_may_be_there():
    graph = built(allowing(*PASSING), target())
    assert told(graph, "glue-005") == [("MAY_ESCALATE", ["the Glue jobs of the account were not seen"])]
    assert told(built(allowing(*PASSING), target(), seen=("glue.jobs",)), "glue-005") == []


def test_a_definition_of_instances_alone_needs_an_instance_in_its_region():
    needs = ("iam:PassRole", "ecs:RunTask")
    here = located(facts.EcsCluster, CLUSTER, "c")
    definition = located(facts.TaskDefinition, DEFINITION, "d", compatibilities=("EC2",))
    instance = located(facts.ContainerInstance, f"{CLUSTER}/i", "i", cluster_arn=CLUSTER)
    seen = ("ecs.container_instances",)
    assert steps(built(allowing(*needs), target(), here, definition, seen=seen), "ecs-008") == []
    [step] = steps(built(allowing(*needs), target(), here, definition, instance), "ecs-008")
    assert step.type == "CAN_ESCALATE"
    abroad = facts.TaskDefinition(
        arn=DEFINITION.replace(REGION, "us-east-1"), name="d", account_id=PROD, region="us-east-1"
    )
    assert steps(built(allowing(*needs), target(), here, abroad), "ecs-008") != []  # clusters there were not seen


def test_the_newest_revision_goes_by_the_name_of_its_family():
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"""
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": TARGET}
    running = {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": DEFINITION.removesuffix(":1")}
    start = role("start", inline=(facts.InlinePolicy("start", document(passing, running)),))
    around = (located(facts.EcsCluster, CLUSTER, "c"), located(facts.TaskDefinition, DEFINITION, "d"))
    [step] = steps(built(start, target(), *around), "ecs-008")
    assert step.type == "CAN_ESCALATE"


@pytest.mark.parametrize(
    "fields, verdict",
    [
        ({"accounts": (PROD,)}, ["CAN_ESCALATE"]),
        ({"accounts": ()}, []),
        ({}, ["MAY_ESCALATE"]),
        ({"accounts": (PROD,), "permission_model": "SERVICE_MANAGED"}, []),
    ],
)
def test_a_stack_set_carries_a_template_where_it_has_instances_of_its_own(fields, verdict):
    stack_set = located(facts.StackSet, f"arn:aws:cloudformation:{AWS}:stackset/s:1", "s", **fields)
    graph = built(allowing("iam:PassRole", "cloudformation:UpdateStackSet"), target(), stack_set)
    assert [edge.type for edge in steps(graph, "cloudformation-004")] == verdict


# -- the workload's own role
@pytest.mark.parametrize("powers, verdict", [(("ssmmessages:*",), ["CAN_ESCALATE"]), ((), [])])
def test_a_task_takes_commands_where_its_role_lets_its_agent_talk(powers, verdict):
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"""
    definition = located(facts.TaskDefinition, DEFINITION, "d", role_arn=TARGET, execution_role_arn=iam("role", "x"))
    service = located(
        facts.EcsService, f"arn:aws:ecs:{AWS}:service/c/s", "s", cluster_arn=CLUSTER, task_definition_arn=DEFINITION,
        execute_command=True,
    )  # fmt: skip
    graph = built(
        allowing("ecs:ExecuteCommand", "ecs:DescribeTasks"), target(*powers), definition, service,
        located(facts.EcsCluster, CLUSTER, "c"),
    )  # fmt: skip
    assert [edge.type for edge in steps(graph, "ecs-006")] == verdict


def test_a_task_that_was_started_with_another_role_has_that_one():
    weak = located(facts.TaskDefinition, DEFINITION, "d", role_arn=iam("role", "weak"))
    task = located(
        facts.Task, f"arn:aws:ecs:{AWS}:task/c/1", "1", cluster_arn=CLUSTER, task_definition_arn=DEFINITION,
        role_arn=TARGET,
    )  # fmt: skip
    cluster = located(facts.EcsCluster, CLUSTER, "c")
    actions = ("ecs:ExecuteCommand", "ecs:DescribeTasks")
    assert steps(built(allowing(*actions), target("ssmmessages:*"), weak, task, cluster), "ecs-006")
    assert steps(built(allowing(*actions), target("ssmmessages:*"), weak, cluster), "ecs-006") == []


@pytest.mark.parametrize("version, found", [("$Default", "ec2-005"), ("$Latest", "ec2-latest"), ("4", "")])
@pytest.mark.parametrize("name", ["lt-1", "web"])
def test_a_launch_template_is_changed_for_the_group_that_takes_its_newest(version, found, name):
    template = located(
        facts.LaunchTemplate, TEMPLATE, "web", id="lt-1", default_profile="p", latest_profile=PROFILE
    )  # fmt: skip
    taken = (facts.TemplateVersion(name, version),)
    group = located(facts.AutoScalingGroup, GROUP, "g", launch_templates=taken)
    start = allowing("ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate")
    graph = built(start, target(), template, group)
    assert [t for t in ("ec2-005", "ec2-latest") if steps(graph, t)] == list(filter(None, [found]))
    [unseen] = steps(built(start, target(), template), "ec2-005")
    assert "the Auto Scaling groups of the account were not seen" in unseen.properties["conditions"]
