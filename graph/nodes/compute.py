"""What runs with a role besides instances and functions, each joined to that role: never to one that only starts it."""

from __future__ import annotations

from graph.builder import Builder
from graph.model import Value
from graph.nodes.identity import named_principal
from graph.nodes.ownership import owned, resource
from ingest.snapshot import (
    AccessEntry,
    AccessPolicy,
    AppRunnerService,
    BedrockAgent,
    CodeInterpreter,
    EksCluster,
    Instance,
    ManagedInstance,
    Nodegroup,
    NotebookInstance,
    PodIdentity,
    Record,
    Snapshot,
    StateMachine,
    StudioDomain,
    StudioProfile,
    Unseen,
)
from ingest.snapshot.resources import Located

# What has no more to tell than its role and its state.
LABELS: dict[type[NotebookInstance | AppRunnerService | BedrockAgent | CodeInterpreter | StateMachine], str] = {
    NotebookInstance: "AWSSageMakerNotebookInstance",
    AppRunnerService: "AppRunnerService",
    BedrockAgent: "AWSBedrockAgent",
    CodeInterpreter: "AWSBedrockCodeInterpreter",
    StateMachine: "StepFunction",
}


def add_compute(builder: Builder) -> None:
    """Adds every workload, and what belongs to it."""
    for kind, label in LABELS.items():
        for one in builder.snapshot.all(kind):
            state = {} if isinstance(one, StateMachine) else {"state": one.state}
            script = {"lifecycle_config": one.lifecycle_config} if isinstance(one, NotebookInstance) else {}
            add_workload(builder, label, one, one.role_arn, **state, **script)
    _add_studio(builder)
    _add_clusters(builder)
    _add_managed(builder)


def add_workload(builder: Builder, label: str, record: Located, role: str | Unseen | None, **properties: Value) -> None:
    """Adds something with an ARN that runs with a role."""
    _add(builder, label, record, **properties)
    runs_with(builder, record, record.arn, role)


def runs_with(builder: Builder, record: Record, node_id: str, role: str | Unseen | None) -> None:
    """Joins a node to the role whose credentials it has, in Cartography's spelling too; marks it where it is unseen."""
    if isinstance(role, Unseen):
        builder.node(builder.nodes[node_id][0], node_id, role_unseen=True)
    elif role and (found := named_principal(builder, "AWSRole", role)):
        for type_ in ("RUNS_AS", "STS_ASSUMEROLE_ALLOW"):
            builder.edge(node_id, type_, found, stale=builder.snapshot.stale_since(record))


def studio_roles(snapshot: Snapshot) -> dict[str, str | Unseen | None]:
    """The roles of user profiles of Studio by the profile's ARN: its own, or its domain's."""
    domains = {(d.account_id, d.region, d.id): d.role_arn for d in snapshot.all(StudioDomain)}
    return {
        p.arn: p.role_arn or domains.get((p.account_id, p.region, p.domain_id), Unseen())
        for p in snapshot.all(StudioProfile)
    }


def _seen(value: str | Unseen | None) -> str | None:
    return None if isinstance(value, Unseen) else value


def _add(builder: Builder, label: str, record: Located, **properties: Value) -> None:
    given = {"name": record.name, "arn": record.arn, "region": record.region, **properties}
    builder.fact(record, label, record.arn, **owned(builder, record.account_id, record.tags), **given)
    resource(builder, record.account_id, record.arn)


def _add_studio(builder: Builder) -> None:
    domains: dict[tuple[str, str, str], str] = {}
    for domain in builder.snapshot.all(StudioDomain):
        _add(
            builder,
            "AWSSageMakerDomain",
            domain,
            domain_id=domain.id,
            role_arn=_seen(domain.role_arn),
            role_unseen=isinstance(domain.role_arn, Unseen) or None,
            auth_mode=_seen(domain.auth_mode),
        )
        domains[domain.account_id, domain.region, domain.id] = domain.arn
    roles = studio_roles(builder.snapshot)
    for profile in builder.snapshot.all(StudioProfile):
        add_workload(builder, "AWSSageMakerUserProfile", profile, roles[profile.arn], domain_id=profile.domain_id)
        if arn := domains.get((profile.account_id, profile.region, profile.domain_id)):
            builder.edge(arn, "CONTAINS", profile.arn, stale=builder.snapshot.stale_since(profile))


def _add_clusters(builder: Builder) -> None:
    for cluster in builder.snapshot.all(EksCluster):
        public = None if isinstance(cluster.public_access, Unseen) else list(cluster.public_access or ())
        _add(
            builder,
            "EKSCluster",
            cluster,
            role_arn=_seen(cluster.role_arn),
            role_unseen=isinstance(cluster.role_arn, Unseen) or None,
            authentication_mode=_seen(cluster.authentication_mode),
            public_access=public,
        )
    for nodes in builder.snapshot.all(Nodegroup):
        given = {"name": nodes.name, "region": nodes.region, **owned(builder, nodes.account_id, nodes.tags)}
        builder.fact(nodes, "EKSNodegroup", nodes.id, **given)
        resource(builder, nodes.account_id, nodes.id)
        runs_with(builder, nodes, nodes.id, nodes.role_arn)
        _part_of(builder, nodes, nodes.id)
    for pods in builder.snapshot.all(PodIdentity):
        add_workload(builder, "EKSPodIdentityAssociation", pods, pods.role_arn)
        _part_of(builder, pods, pods.arn)
    for entry in builder.snapshot.all(AccessEntry):
        _add_entry(builder, entry)


def _part_of(builder: Builder, record: Nodegroup | PodIdentity, node_id: str) -> None:
    if builder.has(record.cluster_arn):
        stale = builder.snapshot.stale_since(record)
        builder.edge(node_id, "PART_OF_CLUSTER", record.cluster_arn, stale=stale)


def _add_entry(builder: Builder, entry: AccessEntry) -> None:
    stale, policies = builder.snapshot.stale_since(entry), entry.policies
    builder.fact(
        entry,
        "EKSAccessEntry",
        entry.id,
        name=entry.principal_arn.rsplit("/", 1)[-1],
        account_id=entry.account_id,
        region=entry.region,
        principal_arn=entry.principal_arn,
        type=_seen(entry.kind),
        kubernetes_groups=None if isinstance(entry.groups, Unseen) else list(entry.groups),
        policies=None if isinstance(policies, Unseen) else list(map(_policy, policies)),
        policies_unseen=isinstance(policies, Unseen) or None,
    )
    resource(builder, entry.account_id, entry.id)
    if builder.has(entry.cluster_arn):
        builder.edge(entry.cluster_arn, "HAS_ACCESS_ENTRY", entry.id, stale=stale)
    if builder.label_of(entry.principal_arn) in ("AWSUser", "AWSRole"):
        builder.edge(entry.principal_arn, "GRANTED_ACCESS_TO", entry.id, stale=stale)


def _policy(policy: AccessPolicy) -> str:
    name = policy.arn.rsplit("/", 1)[-1]
    return f"{name} in {', '.join(policy.namespaces)}" if policy.namespaces else name


def _add_managed(builder: Builder) -> None:
    instances = {one.id: one.arn for one in builder.snapshot.all(Instance)}
    for one in builder.snapshot.all(ManagedInstance):
        builder.fact(
            one,
            "SSMInstanceInformation",
            one.id,
            name=one.id,
            account_id=one.account_id,
            region=one.region,
            instance_id=one.id,
            ping_status=one.ping_status,
            platform_type=one.platform,
        )
        resource(builder, one.account_id, one.id)
        if arn := instances.get(one.id):
            builder.edge(arn, "HAS_INFORMATION", one.id, stale=builder.snapshot.stale_since(one))
