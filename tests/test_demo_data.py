"""Harborline's dumps: they are what the declarations write, they hold together, and the week is what week.toml says."""

from __future__ import annotations

import csv
import io
import ipaddress
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import demo
from demo.company import CHANGES, Company, baseline, week
from demo.generate import dumps, write
from demo.responses import responses

BOTH = pytest.mark.parametrize("folder", [demo.baseline_dir(), demo.week_dir()], ids=lambda folder: folder.name)


@cache
def answers() -> dict[str, Any]:
    return tomllib.loads(demo.answers_file().read_text(encoding="utf-8"))


def told() -> dict[str, dict[str, Any]]:
    """What week.toml says of each change, by its name in the declarations."""
    return {str(item["number"]): item for item in answers()["item"]} | {s["name"]: s for s in answers()["silent"]}


def files_of(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.is_file()}


def loaded(folder: Path, pattern: str) -> Iterator[tuple[str, Any]]:
    """The account (or nothing) and the response of each file that can be read."""
    for path in sorted(folder.glob(pattern)):
        parts = path.relative_to(folder).parts
        text = path.read_text(encoding="utf-8")
        if not text.lstrip().startswith("An error occurred"):
            yield parts[1] if parts[0] == "accounts" else "", json.loads(text)


def accounts_of(folder: Path) -> set[str]:
    return {a["Id"] for _, response in loaded(folder, "organizations/list-accounts.json") for a in response["Accounts"]}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from strings(child)


# -- the files are what the declarations write ---------------------------------------------------


def test_committed_files_are_what_the_generator_writes():
    for folder, files in dumps().items():
        assert files_of(folder) == files, "run `python -m demo.generate`"


def test_the_generator_is_deterministic_and_leaves_nothing_behind(tmp_path):
    write(tmp_path / "dump", {"old.json": "{}"})
    write(tmp_path / "dump", responses(baseline()))
    assert files_of(tmp_path / "dump") == responses(baseline())


def test_a_week_leaves_the_baseline_alone():
    before = responses(baseline())
    week()
    assert responses(baseline()) == before


def test_both_dumps_are_small():
    assert sum(len(text.encode()) for files in dumps().values() for text in files.values()) < 3_000_000


# -- the company holds together ------------------------------------------------------------------


@BOTH
def test_every_file_parses_and_speaks_of_accounts_of_the_organization(folder):
    assert len(accounts_of(folder)) == 8
    for path in folder.rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        if "An error occurred (AccessDenied)" in text:
            assert path.parts[-3] == "210000000088"
        else:
            json.loads(text)
    assert {p.name for p in (folder / "accounts").iterdir()} == accounts_of(folder)


@BOTH
def test_policies_inside_responses_are_json(folder):
    texts = [s for _, r in loaded(folder, "**/*.json") for s in strings(r) if s.startswith('{"Version"')]
    assert len(texts) > 30
    assert all(json.loads(text)["Statement"] for text in texts)


@BOTH
def test_every_attached_policy_and_boundary_is_in_the_dump(folder):
    seen = 0
    for account, response in loaded(folder, "accounts/*/iam/get-account-authorization-details.json"):
        have = {policy["Arn"] for policy in response["Policies"]}
        for holder in [*response["UserDetailList"], *response["GroupDetailList"], *response["RoleDetailList"]]:
            wanted = {policy["PolicyArn"] for policy in holder["AttachedManagedPolicies"]}
            wanted |= (
                {holder["PermissionsBoundary"]["PermissionsBoundaryArn"]} if "PermissionsBoundary" in holder else set()
            )
            assert wanted <= have, f"{holder['Arn']}: {wanted - have}"
            assert holder["Arn"].split(":")[4] == account
            seen += len(wanted)
        groups = {group["GroupName"] for group in response["GroupDetailList"]}
        assert all(set(user["GroupList"]) <= groups for user in response["UserDetailList"])
    assert seen > 100


@BOTH
def test_roles_that_trusts_name_inside_the_organization_exist(folder):
    details = dict(loaded(folder, "accounts/*/iam/get-account-authorization-details.json"))
    have = {p["Arn"] for r in details.values() for p in [*r["RoleDetailList"], *r["UserDetailList"]]}
    named = {
        arn for r in details.values() for role in r["RoleDetailList"]
        for statement in role["AssumeRolePolicyDocument"]["Statement"] for arn in strings(statement["Principal"])
        if arn.startswith("arn:aws:iam::2100") and ":root" not in arn and "provider/" not in arn
    }  # fmt: skip
    assert len(named) > 5
    stack_sets = "AWSServiceRoleForCloudFormationStackSetsOrgAdmin"  # AWS makes it when trusted access is switched on
    assert {arn for arn in named - have if stack_sets not in arn} == set()


@BOTH
def test_every_security_group_subnet_and_profile_that_is_named_exists(folder):
    for region in sorted(folder.glob("accounts/*/eu-west-1")):
        network = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in region.glob("*/describe-*.json")}
        ids = {group["GroupId"] for group in network["describe-security-groups"]["SecurityGroups"]}
        ids |= {subnet["SubnetId"] for subnet in network["describe-subnets"]["Subnets"]}
        ids |= {vpc["VpcId"] for vpc in network["describe-vpcs"]["Vpcs"]}
        ids |= {found["PrefixListId"] for found in network["describe-managed-prefix-lists"]["PrefixLists"]}
        named = {
            s for response in network.values() for s in strings(response) if s.startswith(("sg-0", "subnet-0", "pl-"))
        }
        assert named <= ids, region
    details = dict(loaded(folder, "accounts/*/iam/get-account-authorization-details.json"))
    for account, response in loaded(folder, "accounts/*/eu-west-1/ec2/describe-instances.json"):
        used = {arn for arn in strings(response) if ":instance-profile/" in arn}
        have = {arn for arn in strings(details.get(account, {})) if ":instance-profile/" in arn}
        assert account not in details or used <= have


@BOTH
def test_addresses_lie_in_their_subnets_and_differ(folder):
    for account, response in loaded(folder, "accounts/*/eu-west-1/ec2/describe-network-interfaces.json"):
        region = folder / "accounts" / account / "eu-west-1" / "ec2"
        subnets = json.loads((region / "describe-subnets.json").read_text(encoding="utf-8"))["Subnets"]
        cidrs = {s["SubnetId"]: ipaddress.ip_network(s["CidrBlock"]) for s in subnets}
        addresses = [i["PrivateIpAddress"] for i in response["NetworkInterfaces"]]
        assert len(set(addresses)) == len(addresses)
        assert all(
            ipaddress.ip_address(i["PrivateIpAddress"]) in cidrs[i["SubnetId"]] for i in response["NetworkInterfaces"]
        )


@BOTH
def test_every_assignment_has_its_reserved_role_and_its_group(folder):
    files = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in (folder / "sso").iterdir()}
    sets = {arn: found["PermissionSet"]["Name"] for arn, found in files["describe-permission-set"].items()}
    groups = {group["GroupId"] for group in files["identitystore-list-groups"]["Groups"]}
    details = dict(loaded(folder, "accounts/*/iam/get-account-authorization-details.json"))
    assignments = [a for found in files["list-account-assignments"].values() for a in found["AccountAssignments"]]
    assert len(assignments) == 31
    for a in assignments:
        assert a["PrincipalId"] in groups
        names = [r["RoleName"] for r in details.get(a["AccountId"], {"RoleDetailList": []})["RoleDetailList"]]
        prefix = f"AWSReservedSSO_{sets[a['PermissionSetArn']]}_"
        assert a["AccountId"] not in details or sum(name.startswith(prefix) for name in names) == 1
    people = {user["UserId"] for user in files["identitystore-list-users"]["Users"]}
    members = [m["MemberId"]["UserId"] for found in files["identitystore-list-group-memberships"].values()
               for m in found["GroupMemberships"]]  # fmt: skip
    assert set(members) == people
    assert len(people) == 26


@BOTH
def test_credential_reports_agree_with_the_keys(folder):
    for path in sorted(folder.glob("accounts/*/iam/credential-report.csv")):
        text = path.read_text(encoding="utf-8")
        if "An error occurred" in text:
            continue
        rows = list(csv.DictReader(io.StringIO(text)))
        keys = json.loads((path.parent / "list-access-keys.json").read_text(encoding="utf-8"))
        assert [row["user"] for row in rows] == ["<root_account>", *keys]
        for row in rows[1:]:
            listed = keys[row["user"]]["AccessKeyMetadata"]
            active = [row["access_key_1_active"], row["access_key_2_active"]].count("true")
            assert active == sum(key["Status"] == "Active" for key in listed)


# -- the week ------------------------------------------------------------------------------------


@cache
def unchanged() -> dict[str, str]:
    return responses(baseline())


@cache
def changed_by(name: str) -> set[str]:
    """The files that one change alone makes different."""
    before, after = unchanged(), responses(week(only=(name,)))
    assert before.keys() == after.keys()
    return {path for path, text in before.items() if after[path] != text}


def is_told(path: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def test_every_change_is_told_and_nothing_else():
    assert set(told()) == set(CHANGES)


@pytest.mark.parametrize("name", list(CHANGES))
def test_each_change_alone_touches_exactly_the_files_told(name):
    touched, patterns = changed_by(name), told()[name]["files"]
    assert [path for path in touched if not is_told(path, patterns)] == []
    assert [pattern for pattern in patterns if not any(is_told(path, [pattern]) for path in touched)] == []


def test_the_week_touches_what_its_changes_touch():
    committed = {
        path for path, text in files_of(demo.week_dir()).items() if files_of(demo.baseline_dir())[path] != text
    }
    assert committed == {path for name in CHANGES for path in changed_by(name)}


def parts_of(node_id: str) -> list[str]:
    """What a dump says where the graph makes an id of several: an instance's ARN, a rule of a security group."""
    if ":instance/" in node_id:
        return [node_id.rsplit("/", 1)[1]]
    if node_id.startswith("sg-"):
        group, _, peer = node_id.partition("/")
        return [group, peer.split("/", 3)[-1]]
    return [node_id]


def test_node_ids_in_the_answers_are_in_the_dumps():
    text = "\n".join([*files_of(demo.baseline_dir()).values(), *files_of(demo.week_dir()).values()])
    ids = {s for s in strings(answers()) if re.match("(arn:|sg-|AKIA)", s) and "#" not in s}
    assert len(ids) > 40
    assert [i for i in ids if not all(part in text for part in parts_of(i))] == []


def allows(statement: dict[str, Any], action: str) -> bool:
    def names(key: str) -> bool:
        patterns = statement.get(key, [])
        return any(
            fnmatchcase(action.lower(), p.lower()) for p in ([patterns] if isinstance(patterns, str) else patterns)
        )

    return names("Action") or ("NotAction" in statement and not names("NotAction"))


def statements_of(role: dict[str, Any], documents: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role["RolePolicyList"]:
        yield from policy["PolicyDocument"]["Statement"]
    for policy in role["AttachedManagedPolicies"]:
        yield from documents[policy["PolicyArn"]]["Statement"]


def can(role: dict[str, Any], documents: dict[str, Any], action: str) -> bool:
    """By a reading of its own: some Allow on every resource, no Deny; the boundary must agree."""

    def granted(statements: list[dict[str, Any]]) -> bool:
        hits = [s for s in statements if allows(s, action)]
        return any(s["Effect"] == "Allow" and s["Resource"] == "*" for s in hits) and all(
            s["Effect"] == "Allow" for s in hits
        )

    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    bounds = documents[boundary]["Statement"] if boundary else [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    return granted(list(statements_of(role, documents))) and granted(bounds)


def roles_that(folder: Path, allowed: Callable[[dict[str, Any], dict[str, Any]], bool]) -> set[str]:
    return {
        role["Arn"]
        for account, response in loaded(folder, "accounts/*/iam/get-account-authorization-details.json")
        if account in ("210000000055", "210000000066")
        for documents in [{p["Arn"]: p["PolicyVersionList"][0]["Document"] for p in response["Policies"]}]
        for role in response["RoleDetailList"] if allowed(role, documents)
    }  # fmt: skip


def test_nine_roles_in_two_accounts_could_delete_the_ledger_and_its_recovery_points():
    deletions = ("rds:DeleteDBCluster", "backup:DeleteRecoveryPoint")
    found = roles_that(demo.week_dir(), lambda role, documents: all(can(role, documents, a) for a in deletions))
    expected = told()["3"]["expect"][0]["principals"]
    assert found == set(expected)
    assert len(expected) == 9
    attached = dict(loaded(demo.week_dir(), "organizations/list-policies-for-target.json"))[""]
    before = dict(loaded(demo.baseline_dir(), "organizations/list-policies-for-target.json"))[""]
    lost = [(t, p["Name"]) for t in before for p in before[t]["Policies"] if p not in attached[t]["Policies"]]
    assert lost == [("ou-h4rb-3c165ebe", "ProtectBackups")]
    policies = dict(loaded(demo.baseline_dir(), "organizations/describe-policy.json"))[""]
    (denial,) = (json.loads(p["Policy"]["Content"])["Statement"] for p in policies.values()
                 if p["Policy"]["PolicySummary"]["Name"] == "ProtectBackups")  # fmt: skip
    assert all(s["Effect"] == "Deny" and "Condition" not in s for s in denial)
    assert all(any(allows(s, action) for s in denial) for action in deletions)


def functions_of(folder: Path) -> set[str]:
    """Roles of payments-prod that a function may take and that read the ledger."""
    ledger = "arn:aws:rds:eu-west-1:210000000055:cluster:ledger"
    details = dict(loaded(folder, "accounts/*/iam/get-account-authorization-details.json"))["210000000055"]
    taken = [r for r in details["RoleDetailList"] if "lambda.amazonaws.com" in strings(r["AssumeRolePolicyDocument"])]
    return {r["RoleName"] for r in taken if ledger in strings(r["RolePolicyList"])}


def passed_and_trusted(only: tuple[str, ...]) -> tuple[str, str]:
    role = week(only).account("payments-prod").role("ci-deploy")
    (passes,) = (s["Resource"] for s in role.inline["deploy"]["Statement"] if s["Action"] == "iam:PassRole")
    (subject,) = role.trust["Statement"][0]["Condition"]["StringLike"].values()
    return passes, subject


def test_only_both_changes_of_the_pipeline_hand_out_the_ledger():
    """Which needs a role that a function may take, that reads the ledger, and that could not be passed before."""
    (reader,) = functions_of(demo.baseline_dir())
    arn = f"arn:aws:iam::210000000055:role/{reader}"
    for only, opens in (((), False), (("1",), False), (("2",), False), (("1", "2"), True)):
        passes, subject = passed_and_trusted(only)
        any_repository = fnmatchcase("repo:harborline/website:ref:refs/heads/try", subject)
        assert (any_repository and fnmatchcase(arn, passes)) is opens


def test_the_silent_changes_keep_what_they_say():
    def document(company: Company) -> Any:
        return company.account("data-prod").policy("warehouse-loader").document["Statement"]

    before, after = document(baseline()), document(week(("reordered",)))
    assert before != after
    assert sorted(map(json.dumps, before)) == sorted(map(json.dumps, after))
    old, new = (c.aws_managed["SecurityAudit"].document["Statement"] for c in (baseline(), week(("aws-policy",))))
    assert set(new[0]["Action"]) - set(old[0]["Action"]) == {
        "bcm-data-exports:ListExports", "workspaces-web:ListPortals", "workspaces-web:ListTrustStores"
    }  # fmt: skip
    assert old[1:] == new[1:]
