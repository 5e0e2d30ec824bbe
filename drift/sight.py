"""What the new graph can be trusted to miss: absent is not unseen."""

from __future__ import annotations

from collections.abc import Iterable

from graph.model import Graph, Node
from ingest.snapshot import COLLECTORS

NETWORK = tuple(c for c in COLLECTORS if c.startswith("ec2."))
POLICIES_OF_ALL = ("organizations.tree", "organizations.policies")  # every verdict on an identity rests on them too
# The collectors that say whether a node, or a step from or to it, is still there.
RESTS_ON: dict[str, tuple[str, ...]] = {
    "AWSUser": (
        "iam.authorization",
        "iam.access_keys",
        "iam.login_profiles",
        "iam.credential_report",
        *POLICIES_OF_ALL,
    ),
    "AWSRole": ("iam.authorization", *POLICIES_OF_ALL),
    "AWSGroup": ("iam.authorization", *POLICIES_OF_ALL),
    "AWSRootPrincipal": ("iam.authorization", *POLICIES_OF_ALL),
    "Outcome": ("iam.authorization", *POLICIES_OF_ALL),
    "AWSFederatedPrincipal": ("iam.authorization", "iam.providers"),
    "AWSSSOUser": ("sso.permission_sets", "sso.directory"),
    "AWSSSOGroup": ("sso.permission_sets", "sso.directory"),
    "EC2SecurityGroup": ("ec2.security_groups", "ec2.prefix_lists"),
    "IpPermissionInbound": ("ec2.security_groups", "ec2.prefix_lists"),
    "IpPermissionEgress": ("ec2.security_groups", "ec2.prefix_lists"),
    "NetworkClass": NETWORK,
    "NetworkInterface": NETWORK,
    "EC2Instance": (*NETWORK, "iam.authorization"),
    "AWSLambda": ("lambda.functions",),
    "ECSTaskDefinition": ("ecs.task_definitions",),
    "ECSService": ("ecs.services",),
    "ECSTask": ("ecs.tasks",),
    "ECSContainerInstance": ("ecs.container_instances",),
    "AutoScalingGroup": ("autoscaling.groups",),
    "LaunchTemplate": ("ec2.launch_templates",),
    "LaunchConfiguration": ("autoscaling.launch_configurations",),
    "CloudFormationStack": ("cloudformation.stacks",),
    "CloudFormationStackSet": ("cloudformation.stack_sets",),
    "CodeBuildProject": ("codebuild.projects",),
    "GlueJob": ("glue.jobs",),
    "GlueDevEndpoint": ("glue.dev_endpoints",),
    "AWSSageMakerNotebookInstance": ("sagemaker.notebooks",),
    "AWSSageMakerUserProfile": ("sagemaker.domains",),
    "AppRunnerService": ("apprunner.services",),
    "AWSBedrockAgent": ("bedrock.agents",),
    "AWSBedrockCodeInterpreter": ("bedrock.code_interpreters",),
    "StepFunction": ("stepfunctions.state_machines",),
    "EKSCluster": ("eks.clusters",),
    "EKSNodegroup": ("eks.clusters",),
    "EKSPodIdentityAssociation": ("eks.clusters",),
    "S3Bucket": ("s3.buckets", "s3control.access_block"),
    "SQSQueue": ("sqs.queues",),
    "SNSTopic": ("sns.topics",),
    "ECRRepository": ("ecr.repositories",),
    "DynamoDBTable": ("dynamodb.tables",),
    "CloudWatchLogGroup": ("logs.groups", "logs.policies"),
    "RDSSnapshot": ("rds.snapshots",),
    "RDSClusterSnapshot": ("rds.cluster_snapshots",),
    "RDSInstance": ("rds.instances",),
    "RDSCluster": ("rds.clusters", "rds.instances"),
    "BackupVault": ("backup.vaults",),
    "RecoveryPoint": ("backup.vaults",),
    "KMSKey": ("kms.keys",),
    "SecretsManagerSecret": ("secretsmanager.secrets",),
    "CloudTrailTrail": ("cloudtrail.trails",),
}
UNREAD = (
    "stale",
    "policy_unseen",
    "role_unseen",
    "sharing_unseen",
    "unseen",
)  # a node that bears one was not read whole
RANK = {"seen": 2, "partial": 1}  # every other state shows nothing
Row = tuple[str, str, str]  # account, region, collector


class Sight:
    """Two coverage tables side by side. A source is lost where it had facts before and is not seen whole now."""

    def __init__(self, old: Graph, new: Graph) -> None:
        self.old, self.new = old, new
        self._before, self._now = _rows(old), _rows(new)
        self._lost = {row for row, node in self._before.items() if _has_facts(node) and not self._whole(row)}

    def lost_rows(self) -> list[Row]:
        """The sources that show less than before."""
        return sorted(row for row, node in self._before.items() if self._rank_now(row) < _rank(node))

    def now(self, row: Row) -> Node | None:
        return self._now.get(row)

    def lost(self, account_id: str, collectors: Iterable[str], region: str = "") -> bool:
        """Whether the absence of facts of these collectors proves nothing. Without a region, each of them counts."""
        wanted = set(collectors)
        return any(
            source in wanted
            and (account == account_id or COLLECTORS[source].scope == "organization")
            and (not region or not where or where == region)
            for account, where, source in self._lost
        )

    def hides(self, *node_ids: str) -> bool:
        """Whether one of the nodes, as the old graph knew them, or what it may do, could be there still."""
        return any(self._hidden(node_id) for node_id in node_ids)

    def _hidden(self, node_id: str) -> bool:
        node, now = self.old.nodes.get(node_id), self.new.nodes.get(node_id)
        if node is None:
            return False
        have = node.properties
        account, region = str(have.get("account_id") or ""), str(have.get("region") or "")
        return self.lost(account, RESTS_ON.get(node.label, ()), region) or (now is not None and self._unread(now))

    def _unread(self, node: Node) -> bool:
        groups = [e.target for e in self.new.out(node.id, "MEMBER_AWS_GROUP")]
        policies = [e.target for i in (node.id, *groups) for e in self.new.out(i, "POLICY", "BOUNDED_BY")]
        return any(self.new.nodes[i].properties.get(mark) for i in (node.id, *policies) for mark in UNREAD)

    def _whole(self, row: Row) -> bool:
        return self._rank_now(row) == RANK["seen"]

    def _rank_now(self, row: Row) -> int:
        node = self._now.get(row)
        return _rank(node) if node else 0


def _rows(graph: Graph) -> dict[Row, Node]:
    return {
        (
            str(n.properties.get("account_id") or ""),
            str(n.properties.get("region") or ""),
            str(n.properties["source"]),
        ): n
        for n in graph.of("Coverage")
    }


def _rank(node: Node) -> int:
    return RANK.get(str(node.properties.get("state")), 0)


def _has_facts(node: Node) -> bool:
    """Seen in part or whole, or carried from when it was."""
    return _rank(node) > 0 or bool(node.properties.get("at"))
