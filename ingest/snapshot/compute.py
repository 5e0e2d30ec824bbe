"""Facts of what runs with a role, or makes something run with one: never what is given to it, nor its code.

`role_arn` is the role whose credentials the workload has. Execution roles, with which AWS starts it, are apart.
"""

from __future__ import annotations

import msgspec

from ingest.snapshot.record import Record, Unseen
from ingest.snapshot.resources import Located


class EcsCluster(Located, frozen=True, kw_only=True, omit_defaults=True):
    """An ECS cluster."""


class EcsService(Located, frozen=True, kw_only=True, omit_defaults=True):
    """An ECS service; `is_running` where it wants at least one task. Tasks come and go, and are not counted."""

    cluster_arn: str
    task_definition_arn: str = ""
    launch_type: str = ""
    execute_command: bool = False
    is_running: bool = True


class TaskDefinition(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A revision of an ECS task definition; `compatibilities` are `EC2`, `FARGATE`, `EXTERNAL`. One that is no longer
    ACTIVE still runs in services that took it before."""

    role_arn: str | None = None
    execution_role_arn: str | None = None
    compatibilities: tuple[str, ...] = ()
    status: str = "ACTIVE"


class Task(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A running ECS task that no service keeps and that takes commands; `role_arn` is set where it was started with
    another role than its definition's."""

    cluster_arn: str
    task_definition_arn: str
    role_arn: str | None = None


class ContainerInstance(Located, frozen=True, kw_only=True, omit_defaults=True):
    """An instance that offers itself to an ECS cluster."""

    cluster_arn: str
    instance_id: str = ""
    status: str = "ACTIVE"


class TemplateVersion(msgspec.Struct, frozen=True):
    """A launch template, by id or else by name, and the version that is taken: `$Default`, `$Latest` or a number."""

    template: str
    version: str = "$Default"


class AutoScalingGroup(Located, frozen=True, kw_only=True, omit_defaults=True):
    """An Auto Scaling group, and what it starts instances from."""

    launch_configuration: str = ""
    launch_templates: tuple[TemplateVersion, ...] = ()


class LaunchConfiguration(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A launch configuration; `instance_profile` is a name or an ARN. Its user data is never read."""

    instance_profile: str | None = None


class LaunchTemplate(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A launch template with the instance profiles of two of its versions, by name or ARN; never their user data."""

    id: str
    default_profile: str | Unseen | None = Unseen()
    latest_profile: str | Unseen | None = Unseen()


class Stack(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A CloudFormation stack, with its role where it does not act as its caller; never its template or parameters."""

    role_arn: str | None = None
    status: str = ""


class StackSet(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A CloudFormation stack set: a role of this account takes the execution role of each account it reaches."""

    administration_role_arn: str | Unseen | None = Unseen()
    execution_role: str | Unseen | None = Unseen()
    permission_model: str = ""
    accounts: tuple[str, ...] | Unseen = Unseen()


class BuildProject(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A CodeBuild project; `batch_role_arn` is set where it is made for batches. Never its environment variables."""

    role_arn: str | None = None
    batch_role_arn: str | None = None


class GlueJob(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A Glue job; never its arguments."""

    role_arn: str


class DevEndpoint(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A Glue development endpoint; `is_public` where it has an address that everyone reaches."""

    role_arn: str
    is_public: bool = False
    state: str = ""


class NotebookInstance(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A SageMaker notebook instance; `lifecycle_config` names the script that runs when it starts, never read."""

    role_arn: str | Unseen | None = Unseen()
    state: str = ""
    lifecycle_config: str | None = None


class StudioDomain(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A domain of SageMaker Studio; its role is that of the profiles that have none of their own."""

    id: str
    role_arn: str | Unseen | None = Unseen()
    auth_mode: str | Unseen | None = Unseen()


class StudioProfile(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A user profile of a Studio domain."""

    domain_id: str
    role_arn: str | Unseen | None = Unseen()


class AppRunnerService(Located, frozen=True, kw_only=True, omit_defaults=True):
    """An App Runner service; never its environment, nor the role that fetches its image."""

    role_arn: str | Unseen | None = Unseen()
    state: str = ""


class BedrockAgent(Located, frozen=True, kw_only=True, omit_defaults=True):
    """An agent of Bedrock; never its instructions."""

    role_arn: str | Unseen | None = Unseen()
    state: str = ""


class CodeInterpreter(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A code interpreter of Bedrock AgentCore that a customer made."""

    role_arn: str | Unseen | None = Unseen()
    state: str = ""


class StateMachine(Located, frozen=True, kw_only=True, omit_defaults=True):
    """A state machine of Step Functions; never its definition."""

    role_arn: str | Unseen | None = Unseen()


class ManagedInstance(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A machine that Systems Manager knows, by the id of its instance or, outside EC2, of its registration."""

    id: str
    account_id: str
    region: str
    ping_status: str = ""
    platform: str = ""

    @property
    def key(self) -> str:
        return f"{self.account_id} {self.region} {self.id}"
