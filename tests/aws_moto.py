"""An estate that moto keeps: another reading of AWS's documentation than ours, filled through the API itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from botocore.parsers import create_parser
from moto.backends import get_backend
from moto.iam.models import Policy
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.ssoadmin.models import SSOAdminBackend
from werkzeug.test import Client, TestResponse

from benchmarks.aws.wire import Refused, Request, operation_of

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")


def absent(request: Request) -> dict[str, Any]:
    raise Refused("ResourceNotFoundException", "There is none.")


# What moto 5.2 does not answer.
MISSING: dict[tuple[str, str], Callable[[Request], dict[str, Any]]] = {
    ("backup", "GetBackupVaultAccessPolicy"): absent,
    ("apprunner", "ListServices"): lambda request: {"ServiceSummaryList": []},
    ("bedrock-agentcore-control", "ListCodeInterpreters"): lambda request: {"codeInterpreterSummaries": []},
    ("eks", "ListAccessEntries"): lambda request: {"accessEntries": []},
    ("eks", "ListPodIdentityAssociations"): lambda request: {"associations": []},
    ("sagemaker", "ListUserProfiles"): lambda request: {"UserProfiles": []},
    ("ssm", "DescribeInstanceInformation"): lambda request: {"InstanceInformationList": []},
    ("backup", "ListRecoveryPointsByBackupVault"): lambda request: {"RecoveryPoints": []},
    ("sso-admin", "GetPermissionsBoundaryForPermissionSet"): absent,
}


class Moto:
    """Moto's server behind ours. Accounts come to be when they are first named."""

    def __init__(self) -> None:
        self._client = Client(DomainDispatcherApplication(create_backend_app), use_cookies=False)
        for service in (
            "iam",
            "organizations",
            "sso-admin",
            "identitystore",
            "ec2",
            "s3",
            "kms",
            "lambda",
            "s3control",
            "sqs",
            "sns",
            "ecr",
            "dynamodb",
            "rds",
            "logs",
            "sagemaker",
            "bedrock-agent",
            "stepfunctions",
            "eks",
            "autoscaling",
            "cloudformation",
            "codebuild",
            "ecs",
            "glue",
        ):
            get_backend(service).reset()
        Policy.policy_name = property(lambda policy: policy.name)  # which GetAccountAuthorizationDetails leaves out
        SSOAdminBackend.list_accounts_for_provisioned_permission_set = provisioned  # which knows none of them

    def answer(self, request: Request) -> dict[str, Any]:
        if missing := MISSING.get((request.service, request.operation)):
            return missing(request)
        http = request.http
        headers = {**http.headers, "x-moto-account-id": request.account}
        return parsed(request, self._client.open(http.target, method=http.method, headers=headers, data=http.body))


def parsed(request: Request, response: TestResponse) -> dict[str, Any]:
    """What botocore makes of a response. Raises: Refused."""
    headers = {name.lower(): value for name, value in response.headers}
    raw = {"status_code": response.status_code, "headers": headers, "body": response.data}
    shape = operation_of(request.service, request.operation).output_shape
    found = create_parser(request.protocol).parse(raw, shape)
    if "Error" in found and response.status_code >= 300:
        raise Refused(found["Error"]["Code"], found["Error"].get("Message", ""), response.status_code)
    if request.operation == "GetBucketLocation":  # the one answer that botocore takes apart elsewhere
        return {"LocationConstraint": ElementTree.fromstring(response.data).text}
    return {k: v for k, v in found.items() if k != "ResponseMetadata"}


def provisioned(self: Any, instance_arn: str, permission_set_arn: str) -> list[str]:
    return sorted({a.target_id for a in self.account_assignments if a.permission_set_arn == permission_set_arn})
