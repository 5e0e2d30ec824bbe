"""What runs with a role: each kind of workload, where it is listed, and whose rights are gained with one of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import ingest.snapshot as facts
from graph.estate import Estate, Holder
from graph.nodes.compute import studio_roles
from graph.techniques import Shape, Technique, Unlisted, of_shape, on_unlisted
from ingest.snapshot import COLLECTOR_OF, Reason, Record, SeenTags, State, Unseen


@dataclass(frozen=True)
class Kind:
    """`records` are what a kind is seen as, `resource` is the pattern of its ARNs, and `service` takes its roles."""

    records: tuple[type[Record], ...]
    plural: str
    service: str
    resource: str


def _kind(record: type[Record], plural: str, service: str, resource: str) -> Kind:
    """A kind whose ARNs begin with the name of the service that takes its roles."""
    return Kind((record,), plural, f"{service}.amazonaws.com", f"arn:{{partition}}:{service}:*:{{account}}:{resource}")


KINDS: Mapping[Shape, Kind] = {
    "function": _kind(facts.Function, "functions", "lambda", "function:*"),
    "instance": _kind(facts.Instance, "instances", "ec2", "instance/*"),
    "launch_template": _kind(facts.LaunchTemplate, "launch templates", "ec2", "launch-template/*"),
    "task": Kind(
        (facts.EcsService, facts.Task),
        "ECS services and tasks",
        "ecs-tasks.amazonaws.com",
        "arn:{partition}:ecs:*:{account}:task/*/*",
    ),
    "stack": _kind(facts.Stack, "stacks", "cloudformation", "stack/*/*"),
    "build_project": _kind(facts.BuildProject, "build projects", "codebuild", "project/*"),
    "dev_endpoint": _kind(facts.DevEndpoint, "development endpoints", "glue", "devEndpoint/*"),
    "notebook": _kind(facts.NotebookInstance, "notebook instances", "sagemaker", "notebook-instance/*"),
    "studio_profile": _kind(facts.StudioProfile, "user profiles of Studio", "sagemaker", "user-profile/*/*"),
    "web_service": Kind(
        (facts.AppRunnerService,),
        "App Runner services",
        "tasks.apprunner.amazonaws.com",
        "arn:{partition}:apprunner:*:{account}:service/*/*",
    ),
    "code_interpreter": _kind(
        facts.CodeInterpreter, "code interpreters", "bedrock-agentcore", "code-interpreter-custom/*"
    ),
    "state_machine": _kind(facts.StateMachine, "state machines", "states", "stateMachine:*"),
    "cluster": Kind(
        (facts.PodIdentity, facts.Nodegroup),
        "EKS clusters",
        "pods.eks.amazonaws.com",
        "arn:{partition}:eks:*:{account}:cluster/*",
    ),
}


class Found(NamedTuple):
    """A workload: what a request on it names, its record and tags, and a role whose rights it has."""

    arn: str
    record: Record
    tags: SeenTags
    role: Holder


class Workloads:
    """The workloads of one estate by kind and account, each list made when first asked for."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._found: dict[Shape, dict[str, list[Found]]] = {}
        self._unlisted: dict[str, tuple[Unlisted, ...]] = {}

    def of(self, account: str, kind: Shape) -> list[Found]:
        if kind not in self._found:
            self._found[kind] = self._list(KINDS[kind])
        return self._found[kind].get(account, [])

    def _list(self, kind: Kind) -> dict[str, list[Found]]:
        found: dict[str, list[Found]] = defaultdict(list)
        for record in (record for one in kind.records for record in self.estate.snapshot.all(one)):
            for arn in dict.fromkeys(self._roles(record)):
                if role := self.estate.holders.get(arn):
                    found[record.account_id].append(Found(*self._named(record), role))  # type: ignore[attr-defined]
        return found

    def _roles(self, record: Record) -> Iterable[str]:
        """The roles whose rights a workload has, as far as they are known."""
        match record:
            case facts.Instance():
                return self._profiled(record.account_id, record.instance_profile_arn)
            case facts.LaunchTemplate():
                profiles = (record.default_profile, record.latest_profile)
                return (role for profile in profiles for role in self._profiled(record.account_id, profile))
            case facts.EcsService():
                return self._defined(record.task_definition_arn)
            case facts.StudioProfile():
                role = self._studio_roles[record.arn]
                return (role,) if isinstance(role, str) else ()
            case facts.Task():
                return (record.role_arn,) if record.role_arn else self._defined(record.task_definition_arn)
        role = getattr(record, "role_arn", None)
        return (role,) if isinstance(role, str) else ()

    @cached_property
    def _studio_roles(self) -> dict[str, str | Unseen | None]:
        return studio_roles(self.estate.snapshot)

    def _defined(self, definition: str) -> Iterator[str]:
        found = self._definitions.get(definition)
        if found and found.role_arn:
            yield found.role_arn

    @cached_property
    def _definitions(self) -> dict[str, facts.TaskDefinition]:
        return {one.arn: one for one in self.estate.snapshot.all(facts.TaskDefinition)}

    def _profiled(self, account: str, profile: object) -> Iterable[str]:
        """The roles of an instance profile, which is named by ARN or by name."""
        return self._profiles.get((account, profile.rpartition("/")[2]), ()) if isinstance(profile, str) else ()

    @cached_property
    def _profiles(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {(one.account_id, one.name): one.roles for one in self.estate.snapshot.all(facts.InstanceProfile)}

    def _named(self, record: Record) -> tuple[str, Record, SeenTags]:
        """What a request names, and its tags; of a service it is any of its tasks, whose tags nobody told."""
        if isinstance(record, facts.EcsService):
            cluster = record.cluster_arn.rpartition("/")[2]
            return f"{record.cluster_arn.partition(':cluster/')[0]}:task/{cluster}/*", record, None
        if isinstance(record, facts.PodIdentity | facts.Nodegroup):
            return record.cluster_arn, record, self._cluster_tags.get(record.cluster_arn)
        return record.arn, record, record.tags  # type: ignore[attr-defined]

    @cached_property
    def _cluster_tags(self) -> dict[str, SeenTags]:
        return {cluster.arn: cluster.tags for cluster in self.estate.snapshot.all(facts.EksCluster)}

    # -- what was not listed
    def unlisted(self, account: str) -> tuple[Unlisted, ...]:
        """Techniques on workloads of an account that nobody could list: any role that their service takes may be
        gained by them."""
        if account not in self._unlisted:
            kinds = [(shape, kind) for shape, kind in KINDS.items() if self._is_unlisted(account, kind)]
            self._unlisted[account] = tuple(_unlisted(t, kind) for shape, kind in kinds for t in of_shape(shape))
        return self._unlisted[account]

    def _is_unlisted(self, account: str, kind: Kind) -> bool:
        """Whether a list was asked for and never seen. One that was seen before stands, as it was then."""
        rows = self.estate.snapshot.incomplete(account, {COLLECTOR_OF[record] for record in kind.records})
        return any(
            row.state is not State.PARTIAL
            and row.reason is not Reason.NOT_OPTED_IN
            and row.as_of is None
            and row.scope in self.estate.snapshot.shards
            for row in rows
        )


def _unlisted(technique: Technique, kind: Kind) -> Unlisted:
    return on_unlisted(technique.id, kind.resource, kind.service, f"the {kind.plural} of the account were not seen")
