"""Auto Scaling groups and launch configurations; user data is never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ingest.snapshot import AutoScalingGroup, LaunchConfiguration, TemplateVersion
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source, Tag, account_in, region_in, tags_of


class Specification(Shape, frozen=True):
    launch_template_id: str = ""
    launch_template_name: str = ""
    version: str = "$Default"


class Override(Shape, frozen=True):
    launch_template_specification: Specification | None = None


class Mixed(Shape, frozen=True):
    launch_template_specification: Specification | None = None
    overrides: list[Override] = []


class MixedPolicy(Shape, frozen=True):
    launch_template: Mixed = Mixed()


class GroupShape(Shape, frozen=True):
    auto_scaling_group_name: str
    arn: str = msgspec.field(name="AutoScalingGroupARN")
    launch_configuration_name: str = ""
    launch_template: Specification | None = None
    mixed_instances_policy: MixedPolicy = MixedPolicy()
    tags: list[Tag] = []


class Groups(Response, frozen=True):
    auto_scaling_groups: list[GroupShape]

    def told(self) -> Iterable[str]:
        return (group.arn for group in self.auto_scaling_groups)


class ConfigurationShape(Shape, frozen=True):
    launch_configuration_name: str
    arn: str = msgspec.field(name="LaunchConfigurationARN")
    iam_instance_profile: str | None = None


class Configurations(Response, frozen=True):
    launch_configurations: list[ConfigurationShape]

    def told(self) -> Iterable[str]:
        return (configuration.arn for configuration in self.launch_configurations)


DESCRIBE_GROUPS = Call("autoscaling", "describe-auto-scaling-groups", Groups)
DESCRIBE_CONFIGURATIONS = Call("autoscaling", "describe-launch-configurations", Configurations)


def groups(answers: Answers) -> Iterator[AutoScalingGroup]:
    for one in (group for page in answers.all(DESCRIBE_GROUPS) for group in page.auto_scaling_groups):
        yield AutoScalingGroup(
            arn=one.arn,
            name=one.auto_scaling_group_name,
            account_id=account_in(one.arn),
            region=region_in(one.arn),
            tags=tags_of(one.tags),
            launch_configuration=one.launch_configuration_name,
            launch_templates=tuple(sorted(set(_templates(one)), key=repr)),
        )


def _templates(group: GroupShape) -> Iterator[TemplateVersion]:
    mixed = group.mixed_instances_policy.launch_template
    overrides = (override.launch_template_specification for override in mixed.overrides)
    for one in filter(None, (group.launch_template, mixed.launch_template_specification, *overrides)):
        yield TemplateVersion(one.launch_template_id or one.launch_template_name, one.version)


def configurations(answers: Answers) -> Iterator[LaunchConfiguration]:
    for one in (c for page in answers.all(DESCRIBE_CONFIGURATIONS) for c in page.launch_configurations):
        yield LaunchConfiguration(
            arn=one.arn,
            name=one.launch_configuration_name,
            account_id=account_in(one.arn),
            region=region_in(one.arn),
            instance_profile=one.iam_instance_profile or None,
        )


SOURCES = (
    Source("autoscaling.groups", groups, required=(DESCRIBE_GROUPS,)),
    Source("autoscaling.launch_configurations", configurations, required=(DESCRIBE_CONFIGURATIONS,)),
)
