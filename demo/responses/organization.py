"""What AWS Organizations says: the tree, the accounts and the control policies."""

from __future__ import annotations

from typing import Any

from demo.company.identifiers import ORGANIZATION, created, hexadecimal
from demo.company.model import Account, Company, ControlPolicy
from demo.responses.common import one_line, tag_list

ROOT_ID = "r-h4rb"


def render(company: Company) -> dict[str, Any]:
    found = _tree(company) | _control_policies(company)
    return {f"organizations/{name}.json": response for name, response in found.items()}


def _base(company: Company) -> str:
    return f"arn:aws:organizations::{company.accounts[0].id}"


def _tree(company: Company) -> dict[str, Any]:
    base, units = _base(company), company.units
    accounts = {account.name: _account(base, account) for account in company.accounts}
    arn = f"{base}:ou/{ORGANIZATION}/"
    below = {parent: [name for name, above in units.items() if above == parent] for parent in units}
    return {
        "describe-organization": {"Organization": _organization(company)},
        "list-roots": {"Roots": [_root(base)]},
        "list-accounts": {"Accounts": list(accounts.values())},
        "list-organizational-units-for-parent": {
            unit_id(parent): {
                "OrganizationalUnits": [
                    {"Id": unit_id(name), "Arn": arn + unit_id(name), "Name": name} for name in below[parent]
                ]
            }
            for parent in units
        },
        "list-accounts-for-parent": {
            unit_id(unit): {"Accounts": [accounts[a.name] for a in company.accounts if a.unit == unit]}
            for unit in units
        },
        "list-tags-for-resource": {account.id: {"Tags": tag_list(account.tags)} for account in company.accounts},
        "list-delegated-administrators": {
            "DelegatedAdministrators": [{**accounts["security"], "DelegationEnabledDate": created("delegated")}]
        },
    }


def _control_policies(company: Company) -> dict[str, Any]:
    summaries = [(policy, _summary(_base(company), policy)) for policy in company.control_policies]
    targets = {name: unit_id(name) for name in company.units} | {a.name: a.id for a in company.accounts}
    return {
        "list-policies": {"Policies": [summary for _, summary in summaries]},
        "describe-policy": {
            summary["Id"]: {"Policy": {"PolicySummary": summary, "Content": one_line(policy.document)}}
            for policy, summary in summaries
        },
        "list-policies-for-target": {
            target: {"Policies": [summary for policy, summary in summaries if name in policy.targets]}
            for name, target in targets.items()
        },
    }


def _organization(company: Company) -> dict[str, str]:
    base, management = _base(company), company.accounts[0].id
    return {
        "Id": ORGANIZATION,
        "Arn": f"{base}:organization/{ORGANIZATION}",
        "FeatureSet": "ALL",
        "MasterAccountId": management,
        "MasterAccountArn": f"{base}:account/{ORGANIZATION}/{management}",
        "MasterAccountEmail": "aws+management@harborline.example",
    }


def _root(base: str) -> dict[str, Any]:
    return {
        "Id": ROOT_ID,
        "Arn": f"{base}:root/{ORGANIZATION}/{ROOT_ID}",
        "Name": "Root",
        "PolicyTypes": [
            {"Type": kind, "Status": "ENABLED"} for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
        ],
    }


def unit_id(name: str) -> str:
    return ROOT_ID if name == "Root" else f"ou-{ROOT_ID[2:]}-{hexadecimal(8, 'unit', name)}"


def policy_id(policy: ControlPolicy) -> str:
    return f"p-{policy.name}" if policy.aws_managed else f"p-{hexadecimal(8, 'control policy', policy.name)}"


def _summary(base: str, policy: ControlPolicy) -> dict[str, Any]:
    owner = "arn:aws:organizations::aws:policy" if policy.aws_managed else f"{base}:policy/{ORGANIZATION}"
    return {
        "Id": policy_id(policy),
        "Arn": f"{owner}/{policy.kind.lower()}/{policy_id(policy)}",
        "Name": policy.name,
        "Description": policy.description,
        "Type": policy.kind,
        "AwsManaged": policy.aws_managed,
    }


def _account(base: str, account: Account) -> dict[str, Any]:
    return {
        "Id": account.id,
        "Arn": f"{base}:account/{ORGANIZATION}/{account.id}",
        "Email": f"aws+{account.name}@harborline.example",
        "Name": account.name,
        "Status": "ACTIVE",
        "JoinedMethod": "INVITED" if account.name == "dev" else "CREATED",
        "JoinedTimestamp": created("account", account.id),
    }
