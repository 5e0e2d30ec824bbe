"""Keys, passwords, MFA, the credential report and identity providers as AWS documents them."""

import base64
import json

import pytest

from ingest.snapshot import (
    AccessKey,
    AccessKeyUse,
    CredentialReportRow,
    CredentialUse,
    IdentityProvider,
    LoginProfile,
    MfaDevices,
    Reason,
    RoleUse,
    Scope,
    State,
)
from tests.dumps import CANONICAL, DENIED, POLICY, SEEN, A, imported, records, state

ALICE, BOB = f"arn:aws:iam::{A}:user/ops/alice", f"arn:aws:iam::{A}:user/bob"
GAAD = {
    "UserDetailList": [
        {"UserName": "alice", "Arn": ALICE, "Path": "/ops/", "AttachedManagedPolicies": []},
        {"UserName": "bob", "Arn": BOB, "AttachedManagedPolicies": []},
    ],
    "GroupDetailList": [],
    "Policies": [],
    "RoleDetailList": [],
}
HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date"
)
REPORT = "\n".join(
    (
        HEADER,
        f"<root_account>,arn:aws:iam::{A}:root,2020-01-01T00:00:00+00:00,not_supported,2024-05-05T00:00:00+00:00,"
        "not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A",
        f"alice,{ALICE},2020-01-01T00:00:00+00:00,true,no_information,2020-01-01T00:00:00+00:00,N/A,false,true,"
        "2021-01-01T00:00:00+00:00,2024-06-06T00:00:00+00:00,us-east-1,s3,false,N/A,N/A",
    )
)


def test_credentials(tmp_path):
    keys = [{"UserName": "alice", "AccessKeyId": "AKIA1", "Status": "Inactive", "CreateDate": "2024-01-02T03:04:05Z"}]
    found = imported(
        tmp_path,
        {
            f"{A}/gaad.json": GAAD,
            f"{A}/iam/a.json": {"alice": {"AccessKeyMetadata": keys}, "bob": {"AccessKeyMetadata": []}},
            f"{A}/iam/b.json": {
                "alice": {"LoginProfile": {"UserName": "alice", "CreateDate": "x"}},
                "bob": {"Error": {"Code": "NoSuchEntity", "Message": "none"}},
            },
            f"{A}/iam/c.json": {
                "alice": {"MFADevices": [{"UserName": "alice", "SerialNumber": "mfa"}]},
                "bob": {"MFADevices": []},
            },
            f"{A}/iam/d.json": {
                "AKIA1": {
                    "UserName": "alice",
                    "AccessKeyLastUsed": {
                        "LastUsedDate": "2024-02-01T01:00:00+01:00",
                        "ServiceName": "s3",
                        "Region": "us-east-1",
                    },
                }
            },
        },
    )
    assert records(found, AccessKey) == [
        AccessKey(account_id=A, user_arn=ALICE, id="AKIA1", active=False, created="2024-01-02T03:04:05+00:00")
    ]
    assert records(found, LoginProfile) == [
        LoginProfile(account_id=A, user_arn=BOB, exists=False),
        LoginProfile(account_id=A, user_arn=ALICE, exists=True),
    ]
    assert records(found, MfaDevices) == [
        MfaDevices(account_id=A, user_arn=BOB),
        MfaDevices(account_id=A, user_arn=ALICE, serials=("mfa",)),
    ]
    assert records(found, AccessKeyUse) == [
        AccessKeyUse(account_id=A, key_id="AKIA1", last_used="2024-02-01T00:00:00+00:00")
    ]
    assert {s.state for s in found.shards.values()} == {State.SEEN}


@pytest.mark.parametrize(
    "bob, expected",
    [
        ({}, (State.PARTIAL, Reason.NOT_ATTEMPTED)),
        ({"bob": DENIED}, (State.PARTIAL, Reason.DENIED)),
        ({"bob": {}}, (State.PARTIAL, Reason.MALFORMED)),
        ({"bob": {"AccessKeyMetadata": [], "IsTruncated": True, "Marker": "m"}}, (State.PARTIAL, Reason.TRUNCATED)),
        ({"bob": {"AccessKeyMetadata": []}}, SEEN),
    ],
)
def test_a_user_who_was_not_asked_about_may_have_keys(tmp_path, bob, expected):
    found = imported(
        tmp_path, {f"{A}/gaad.json": GAAD, f"{A}/list-access-keys.json": {"alice": {"AccessKeyMetadata": []}, **bob}}
    )
    assert state(found, "iam.access_keys") == expected


def test_keys_without_a_list_of_users_are_not_all_keys(tmp_path):
    found = imported(tmp_path, {f"{A}/list-access-keys.json": {"alice": {"AccessKeyMetadata": []}}})
    assert state(found, "iam.access_keys") == (State.PARTIAL, Reason.NOT_ATTEMPTED)


@pytest.mark.parametrize(
    "report",
    [
        REPORT,
        REPORT.replace("\n", "\r\n") + "\r\n",
        {"Content": base64.b64encode(REPORT.encode()).decode(), "ReportFormat": "text/csv", "GeneratedTime": "now"},
    ],
    ids=["csv", "csv of windows", "cli"],
)
def test_the_credential_report(tmp_path, report):
    found = imported(tmp_path, {"any-name": report})
    assert records(found, CredentialReportRow) == [
        CredentialReportRow(account_id=A, user_arn=f"arn:aws:iam::{A}:root", mfa_active=True),
        CredentialReportRow(
            account_id=A,
            user_arn=ALICE,
            password_enabled=True,
            key_1_active=True,
            key_1_rotated="2021-01-01T00:00:00+00:00",
        ),
    ]
    assert records(found, CredentialUse) == [
        CredentialUse(account_id=A, user_arn=f"arn:aws:iam::{A}:root", password_last_used="2024-05-05T00:00:00+00:00"),
        CredentialUse(account_id=A, user_arn=ALICE, key_1_last_used="2024-06-06T00:00:00+00:00"),
    ]
    assert state(found, "iam.credential_report") == SEEN


def test_a_row_of_the_credential_report_that_was_cut_off_is_not_read_as_no_mfa(tmp_path):
    found = imported(tmp_path, {"report.csv": REPORT[: REPORT.index("alice") + 60]})
    assert [r.user_arn for r in records(found, CredentialReportRow)] == [f"arn:aws:iam::{A}:root"]
    assert state(found, "iam.credential_report") == (State.PARTIAL, Reason.MALFORMED)
    assert found.problems[0].file == "report.csv"


def test_identity_providers(tmp_path):
    saml, oidc = (f"arn:aws:iam::{A}:{name}" for name in ("saml-provider/sso", "oidc-provider/token.example.com/x"))
    found = imported(
        tmp_path,
        {
            "a.json": {"SAMLProviderList": [{"Arn": saml, "ValidUntil": "x"}]},
            "b.json": {"OpenIDConnectProviderList": [{"Arn": oidc}]},
            "c.json": {"Url": "token.example.com/x", "ClientIDList": ["sts"], "ThumbprintList": [], "Tags": []},
        },
    )
    assert records(found, IdentityProvider) == [
        IdentityProvider(arn=oidc, name="token.example.com/x", account_id=A, kind="oidc", client_ids=("sts",)),
        IdentityProvider(arn=saml, name="sso", account_id=A, kind="saml", client_ids=()),
    ]
    assert state(found, "iam.providers") == SEEN


def test_url_encoded_documents_and_the_default_version(tmp_path):
    from urllib.parse import quote

    role = {
        "RoleName": "r",
        "Arn": f"arn:aws:iam::{A}:role/r",
        "AssumeRolePolicyDocument": quote(json.dumps(POLICY)),
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "RoleLastUsed": {"LastUsedDate": "2024-01-01T00:00:00+00:00", "Region": "eu-west-1"},
    }
    found = imported(tmp_path, {"g.json": {**GAAD, "RoleDetailList": [role]}})
    shard = found.shards[Scope(A, "", "iam.authorization")]
    assert shard.records[0].trust == CANONICAL
    assert "2024-01-01" not in repr(shard), "a role's last use is activity"
    assert records(found, RoleUse) == [
        RoleUse(account_id=A, role_arn=role["Arn"], region="eu-west-1", last_used="2024-01-01T00:00:00+00:00")
    ]
