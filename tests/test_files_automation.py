"""Containers, scaling groups, stacks, builds and jobs as AWS prints them; what they carry for themselves stays out."""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec
import pytest

import demo
from ingest.files import collect_files
from ingest.snapshot import (
    AutoScalingGroup,
    BuildProject,
    ContainerInstance,
    EcsService,
    GlueJob,
    LaunchTemplate,
    Reason,
    StackSet,
    State,
    Task,
    TaskDefinition,
    TemplateVersion,
    Unseen,
)
from tests.aws_harborline import PAYMENTS, REGION
from tests.dumps import DENIED, HERE, SEEN, A, imported, records, state

ECS = f"arn:aws:ecs:eu-west-1:{A}"
CLUSTER = f"{ECS}:cluster/shop"
SECRET = "hunter2"
# Answers in which people leave passwords: environments, user data, parameters, scripts, arguments.
CARRYING = (
    "ecs/describe-task-definition", "ecs/describe-tasks", "ec2/describe-launch-template-versions",
    "autoscaling/describe-launch-configurations", "cloudformation/describe-stacks", "cloudformation/describe-stack-set",
    "codebuild/batch-get-projects", "glue/get-jobs", "glue/get-dev-endpoints",
)  # fmt: skip


@pytest.fixture(scope="module")
def kept() -> bytes:
    """Everything that is kept of Harborline."""
    shards = collect_files(demo.baseline_dir()).shards
    return b"".join(msgspec.json.encode(record) for shard in shards.values() for record in shard.records)


@pytest.mark.parametrize("name", CARRYING)
def test_what_an_answer_carries_for_a_workload_is_never_kept(name, kept):
    answer = (demo.baseline_dir() / "accounts" / PAYMENTS / REGION / f"{name}.json").read_text()
    hidden = [text for text in (SECRET, base64.b64encode(b"#!/bin/sh").decode()[:10]) if text in answer]
    assert hidden
    assert not [text for text in hidden if text.encode() in kept]


def service(name: str, **fields: object) -> dict:
    arn = f"{ECS}:service/shop/{name}"
    given = {"clusterArn": CLUSTER, "desiredCount": 1, "taskDefinition": f"{ECS}:task-definition/{name}:3", **fields}
    return {"serviceArn": arn, "serviceName": name, **given}


def listed(*names: str) -> dict:
    return {CLUSTER: {"serviceArns": [f"{ECS}:service/shop/{name}" for name in names]}}


def test_services_of_a_cluster(tmp_path: Path):
    files = {
        f"{HERE}/ecs/list-clusters.json": {"clusterArns": [CLUSTER]},
        f"{HERE}/ecs/list-services.json": listed("web", "idle", "gone"),
        f"{HERE}/ecs/describe-services.json": {
            "services": [service("web", enableExecuteCommand=True, tags=[{"key": "a", "value": "b"}]),
                         service("idle", desiredCount=0)],
            "failures": [{"arn": f"{ECS}:service/shop/gone", "reason": "MISSING"}],
        },
    }  # fmt: skip
    found = imported(tmp_path, files)
    assert [(s.name, s.execute_command, s.is_running, s.tags) for s in records(found, EcsService)] == [
        ("idle", False, False, None),
        ("web", True, True, {"a": "b"}),
    ]
    assert state(found, "ecs.services") == SEEN


def test_what_was_listed_and_never_described_is_missed(tmp_path: Path):
    files = {
        f"{HERE}/ecs/list-clusters.json": {"clusterArns": [CLUSTER]},
        f"{HERE}/ecs/list-services.json": listed("web", "api"),
        f"{HERE}/ecs/describe-services.json": {"services": [service("web")]},
    }
    found = imported(tmp_path, files)
    assert [s.name for s in records(found, EcsService)] == ["web"]
    assert state(found, "ecs.services") == (State.PARTIAL, Reason.NOT_ATTEMPTED)


def test_one_cluster_of_two_is_not_all(tmp_path: Path):
    files = {
        f"{HERE}/ecs/list-clusters.json": {"clusterArns": [CLUSTER, f"{ECS}:cluster/other"]},
        f"{HERE}/ecs/list-services.json": {CLUSTER: {"serviceArns": []}},
    }
    assert state(imported(tmp_path, files), "ecs.services") == (State.PARTIAL, Reason.NOT_ATTEMPTED)


def test_without_clusters_nothing_runs_in_them(tmp_path: Path):
    found = imported(tmp_path, {f"{HERE}/ecs/list-clusters.json": {"clusterArns": []}})
    for collector in ("ecs.clusters", "ecs.services", "ecs.tasks", "ecs.container_instances"):
        assert state(found, collector) == SEEN


def test_tasks_are_kept_where_they_take_commands_and_no_service_keeps_them(tmp_path: Path):
    def task(name: str, **fields: object) -> dict:
        given = {"clusterArn": CLUSTER, "taskDefinitionArn": f"{ECS}:task-definition/t:1", **fields}
        return {"taskArn": f"{ECS}:task/shop/{name}", **given}

    tasks = [
        task("silent", group="family:t"),
        task("kept", group="service:web", enableExecuteCommand=True),
        task("alone", enableExecuteCommand=True, overrides={"taskRoleArn": f"arn:aws:iam::{A}:role/other"}),
    ]
    files = {
        f"{HERE}/ecs/list-clusters.json": {"clusterArns": [CLUSTER]},
        f"{HERE}/ecs/list-tasks.json": {CLUSTER: {"taskArns": [one["taskArn"] for one in tasks]}},
        f"{HERE}/ecs/describe-tasks.json": {"tasks": tasks},
        f"{HERE}/ecs/list-container-instances.json": {CLUSTER: {"containerInstanceArns": []}},
    }
    found = imported(tmp_path, files)
    assert [(t.name, t.role_arn) for t in records(found, Task)] == [("alone", f"arn:aws:iam::{A}:role/other")]
    assert records(found, ContainerInstance) == []
    assert state(found, "ecs.tasks") == SEEN


def test_a_definition_that_a_service_uses_is_missed_where_it_was_not_asked_about(tmp_path: Path):
    definition = {"taskDefinitionArn": f"{ECS}:task-definition/web:4", "executionRoleArn": f"arn:aws:iam::{A}:role/x"}
    files = {
        f"{HERE}/ecs/list-clusters.json": {"clusterArns": [CLUSTER]},
        f"{HERE}/ecs/list-services.json": listed("web"),
        f"{HERE}/ecs/describe-services.json": {"services": [service("web")]},
        f"{HERE}/ecs/list-task-definition-families.json": {"families": ["web"]},
        f"{HERE}/ecs/describe-task-definition-web.json": {"taskDefinition": definition},
    }
    found = imported(tmp_path, files)
    [one] = records(found, TaskDefinition)
    assert (one.name, one.role_arn, one.execution_role_arn) == ("web", None, f"arn:aws:iam::{A}:role/x")
    assert state(found, "ecs.task_definitions") == (State.PARTIAL, Reason.NOT_ATTEMPTED)


def test_groups_take_templates_in_every_way(tmp_path: Path):
    def taken(number: int, version: str) -> dict:
        return {"LaunchTemplateId": f"lt-{number}", "LaunchTemplateName": f"t{number}", "Version": version}

    mixed = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": taken(1, "$Latest"),
            "Overrides": [{"InstanceType": "m7g.large", "LaunchTemplateSpecification": taken(2, "3")}, {}],
        }
    }
    groups = [
        {"AutoScalingGroupName": "mixed", "MixedInstancesPolicy": mixed},
        {"AutoScalingGroupName": "plain", "LaunchTemplate": {"LaunchTemplateName": "t3"}},
        {"AutoScalingGroupName": "old", "LaunchConfigurationName": "c"},
    ]
    for one in groups:
        name = f"autoScalingGroup:1:autoScalingGroupName/{one['AutoScalingGroupName']}"
        one["AutoScalingGroupARN"] = f"arn:aws:autoscaling:eu-west-1:{A}:{name}"
    found = imported(tmp_path, {f"{HERE}/autoscaling/describe-auto-scaling-groups.json": {"AutoScalingGroups": groups}})
    assert {g.name: (g.launch_templates, g.launch_configuration) for g in records(found, AutoScalingGroup)} == {
        "mixed": ((TemplateVersion("lt-1", "$Latest"), TemplateVersion("lt-2", "3")), ""),
        "plain": ((TemplateVersion("t3", "$Default"),), ""),
        "old": ((), "c"),
    }


def test_a_template_whose_versions_were_denied_has_an_unseen_profile(tmp_path: Path):
    template = {
        "LaunchTemplateId": "lt-1",
        "LaunchTemplateName": "t",
        "DefaultVersionNumber": 2,
        "LatestVersionNumber": 5,
    }
    data = {"LaunchTemplateId": "lt-1", "VersionNumber": 2, "LaunchTemplateData": {"IamInstanceProfile": {"Name": "p"}}}
    listed_ = {f"{HERE}/ec2/describe-launch-templates.json": {"LaunchTemplates": [template]}}
    versions = f"{HERE}/ec2/describe-launch-template-versions.json"
    found = imported(tmp_path / "seen", {**listed_, versions: {"LaunchTemplateVersions": [data]}})
    [one] = records(found, LaunchTemplate)
    assert (one.default_profile, one.latest_profile) == ("p", Unseen())
    found = imported(tmp_path / "denied", {**listed_, versions: DENIED})
    [one] = records(found, LaunchTemplate)
    assert one.default_profile == Unseen("denied")
    assert state(found, "ec2.launch_templates") == (State.PARTIAL, Reason.DENIED)


def test_stack_sets_with_the_accounts_that_they_reach(tmp_path: Path):
    summary = {"StackSetName": "base", "StackSetId": "base:1", "Status": "ACTIVE"}
    files = {
        f"{HERE}/cloudformation/list-stack-sets.json": {"Summaries": [summary, {**summary, "Status": "DELETED"}]},
        f"{HERE}/cloudformation/describe-stack-set.json": {"base": DENIED},
        f"{HERE}/cloudformation/list-stack-instances.json": {
            "base": {"Summaries": [{"StackSetId": "base:1", "Account": account} for account in (A, A)]}
        },
    }
    found = imported(tmp_path, files)
    [one] = records(found, StackSet)
    assert one.arn == f"arn:aws:cloudformation:eu-west-1:{A}:stackset/base:1"
    assert (one.administration_role_arn, one.accounts) == (Unseen("denied"), (A,))
    assert state(found, "cloudformation.stack_sets") == (State.PARTIAL, Reason.DENIED)


def test_a_job_may_name_its_role_by_name(tmp_path: Path):
    jobs = [{"Name": "a", "Role": "service-role/glue"}, {"Name": "b", "Role": f"arn:aws:iam::{A}:role/glue"}]
    found = imported(tmp_path, {f"{HERE}/glue/get-jobs.json": {"Jobs": jobs}})
    assert [job.role_arn for job in records(found, GlueJob)] == [
        f"arn:aws:iam::{A}:role/service-role/glue",
        f"arn:aws:iam::{A}:role/glue",
    ]


def test_projects_come_in_batches(tmp_path: Path):
    def project(name: str, **fields: object) -> dict:
        return {"name": name, "arn": f"arn:aws:codebuild:eu-west-1:{A}:project/{name}", **fields}

    batch = {"serviceRole": f"arn:aws:iam::{A}:role/batch"}
    files = {
        f"{HERE}/codebuild/list-projects.json": {"projects": ["a", "b", "gone"]},
        f"{HERE}/codebuild/batch-get-projects/1.json": {"projects": [project("a", buildBatchConfig=batch)]},
        f"{HERE}/codebuild/batch-get-projects/2.json": {"projects": [project("b")], "projectsNotFound": ["gone"]},
    }
    found = imported(tmp_path, files)
    assert [(p.name, p.batch_role_arn) for p in records(found, BuildProject)] == [
        ("a", f"arn:aws:iam::{A}:role/batch"),
        ("b", None),
    ]
    assert state(found, "codebuild.projects") == SEEN
