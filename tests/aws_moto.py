"""An estate that moto keeps: another reading of AWS's documentation than ours, filled through the API itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from typing import Any

from moto.backends import get_backend
from moto.iam.models import Policy
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.ssoadmin.models import SSOAdminBackend
from werkzeug.test import run_wsgi_app

from tests.aws_wire import Refused, Request, Response, parse

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")


def absent(request: Request) -> dict[str, Any]:
    raise Refused("ResourceNotFoundException", "There is none.")


# What moto 5.2 does not answer.
MISSING: dict[tuple[str, str], Callable[[Request], dict[str, Any]]] = {
    ("backup", "GetBackupVaultAccessPolicy"): absent,
    ("backup", "ListRecoveryPointsByBackupVault"): lambda request: {"RecoveryPoints": []},
    ("sso-admin", "GetPermissionsBoundaryForPermissionSet"): absent,
}


class Moto:
    """Moto's server behind ours. Accounts come to be when they are first named."""

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        for service in ("iam", "organizations", "sso-admin", "identitystore", "ec2", "s3", "kms", "lambda"):
            get_backend(service).reset()
        Policy.policy_name = property(lambda policy: policy.name)  # which GetAccountAuthorizationDetails leaves out
        SSOAdminBackend.list_accounts_for_provisioned_permission_set = provisioned  # which knows none of them

    def answer(self, request: Request) -> dict[str, Any]:
        if missing := MISSING.get((request.service, request.operation)):
            return missing(request)
        environ = {**request.http.environ, "HTTP_X_MOTO_ACCOUNT_ID": request.account}
        body, status, headers = run_wsgi_app(self._app, environ | {"wsgi.input": BytesIO(request.http.get_data())})
        return parse(request, Response(int(status.split()[0]), dict(headers), b"".join(body)))


def provisioned(self: Any, instance_arn: str, permission_set_arn: str) -> list[str]:
    return sorted({a.target_id for a in self.account_assignments if a.permission_set_arn == permission_set_arn})
