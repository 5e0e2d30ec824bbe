"""What ECS, Auto Scaling, CloudFormation, CodeBuild and Glue say: all that they print, contents too."""

from __future__ import annotations

import base64
from typing import Any

from demo.company.automation import ScalingGroup, Service, StackSet
from demo.company.identifiers import REGION, created, iam_arn, regional_arn, resource_id, role_arn, uuid_of
from demo.company.model import Account
from demo.responses.network import instance_id

Response = dict[str, Any]
SCRIPT = base64.b64encode(b"#!/bin/sh\nexport DATABASE_PASSWORD=hunter2\n").decode()


def render(account: Account) -> Response:
    found: Response = {}
    for part in (_clusters, _services, _tasks, _definitions, _groups, _stacks, _stack_sets, _projects, _glue):
        found |= part(account)
    return {f"{name}.json": response for name, response in found.items()}


def _role(account: Account, name: str) -> str:
    return role_arn(account, account.role(name))


# -- ECS
def _cluster_arn(account: Account, name: str) -> str:
    return regional_arn(account, "ecs", f"cluster/{name}")


def _definition_arn(account: Account, one: Service) -> str:
    return regional_arn(account, "ecs", f"task-definition/{one.name}:7")


def _clusters(account: Account) -> Response:
    offered = account.automation.container_instances
    found: Response = {
        "ecs/list-clusters": {"clusterArns": [_cluster_arn(account, name) for name in account.automation.clusters]}
    }
    if account.automation.clusters:
        found["ecs/list-container-instances"] = {
            _cluster_arn(account, cluster): {
                "containerInstanceArns": [_offered_arn(account, cluster, name) for name in offered.get(cluster, ())]
            }
            for cluster in account.automation.clusters
        }
        found["ecs/describe-container-instances"] = {
            "containerInstances": [
                _container_instance(account, cluster, name) for cluster, names in offered.items() for name in names
            ],
            "failures": [],
        }
    return found


def _offered_arn(account: Account, cluster: str, name: str) -> str:
    return regional_arn(account, "ecs", f"container-instance/{cluster}/{uuid_of(account.id, name).replace('-', '')}")


def _container_instance(account: Account, cluster: str, name: str) -> Response:
    return {
        "containerInstanceArn": _offered_arn(account, cluster, name),
        "ec2InstanceId": instance_id(account, next(i for vpc in account.vpcs for i in vpc.instances if i.name == name)),
        "status": "ACTIVE",
        "agentConnected": True,
        "tags": [],
    }


def _services(account: Account) -> Response:
    kept = [one for one in account.automation.services if not one.task]
    if not account.automation.clusters:
        return {}
    return {
        "ecs/list-services": {
            _cluster_arn(account, cluster): {"serviceArns": [_service(account, o)["serviceArn"] for o in kept]}
            for cluster in account.automation.clusters
        },
        **(
            {"ecs/describe-services": {"services": [_service(account, o) for o in kept], "failures": []}}
            if kept
            else {}
        ),
    }


def _service(account: Account, one: Service) -> Response:
    return {
        "serviceArn": regional_arn(account, "ecs", f"service/{one.cluster}/{one.name}"),
        "serviceName": one.name,
        "clusterArn": _cluster_arn(account, one.cluster),
        "status": "ACTIVE",
        "desiredCount": 2,
        "launchType": "FARGATE",
        "taskDefinition": _definition_arn(account, one),
        "enableExecuteCommand": one.takes_commands,
        "tags": [{"key": "team", "value": "payments"}],
    }


def _tasks(account: Account) -> Response:
    alone = [_task(account, one) for one in account.automation.services if one.task]
    if not account.automation.clusters:
        return {}
    return {
        "ecs/list-tasks": {
            _cluster_arn(account, cluster): {"taskArns": [task["taskArn"] for task in alone]}
            for cluster in account.automation.clusters
        },
        **({"ecs/describe-tasks": {"tasks": alone, "failures": []}} if alone else {}),
    }


def _task(account: Account, one: Service) -> Response:
    identifier = uuid_of("task", account.id, one.name).replace("-", "")
    return {
        "taskArn": regional_arn(account, "ecs", f"task/{one.cluster}/{identifier}"),
        "clusterArn": _cluster_arn(account, one.cluster),
        "taskDefinitionArn": _definition_arn(account, one),
        "group": f"family:{one.name}",
        "lastStatus": "RUNNING",
        "enableExecuteCommand": one.takes_commands,
        "overrides": {"containerOverrides": [{"name": one.name, "environment": [{"name": "PIN", "value": "hunter2"}]}]},
        "tags": [],
    }


def _definitions(account: Account) -> Response:
    services = account.automation.services
    return {
        "ecs/list-task-definition-families": {"families": sorted(one.name for one in services)},
        **(
            {"ecs/describe-task-definition": {one.name: _definition(account, one) for one in services}}
            if services
            else {}
        ),
    }


def _definition(account: Account, one: Service) -> Response:
    environment = [{"name": name, "value": value} for name, value in one.environment.items()]
    return {
        "taskDefinition": {
            "taskDefinitionArn": _definition_arn(account, one),
            "family": one.name,
            "revision": 7,
            "status": "ACTIVE",
            "taskRoleArn": _role(account, one.role),
            "executionRoleArn": _role(account, one.execution_role),
            "compatibilities": ["EC2", "FARGATE"],
            "containerDefinitions": [{"name": one.name, "image": f"payments/{one.name}", "environment": environment}],
        },
        "tags": [],
    }


# -- Auto Scaling
def _groups(account: Account) -> Response:
    groups = account.automation.groups
    templates = [one for one in groups if one.template]
    return {
        "autoscaling/describe-auto-scaling-groups": {"AutoScalingGroups": [_group(account, one) for one in groups]},
        "autoscaling/describe-launch-configurations": {
            "LaunchConfigurations": [_configuration(account, one) for one in groups if not one.template]
        },
        "ec2/describe-launch-templates": {"LaunchTemplates": [_template(account, one) for one in templates]},
        "ec2/describe-launch-template-versions": {
            "LaunchTemplateVersions": [_version(account, one) for one in templates]
        },
    }


def _group(account: Account, one: ScalingGroup) -> Response:
    identifier = uuid_of("group", account.id, one.name)
    source = (
        {"LaunchTemplate": {**_template_name(account, one), "Version": "$Latest"}}
        if one.template
        else {"LaunchConfigurationName": one.name}
    )
    return {
        "AutoScalingGroupName": one.name,
        "AutoScalingGroupARN": regional_arn(
            account, "autoscaling", f"autoScalingGroup:{identifier}:autoScalingGroupName/{one.name}"
        ),
        **source,
        "MinSize": 2,
        "MaxSize": 6,
        "DesiredCapacity": 2,
        "Tags": [{"Key": "team", "Value": "payments", "ResourceId": one.name, "PropagateAtLaunch": True}],
    }


def _template_name(account: Account, one: ScalingGroup) -> Response:
    return {"LaunchTemplateId": resource_id("lt", account.id, one.name), "LaunchTemplateName": one.name}


def _template(account: Account, one: ScalingGroup) -> Response:
    return {**_template_name(account, one), "DefaultVersionNumber": 3, "LatestVersionNumber": 3, "Tags": []}


def _version(account: Account, one: ScalingGroup) -> Response:
    return {
        **_template_name(account, one),
        "VersionNumber": 3,
        "DefaultVersion": True,
        "LaunchTemplateData": {
            "IamInstanceProfile": {"Arn": iam_arn(account, "instance-profile", one.role)},
            "UserData": SCRIPT,
        },
    }


def _configuration(account: Account, one: ScalingGroup) -> Response:
    identifier = uuid_of("configuration", account.id, one.name)
    return {
        "LaunchConfigurationName": one.name,
        "LaunchConfigurationARN": regional_arn(
            account, "autoscaling", f"launchConfiguration:{identifier}:launchConfigurationName/{one.name}"
        ),
        "IamInstanceProfile": one.role,
        "UserData": SCRIPT,
        "CreatedTime": created("configuration", one.name),
    }


# -- CloudFormation
def _stacks(account: Account) -> Response:
    return {
        "cloudformation/describe-stacks": {
            "Stacks": [
                {
                    "StackId": regional_arn(account, "cloudformation", f"stack/{name}/{uuid_of(account.id, name)}"),
                    "StackName": name,
                    "StackStatus": "UPDATE_COMPLETE",
                    "CreationTime": created("stack", name),
                    "Parameters": [{"ParameterKey": "Password", "ParameterValue": "hunter2"}],
                    "Outputs": [{"OutputKey": "Token", "OutputValue": "hunter2"}],
                    **({"RoleARN": _role(account, role)} if role else {}),
                    "Tags": [],
                }
                for name, role in account.automation.stacks.items()
            ]
        }
    }


def _stack_sets(account: Account) -> Response:
    sets = account.automation.stack_sets
    found: Response = {
        "cloudformation/list-stack-sets": {
            "Summaries": [
                {
                    "StackSetName": one.name,
                    "StackSetId": _stack_set_id(one),
                    "Status": "ACTIVE",
                    "PermissionModel": "SELF_MANAGED",
                }
                for one in sets
            ]
        }
    }
    if sets:
        found["cloudformation/describe-stack-set"] = {one.name: _stack_set(account, one) for one in sets}
        found["cloudformation/list-stack-instances"] = {
            one.name: {
                "Summaries": [
                    {"StackSetId": _stack_set_id(one), "Account": reached, "Region": REGION, "Status": "CURRENT"}
                    for reached in one.accounts
                ]
            }
            for one in sets
        }
    return found


def _stack_set_id(one: StackSet) -> str:
    return f"{one.name}:{uuid_of('stack set', one.name)}"


def _stack_set(account: Account, one: StackSet) -> Response:
    return {
        "StackSet": {
            "StackSetName": one.name,
            "StackSetId": _stack_set_id(one),
            "StackSetARN": regional_arn(account, "cloudformation", f"stackset/{_stack_set_id(one)}"),
            "Status": "ACTIVE",
            "TemplateBody": "Parameters: {Password: {Default: hunter2}}",
            "Parameters": [{"ParameterKey": "Password", "ParameterValue": "hunter2"}],
            "AdministrationRoleARN": _role(account, one.administration_role),
            "ExecutionRoleName": one.execution_role,
            "PermissionModel": "SELF_MANAGED",
            "Tags": [],
        }
    }


# -- CodeBuild and Glue
def _projects(account: Account) -> Response:
    projects = [_project(account, name, role) for name, role in account.automation.projects.items()]
    return {
        "codebuild/list-projects": {"projects": [project["name"] for project in projects]},
        **({"codebuild/batch-get-projects": {"projects": projects, "projectsNotFound": []}} if projects else {}),
    }


def _project(account: Account, name: str, role: str) -> Response:
    return {
        "name": name,
        "arn": regional_arn(account, "codebuild", f"project/{name}"),
        "serviceRole": _role(account, role),
        "source": {"type": "NO_SOURCE", "buildspec": "phases: {build: {commands: [echo hunter2]}}"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "NPM_TOKEN", "value": "hunter2", "type": "PLAINTEXT"}],
        },
        "tags": [{"key": "team", "value": "payments"}],
    }


def _glue(account: Account) -> Response:
    return {
        "glue/get-jobs": {
            "Jobs": [
                {
                    "Name": name,
                    "Role": _role(account, role),
                    "CreatedOn": created("job", name),
                    "DefaultArguments": {"--password": "hunter2"},
                    "Command": {"Name": "glueetl", "ScriptLocation": "s3://harborline-payments-jobs/reconcile.py"},
                }
                for name, role in account.automation.jobs.items()
            ]
        },
        "glue/get-dev-endpoints": {
            "DevEndpoints": [
                {
                    "EndpointName": name,
                    "RoleArn": _role(account, role),
                    "Status": "READY",
                    "PrivateAddress": "10.20.10.77",
                    "Arguments": {"--password": "hunter2"},
                    "PublicKeys": ["ssh-ed25519 AAAA hunter2"],
                }
                for name, role in account.automation.endpoints.items()
            ]
        },
    }
