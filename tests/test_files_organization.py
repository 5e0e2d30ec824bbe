"""Organizations and Identity Center as AWS documents them."""

import json
from typing import Any

import pytest

from ingest.snapshot import (
    Account,
    Assignment,
    DirectoryGroup,
    DirectoryUser,
    OrganizationPolicy,
    PermissionSet,
    PolicyTarget,
    Reason,
    State,
    Unseen,
)
from tests.dumps import CANONICAL, DENIED, POLICY, SEEN, A, imported, records, state

SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
ORG = "arn:aws:organizations::111111111111:"
MEMBER = {"Id": "222222222222", "Arn": f"{ORG}account/o-1/222222222222", "Name": "prod", "Status": "ACTIVE"}
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


def test_identity_center(tmp_path):
    found = imported(
        tmp_path,
        {
            "1.json": {
                "Instances": [
                    {"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "IdentityStoreId": "d-1", "OwnerAccountId": A}
                ]
            },
            "2.json": {"PermissionSets": [SET]},
            "3.json": {SET: {"PermissionSet": {"Name": "Analyst", "PermissionSetArn": SET, "SessionDuration": "PT8H"}}},
            "4.json": {SET: {"AttachedManagedPolicies": [{"Name": "n", "Arn": "arn:managed"}]}},
            "5.json": {SET: {"CustomerManagedPolicyReferences": [{"Name": "own", "Path": "/team/"}]}},
            "6.json": {SET: {"InlinePolicy": json.dumps(POLICY)}},
            "7.json": {
                SET: {"PermissionsBoundary": {"CustomerManagedPolicyReference": {"Name": "fence", "Path": "/"}}}
            },
            "8.json": {
                f"{A} {SET}": {
                    "AccountAssignments": [
                        {"AccountId": A, "PermissionSetArn": SET, "PrincipalType": "USER", "PrincipalId": "u-1"}
                    ]
                }
            },
            "9.json": {
                "Users": [
                    {
                        "UserId": "u-1",
                        "IdentityStoreId": "d-1",
                        "UserName": "ann",
                        "DisplayName": "Ann",
                        "Emails": [{"Value": "b@x"}, {"Value": "a@x", "Primary": True}],
                    }
                ]
            },
            "10.json": {"Groups": [{"GroupId": g, "IdentityStoreId": "d-1", "DisplayName": g} for g in ("g-1", "g-2")]},
            "11.json": {"g-1": {"GroupMemberships": [{"GroupId": "g-1", "MemberId": {"UserId": "u-1"}}]}},
        },
    )
    assert records(found, PermissionSet) == [
        PermissionSet(
            arn=SET,
            name="Analyst",
            instance_arn="arn:aws:sso:::instance/ssoins-1",
            session_duration="PT8H",
            managed=("arn:managed",),
            customer_managed=("/team/own",),
            inline=CANONICAL,
            boundary="/fence",
        )
    ]
    assert records(found, Assignment) == [
        Assignment(account_id=A, permission_set_arn=SET, principal_type="USER", principal_id="u-1")
    ]
    assert records(found, DirectoryUser) == [DirectoryUser(id="u-1", name="ann", display_name="Ann", email="a@x")]
    assert records(found, DirectoryGroup) == [
        DirectoryGroup(id="g-1", name="g-1", member_ids=("u-1",)),
        DirectoryGroup(id="g-2", name="g-2", member_ids=Unseen()),
    ]
    assert state(found, "sso.permission_sets") == state(found, "sso.directory") == SEEN


@pytest.mark.parametrize(
    "inline, boundary, expected",
    [
        ({"InlinePolicy": ""}, {"Error": {"Code": "ResourceNotFoundException"}}, (None, None)),
        (DENIED, DENIED, (Unseen("denied"), Unseen("denied"))),
    ],
)
def test_a_permission_set_without_inline_policy_or_with_one_that_is_denied(tmp_path, inline, boundary, expected):
    found = imported(
        tmp_path,
        {
            f"{A}/sso/describe-permission-set.json": {SET: {"PermissionSet": {"Name": "n", "PermissionSetArn": SET}}},
            f"{A}/sso/get-inline-policy-for-permission-set.json": {SET: inline},
            f"{A}/sso/get-permissions-boundary-for-permission-set.json": {SET: boundary},
        },
    )
    [one] = records(found, PermissionSet)
    assert (one.inline, one.boundary) == expected


def tree(types: list[str]) -> dict[str, Any]:
    return {
        "o/describe-organization.json": {
            "Organization": {"Id": "o-1", "Arn": f"{ORG}organization/o-1", "MasterAccountId": A}
        },
        "o/list-roots.json": {
            "Roots": [
                {
                    "Id": "r-1",
                    "Arn": f"{ORG}root/o-1/r-1",
                    "Name": "Root",
                    "PolicyTypes": [{"Type": t, "Status": "ENABLED"} for t in types],
                }
            ]
        },
        "o/list-accounts.json": {"Accounts": [MEMBER]},
        "o/list-accounts-for-parent.json": {"r-1": {"Accounts": [MEMBER]}},
        "o/list-organizational-units-for-parent.json": {"r-1": {"OrganizationalUnits": []}},
        "o/list-tags-for-resource.json": {"222222222222": {"Tags": [{"Key": "env", "Value": "prod"}]}},
    }


def test_accounts_have_their_parent_and_tags(tmp_path):
    found = imported(tmp_path, tree([]))
    assert records(found, Account) == [
        Account(id="222222222222", arn=MEMBER["Arn"], name="prod", parent_id="r-1", tags={"env": "prod"})
    ]
    assert state(found, "organizations.tree") == SEEN


def policy(kind: str) -> dict[str, Any]:
    return {"Id": f"p-{kind[:3].lower()}", "Arn": f"{ORG}policy/o-1/x/p-{kind[:3].lower()}", "Name": kind, "Type": kind}


def test_policies_of_both_kinds(tmp_path):
    found = imported(
        tmp_path,
        {
            **tree([SCP, RCP]),
            "o/list-policies.json": {"Policies": [policy(SCP), policy(RCP), policy("TAG_POLICY")]},
            "o/describe-policy.json": {
                "p-ser": {"Policy": {"PolicySummary": policy(SCP), "Content": json.dumps(POLICY)}},
                "p-res": DENIED,
            },
            "o/list-policies-for-target.json": {"r-1": {"Policies": [policy(SCP)]}, "222222222222": {"Policies": []}},
            "o/list-policies-for-target-RESOURCE_CONTROL_POLICY.json": {
                "r-1": {"Policies": []},
                "222222222222": {"Policies": []},
            },
        },
    )
    rcp, scp = sorted(records(found, OrganizationPolicy), key=lambda p: p.kind)
    assert (scp.kind, scp.document, rcp.kind, rcp.document) == ("scp", CANONICAL, "rcp", Unseen("denied"))
    assert {(t.target_id, t.kind): t.policy_ids for t in records(found, PolicyTarget)} == {
        ("r-1", "scp"): ("p-ser",),
        ("222222222222", "scp"): (),
        ("r-1", "rcp"): (),
        ("222222222222", "rcp"): (),
    }
    assert state(found, "organizations.policies") == (State.PARTIAL, Reason.DENIED)


def test_a_kind_that_is_enabled_and_was_not_asked_for_is_open(tmp_path):
    found = imported(
        tmp_path,
        {
            **tree([SCP, RCP]),
            "o/list-policies.json": {"Policies": []},
            "o/list-policies-for-target.json": {"r-1": {"Policies": [policy(SCP)]}, "222222222222": {"Policies": []}},
        },
    )
    assert state(found, "organizations.policies") == (State.PARTIAL, Reason.NOT_ATTEMPTED)
    assert {t.kind for t in records(found, PolicyTarget)} == {"scp"}


def test_answers_about_tag_policies_say_nothing_about_others(tmp_path):
    found = imported(
        tmp_path,
        {
            **tree([SCP]),
            "o/list-policies.json": {"Policies": []},
            "o/list-policies-for-target-TAG_POLICY.json": {"r-1": {"Policies": []}},
        },
    )
    assert ("r-1", "scp") not in {(t.target_id, t.kind) for t in records(found, PolicyTarget)}
