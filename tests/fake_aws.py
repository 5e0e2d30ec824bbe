"""Stands in for the `aws` command: answers from Harborline's files. Run as a script; only the standard library."""

import base64
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

FOLDERS = {"s3api": "s3", "organizations": "organizations", "sso-admin": "sso", "identitystore": "sso"}
REFUSAL = 254


def answer(service: str, operation: str, options: dict[str, str]) -> Any:
    """The response to a call, or an `{"Error": …}` in its place."""
    account = ROOT / "accounts" / os.environ["FAKE_ACCOUNT"]
    if (service, operation) in DERIVED:
        return DERIVED[service, operation](account, options)
    if service in ("organizations", "sso-admin", "identitystore") and os.environ["FAKE_ACCOUNT"] != MANAGEMENT:
        return {"Error": {"Code": "AccessDeniedException", "Message": "You don't have permissions"}}
    folder = account if service in ("iam", "s3api") else account / options.get("region", "")
    prefix = f"{service}-" if service == "identitystore" else ""
    home = ROOT if service in ("organizations", "sso-admin", "identitystore") else folder
    file = home / FOLDERS.get(service, service) / f"{prefix}{operation}.json"
    return about(json.loads(file.read_text()) if file.exists() else {}, operation, options)


def about(content: dict[str, Any], operation: str, options: dict[str, str]) -> Any:
    """The part of a file that a call asks for: files of calls with an argument hold `{argument: response}`."""
    given = {*options.values(), *(value.partition("/")[2] for value in options.values() if value.startswith("arn:"))}
    asked = [k for k in content if k in given or all(part in given for part in k.split())]
    if asked:
        return content[asked[0]]
    if operation in WITH_ARGUMENT:
        return {"Error": {"Code": "ResourceNotFoundException", "Message": "There is none"}}
    wanted = options.get("filter")
    return {"Policies": [p for p in content["Policies"] if p["Type"] == wanted]} if wanted else content


def users(account: Path, _: dict[str, str]) -> Any:
    details = json.loads((account / "iam/get-account-authorization-details.json").read_text())
    return {"Users": details["UserDetailList"]}


def report(account: Path, _: dict[str, str]) -> Any:
    content = (account / "iam/credential-report.csv").read_bytes()
    return {"Content": base64.b64encode(content).decode(), "ReportFormat": "text/csv", "GeneratedTime": TIME}


def provisioned(_: Path, options: dict[str, str]) -> Any:
    assignments = json.loads((ROOT / "sso/list-account-assignments.json").read_text())
    return {"AccountIds": [k.split()[0] for k in assignments if k.split()[1] == options["permission-set-arn"]]}


def query(value: Any, path: str) -> Any:
    """The few forms of --query that our script uses: `A`, `A.B`, `A[].B`, `A[0].B`."""
    name, index, rest = re.fullmatch(r"(\w+)(\[\d*\])?(?:\.(\w+))?", path).groups()  # type: ignore[union-attr]
    found = value.get(name)
    if index == "[]":
        return [item[rest] for item in found or []]
    if index:
        return (found or [{}])[int(index[1:-1])].get(rest)
    return found[rest] if rest else found


def as_text(value: Any) -> str:
    return "\t".join(value) if isinstance(value, list) else str(value)


def given(words: tuple[str, ...]) -> dict[str, str]:
    """Options with their values; several values of one are joined by blanks."""
    options: dict[str, str] = {}
    for word in words:
        if word.startswith("--"):
            name = word.removeprefix("--")
            options[name] = ""
        else:
            options[name] = f"{options[name]} {word}".strip()
    return options


def main(service: str, operation: str, *rest: str) -> int:
    options = given(rest)
    form = options.pop("query", "")
    found = answer(service, operation, options)
    if isinstance(found, dict) and "Error" in found:
        called = "".join(word.capitalize() for word in operation.split("-"))
        error = found["Error"]
        print(f"\nAn error occurred ({error['Code']}) when calling the {called} operation: {error['Message']}",
              file=sys.stderr)  # fmt: skip
        return REFUSAL
    print(as_text(query(found, form)) if form else json.dumps(found))
    return 0


DERIVED = {
    ("sts", "get-caller-identity"): lambda account, _: {"Account": account.name},
    ("iam", "generate-credential-report"): lambda *_: {"State": "COMPLETE"},
    ("iam", "get-credential-report"): report,
    ("iam", "list-users"): users,
    ("sso-admin", "list-accounts-for-provisioned-permission-set"): provisioned,
}
WITH_ARGUMENT = {
    "get-backup-vault-access-policy", "get-policy", "get-resource-policy", "get-bucket-policy", "get-bucket-tagging",
    "get-permissions-boundary-for-permission-set", "get-login-profile", "get-public-access-block",
}  # fmt: skip

if __name__ == "__main__":
    ROOT, MANAGEMENT, TIME = Path(os.environ["FAKE_ROOT"]), "210000000011", "2026-11-09T06:00:00+00:00"
    sys.exit(main(*sys.argv[1:]))
