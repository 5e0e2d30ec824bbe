"""What starts workloads by itself: containers, scaling groups, stacks, builds and jobs, joined to the roles they have.

An execution role, with which AWS starts a task, is only named: nothing in the task has its credentials.
"""

from __future__ import annotations

from collections.abc import Iterable

from graph.builder import Builder
from graph.model import Value
from graph.nodes.compute import add_workload
from graph.nodes.network import named
from ingest.snapshot import (
    AutoScalingGroup,
    BuildProject,
    ContainerInstance,
    DevEndpoint,
    EcsCluster,
    EcsService,
    GlueJob,
    Instance,
    InstanceProfile,
    LaunchConfiguration,
    LaunchTemplate,
    Record,
    Stack,
    StackSet,
    Task,
    TaskDefinition,
    Unseen,
)


def add_automation(builder: Builder) -> None:
    """Adds every group, each thing after those it points to."""
    _add_definitions(builder)
    _add_clusters(builder)
    _add_launches(builder)
    _add_groups(builder)
    _add_stacks(builder)
    for project in builder.snapshot.all(BuildProject):
        batches = {"batch_role_arn": project.batch_role_arn}
        add_workload(builder, "CodeBuildProject", project, project.role_arn, **batches)
    for job in builder.snapshot.all(GlueJob):
        add_workload(builder, "GlueJob", job, job.role_arn)
    for endpoint in builder.snapshot.all(DevEndpoint):
        add_workload(builder, "GlueDevEndpoint", endpoint, endpoint.role_arn, public=endpoint.is_public)


def _joined(builder: Builder, record: Record, source: str, type_: str, target: str) -> None:
    """Joins two things by a fact about one of them, where the other was seen too."""
    if builder.has(source) and builder.has(target):
        builder.edge(source, type_, target, stale=builder.snapshot.stale_since(record))


# -- ECS
def _add_definitions(builder: Builder) -> None:
    for one in builder.snapshot.all(TaskDefinition):
        given: dict[str, Value] = {
            "execution_role_arn": one.execution_role_arn,
            "compatibilities": list(one.compatibilities),
            "status": one.status,
        }
        add_workload(builder, "ECSTaskDefinition", one, one.role_arn, **given)


def _add_clusters(builder: Builder) -> None:
    for cluster in builder.snapshot.all(EcsCluster):
        add_workload(builder, "ECSCluster", cluster, None)
    roles = {one.arn: one.role_arn for one in builder.snapshot.all(TaskDefinition)}
    for service in builder.snapshot.all(EcsService):
        role = roles.get(service.task_definition_arn, Unseen())
        given: dict[str, Value] = {
            "launch_type": service.launch_type,
            "enable_execute_command": service.execute_command,
            "running": service.is_running,
        }
        add_workload(builder, "ECSService", service, role, **given)
        _joined(builder, service, service.cluster_arn, "HAS_SERVICE", service.arn)
        _joined(builder, service, service.arn, "HAS_TASK_DEFINITION", service.task_definition_arn)
    for task in builder.snapshot.all(Task):
        role = task.role_arn or roles.get(task.task_definition_arn, Unseen())
        add_workload(builder, "ECSTask", task, role, enable_execute_command=True)
        _joined(builder, task, task.cluster_arn, "HAS_TASK", task.arn)
        _joined(builder, task, task.arn, "HAS_TASK_DEFINITION", task.task_definition_arn)
    _add_container_instances(builder)


def _add_container_instances(builder: Builder) -> None:
    instances = {one.id: one.arn for one in builder.snapshot.all(Instance)}
    for one in builder.snapshot.all(ContainerInstance):
        given = {"ec2_instance_id": one.instance_id, "status": one.status}
        add_workload(builder, "ECSContainerInstance", one, None, **given)
        _joined(builder, one, one.cluster_arn, "HAS_CONTAINER_INSTANCE", one.arn)
        _joined(builder, one, one.arn, "IS_INSTANCE", instances.get(one.instance_id, ""))


# -- Auto Scaling
def _add_launches(builder: Builder) -> None:
    profiles = {(p.account_id, p.name): p.arn for p in builder.snapshot.all(InstanceProfile)}
    for template in builder.snapshot.all(LaunchTemplate):
        wanted = (template.default_profile, template.latest_profile)
        given: dict[str, Value] = {
            "launch_template_id": template.id,
            "profile_unseen": any(isinstance(profile, Unseen) for profile in wanted) or None,
        }
        add_workload(builder, "LaunchTemplate", template, None, **given)
        _add_profiles(builder, template, template.account_id, wanted, profiles)
    for one in builder.snapshot.all(LaunchConfiguration):
        add_workload(builder, "LaunchConfiguration", one, None)
        _add_profiles(builder, one, one.account_id, [one.instance_profile], profiles)


def _add_profiles(
    builder: Builder,
    record: LaunchTemplate | LaunchConfiguration,
    account_id: str,
    wanted: Iterable[str | Unseen | None],
    profiles: dict[tuple[str, str], str],
) -> None:
    """Joins what instances are started from to their instance profiles, which it names by ARN or by name."""
    for profile in wanted:
        if not isinstance(profile, str):
            continue
        arn = profile if profile.startswith("arn:") else profiles.get((account_id, profile))
        if arn:
            named(builder, "AWSInstanceProfile", arn, arn=arn, account_id=account_id)
            _joined(builder, record, record.arn, "INSTANCE_PROFILE", arn)


def _add_groups(builder: Builder) -> None:
    """Groups name templates by id or by name, of their own account and region."""
    sources = {
        (one.account_id, one.region, name): one.arn
        for one in builder.snapshot.all(LaunchTemplate)
        for name in (one.name, one.id)
    }
    configurations = {
        (one.account_id, one.region, one.name): one.arn for one in builder.snapshot.all(LaunchConfiguration)
    }
    for group in builder.snapshot.all(AutoScalingGroup):
        here = (group.account_id, group.region)
        add_workload(builder, "AutoScalingGroup", group, None, versions=[t.version for t in group.launch_templates])
        for taken in group.launch_templates:
            template = sources.get((*here, taken.template), "")
            _joined(builder, group, group.arn, "HAS_LAUNCH_TEMPLATE", template)
        configuration = configurations.get((*here, group.launch_configuration), "")
        _joined(builder, group, group.arn, "HAS_LAUNCH_CONFIG", configuration)


# -- CloudFormation
def _add_stacks(builder: Builder) -> None:
    for stack in builder.snapshot.all(Stack):
        add_workload(builder, "CloudFormationStack", stack, stack.role_arn, stack_status=stack.status)
    for one in builder.snapshot.all(StackSet):
        given: dict[str, Value] = {
            "execution_role_name": None if isinstance(one.execution_role, Unseen) else one.execution_role,
            "permission_model": one.permission_model,
            "accounts": None if isinstance(one.accounts, Unseen) else list(one.accounts),
        }
        add_workload(builder, "CloudFormationStackSet", one, one.administration_role_arn, **given)
