"""The labels of what runs with a role, or lets something run with one, besides instances and functions."""

from __future__ import annotations

from graph.schema.common import OWNED
from graph.schema.declare import Label, flag, items, text

ROLE_UNSEEN = flag("role_unseen", "the role it runs with could not be read")
STATE = text("state", "what the service says of it: `InService`, `RUNNING`, …")
RUNS = (*OWNED, ROLE_UNSEEN)

WORKLOADS = (
    Label(
        "AWSSageMakerNotebookInstance",
        "A notebook instance of SageMaker.",
        (*RUNS, STATE, text("lifecycle_config", "the script that runs when it starts, by name")),
    ),
    Label(
        "AWSSageMakerUserProfile",
        "A user profile of SageMaker Studio: it runs with its own role, or else its domain's.",
        (*RUNS, text("domain_id", "its domain", "domain_id")),
    ),
    Label("AppRunnerService", "A service of App Runner.", (*RUNS, STATE)),
    Label("AWSBedrockAgent", "An agent of Bedrock.", (*RUNS, STATE)),
    Label("AWSBedrockCodeInterpreter", "A code interpreter of Bedrock AgentCore.", (*RUNS, STATE), ours=True),
    Label("StepFunction", "A state machine of Step Functions; its definition is never read.", RUNS),
    Label("EKSNodegroup", "Nodes of a cluster that run alike.", RUNS, ours=True),
    Label(
        "EKSPodIdentityAssociation",
        "Pods of one service account of a cluster, which run with one role.",
        RUNS,
        ours=True,
    ),
    Label(
        "ECSService",
        "A service of ECS: its tasks run with the role of its task definition.",
        (
            *RUNS,
            text("launch_type", "`EC2`, `FARGATE` or `EXTERNAL`", "launch_type"),
            flag("enable_execute_command", "its tasks take commands from people", "enable_execute_command"),
            flag("running", "it wants at least one task"),
        ),
        also=("AWSECSService",),
    ),
    Label(
        "ECSTask",
        "A task of ECS that no service keeps and that takes commands from people.",
        (*RUNS, flag("enable_execute_command", "it takes commands from people", "enable_execute_command")),
        also=("AWSECSTask",),
    ),
    Label(
        "ECSTaskDefinition",
        "A revision of a task definition of ECS; its containers are never read.",
        (
            *RUNS,
            text("execution_role_arn", "the role that starts tasks, which they do not have", "execution_role_arn"),
            items("compatibilities", "`EC2`, `FARGATE`, `EXTERNAL`", "compatibilities"),
            text("status", "ACTIVE, or INACTIVE where it only runs on", "status"),
        ),
        also=("AWSECSTaskDefinition",),
    ),
    Label(
        "CloudFormationStack",
        "A stack; without a role of its own it acts as who changes it.",
        (*RUNS, text("stack_status", "CREATE_COMPLETE, …", "stack_status")),
        also=("AWSCloudFormationStack",),
    ),
    Label(
        "CloudFormationStackSet",
        "A stack set: its administration role takes the execution role of the accounts that it reaches.",
        (
            *RUNS,
            text("execution_role_name", "the role that is taken in each account"),
            text("permission_model", "SELF_MANAGED, or SERVICE_MANAGED by Organizations"),
            items("accounts", "the accounts that it reaches; absent when unseen"),
        ),
        ours=True,
    ),
    Label(
        "CodeBuildProject",
        "A project of CodeBuild; its environment variables are never read.",
        (*RUNS, text("batch_role_arn", "the role that starts batches")),
        also=("AWSCodeBuildProject",),
    ),
    Label("GlueJob", "A job of Glue; its arguments are never read.", RUNS, also=("AWSGlueJob",)),
    Label(
        "GlueDevEndpoint",
        "A development endpoint of Glue.",
        (*RUNS, flag("public", "everyone reaches its address")),
        ours=True,
    ),
)
AROUND = (
    Label(
        "EKSCluster",
        "A cluster of EKS. Its own role is the control plane's, which nobody enters; nodes and pods have theirs.",
        (
            *OWNED,
            text("role_arn", "the control plane's role"),
            ROLE_UNSEEN,
            text("authentication_mode", "`API`, `CONFIG_MAP` or both: where it looks up whom it lets in"),
            items("public_access", "address ranges that reach its endpoint from the internet; absent when unseen"),
        ),
        also=("AWSEKSCluster",),
    ),
    Label(
        "AWSSageMakerDomain",
        "A domain of SageMaker Studio.",
        (
            *OWNED,
            text("role_arn", "the role of its profiles that have none of their own"),
            ROLE_UNSEEN,
            text("domain_id", "its id", "domain_id"),
            text("auth_mode", "`IAM` or `SSO`"),
        ),
    ),
    Label(
        "EKSAccessEntry",
        "A principal that a cluster lets in.",
        (
            text("principal_arn", "whom it lets in", "principal_arn"),
            text("type", "STANDARD, or a kind of node", "type"),
            items("kubernetes_groups", "groups in the cluster", "kubernetes_groups"),
            items("policies", "access policies, with the namespace where they hold in one alone"),
            flag("policies_unseen", "what it may do could not be read"),
        ),
        also=("AWSEKSAccessEntry",),
    ),
    Label(
        "SSMInstanceInformation",
        "What Systems Manager knows of a machine that it manages.",
        (
            text("instance_id", "the instance's id, or that of a machine outside EC2", "instance_id"),
            text("ping_status", "`Online`, `ConnectionLost` or `Inactive`", "ping_status"),
            text("platform_type", "`Linux`, `Windows` or `MacOS`", "platform_type"),
        ),
        also=("AWSSSMInstanceInformation",),
    ),
    Label("ECSCluster", "A cluster of ECS.", OWNED, also=("AWSECSCluster",)),
    Label(
        "ECSContainerInstance",
        "An instance that offers itself to a cluster of ECS.",
        (
            *OWNED,
            text("ec2_instance_id", "the instance's id", "ec2_instance_id"),
            text("status", "ACTIVE, DRAINING, …", "status"),
        ),
        also=("AWSECSContainerInstance",),
    ),
    Label(
        "AutoScalingGroup",
        "A group that starts and stops instances by itself.",
        (*OWNED, items("versions", "versions of launch templates that it takes: `$Default`, `$Latest` or a number")),
        also=("AWSAutoScalingGroup",),
    ),
    Label(
        "LaunchTemplate",
        "A launch template; user data is never read.",
        (
            *OWNED,
            text("launch_template_id", "its id"),
            flag("profile_unseen", "the instance profile of a version could not be read"),
        ),
        also=("AWSLaunchTemplate",),
    ),
    Label(
        "LaunchConfiguration",
        "A launch configuration; user data is never read.",
        OWNED,
        also=("AWSLaunchConfiguration",),
    ),
)
COMPUTE = (*WORKLOADS, *AROUND)
RUNNING = tuple(label.name for label in WORKLOADS)
