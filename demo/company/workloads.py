"""What runs with a role besides instances and functions."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Workload:
    """Something with a name that runs with a role of its account; `role` None where it has none."""

    name: str
    role: str | None


@dataclass
class Studio:
    """A domain of SageMaker Studio; `profiles` have a role of their own, or None for the domain's."""

    name: str
    role: str
    profiles: dict[str, str | None]


@dataclass
class Cluster:
    """A cluster of EKS: the roles of its control plane, of each group of nodes, and of the pods of each service
    account (`namespace/account`); and the roles that it lets in, each with an access policy."""

    name: str
    role: str
    nodes: dict[str, str] = field(default_factory=dict)
    pods: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)


@dataclass
class Workloads:
    notebooks: list[Workload] = field(default_factory=list)
    studios: list[Studio] = field(default_factory=list)
    web_services: list[Workload] = field(default_factory=list)
    agents: list[Workload] = field(default_factory=list)
    interpreters: list[Workload] = field(default_factory=list)
    machines: list[Workload] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
