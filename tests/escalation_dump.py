"""Writes an escalation case as the AWS CLI would have printed it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Case = dict[str, Any]
Content = dict[str, Any]
Resource = dict[str, Any]
Printed = dict[str, object]
FULL_ACCESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ENABLED = {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}
NO_POLICY = {"Error": {"Code": "NoSuchBucketPolicy", "Message": "The bucket policy does not exist"}}
HOME = "us-east-1"
AGENT = "AmazonEC2ContainerServiceforEC2Role"


@dataclass(frozen=True)
class Around:
    """What a writer may look up: the account and region, instance profiles by name, and every resource of the case."""

    account: str
    region: str
    profiles: dict[str, Any]
    resources: list[Resource]
    agents: frozenset[str]  # instance profiles whose role runs the agent of ECS

    def offered_to(self, cluster: str) -> list[str]:
        """The ids of the instances that offer themselves to an ECS cluster."""
        instances = [one for one in self.resources if one["type"] == "ec2:instance"]
        return [
            _name(one["arn"])
            for one in instances
            if one.get("ecs_container_instance_of") == cluster or one.get("instance_profile") in self.agents
        ]


def write_dump(case: Case, folder: Path) -> None:
    """The case as the AWS CLI would have printed it."""
    for account, content in case["accounts"].items():
        base = folder / "accounts" / account / "iam"
        _write(base / "get-account-authorization-details.json", content["gaad"])
        known = {_name(arn): c for arn, c in (content.get("credentials") or {}).items()}
        keys = {u: _keys(u, c["access_keys"]) for u, c in known.items()}
        logins = {u: _login(u, c["login_profile"]) for u, c in known.items()}
        buckets = [r["arn"].split(":::")[1] for r in content["resources"] if r["type"] == "s3:bucket"]
        _write(base.parent / "s3" / "list-buckets.json", {"Buckets": [{"Name": b} for b in buckets]})
        _write(base.parent / "s3" / "get-bucket-policy.json", dict.fromkeys(buckets, NO_POLICY))
        _write_workloads(account, content, base.parent)
        everyone = [u["UserName"] for u in content["gaad"]["UserDetailList"]]
        _write(base / "list-access-keys.json", {u: keys.get(u, _keys(u, 0)) for u in everyone})
        _write(base / "get-login-profile.json", {u: logins.get(u, _login(u, False)) for u in everyone})
    if case["organization"]:
        _write_organization(case, folder / "organizations")


def _write_workloads(account: str, content: Content, folder: Path) -> None:
    """What runs with a role, each in its region, and none where the case has none."""
    profiles = {
        p["InstanceProfileName"]: p for r in content["gaad"]["RoleDetailList"] for p in r["InstanceProfileList"]
    }
    agents = frozenset(
        profile["InstanceProfileName"]
        for role in content["gaad"]["RoleDetailList"]
        for profile in role["InstanceProfileList"]
        if AGENT in [policy["PolicyName"] for policy in role["AttachedManagedPolicies"]]
    )
    regions = {HOME} | {one["arn"].split(":")[3] for one in content["resources"] if one["type"] in WORKLOADS}
    for region in sorted(regions):
        for kind, write in WORKLOADS.items():
            here = [r for r in content["resources"] if r["type"] == kind and r["arn"].split(":")[3] == region]
            for name, printed in write(here, Around(account, region, profiles, content["resources"], agents)).items():
                _write(folder / region / f"{name}.json", printed)


def _instances(found: list[Resource], around: Around) -> Printed:
    reservation = {
        "ReservationId": "r-0",
        "OwnerId": around.account,
        "Instances": [_instance(one, around.profiles) for one in found],
    }
    return {"ec2/describe-instances": {"Reservations": [reservation]}}


def _instance(one: Resource, profiles: dict[str, Any]) -> Resource:
    running = {"InstanceId": _name(one["arn"]), "State": {"Code": 16, "Name": "running"}}
    profile = profiles.get(one.get("instance_profile"))
    return {**running, "IamInstanceProfile": {"Arn": profile["Arn"], "Id": "AIPA"}} if profile else running


def _functions(found: list[Resource], around: Around) -> Printed:
    functions = [
        {"FunctionName": one["arn"].split(":")[-1], "FunctionArn": one["arn"], "Role": one["role_arn"]} for one in found
    ]
    return {"lambda/list-functions": {"Functions": functions}}


def _stacks(found: list[Resource], around: Around) -> Printed:
    stacks = [
        {
            "StackId": one["arn"],
            "StackName": _path(one)[1],
            "RoleARN": one["role_arn"],
            "StackStatus": "CREATE_COMPLETE",
        }
        for one in found
    ]
    return {"cloudformation/describe-stacks": {"Stacks": stacks}}


def _stack_sets(found: list[Resource], around: Around) -> Printed:
    """Their instances are not told by a case."""
    ids = {_path(one)[1]: one for one in found}
    names = {identifier.split(":")[0]: one for identifier, one in ids.items()}
    return {
        "cloudformation/list-stack-sets": {
            "Summaries": [
                {
                    "StackSetName": i.split(":")[0],
                    "StackSetId": i,
                    "Status": "ACTIVE",
                    "PermissionModel": "SELF_MANAGED",
                }
                for i in ids
            ]
        },
        "cloudformation/describe-stack-set": {
            name: {
                "StackSet": {
                    "StackSetName": name,
                    "StackSetARN": one["arn"],
                    "AdministrationRoleARN": one["administration_role_arn"],
                    "ExecutionRoleName": one["execution_role_name"],
                }
            }
            for name, one in names.items()
        },
    }


def _projects(found: list[Resource], around: Around) -> Printed:
    projects = [{"name": _name(one["arn"]), "arn": one["arn"], "serviceRole": one["role_arn"]} for one in found]
    return {
        "codebuild/list-projects": {"projects": [project["name"] for project in projects]},
        "codebuild/batch-get-projects": {"projects": projects},
    }


def _jobs(found: list[Resource], around: Around) -> Printed:
    return {"glue/get-jobs": {"Jobs": [{"Name": _name(one["arn"]), "Role": one["role_arn"]} for one in found]}}


def _endpoints(found: list[Resource], around: Around) -> Printed:
    endpoints = [{"EndpointName": _name(one["arn"]), "RoleArn": one["role_arn"], "Status": "READY"} for one in found]
    return {"glue/get-dev-endpoints": {"DevEndpoints": endpoints}}


def _launch_templates(found: list[Resource], around: Around) -> Printed:
    first = {"DefaultVersionNumber": 1, "LatestVersionNumber": 1}
    templates = [{"LaunchTemplateId": _name(one["arn"]), "LaunchTemplateName": "template", **first} for one in found]
    versions = [
        {
            "LaunchTemplateId": _name(one["arn"]),
            "VersionNumber": 1,
            "LaunchTemplateData": {"IamInstanceProfile": {"Name": one["instance_profile"]}},
        }
        for one in found
    ]
    return {
        "ec2/describe-launch-templates": {"LaunchTemplates": templates},
        "ec2/describe-launch-template-versions": {"LaunchTemplateVersions": versions},
    }


def _scaling_groups(found: list[Resource], around: Around) -> Printed:
    groups = [
        {
            "AutoScalingGroupName": _name(one["arn"]),
            "AutoScalingGroupARN": one["arn"],
            "LaunchTemplate": {"LaunchTemplateId": one["launch_template"][0], "Version": "$Default"},
        }
        for one in found
    ]
    return {"autoscaling/describe-auto-scaling-groups": {"AutoScalingGroups": groups}}


def _ecs_clusters(found: list[Resource], around: Around) -> Printed:
    """Clusters with the instances that offer themselves to them: those that say so, or may by their role."""
    arns = [one["arn"] for one in found]
    offered = [
        {"containerInstanceArn": f"{arn.replace(':cluster/', ':container-instance/')}/{i}", "ec2InstanceId": i}
        for arn in arns
        for i in around.offered_to(arn)
    ]
    listed = [instance["containerInstanceArn"] for instance in offered]
    return {
        "ecs/list-clusters": {"clusterArns": arns},
        "ecs/list-tasks": {arn: {"taskArns": []} for arn in arns},
        "ecs/list-container-instances": {
            arn: {"containerInstanceArns": [one for one in listed if f"/{_name(arn)}/" in one]} for arn in arns
        },
        **({"ecs/describe-container-instances": {"containerInstances": offered}} if offered else {}),
    }


def _ecs_services(found: list[Resource], around: Around) -> Printed:
    clusters = [one["arn"] for one in around.resources if one["type"] == "ecs:cluster"]
    services = [
        {
            "serviceArn": one["arn"],
            "serviceName": _name(one["arn"]),
            "clusterArn": next(arn for arn in clusters if _name(arn) == one["cluster"]),
            "desiredCount": 1,
            "taskDefinition": one["task_definition"],
            "enableExecuteCommand": one["enable_execute_command"],
        }
        for one in found
    ]
    listed = {arn: [one["serviceArn"] for one in services if one["clusterArn"] == arn] for arn in clusters}
    return {
        "ecs/list-services": {arn: {"serviceArns": arns} for arn, arns in listed.items()},
        **({"ecs/describe-services": {"services": services}} if services else {}),
    }


def _task_definitions(found: list[Resource], around: Around) -> Printed:
    families = sorted({_name(one["arn"]).split(":")[0] for one in found})
    definitions = {
        one["arn"]: {
            "taskDefinition": {
                "taskDefinitionArn": one["arn"],
                **({"taskRoleArn": one["role_arn"]} if one["role_arn"] else {}),
                "executionRoleArn": one["execution_role_arn"],
            }
        }
        for one in found
    }
    return {
        "ecs/list-task-definition-families": {"families": families},
        **({"ecs/describe-task-definition": definitions} if found else {}),
    }


def _notebooks(found: list[Resource], around: Around) -> Printed:
    summaries = {
        _name(one["arn"]): {
            "NotebookInstanceName": _name(one["arn"]),
            "NotebookInstanceArn": one["arn"],
            "NotebookInstanceStatus": "InService",
        }
        for one in found
    }
    details = {_name(one["arn"]): {**summaries[_name(one["arn"])], "RoleArn": one["role_arn"]} for one in found}
    return {
        "sagemaker/list-notebook-instances": {"NotebookInstances": list(summaries.values())},
        "sagemaker/describe-notebook-instance": details,
    }


def _web_services(found: list[Resource], around: Around) -> Printed:
    summaries = {
        one["arn"]: {"ServiceName": _path(one)[1], "ServiceId": "1", "ServiceArn": one["arn"], "Status": "RUNNING"}
        for one in found
    }
    details = {
        one["arn"]: {
            "Service": {**summaries[one["arn"]], "InstanceConfiguration": {"InstanceRoleArn": one["role_arn"]}}
        }
        for one in found
    }
    return {
        "apprunner/list-services": {"ServiceSummaryList": list(summaries.values())},
        "apprunner/describe-service": details,
    }


def _interpreters(found: list[Resource], around: Around) -> Printed:
    summaries = {
        _name(one["arn"]): {
            "codeInterpreterId": _name(one["arn"]),
            "codeInterpreterArn": one["arn"],
            "status": "READY",
        }
        for one in found
    }
    details = {
        _name(one["arn"]): {**summaries[_name(one["arn"])], "executionRoleArn": one["role_arn"]} for one in found
    }
    core = "bedrock-agentcore-control"
    return {
        f"{core}/list-code-interpreters": {"codeInterpreterSummaries": list(summaries.values())},
        f"{core}/get-code-interpreter": details,
    }


# How the AWS CLI prints each kind: commands (service/operation) and their answers, empty lists where there is none.
WORKLOADS: dict[str, Callable[[list[Resource], Around], Printed]] = {
    "ec2:instance": _instances,
    "lambda:function": _functions,
    "cloudformation:stack": _stacks,
    "cloudformation:stackset": _stack_sets,
    "codebuild:project": _projects,
    "glue:job": _jobs,
    "glue:devEndpoint": _endpoints,
    "ec2:launch-template": _launch_templates,
    "autoscaling:group": _scaling_groups,
    "ecs:cluster": _ecs_clusters,
    "ecs:service": _ecs_services,
    "ecs:task-definition": _task_definitions,
    "sagemaker:notebook-instance": _notebooks,
    "apprunner:service": _web_services,
    "bedrock-agentcore:code-interpreter": _interpreters,
}


# -- identity and organization
def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _path(one: Resource) -> list[str]:
    """The parts of a resource's name."""
    return str(one["arn"].split(":", 5)[5]).split("/")


def _keys(user: str, count: int) -> dict[str, Any]:
    rows = [{"UserName": user, "AccessKeyId": f"AKIA{user[:8].upper()}{i}", "Status": "Active"} for i in range(count)]
    return {"AccessKeyMetadata": rows}


def _login(user: str, exists: bool) -> dict[str, Any]:
    if exists:
        return {"LoginProfile": {"UserName": user, "CreateDate": "2025-01-01T00:00:00+00:00"}}
    return {"Error": {"Code": "NoSuchEntity", "Message": f"Login Profile for User {user} cannot be found."}}


def _write_organization(case: Case, folder: Path) -> None:
    """Each account lies in a unit of its own, which carries what the case attaches to the root."""
    organization = case["organization"]
    management = organization["management_account"]
    arn = f"arn:aws:organizations::{management}"
    accounts = {
        a: {"Id": a, "Arn": f"{arn}:account/o-case/{a}", "Name": a, "Status": "ACTIVE"}
        for a in sorted({*case["accounts"], management})
    }
    units = {a: {"Id": f"ou-case-{a}", "Arn": f"{arn}:ou/o-case/ou-case-{a}", "Name": f"of {a}"} for a in accounts}
    policies, targets = _attachments(organization["scps"], accounts)
    about = {"Id": "o-case", "Arn": f"{arn}:organization/o-case", "MasterAccountId": management}
    root = {"Id": "r-case", "Arn": f"{arn}:root/o-case/r-case", "Name": "Root", "PolicyTypes": [ENABLED]}
    for name, content in {
        "describe-organization": {"Organization": about},
        "list-roots": {"Roots": [root]},
        "list-accounts": {"Accounts": list(accounts.values())},
        "list-organizational-units-for-parent": {"r-case": {"OrganizationalUnits": list(units.values())}},
        "list-accounts-for-parent": {units[a]["Id"]: {"Accounts": [accounts[a]]} for a in accounts},
        "list-policies": {"Policies": [_summary(i) for i in policies]},
        "describe-policy": {
            i: {"Policy": {"PolicySummary": _summary(i), "Content": json.dumps(d)}} for i, d in policies.items()
        },
        "list-policies-for-target": {t: {"Policies": [_summary(i) for i in ids]} for t, ids in targets.items()},
    }.items():
        _write(folder / f"{name}.json", content)


def _attachments(scps: dict[str, Any], accounts: Iterable[str]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Policies by id, and their ids by target."""
    policies: dict[str, Any] = {"p-full": FULL_ACCESS}
    targets: dict[str, list[str]] = {"r-case": ["p-full"]}
    for account in accounts:
        levels = [level["policies"] for level in scps.get(account, [])] or [[FULL_ACCESS]] * 2
        for target, documents in zip((f"ou-case-{account}", account), levels, strict=True):
            targets[target] = [f"p-{target}-{i}" for i in range(len(documents))]
            policies.update(zip(targets[target], documents, strict=True))
    return policies, targets


def _summary(policy_id: str) -> dict[str, Any]:
    return {
        "Id": policy_id,
        "Arn": f"arn:aws:organizations::1:policy/o-case/service_control_policy/{policy_id}",
        "Name": policy_id,
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": False,
    }


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
