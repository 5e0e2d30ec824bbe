"""ECS clusters with what runs in them, and task definitions; containers, with their environment, are never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ingest.snapshot import ContainerInstance, EcsCluster, EcsService, Reason, State, Task, TaskDefinition
from ingest.sources.answers import Answers, Gap
from ingest.sources.batches import expect_each, in_batches
from ingest.sources.declare import Ask, Asks, Call, Response, Shape, Source, account_in, last_part, region_in

AT_ONCE = 100  # most of what ECS lists on a page, and describes in one request
SERVICES_AT_ONCE = 10  # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
WITH_TAGS = ["TAGS"]


class EcsShape(Shape, frozen=True, rename="camel"):
    """A part of an answer."""


class EcsResponse(Response, frozen=True, rename="camel"):
    """An answer."""


class EcsTag(EcsShape, frozen=True):
    key: str
    value: str = ""


class Failure(EcsShape, frozen=True):
    """What was asked about, and is gone."""

    arn: str = ""


class Clusters(EcsResponse, frozen=True):
    cluster_arns: list[str]

    def told(self) -> Iterable[str]:
        return self.cluster_arns


class Listed(EcsResponse, frozen=True):
    """ARNs of things in one cluster, whose name is the first part of theirs."""

    @property
    def arns(self) -> list[str]:
        raise NotImplementedError

    def told(self) -> Iterable[str]:
        return self.arns

    def argument(self) -> str:
        return next((cluster for arn in self.arns if (cluster := _cluster_in(arn))), "")


class ListedServices(Listed, frozen=True):
    service_arns: list[str]

    @property
    def arns(self) -> list[str]:
        return self.service_arns


class ListedTasks(Listed, frozen=True):
    task_arns: list[str]

    @property
    def arns(self) -> list[str]:
        return self.task_arns


class ListedInstances(Listed, frozen=True):
    container_instance_arns: list[str]

    @property
    def arns(self) -> list[str]:
        return self.container_instance_arns


class ServiceShape(EcsShape, frozen=True):
    service_arn: str
    service_name: str
    cluster_arn: str
    status: str = "ACTIVE"
    desired_count: int = 0
    launch_type: str = ""
    task_definition: str = ""
    enable_execute_command: bool = False
    tags: list[EcsTag] | None = None


class Services(EcsResponse, frozen=True):
    services: list[ServiceShape]
    failures: list[Failure] = []

    def told(self) -> Iterable[str]:
        return (service.service_arn for service in self.services)


class Overrides(EcsShape, frozen=True):
    task_role_arn: str | None = None


class TaskShape(EcsShape, frozen=True):
    task_arn: str
    cluster_arn: str
    task_definition_arn: str
    group: str = ""
    enable_execute_command: bool = False
    overrides: Overrides = Overrides()
    tags: list[EcsTag] | None = None


class Tasks(EcsResponse, frozen=True):
    tasks: list[TaskShape]
    failures: list[Failure] = []

    def told(self) -> Iterable[str]:
        return (task.task_arn for task in self.tasks)


class InstanceShape(EcsShape, frozen=True):
    container_instance_arn: str
    instance_id: str = msgspec.field(name="ec2InstanceId", default="")
    status: str = "ACTIVE"
    tags: list[EcsTag] | None = None


class Instances(EcsResponse, frozen=True):
    container_instances: list[InstanceShape]
    failures: list[Failure] = []

    def told(self) -> Iterable[str]:
        return (instance.container_instance_arn for instance in self.container_instances)


class Families(EcsResponse, frozen=True):
    families: list[str]


class DefinitionShape(EcsShape, frozen=True):
    task_definition_arn: str
    task_role_arn: str | None = None
    execution_role_arn: str | None = None
    compatibilities: list[str] = []
    status: str = "ACTIVE"


class Definition(EcsResponse, frozen=True):
    task_definition: DefinitionShape
    tags: list[EcsTag] | None = None

    def told(self) -> Iterable[str]:
        return (self.task_definition.task_definition_arn,)

    def argument(self) -> str:
        return self.task_definition.task_definition_arn


LIST_CLUSTERS = Call("ecs", "list-clusters", Clusters)


def _in_each_cluster() -> Asks:
    def make(answers: Answers) -> Iterator[Ask]:
        for arn in (arn for page in answers.all(LIST_CLUSTERS) for arn in page.cluster_arns):
            yield Ask({"cluster": arn, "maxResults": AT_ONCE}, arn)

    return Asks(make, lambda: (LIST_CLUSTERS,))


def _described(listing: Call[Listed], parameter: str, size: int = AT_ONCE) -> Asks:
    return in_batches(listing, lambda page: page.arns, parameter, size, of="cluster", include=WITH_TAGS)


LIST_SERVICES: Call[Listed] = Call(
    "ecs", "list-services", ListedServices, takes="cluster", asks=_in_each_cluster(), per=EcsCluster
)
LIST_TASKS: Call[Listed] = Call(
    "ecs", "list-tasks", ListedTasks, takes="cluster", asks=_in_each_cluster(), per=EcsCluster
)
LIST_INSTANCES: Call[Listed] = Call(
    "ecs", "list-container-instances", ListedInstances, takes="cluster", asks=_in_each_cluster(), per=EcsCluster
)
DESCRIBE_SERVICES = Call(
    "ecs",
    "describe-services",
    Services,
    asks=_described(LIST_SERVICES, "services", SERVICES_AT_ONCE),
    per=EcsCluster,
)
DESCRIBE_TASKS = Call("ecs", "describe-tasks", Tasks, asks=_described(LIST_TASKS, "tasks"), per=EcsCluster)
DESCRIBE_INSTANCES = Call(
    "ecs",
    "describe-container-instances",
    Instances,
    asks=_described(LIST_INSTANCES, "containerInstances"),
    per=EcsCluster,
)
LIST_FAMILIES = Call(
    "ecs", "list-task-definition-families", Families, asks=Asks(lambda answers: [Ask({"status": "ACTIVE"})])
)


def _definitions(answers: Answers) -> Iterator[Ask]:
    """The newest revision of each family; then those that services use and that are older."""
    families = {name for page in answers.all(LIST_FAMILIES) for name in page.families}
    wanted = set(families)
    if families <= set(answers.arguments(DESCRIBE_DEFINITION)):
        newest = {page.task_definition.task_definition_arn for page in answers.all(DESCRIBE_DEFINITION)}
        wanted |= _used(answers) - newest
    for name in sorted(wanted):
        yield Ask({"taskDefinition": name, "include": WITH_TAGS}, name)


def _used(answers: Answers) -> set[str]:
    return {s.task_definition for page in answers.all(DESCRIBE_SERVICES) for s in page.services} - {""}


DESCRIBE_DEFINITION = Call(
    "ecs",
    "describe-task-definition",
    Definition,
    takes="task definition",
    asks=Asks(_definitions, lambda: (LIST_FAMILIES,)),
    per=TaskDefinition,
)


def clusters(answers: Answers) -> Iterator[EcsCluster]:
    for arn in (arn for page in answers.all(LIST_CLUSTERS) for arn in page.cluster_arns):
        yield EcsCluster(arn=arn, name=last_part(arn), account_id=account_in(arn), region=region_in(arn))


def _listed(answers: Answers, call: Call[Listed]) -> Iterator[str]:
    """What a call lists in every cluster; states for which of them it was not made."""
    if not answers.whole(LIST_CLUSTERS):
        answers.gaps.append(Gap(State.SKIPPED, Reason.NOT_ATTEMPTED, "the region's list of clusters is not known"))
    answers.expect(call, (arn for page in answers.all(LIST_CLUSTERS) for arn in page.cluster_arns))
    return (arn for page in answers.all(call) for arn in page.arns)


def services(answers: Answers) -> Iterator[EcsService]:
    pages = answers.all(DESCRIBE_SERVICES)
    found = [service for page in pages for service in page.services]
    gone = (failure.arn for page in pages for failure in page.failures)
    told = (*(service.service_arn for service in found), *gone)
    expect_each(answers, DESCRIBE_SERVICES, _listed(answers, LIST_SERVICES), told)
    for one in (service for service in found if service.status != "INACTIVE"):
        yield EcsService(
            arn=one.service_arn,
            name=one.service_name,
            account_id=account_in(one.service_arn),
            region=region_in(one.service_arn),
            tags=_tags(one.tags),
            cluster_arn=one.cluster_arn,
            task_definition_arn=one.task_definition,
            launch_type=one.launch_type,
            execute_command=one.enable_execute_command,
            is_running=one.desired_count > 0,
        )


def tasks(answers: Answers) -> Iterator[Task]:
    """Those that take commands and that no service keeps: of the others their service tells all that is asked."""
    pages = answers.all(DESCRIBE_TASKS)
    found = [task for page in pages for task in page.tasks]
    gone = (failure.arn for page in pages for failure in page.failures)
    expect_each(answers, DESCRIBE_TASKS, _listed(answers, LIST_TASKS), (*(task.task_arn for task in found), *gone))
    for one in (task for task in found if task.enable_execute_command and not task.group.startswith("service:")):
        yield Task(
            arn=one.task_arn,
            name=last_part(one.task_arn),
            account_id=account_in(one.task_arn),
            region=region_in(one.task_arn),
            tags=_tags(one.tags),
            cluster_arn=one.cluster_arn,
            task_definition_arn=one.task_definition_arn,
            role_arn=one.overrides.task_role_arn,
        )


def container_instances(answers: Answers) -> Iterator[ContainerInstance]:
    pages = answers.all(DESCRIBE_INSTANCES)
    found = [instance for page in pages for instance in page.container_instances]
    gone = (failure.arn for page in pages for failure in page.failures)
    told = (*(instance.container_instance_arn for instance in found), *gone)
    expect_each(answers, DESCRIBE_INSTANCES, _listed(answers, LIST_INSTANCES), told)
    for one in found:
        arn = one.container_instance_arn
        yield ContainerInstance(
            arn=arn,
            name=one.instance_id or last_part(arn),
            account_id=account_in(arn),
            region=region_in(arn),
            tags=_tags(one.tags),
            cluster_arn=f"{arn.split(':container-instance/')[0]}:cluster/{_cluster_in(arn)}",
            instance_id=one.instance_id,
            status=one.status,
        )


def task_definitions(answers: Answers) -> Iterator[TaskDefinition]:
    answers.expect_answers(DESCRIBE_DEFINITION)
    pages = answers.all(DESCRIBE_DEFINITION)
    arns = {page.task_definition.task_definition_arn for page in pages}
    families = {name for page in answers.all(LIST_FAMILIES) for name in page.families}
    expect_each(answers, DESCRIBE_DEFINITION, families | _used(answers), arns | set(map(_family, arns)))
    for page in pages:
        one = page.task_definition
        yield TaskDefinition(
            arn=one.task_definition_arn,
            name=_family(one.task_definition_arn),
            account_id=account_in(one.task_definition_arn),
            region=region_in(one.task_definition_arn),
            tags=_tags(page.tags),
            role_arn=one.task_role_arn,
            execution_role_arn=one.execution_role_arn,
            compatibilities=tuple(sorted(one.compatibilities)),
            status=one.status,
        )


def _family(arn: str) -> str:
    return last_part(arn.rpartition(":")[0])


def _cluster_in(arn: str) -> str:
    """The cluster's name in the ARN of something that lies in it; ARNs of before 2018 have none."""
    parts = arn.split(":", 5)[-1].split("/")
    return parts[1] if len(parts) > 2 else ""


def _tags(pairs: list[EcsTag] | None) -> dict[str, str] | None:
    return None if pairs is None else {pair.key: pair.value for pair in pairs}


_OF_CLUSTERS = (LIST_CLUSTERS,)
SOURCES = (
    Source("ecs.clusters", clusters, required=(LIST_CLUSTERS,)),
    Source("ecs.services", services, required=(LIST_SERVICES,), details=(DESCRIBE_SERVICES,), uses=_OF_CLUSTERS),
    Source("ecs.tasks", tasks, required=(LIST_TASKS,), details=(DESCRIBE_TASKS,), uses=_OF_CLUSTERS),
    Source(
        "ecs.container_instances",
        container_instances,
        required=(LIST_INSTANCES,),
        details=(DESCRIBE_INSTANCES,),
        uses=_OF_CLUSTERS,
    ),
    Source(
        "ecs.task_definitions",
        task_definitions,
        required=(LIST_FAMILIES,),
        details=(DESCRIBE_DEFINITION,),
        uses=(LIST_CLUSTERS, LIST_SERVICES, DESCRIBE_SERVICES),
    ),
)
