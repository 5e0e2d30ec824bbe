"""Small snapshots made by hand: shards of records as a collection would leave them, and one record of every type."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable

import ingest.snapshot as facts
from graph.builder import Builder
from graph.edges.network import add_network
from graph.model import Graph
from graph.nodes import add_facts
from graph.options import BuildOptions
from ingest.snapshot import COLLECTOR_OF, COLLECTORS, Coverage, Reason, Record, Scope, Shard, Snapshot, State

NOW, BEFORE = "2026-11-16T06:00:00Z", "2026-11-09T06:00:00Z"
MANAGEMENT, PROD, REGION = "210000000011", "210000000012", "eu-west-1"
INSTANCE = f"arn:aws:ec2:{REGION}:{PROD}:instance/i-web"
CLUSTER = f"arn:aws:rds:{REGION}:{PROD}:cluster:ledger"
VAULT = f"arn:aws:backup:{REGION}:{PROD}:backup-vault:ledger"
RESERVED = "AWSReservedSSO_Admin_0123456789abcdef"
SSO = "arn:aws:sso:::instance/ssoins-1"
CLUSTER_POLICY = "arn:aws:eks::aws:cluster-access-policy"


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ALLOW_ALL = document({"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"})
TRUST_EC2 = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})


def scope_of(record: Record) -> Scope:
    collector = COLLECTORS[COLLECTOR_OF[type(record)]]
    region = getattr(record, "region", "") if collector.scope == "region" else ""
    account = MANAGEMENT if collector.scope == "organization" else record.account_id
    return Scope(account, region, collector.name)


def snapshot_of(
    records: Iterable[Record], carried: Iterable[Record] = (), denied: Iterable[Scope] = (), seen: Iterable[Scope] = ()
) -> Snapshot:
    """Shards of `records` are seen, those with `carried` or named in `denied` are not; `seen` names empty ones."""
    fresh, old = _by_scope(records), _by_scope(carried)
    unseen = {*old, *denied}
    shards = {}
    for scope in {*fresh, *unseen, *seen}:
        state = (State.DENIED, Reason.DENIED, "", BEFORE) if scope in unseen else (State.SEEN,)
        shards[scope] = Shard(Coverage(scope, *state), tuple(fresh.get(scope, ())), tuple(old.get(scope, ())))
    return Snapshot("snapshot-1", NOW, shards)


def _by_scope(records: Iterable[Record]) -> dict[Scope, list[Record]]:
    out: dict[Scope, list[Record]] = defaultdict(list)
    for record in records:
        out[scope_of(record)].append(record)
    return out


def graph_of(snapshot: Snapshot, options: BuildOptions = BuildOptions()) -> Graph:  # noqa: B008  immutable
    """The facts and the network of a snapshot, held to the schema."""
    builder = Builder(snapshot, options)
    add_facts(builder)
    add_network(builder)
    nodes, edges = builder.finish()
    return Graph("graph-1", snapshot.id, snapshot.taken_at, nodes, edges)


def iam(kind: str, name: str, account: str = PROD) -> str:
    return f"arn:aws:iam::{account}:{kind}/{name}"


def role(name: str, path: str = "/", **fields: object) -> facts.Role:
    arn = iam("role", path.strip("/") + "/" * (path != "/") + name)
    given = {"account_id": PROD, "path": path, "trust": TRUST_EC2, **fields}
    return facts.Role(arn=arn, name=name, **given)


def user(name: str, **fields: object) -> facts.User:
    return facts.User(arn=iam("user", name), name=name, account_id=PROD, **fields)


def located(kind: type, arn: str, name: str, **fields: object) -> Record:
    return kind(arn=arn, name=name, account_id=PROD, region=REGION, **fields)


def placed(kind: type, record_id: str, **fields: object) -> Record:
    return kind(**{"id": record_id, "account_id": PROD, "region": REGION, **fields})


def organization_records() -> list[Record]:
    arn = f"arn:aws:organizations::{MANAGEMENT}"
    return [
        facts.Organization(id="o-1", arn=f"{arn}:organization/o-1", management_account_id=MANAGEMENT),
        facts.OrganizationalUnit(id="r-1", arn=f"{arn}:root/o-1/r-1", name="Root"),
        facts.OrganizationalUnit(id="ou-1", arn=f"{arn}:ou/o-1/ou-1", name="Workloads", parent_id="r-1"),
        facts.OrganizationalUnit(id="ou-2", arn=f"{arn}:ou/o-1/ou-2", name="Prod", parent_id="ou-1"),
        facts.Account(id=MANAGEMENT, arn=f"{arn}:account/o-1/{MANAGEMENT}", name="main", parent_id="r-1", tags={}),
        facts.Account(id=PROD, arn=f"{arn}:account/o-1/{PROD}", name="payments-prod", parent_id="ou-2",
                      tags={"Environment": "prod", "team": "payments"}),
        facts.OrganizationPolicy(id="p-1", arn=f"{arn}:policy/o-1/p-1", name="ProtectBackups", kind="scp",
                                 document=document({"Effect": "Deny", "Action": "backup:*", "Resource": "*"})),
        facts.PolicyTarget(target_id="ou-2", kind="scp", policy_ids=("p-1", "p-unread")),
        facts.PolicyTarget(target_id=PROD, kind="rcp", policy_ids=()),
        facts.DelegatedAdministrator(account_id=PROD, services=("backup.amazonaws.com",)),
    ]  # fmt: skip


def identity_records() -> list[Record]:
    return [
        facts.ManagedPolicy(arn=iam("policy", "deploy"), name="deploy", account_id=PROD, document=ALLOW_ALL,
                            version="v2"),
        facts.Group(arn=iam("group", "ops"), name="ops", account_id=PROD, attached=(iam("policy", "deploy"),)),
        user("jenkins", groups=("ops",), boundary=iam("policy", "limit"), tags={"team": "ci"}),
        role("web", inline=(facts.InlinePolicy("all", ALLOW_ALL),)),
        role(RESERVED, path=f"/aws-reserved/sso.amazonaws.com/{REGION}/"),
        facts.InstanceProfile(arn=iam("instance-profile", "web"), name="web", account_id=PROD,
                              roles=(iam("role", "web"),)),
        facts.IdentityProvider(arn=iam("saml-provider", "sso"), name="sso", account_id=PROD, kind="saml"),
        facts.AccessKey(account_id=PROD, user_arn=iam("user", "jenkins"), id="AKIA1", active=True, created=BEFORE),
        facts.LoginProfile(account_id=PROD, user_arn=iam("user", "jenkins"), exists=False),
        facts.MfaDevices(account_id=PROD, user_arn=iam("user", "jenkins")),
        facts.CredentialReportRow(account_id=PROD, user_arn=f"arn:aws:iam::{PROD}:root", mfa_active=True,
                                  key_1_active=True, key_1_rotated=BEFORE),
        facts.AccountSummary(account_id=PROD, root_mfa=True, root_access_key=True, root_password=True, users=1),
        facts.PasswordPolicy(account_id=PROD, exists=True, minimum_length=14),
        facts.RoleUse(account_id=PROD, role_arn=iam("role", "web"), last_used=BEFORE),
        facts.CredentialUse(account_id=PROD, user_arn=iam("user", "jenkins"), password_last_used=BEFORE),
        facts.AccessKeyUse(account_id=PROD, key_id="AKIA1", last_used=BEFORE),
        facts.DirectoryUser(id="person-1", name="maya", display_name="Maya Lindqvist"),
        facts.DirectoryGroup(id="group-1", name="Platform", member_ids=("person-1",)),
        facts.PermissionSet(arn=f"{SSO}/ps-1", name="Admin", instance_arn=SSO, inline=None, boundary=None),
        facts.Assignment(account_id=PROD, permission_set_arn=f"{SSO}/ps-1", principal_type="GROUP",
                         principal_id="group-1"),
    ]  # fmt: skip


def network_records() -> list[Record]:
    side = facts.PeeringSide
    return [
        placed(facts.Vpc, "vpc-1", cidrs=("10.0.0.0/24",)),
        placed(facts.Subnet, "subnet-1", vpc_id="vpc-1", cidrs=("10.0.0.0/25",)),
        placed(facts.SecurityGroup, "sg-web", name="web", vpc_id="vpc-1",
               ingress=(facts.Rule(protocol="tcp", from_port=443, to_port=443, cidrs=("0.0.0.0/0",)),),
               egress=(facts.Rule(protocol="-1", cidrs=("0.0.0.0/0",)),)),
        placed(facts.SecurityGroup, "sg-db", name="db", vpc_id="vpc-1",
               ingress=(facts.Rule(protocol="tcp", from_port=5432, to_port=5432, prefix_lists=("pl-1",),
                                   groups=(facts.GroupReference("sg-web"),)),)),
        placed(facts.PrefixList, "pl-1", name="offices", cidrs=("203.0.113.0/24",)),
        placed(facts.NetworkInterface, "eni-1", vpc_id="vpc-1", subnet_id="subnet-1", private_ips=("10.0.0.10",),
               public_ip="198.51.100.10", groups=("sg-web",), instance_id="i-web"),
        placed(facts.Instance, "i-web", arn=INSTANCE, name="web-1", vpc_id="vpc-1", subnet_id="subnet-1",
               groups=("sg-web",), interface_ids=("eni-1",), instance_profile_arn=iam("instance-profile", "web")),
        placed(facts.VpcPeering, "pcx-1", requester=side("vpc-1", PROD), accepter=side("vpc-2", MANAGEMENT)),
    ]  # fmt: skip


def resource_records() -> list[Record]:
    rds, aws = f"arn:aws:rds:{REGION}:{PROD}", f"{REGION}:{PROD}"
    return [
        located(facts.Bucket, "arn:aws:s3:::audit-log", "audit-log", tags={"env": "dev"}),
        located(facts.DatabaseInstance, f"{rds}:db:ledger-1", "ledger-1", cluster_id="ledger", vpc_id="vpc-1",
                subnet_ids=("subnet-1",), groups=("sg-db",)),
        located(facts.DatabaseCluster, CLUSTER, "ledger", groups=("sg-db",), member_ids=("ledger-1",)),
        located(facts.BackupVault, VAULT, "ledger", policy=None),
        located(facts.RecoveryPoint, f"arn:aws:backup:{aws}:recovery-point:1", "1", vault_arn=VAULT,
                resource_arn=CLUSTER),
        located(facts.Key, f"arn:aws:kms:{aws}:key/1", "ledger", policy=ALLOW_ALL),
        located(facts.Secret, f"arn:aws:secretsmanager:{aws}:secret:ledger-AbCdEf", "ledger", tags={}),
        located(facts.Function, f"arn:aws:lambda:{aws}:function:pay", "pay", role_arn=iam("role", "web"),
                vpc_id="vpc-1", subnet_ids=("subnet-1",), groups=("sg-web",)),
        located(facts.Trail, f"arn:aws:cloudtrail:{aws}:trail/main", "main", bucket="audit-log"),
        facts.AccountAccessBlock(account_id=PROD, block=facts.PublicAccessBlock(True, True, True, True)),
        located(facts.Queue, f"arn:aws:sqs:{aws}:jobs", "jobs", policy=None),
        located(facts.Topic, f"arn:aws:sns:{aws}:alarms", "alarms", policy=None),
        located(facts.Repository, f"arn:aws:ecr:{aws}:repository/web", "web", policy=None),
        located(facts.Table, f"arn:aws:dynamodb:{aws}:table/orders", "orders", policy=None, deletion_protection=True),
        located(facts.LogGroup, f"arn:aws:logs:{aws}:log-group:/web", "/web", retention_days=30),
        facts.LogPolicy(account_id=PROD, region=REGION, name="search", policy=ALLOW_ALL),
        located(facts.DatabaseSnapshot, f"{rds}:snapshot:old", "old", source="ledger-1", shared_with=("all",)),
        located(facts.ClusterSnapshot, f"{rds}:cluster-snapshot:older", "older", source="ledger", shared_with=()),
    ]  # fmt: skip


def workload_records() -> list[Record]:
    aws, web = f"{REGION}:{PROD}", iam("role", "web")
    cluster = f"arn:aws:eks:{aws}:cluster/shop"
    return [
        located(facts.NotebookInstance, f"arn:aws:sagemaker:{aws}:notebook-instance/n", "n", role_arn=web),
        located(facts.StudioDomain, f"arn:aws:sagemaker:{aws}:domain/d-1", "lab", id="d-1", role_arn=web),
        located(facts.StudioProfile, f"arn:aws:sagemaker:{aws}:user-profile/d-1/ann", "ann", domain_id="d-1",
                role_arn=None),
        located(facts.AppRunnerService, f"arn:aws:apprunner:{aws}:service/s/1", "s", role_arn=web),
        located(facts.BedrockAgent, f"arn:aws:bedrock:{aws}:agent/A1", "a", role_arn=web),
        located(facts.CodeInterpreter, f"arn:aws:bedrock-agentcore:{aws}:code-interpreter-custom/c", "c", role_arn=web),
        located(facts.StateMachine, f"arn:aws:states:{aws}:stateMachine:m", "m", role_arn=web),
        placed(facts.ManagedInstance, "i-web", ping_status="Online"),
        located(facts.EksCluster, cluster, "shop", public_access=(), authentication_mode="API"),
        facts.Nodegroup(cluster_arn=cluster, account_id=PROD, region=REGION, name="general", role_arn=web),
        facts.AccessEntry(cluster_arn=cluster, account_id=PROD, region=REGION, principal_arn=web, groups=("ops",),
                          policies=(facts.AccessPolicy(f"{CLUSTER_POLICY}/AmazonEKSViewPolicy", ("web",)),)),
        located(facts.PodIdentity, f"arn:aws:eks:{aws}:podidentityassociation/shop/a-1", "web/api", cluster_arn=cluster,
                role_arn=web),
    ]  # fmt: skip


def automation_records() -> list[Record]:
    aws, web, profile = f"{REGION}:{PROD}", iam("role", "web"), iam("instance-profile", "web")
    ecs, cluster = f"arn:aws:ecs:{aws}", f"arn:aws:ecs:{aws}:cluster/shop"
    definition = f"{ecs}:task-definition/web:7"
    template = facts.TemplateVersion("lt-1", "$Default")
    scaling = f"arn:aws:autoscaling:{aws}"
    return [
        located(facts.EcsCluster, cluster, "shop"),
        located(facts.TaskDefinition, definition, "web", role_arn=web, execution_role_arn=iam("role", "start")),
        located(facts.EcsService, f"{ecs}:service/shop/web", "web", cluster_arn=cluster,
                task_definition_arn=definition, execute_command=True),
        located(facts.Task, f"{ecs}:task/shop/1", "1", cluster_arn=cluster, task_definition_arn=definition),
        located(facts.ContainerInstance, f"{ecs}:container-instance/shop/1", "i-web", cluster_arn=cluster,
                instance_id="i-web"),
        located(facts.LaunchTemplate, f"arn:aws:ec2:{aws}:launch-template/lt-1", "web", id="lt-1",
                default_profile=profile, latest_profile="web"),
        located(facts.LaunchConfiguration, f"{scaling}:launchConfiguration:1:launchConfigurationName/old", "old",
                instance_profile="web"),
        located(facts.AutoScalingGroup, f"{scaling}:autoScalingGroup:1:autoScalingGroupName/web", "web",
                launch_configuration="old", launch_templates=(template,)),
        located(facts.Stack, f"arn:aws:cloudformation:{aws}:stack/shop/1", "shop", role_arn=web),
        located(facts.StackSet, f"arn:aws:cloudformation:{aws}:stackset/base:1", "base",
                administration_role_arn=web, execution_role="base", accounts=(PROD,)),
        located(facts.BuildProject, f"arn:aws:codebuild:{aws}:project/images", "images", role_arn=web),
        located(facts.GlueJob, f"arn:aws:glue:{aws}:job/nightly", "nightly", role_arn=web),
        located(facts.DevEndpoint, f"arn:aws:glue:{aws}:devEndpoint/lab", "lab", role_arn=web, is_public=True),
    ]  # fmt: skip


def one_of_each() -> list[Record]:
    """A small estate with at least one record of every type."""
    return (
        organization_records()
        + identity_records()
        + network_records()
        + resource_records()
        + workload_records()
        + automation_records()
    )
