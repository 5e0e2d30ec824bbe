"""What starts workloads by itself: containers, scaling groups, stacks, builds and jobs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Service:
    """An ECS service and its task definition of the same name; `task` runs alone, without a service around it."""

    name: str
    cluster: str
    role: str
    execution_role: str
    takes_commands: bool = False
    task: bool = False
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class ScalingGroup:
    """An Auto Scaling group that starts instances with a role's profile: from the launch template of its name, or from
    a launch configuration as long ago."""

    name: str
    role: str
    template: bool = True


@dataclass
class StackSet:
    """A stack set with its own administration role, and the accounts that it reaches."""

    name: str
    administration_role: str
    execution_role: str
    accounts: tuple[str, ...]


@dataclass
class Automation:
    """`container_instances` are names of instances, by cluster; the others are names with their role."""

    clusters: tuple[str, ...] = ()
    container_instances: dict[str, tuple[str, ...]] = field(default_factory=dict)
    services: list[Service] = field(default_factory=list)
    groups: list[ScalingGroup] = field(default_factory=list)
    stacks: dict[str, str | None] = field(default_factory=dict)
    stack_sets: list[StackSet] = field(default_factory=list)
    projects: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    endpoints: dict[str, str] = field(default_factory=dict)
