"""SageMaker, App Runner, Bedrock, Step Functions, EKS and Systems Manager as AWS prints them: roles, never secrets."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.snapshot import (
    AccessEntry,
    AccessPolicy,
    AppRunnerService,
    BedrockAgent,
    CodeInterpreter,
    EksCluster,
    ManagedInstance,
    Nodegroup,
    NotebookInstance,
    PodIdentity,
    Reason,
    Record,
    State,
    StateMachine,
    StudioDomain,
    StudioProfile,
    Unseen,
)
from tests.dumps import HERE, REGION, SEEN, A, imported, records, state

ROLE, HIDDEN = f"arn:aws:iam::{A}:role/r", "hunter2"
PLACE: dict[str, Any] = {"account_id": A, "region": REGION}
CLUSTER = f"arn:aws:eks:{REGION}:{A}:cluster/shop"
NOTEBOOK = f"arn:aws:sagemaker:{REGION}:{A}:notebook-instance/n"
SERVICE = f"arn:aws:apprunner:{REGION}:{A}:service/web/1"
INTERPRETER = f"arn:aws:bedrock-agentcore:{REGION}:{A}:code-interpreter-custom/i-1"
MACHINE = f"arn:aws:states:{REGION}:{A}:stateMachine:m"
PODS = f"arn:aws:eks:{REGION}:{A}:podidentityassociation/shop/a-1"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
# File to contents, with something that must not be kept wherever AWS prints it.
FILES: dict[str, Any] = {
    "sagemaker/list-notebook-instances": {
        "NotebookInstances": [
            {
                "NotebookInstanceName": "n",
                "NotebookInstanceArn": NOTEBOOK,
                "NotebookInstanceStatus": "Stopped",
                "NotebookInstanceLifecycleConfigName": "setup",
                "DefaultCodeRepository": f"https://{HIDDEN}@git.example.com/x",
            }
        ]
    },
    "sagemaker/describe-notebook-instance": {"n": {"NotebookInstanceArn": NOTEBOOK, "RoleArn": ROLE, "Url": HIDDEN}},
    "sagemaker/list-domains": {
        "Domains": [{"DomainArn": f"arn:aws:sagemaker:{REGION}:{A}:domain/d-1", "DomainId": "d-1", "DomainName": "lab"}]
    },
    "sagemaker/describe-domain": {
        "d-1": {
            "DomainArn": f"arn:aws:sagemaker:{REGION}:{A}:domain/d-1",
            "DomainId": "d-1",
            "AuthMode": "IAM",
            "DefaultUserSettings": {"ExecutionRole": ROLE, "CanvasAppSettings": {"secret": HIDDEN}},
        }
    },
    "sagemaker/list-user-profiles": {
        "UserProfiles": [{"DomainId": "d-1", "UserProfileName": n} for n in ("ann", "bo")]
    },
    "sagemaker/describe-user-profile": {
        "d-1 ann": {
            "DomainId": "d-1",
            "UserProfileName": "ann",
            "UserProfileArn": f"arn:aws:sagemaker:{REGION}:{A}:user-profile/d-1/ann",
        }
    },
    "apprunner/list-services": {
        "ServiceSummaryList": [{"ServiceName": "web", "ServiceId": "1", "ServiceArn": SERVICE, "Status": "RUNNING"}]
    },
    "apprunner/describe-service": {
        SERVICE: {
            "Service": {
                "ServiceArn": SERVICE,
                "ServiceId": "1",
                "SourceConfiguration": {
                    "AuthenticationConfiguration": {"AccessRoleArn": "access"},
                    "ImageRepository": {"ImageConfiguration": {"RuntimeEnvironmentVariables": {"PASSWORD": HIDDEN}}},
                },
                "InstanceConfiguration": {"InstanceRoleArn": ROLE},
            }
        }
    },
    "bedrock-agent/list-agents": {"agentSummaries": [{"agentId": "A1", "agentName": "a", "agentStatus": "PREPARED"}]},
    "bedrock-agent/get-agent": {
        "A1": {
            "agent": {
                "agentId": "A1",
                "agentArn": f"arn:aws:bedrock:{REGION}:{A}:agent/A1",
                "agentResourceRoleArn": ROLE,
                "instruction": HIDDEN,
            }
        }
    },
    "bedrock-agentcore-control/list-code-interpreters": {
        "codeInterpreterSummaries": [
            {"codeInterpreterId": "i-1", "codeInterpreterArn": INTERPRETER, "name": "i", "status": "READY"},
            {
                "codeInterpreterId": "aws.codeinterpreter.v1",
                "codeInterpreterArn": f"arn:aws:bedrock-agentcore:{REGION}:aws:code-interpreter/aws.codeinterpreter.v1",
            },
        ]
    },
    "bedrock-agentcore-control/get-code-interpreter": {
        "i-1": {"codeInterpreterId": "i-1", "codeInterpreterArn": INTERPRETER, "description": HIDDEN}
    },
    "stepfunctions/list-state-machines": {"stateMachines": [{"stateMachineArn": MACHINE, "name": "m"}]},
    "stepfunctions/describe-state-machine": {
        MACHINE: {"stateMachineArn": MACHINE, "roleArn": ROLE, "definition": f'{{"Comment": "{HIDDEN}"}}'}
    },
    "ssm/describe-instance-information": {
        "InstanceInformationList": [{"InstanceId": "i-1", "PingStatus": "Online", "PlatformType": "Linux"}]
    },
    "eks/list-clusters": {"clusters": ["shop"]},
    "eks/describe-cluster": {
        "shop": {
            "cluster": {
                "name": "shop",
                "arn": CLUSTER,
                "roleArn": ROLE,
                "accessConfig": {"authenticationMode": "API"},
                "resourcesVpcConfig": {"endpointPublicAccess": True, "publicAccessCidrs": ["192.0.2.0/24"]},
                "connectorConfig": {"activationCode": HIDDEN},
                "tags": {"env": "prod"},
            }
        }
    },
    "eks/list-nodegroups": {"shop": {"nodegroups": ["general"]}},
    "eks/describe-nodegroup": {
        "shop general": {
            "nodegroup": {
                "clusterName": "shop",
                "nodegroupName": "general",
                "nodegroupArn": f"arn:aws:eks:{REGION}:{A}:nodegroup/shop/general/1",
                "nodeRole": ROLE,
            }
        }
    },
    "eks/list-access-entries": {"shop": {"accessEntries": [ROLE]}},
    "eks/describe-access-entry": {
        f"shop {ROLE}": {
            "accessEntry": {
                "clusterName": "shop",
                "principalArn": ROLE,
                "accessEntryArn": f"arn:aws:eks:{REGION}:{A}:access-entry/shop/role/{A}/r/1",
                "kubernetesGroups": ["ops"],
            }
        }
    },
    "eks/list-associated-access-policies": {
        f"shop {ROLE}": {
            "clusterName": "shop",
            "principalArn": ROLE,
            "associatedAccessPolicies": [
                {"policyArn": VIEW, "accessScope": {"type": "namespace", "namespaces": ["web"]}}
            ],
        }
    },
    "eks/list-pod-identity-associations": {
        "shop": {
            "associations": [
                {
                    "clusterName": "shop",
                    "namespace": "web",
                    "serviceAccount": "api",
                    "associationArn": PODS,
                    "associationId": "a-1",
                }
            ]
        }
    },
    "eks/describe-pod-identity-association": {
        "a-1": {"association": {"associationArn": PODS, "associationId": "a-1", "roleArn": ROLE, "externalId": HIDDEN}}
    },
}
SAYS: list[Record] = [
    NotebookInstance(arn=NOTEBOOK, name="n", role_arn=ROLE, state="Stopped", lifecycle_config="setup", **PLACE),
    StudioDomain(
        arn=f"arn:aws:sagemaker:{REGION}:{A}:domain/d-1", name="lab", id="d-1", role_arn=ROLE, auth_mode="IAM", **PLACE
    ),
    StudioProfile(
        arn=f"arn:aws:sagemaker:{REGION}:{A}:user-profile/d-1/ann", name="ann", domain_id="d-1", role_arn=None, **PLACE
    ),
    StudioProfile(
        arn=f"arn:aws:sagemaker:{REGION}:{A}:user-profile/d-1/bo",
        name="bo",
        domain_id="d-1",
        role_arn=Unseen(),
        **PLACE,
    ),
    AppRunnerService(arn=SERVICE, name="web", role_arn=ROLE, state="RUNNING", **PLACE),
    BedrockAgent(arn=f"arn:aws:bedrock:{REGION}:{A}:agent/A1", name="a", role_arn=ROLE, state="PREPARED", **PLACE),
    CodeInterpreter(arn=INTERPRETER, name="i", role_arn=None, state="READY", **PLACE),
    StateMachine(arn=MACHINE, name="m", role_arn=ROLE, **PLACE),
    ManagedInstance(id="i-1", ping_status="Online", platform="Linux", **PLACE),
    EksCluster(
        arn=CLUSTER,
        name="shop",
        role_arn=ROLE,
        authentication_mode="API",
        public_access=("192.0.2.0/24",),
        tags={"env": "prod"},
        **PLACE,
    ),
    Nodegroup(cluster_arn=CLUSTER, name="general", role_arn=ROLE, tags={}, **PLACE),
    AccessEntry(
        cluster_arn=CLUSTER,
        principal_arn=ROLE,
        kind="STANDARD",
        groups=("ops",),
        policies=(AccessPolicy(VIEW, ("web",)),),
        **PLACE,
    ),
    PodIdentity(arn=PODS, name="web/api", cluster_arn=CLUSTER, role_arn=ROLE, **PLACE),
]
COLLECTORS = (
    "sagemaker.notebooks",
    "sagemaker.domains",
    "apprunner.services",
    "bedrock.agents",
    "bedrock.code_interpreters",
    "stepfunctions.state_machines",
    "ssm.instances",
    "eks.clusters",
)


def written(without: str = "") -> dict[str, Any]:
    return {f"{HERE}/{name}.json": content for name, content in FILES.items() if name != without}


@pytest.mark.parametrize("kind", dict.fromkeys(map(type, SAYS)), ids=lambda kind: kind.__name__)
def test_what_is_said(kind: type[Record], tmp_path):
    found = imported(tmp_path, written())
    assert found.problems == []
    assert sorted(records(found, kind), key=lambda r: r.key) == [r for r in SAYS if type(r) is kind]


def test_all_of_it_is_seen_and_no_secret_is_kept(tmp_path):
    found = imported(tmp_path, written())
    assert {name: state(found, name) for name in COLLECTORS} == dict.fromkeys(COLLECTORS, SEEN)
    assert HIDDEN in str(FILES)
    assert HIDDEN not in repr(found)
    assert '"access"' not in repr(found).replace("'", '"')  # the role that fetches the image is not the service's


@pytest.mark.parametrize("operation", ["list-nodegroups", "list-pod-identity-associations", "list-access-entries"])
def test_a_cluster_that_was_not_asked_for_all_it_has_is_partial(operation, tmp_path):
    found = imported(tmp_path, written(without=f"eks/{operation}"))
    assert state(found, "eks.clusters") == (State.PARTIAL, Reason.NOT_ATTEMPTED)


def test_a_cluster_that_keeps_whom_it_lets_in_is_not_asked_for_entries(tmp_path):
    files = written(without="eks/list-access-entries")
    cluster = FILES["eks/describe-cluster"]["shop"]["cluster"]
    own = {"shop": {"cluster": {**cluster, "accessConfig": {"authenticationMode": "CONFIG_MAP"}}}}
    found = imported(tmp_path, files | {f"{HERE}/eks/describe-cluster.json": own})
    assert state(found, "eks.clusters") == SEEN
    assert records(found, AccessEntry) == []
