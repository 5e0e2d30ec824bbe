"""EKS: clusters, the roles of their nodes and pods, and the principals that a cluster lets in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ingest.snapshot import AccessEntry, AccessPolicy, EksCluster, Nodegroup, PodIdentity, Record, Unseen
from ingest.sources.answers import Answers
from ingest.sources.declare import Ask, Asks, Call, Response, Shape, Source, account_in, each, region_in

CONFIG_MAP = "CONFIG_MAP"  # the cluster itself keeps whom it lets in


class Clusters(Response, frozen=True, rename="camel"):
    clusters: list[str]


class AccessConfig(Shape, frozen=True, rename="camel"):
    authentication_mode: str = CONFIG_MAP


class Endpoint(Shape, frozen=True, rename="camel"):
    endpoint_public_access: bool = True
    public_access_cidrs: list[str] = []


class ClusterShape(Shape, frozen=True, rename="camel"):
    name: str
    arn: str
    role_arn: str
    access_config: AccessConfig = AccessConfig()
    resources_vpc_config: Endpoint = Endpoint()
    tags: dict[str, str] = {}


class DescribedCluster(Response, frozen=True, rename="camel"):
    cluster: ClusterShape

    def told(self) -> Iterable[str]:
        return (self.cluster.arn,)

    def argument(self) -> str:
        return self.cluster.name


class Nodegroups(Response, frozen=True, rename="camel"):
    nodegroups: list[str]


class NodegroupShape(Shape, frozen=True, rename="camel"):
    nodegroup_name: str
    nodegroup_arn: str
    cluster_name: str
    node_role: str = ""
    tags: dict[str, str] = {}


class DescribedNodegroup(Response, frozen=True, rename="camel"):
    nodegroup: NodegroupShape

    def told(self) -> Iterable[str]:
        return (self.nodegroup.nodegroup_arn,)

    def argument(self) -> str:
        return f"{self.nodegroup.cluster_name} {self.nodegroup.nodegroup_name}"


class Entries(Response, frozen=True, rename="camel"):
    access_entries: list[str]


class EntryShape(Shape, frozen=True, rename="camel"):
    cluster_name: str
    principal_arn: str
    access_entry_arn: str
    kubernetes_groups: list[str] = []
    type: str = "STANDARD"


class DescribedEntry(Response, frozen=True, rename="camel"):
    access_entry: EntryShape

    def told(self) -> Iterable[str]:
        return (self.access_entry.access_entry_arn,)

    def argument(self) -> str:
        return f"{self.access_entry.cluster_name} {self.access_entry.principal_arn}"


class AccessScope(Shape, frozen=True, rename="camel"):
    type: str = "cluster"
    namespaces: list[str] = []


class AssociatedPolicy(Shape, frozen=True, rename="camel"):
    policy_arn: str
    access_scope: AccessScope = AccessScope()


class AssociatedPolicies(Response, frozen=True, rename="camel"):
    associated_access_policies: list[AssociatedPolicy]
    cluster_name: str = ""
    principal_arn: str = ""

    def argument(self) -> str:
        return f"{self.cluster_name} {self.principal_arn}" if self.cluster_name else ""


class PodSummary(Shape, frozen=True, rename="camel"):
    cluster_name: str
    namespace: str
    service_account: str
    association_arn: str
    association_id: str


class Pods(Response, frozen=True, rename="camel"):
    associations: list[PodSummary]

    def told(self) -> Iterable[str]:
        return (pod.association_arn for pod in self.associations)

    def argument(self) -> str:
        clusters = {pod.cluster_name for pod in self.associations}
        return clusters.pop() if len(clusters) == 1 else ""


class PodShape(Shape, frozen=True, rename="camel"):
    association_arn: str
    association_id: str
    role_arn: str


class DescribedPod(Response, frozen=True, rename="camel"):
    association: PodShape

    def told(self) -> Iterable[str]:
        return (self.association.association_arn,)

    def argument(self) -> str:
        return self.association.association_id


LIST_CLUSTERS = Call("eks", "list-clusters", Clusters)
DESCRIBE_CLUSTER = Call(
    "eks",
    "describe-cluster",
    DescribedCluster,
    takes="cluster",
    asks=each(LIST_CLUSTERS, lambda page: page.clusters, "name"),
    per=EksCluster,
)


def _has_entries(answers: Answers, cluster: str) -> bool:
    """AWS refuses to list access entries where a cluster looks elsewhere for whom it lets in.

    https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html
    """
    mode = answers.detail(DESCRIBE_CLUSTER, [cluster], lambda page: page.cluster.access_config.authentication_mode)
    return mode != CONFIG_MAP


def _each_with_entries(answers: Answers) -> Iterator[Ask]:
    for cluster in answers.arguments(DESCRIBE_CLUSTER):
        if _has_entries(answers, cluster):
            yield Ask({"clusterName": cluster}, cluster)


EACH_CLUSTER = each(LIST_CLUSTERS, lambda page: page.clusters, "clusterName")
LIST_NODEGROUPS = Call("eks", "list-nodegroups", Nodegroups, takes="cluster", asks=EACH_CLUSTER, per=EksCluster)
LIST_ENTRIES = Call(
    "eks",
    "list-access-entries",
    Entries,
    takes="cluster",
    asks=Asks(_each_with_entries, lambda: (LIST_CLUSTERS, DESCRIBE_CLUSTER)),
    per=EksCluster,
)
LIST_PODS = Call(
    "eks",
    "list-pod-identity-associations",
    Pods,
    takes="cluster",
    items_tell=True,
    asks=EACH_CLUSTER,
    per=EksCluster,
)


def _in_each(
    call: Call[Any], names: Callable[[Any], Iterable[str]], parameter: str, label: Callable[[str, str], str]
) -> Asks:
    """A request for each thing that a call tells of a cluster."""

    def make(answers: Answers) -> Iterator[Ask]:
        for cluster, pages in answers.by_argument(call).items():
            for name in (n for page in pages for n in names(page)):
                yield Ask({"clusterName": cluster, parameter: name}, label(cluster, name))

    return Asks(make, lambda: (LIST_CLUSTERS, call))


def _together(cluster: str, name: str) -> str:
    return f"{cluster} {name}"


DESCRIBE_NODEGROUP = Call(
    "eks",
    "describe-nodegroup",
    DescribedNodegroup,
    takes="node group",
    asks=_in_each(LIST_NODEGROUPS, lambda page: page.nodegroups, "nodegroupName", _together),
    per=Nodegroup,
)
EACH_ENTRY = _in_each(LIST_ENTRIES, lambda page: page.access_entries, "principalArn", _together)
DESCRIBE_ENTRY = Call(
    "eks", "describe-access-entry", DescribedEntry, takes="access entry", asks=EACH_ENTRY, per=AccessEntry
)
LIST_POLICIES = Call(
    "eks",
    "list-associated-access-policies",
    AssociatedPolicies,
    takes="access entry",
    asks=EACH_ENTRY,
    per=AccessEntry,
)
DESCRIBE_POD = Call(
    "eks",
    "describe-pod-identity-association",
    DescribedPod,
    takes="pod identity association",
    asks=_in_each(
        LIST_PODS, lambda page: (pod.association_id for pod in page.associations), "associationId", lambda _, pod: pod
    ),
    per=PodIdentity,
)


def clusters(answers: Answers) -> Iterator[Record]:
    """What a cluster has are records of this shard, so that each cluster must have been asked for it."""
    names = [name for page in answers.all(LIST_CLUSTERS) for name in page.clusters]
    answers.expect(LIST_NODEGROUPS, names)
    answers.expect(LIST_PODS, names)
    answers.expect(LIST_ENTRIES, (name for name in names if _has_entries(answers, name)))
    for make in (_cluster, _nodegroups, _entries, _pods):
        for name in names:
            yield from make(answers, name)


def _cluster(answers: Answers, name: str) -> Iterator[EksCluster]:
    described = answers.detail(DESCRIBE_CLUSTER, [name], lambda page: page.cluster)
    found = described if isinstance(described, ClusterShape) else None
    unseen = described if isinstance(described, Unseen) else None
    yield EksCluster(
        arn=answers.arn("eks", f"cluster/{name}"),
        name=name,
        account_id=answers.account,
        region=answers.region,
        tags=found.tags if found else None,
        role_arn=found.role_arn if found else unseen,
        authentication_mode=found.access_config.authentication_mode if found else unseen,
        public_access=_public(found.resources_vpc_config) if found else unseen,
    )


def _public(endpoint: Endpoint) -> tuple[str, ...]:
    """The addresses that reach a cluster from the internet.

    https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
    """
    return tuple(sorted(endpoint.public_access_cidrs or ["0.0.0.0/0"])) if endpoint.endpoint_public_access else ()


def _nodegroups(answers: Answers, cluster: str) -> Iterator[Nodegroup]:
    for name in (n for page in answers.by_argument(LIST_NODEGROUPS).get(cluster, ()) for n in page.nodegroups):
        names = [_together(cluster, name)]
        tags = answers.detail(DESCRIBE_NODEGROUP, names, lambda page: page.nodegroup.tags)
        yield Nodegroup(
            cluster_arn=answers.arn("eks", f"cluster/{cluster}"),
            name=name,
            account_id=answers.account,
            region=answers.region,
            tags=None if isinstance(tags, Unseen) else tags,
            role_arn=answers.detail(DESCRIBE_NODEGROUP, names, lambda page: page.nodegroup.node_role) or None,
        )


def _entries(answers: Answers, cluster: str) -> Iterator[AccessEntry]:
    for arn in (a for page in answers.by_argument(LIST_ENTRIES).get(cluster, ()) for a in page.access_entries):
        name = _together(cluster, arn)
        yield AccessEntry(
            cluster_arn=answers.arn("eks", f"cluster/{cluster}"),
            principal_arn=arn,
            account_id=answers.account,
            region=answers.region,
            kind=answers.detail(DESCRIBE_ENTRY, [name], lambda page: page.access_entry.type),
            groups=answers.listed(DESCRIBE_ENTRY, [name], lambda page: page.access_entry.kubernetes_groups),
            policies=_policies(answers, name),
        )


def _policies(answers: Answers, name: str) -> tuple[AccessPolicy, ...] | Unseen:
    pages = answers.pages(LIST_POLICIES, [name])
    if isinstance(pages, Unseen):
        return pages
    found = (p for page in pages or () for p in page.associated_access_policies)
    policies = (AccessPolicy(p.policy_arn, tuple(sorted(p.access_scope.namespaces))) for p in found)
    return tuple(sorted(policies, key=lambda policy: policy.arn))


def _pods(answers: Answers, cluster: str) -> Iterator[PodIdentity]:
    for one in (p for page in answers.by_argument(LIST_PODS).get(cluster, ()) for p in page.associations):
        yield PodIdentity(
            arn=one.association_arn,
            name=f"{one.namespace}/{one.service_account}",
            account_id=account_in(one.association_arn),
            region=region_in(one.association_arn),
            cluster_arn=answers.arn("eks", f"cluster/{cluster}"),
            role_arn=answers.detail(DESCRIBE_POD, [one.association_id], lambda page: page.association.role_arn),
        )


SOURCES = (
    Source(
        "eks.clusters",
        clusters,
        required=(LIST_CLUSTERS,),
        details=(
            DESCRIBE_CLUSTER,
            LIST_NODEGROUPS,
            DESCRIBE_NODEGROUP,
            LIST_ENTRIES,
            DESCRIBE_ENTRY,
            LIST_POLICIES,
            LIST_PODS,
            DESCRIBE_POD,
        ),
    ),
)
