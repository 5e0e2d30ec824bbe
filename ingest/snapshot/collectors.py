"""The names of the collectors and what each one states: the vocabulary of coverage.

A shard holds the records of one collector in one account and region. The file importer and the AWS
collectors fill the same shards, so that the same organization gives the same snapshot from either.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.snapshot import activity, clusters, compute, identity, network, organization, resources
from ingest.snapshot.record import Record


@dataclass(frozen=True)
class Collector:
    """One declared source of facts. `scope` is `organization`, `account` or `region`; activity stays outside the id."""

    name: str
    scope: str
    records: tuple[type[Record], ...]
    activity: bool = False


COLLECTORS: dict[str, Collector] = {
    c.name: c
    for c in (
        Collector(
            "organizations.tree",
            "organization",
            (
                organization.Organization,
                organization.OrganizationalUnit,
                organization.Account,
                organization.DelegatedAdministrator,
            ),
        ),
        Collector(
            "organizations.policies", "organization", (organization.OrganizationPolicy, organization.PolicyTarget)
        ),
        Collector("sso.permission_sets", "organization", (identity.PermissionSet, identity.Assignment)),
        Collector("sso.directory", "organization", (identity.DirectoryUser, identity.DirectoryGroup)),
        Collector(
            "iam.authorization",
            "account",
            (identity.User, identity.Group, identity.Role, identity.ManagedPolicy, identity.InstanceProfile),
        ),
        Collector("iam.account_summary", "account", (identity.AccountSummary,)),
        Collector("iam.password_policy", "account", (identity.PasswordPolicy,)),
        Collector("iam.credential_report", "account", (identity.CredentialReportRow,)),
        Collector("iam.access_keys", "account", (identity.AccessKey,)),
        Collector("iam.login_profiles", "account", (identity.LoginProfile,)),
        Collector("iam.mfa_devices", "account", (identity.MfaDevices,)),
        Collector("iam.providers", "account", (identity.IdentityProvider,)),
        Collector(
            "iam.last_used", "account", (activity.RoleUse, activity.CredentialUse, activity.AccessKeyUse), activity=True
        ),
        Collector("ec2.vpcs", "region", (network.Vpc,)),
        Collector("ec2.subnets", "region", (network.Subnet,)),
        Collector("ec2.security_groups", "region", (network.SecurityGroup,)),
        Collector("ec2.prefix_lists", "region", (network.PrefixList,)),
        Collector("ec2.interfaces", "region", (network.NetworkInterface,)),
        Collector("ec2.instances", "region", (network.Instance,)),
        Collector("ec2.peerings", "region", (network.VpcPeering,)),
        Collector("s3.buckets", "account", (resources.Bucket,)),
        Collector("s3control.access_block", "account", (resources.AccountAccessBlock,)),
        Collector("rds.instances", "region", (resources.DatabaseInstance,)),
        Collector("rds.clusters", "region", (resources.DatabaseCluster,)),
        Collector("rds.snapshots", "region", (resources.DatabaseSnapshot,)),
        Collector("rds.cluster_snapshots", "region", (resources.ClusterSnapshot,)),
        Collector("dynamodb.tables", "region", (resources.Table,)),
        Collector("sqs.queues", "region", (resources.Queue,)),
        Collector("sns.topics", "region", (resources.Topic,)),
        Collector("ecr.repositories", "region", (resources.Repository,)),
        Collector("logs.groups", "region", (resources.LogGroup,)),
        Collector("logs.policies", "region", (resources.LogPolicy,)),
        Collector("backup.vaults", "region", (resources.BackupVault, resources.RecoveryPoint)),
        Collector("kms.keys", "region", (resources.Key,)),
        Collector("secretsmanager.secrets", "region", (resources.Secret,)),
        Collector("lambda.functions", "region", (resources.Function,)),
        Collector("cloudtrail.trails", "region", (resources.Trail,)),
        Collector("ec2.launch_templates", "region", (compute.LaunchTemplate,)),
        Collector("autoscaling.groups", "region", (compute.AutoScalingGroup,)),
        Collector("autoscaling.launch_configurations", "region", (compute.LaunchConfiguration,)),
        Collector("ecs.clusters", "region", (compute.EcsCluster,)),
        Collector("ecs.services", "region", (compute.EcsService,)),
        Collector("ecs.task_definitions", "region", (compute.TaskDefinition,)),
        Collector("ecs.tasks", "region", (compute.Task,)),
        Collector("ecs.container_instances", "region", (compute.ContainerInstance,)),
        Collector("cloudformation.stacks", "region", (compute.Stack,)),
        Collector("cloudformation.stack_sets", "region", (compute.StackSet,)),
        Collector("codebuild.projects", "region", (compute.BuildProject,)),
        Collector("glue.jobs", "region", (compute.GlueJob,)),
        Collector("glue.dev_endpoints", "region", (compute.DevEndpoint,)),
        Collector("sagemaker.notebooks", "region", (compute.NotebookInstance,)),
        Collector("sagemaker.domains", "region", (compute.StudioDomain, compute.StudioProfile)),
        Collector("apprunner.services", "region", (compute.AppRunnerService,)),
        Collector("bedrock.agents", "region", (compute.BedrockAgent,)),
        Collector("bedrock.code_interpreters", "region", (compute.CodeInterpreter,)),
        Collector("stepfunctions.state_machines", "region", (compute.StateMachine,)),
        Collector("ssm.instances", "region", (compute.ManagedInstance,)),
        Collector(
            "eks.clusters",
            "region",
            (clusters.EksCluster, clusters.Nodegroup, clusters.AccessEntry, clusters.PodIdentity),
        ),
    )
}

COLLECTOR_OF: dict[type[Record], str] = {r: c.name for c in COLLECTORS.values() for r in c.records}
RECORD_TYPES: tuple[type[Record], ...] = tuple(COLLECTOR_OF)
