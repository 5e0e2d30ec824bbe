"""What SageMaker, App Runner, Bedrock, Step Functions, EKS and Systems Manager say."""

from __future__ import annotations

from typing import Any

from demo.company.identifiers import (
    BASELINE,
    REGION,
    created,
    digest,
    hexadecimal,
    regional_arn,
    role_arn,
    timestamp,
    unique_id,
    uuid_of,
)
from demo.company.model import Account, Instance
from demo.company.workloads import Cluster, Studio, Workload
from demo.responses.network import instance_id

Response = dict[str, Any]
MANAGED = "AmazonSSMManagedInstanceCore"


def render(account: Account) -> Response:
    found: Response = {}
    for part in (_notebooks, _studios, _web_services, _agents, _interpreters, _machines, _clusters, _managed):
        found |= part(account)
    return {f"{name}.json": response for name, response in found.items()}


def _role(account: Account, name: str | None) -> str | None:
    return role_arn(account, account.role(name)) if name else None


def _given(**values: Any) -> Response:
    """The keys that have a value: AWS leaves the others out."""
    return {key: value for key, value in values.items() if value is not None}


def _with_details(listing: str, answer: Response, detail: str, details: Response) -> Response:
    """A list, and what a call of its own says of each thing on it; that is not made where there is none."""
    return {listing: answer, **({detail: details} if details else {})}


# -- SageMaker
def _notebooks(account: Account) -> Response:
    listed = [_notebook(account, one) for one in account.workloads.notebooks]
    described = {
        one.name: {**_notebook(account, one), "RoleArn": _role(account, one.role), "DirectInternetAccess": "Enabled"}
        for one in account.workloads.notebooks
    }
    answer = {"NotebookInstances": listed}
    return _with_details("sagemaker/list-notebook-instances", answer, "sagemaker/describe-notebook-instance", described)


def _notebook(account: Account, notebook: Workload) -> Response:
    return {
        "NotebookInstanceName": notebook.name,
        "NotebookInstanceArn": regional_arn(account, "sagemaker", f"notebook-instance/{notebook.name}"),
        "NotebookInstanceStatus": "InService",
        "Url": f"{notebook.name}.notebook.{REGION}.sagemaker.aws",
        "InstanceType": "ml.t3.medium",
        "CreationTime": created("notebook", account.id, notebook.name),
        "LastModifiedTime": created("notebook", account.id, notebook.name),
    }


def _domain_id(account: Account, studio: Studio) -> str:
    return f"d-{hexadecimal(12, 'studio', account.id, studio.name)}"


def _domain(account: Account, studio: Studio) -> Response:
    domain = _domain_id(account, studio)
    return {
        "DomainArn": regional_arn(account, "sagemaker", f"domain/{domain}"),
        "DomainId": domain,
        "DomainName": studio.name,
        "Status": "InService",
        "CreationTime": created("studio", account.id, studio.name),
        "LastModifiedTime": created("studio", account.id, studio.name),
        "Url": f"https://{domain}.studio.{REGION}.sagemaker.aws",
    }


def _studios(account: Account) -> Response:
    studios = account.workloads.studios
    profiles = [(studio, _domain_id(account, studio), name) for studio in studios for name in studio.profiles]
    described = {
        _domain_id(account, studio): {
            **_domain(account, studio),
            "AuthMode": "IAM",
            "DefaultUserSettings": {"ExecutionRole": _role(account, studio.role)},
        }
        for studio in studios
    }
    of_profiles = {
        f"{domain} {name}": {
            **_profile(domain, name),
            "UserProfileArn": regional_arn(account, "sagemaker", f"user-profile/{domain}/{name}"),
            "UserSettings": _given(ExecutionRole=_role(account, studio.profiles[name])),
        }
        for studio, domain, name in profiles
    }
    domains = {"Domains": [_domain(account, studio) for studio in studios]}
    listed = {"UserProfiles": [_profile(domain, name) for _, domain, name in profiles]}
    return {
        **_with_details("sagemaker/list-domains", domains, "sagemaker/describe-domain", described),
        **_with_details("sagemaker/list-user-profiles", listed, "sagemaker/describe-user-profile", of_profiles),
    }


def _profile(domain: str, name: str) -> Response:
    return {
        "DomainId": domain,
        "UserProfileName": name,
        "Status": "InService",
        "CreationTime": created("profile", domain, name),
        "LastModifiedTime": created("profile", domain, name),
    }


# -- App Runner
def _web_service(account: Account, service: Workload) -> Response:
    number = hexadecimal(32, "web service", account.id, service.name)
    return {
        "ServiceName": service.name,
        "ServiceId": number,
        "ServiceArn": regional_arn(account, "apprunner", f"service/{service.name}/{number}"),
        "ServiceUrl": f"{number[:10]}.{REGION}.awsapprunner.com",
        "CreatedAt": created("web service", account.id, service.name),
        "UpdatedAt": created("web service", account.id, service.name),
        "Status": "RUNNING",
    }


def _web_services(account: Account) -> Response:
    services = account.workloads.web_services
    described = {
        _web_service(account, one)["ServiceArn"]: {
            "Service": {
                **_web_service(account, one),
                "InstanceConfiguration": _given(Cpu="1024", Memory="2048", InstanceRoleArn=_role(account, one.role)),
            }
        }
        for one in services
    }
    listed = {"ServiceSummaryList": [_web_service(account, one) for one in services]}
    return _with_details("apprunner/list-services", listed, "apprunner/describe-service", described)


# -- Bedrock
def _agent(account: Account, agent: Workload) -> Response:
    return {
        "agentId": unique_id("", "agent", account.id, agent.name)[:10],
        "agentName": agent.name,
        "agentStatus": "PREPARED",
        "updatedAt": created("agent", account.id, agent.name),
    }


def _agents(account: Account) -> Response:
    found = [(agent, _agent(account, agent)) for agent in account.workloads.agents]
    described = {
        summary["agentId"]: {
            "agent": {
                **summary,
                "agentArn": regional_arn(account, "bedrock", f"agent/{summary['agentId']}"),
                "agentResourceRoleArn": _role(account, agent.role),
                "instruction": "You answer questions of our developers.",
                "idleSessionTTLInSeconds": 600,
            }
        }
        for agent, summary in found
    }
    listed = {"agentSummaries": [summary for _, summary in found]}
    return _with_details("bedrock-agent/list-agents", listed, "bedrock-agent/get-agent", described)


def _interpreter(account: Account, interpreter: Workload) -> Response:
    identifier = f"{interpreter.name}-{unique_id('', 'interpreter', account.id, interpreter.name)[:10]}"
    return {
        "codeInterpreterId": identifier,
        "codeInterpreterArn": regional_arn(account, "bedrock-agentcore", f"code-interpreter-custom/{identifier}"),
        "name": interpreter.name,
        "status": "READY",
        "createdAt": created("interpreter", account.id, interpreter.name),
        "lastUpdatedAt": created("interpreter", account.id, interpreter.name),
    }


def _interpreters(account: Account) -> Response:
    found = [(one, _interpreter(account, one)) for one in account.workloads.interpreters]
    described = {
        summary["codeInterpreterId"]: {
            **summary,
            "executionRoleArn": _role(account, one.role),
            "networkConfiguration": {"networkMode": "SANDBOX"},
        }
        for one, summary in found
    }
    folder = "bedrock-agentcore-control"
    listed = {"codeInterpreterSummaries": [summary for _, summary in found]}
    return _with_details(f"{folder}/list-code-interpreters", listed, f"{folder}/get-code-interpreter", described)


# -- Step Functions
def _machine(account: Account, machine: Workload) -> Response:
    return {
        "stateMachineArn": regional_arn(account, "states", f"stateMachine:{machine.name}"),
        "name": machine.name,
        "type": "STANDARD",
        "creationDate": created("machine", account.id, machine.name),
    }


def _machines(account: Account) -> Response:
    found = [(one, _machine(account, one)) for one in account.workloads.machines]
    described = {
        summary["stateMachineArn"]: {**summary, "status": "ACTIVE", "roleArn": _role(account, one.role)}
        for one, summary in found
    }
    listed = {"stateMachines": [summary for _, summary in found]}
    return _with_details("stepfunctions/list-state-machines", listed, "stepfunctions/describe-state-machine", described)


# -- EKS
def _clusters(account: Account) -> Response:
    clusters = account.workloads.clusters
    found: Response = {"eks/list-clusters": {"clusters": [one.name for one in clusters]}}
    for one in clusters:
        for name, answers in _of_cluster(account, one).items():
            found.setdefault(f"eks/{name}", {}).update(answers)
    return found


def _of_cluster(account: Account, cluster: Cluster) -> Response:
    """What is said of one cluster, by call and by what was asked about."""
    name = cluster.name
    pods = [_pod(account, cluster, pod) for pod in cluster.pods]
    entries = {_role(account, role): policy for role, policy in cluster.entries.items()}
    return {
        "describe-cluster": {name: {"cluster": _cluster(account, cluster)}},
        "list-nodegroups": {name: {"nodegroups": list(cluster.nodes)}},
        "describe-nodegroup": {f"{name} {n}": {"nodegroup": _nodes(account, cluster, n)} for n in cluster.nodes},
        "list-access-entries": {name: {"accessEntries": list(entries)}},
        "describe-access-entry": {
            f"{name} {arn}": {"accessEntry": _entry(account, cluster, str(arn))} for arn in entries
        },
        "list-associated-access-policies": {
            f"{name} {arn}": {
                "clusterName": name,
                "principalArn": arn,
                "associatedAccessPolicies": [
                    {
                        "policyArn": f"arn:aws:eks::aws:cluster-access-policy/{policy}",
                        "accessScope": {"type": "cluster", "namespaces": []},
                    }
                ],
            }
            for arn, policy in entries.items()
        },
        "list-pod-identity-associations": {name: {"associations": pods}},
        "describe-pod-identity-association": {
            pod["associationId"]: {"association": {**pod, "roleArn": _role(account, role), "tags": {}}}
            for pod, role in zip(pods, cluster.pods.values(), strict=True)
        },
    }


def _cluster(account: Account, cluster: Cluster) -> Response:
    return {
        "name": cluster.name,
        "arn": regional_arn(account, "eks", f"cluster/{cluster.name}"),
        "createdAt": created("cluster", account.id, cluster.name),
        "version": "1.33",
        "endpoint": f"https://{hexadecimal(32, 'cluster', cluster.name).upper()}.gr7.{REGION}.eks.amazonaws.com",
        "roleArn": _role(account, cluster.role),
        "resourcesVpcConfig": {
            "endpointPublicAccess": True,
            "endpointPrivateAccess": True,
            "publicAccessCidrs": ["0.0.0.0/0"],
        },
        "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"},
        "status": "ACTIVE",
        "tags": account.role(cluster.role).tags,
    }


def _nodes(account: Account, cluster: Cluster, name: str) -> Response:
    number = uuid_of("nodes", account.id, cluster.name, name)
    return {
        "nodegroupName": name,
        "nodegroupArn": regional_arn(account, "eks", f"nodegroup/{cluster.name}/{name}/{number}"),
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "nodeRole": _role(account, cluster.nodes[name]),
        "tags": account.role(cluster.role).tags,
    }


def _entry(account: Account, cluster: Cluster, principal: str) -> Response:
    resource = f"access-entry/{cluster.name}/role/{account.id}/{principal.rsplit('/', 1)[1]}"
    return {
        "clusterName": cluster.name,
        "principalArn": principal,
        "kubernetesGroups": [],
        "accessEntryArn": regional_arn(account, "eks", f"{resource}/{uuid_of('entry', cluster.name, principal)}"),
        "type": "STANDARD",
        "tags": {},
    }


def _pod(account: Account, cluster: Cluster, pod: str) -> Response:
    namespace, service_account = pod.split("/")
    number = f"a-{hexadecimal(17, 'pod', account.id, cluster.name, pod)}"
    return {
        "clusterName": cluster.name,
        "namespace": namespace,
        "serviceAccount": service_account,
        "associationArn": regional_arn(account, "eks", f"podidentityassociation/{cluster.name}/{number}"),
        "associationId": number,
    }


# -- Systems Manager
def _managed(account: Account) -> Response:
    """The instances whose role lets the agent talk."""
    instances = [one for vpc in account.vpcs for one in vpc.instances if one.role]
    managed = [one for one in instances if MANAGED in account.role(str(one.role)).managed]
    return {
        "ssm/describe-instance-information": {
            "InstanceInformationList": [_information(account, one) for one in managed]
        }
    }


def _information(account: Account, instance: Instance) -> Response:
    return {
        "InstanceId": instance_id(account, instance),
        "PingStatus": "Online",
        "LastPingDateTime": timestamp(BASELINE),
        "AgentVersion": f"3.3.{digest(instance.name)[0] * 11}.0",
        "PlatformType": "Linux",
        "PlatformName": "Amazon Linux",
        "PlatformVersion": "2023",
        "ResourceType": "EC2Instance",
        "IPAddress": instance.ip,
    }
