"""A bad file is one line with its position, fails the shard it would have fed, and costs no other file anything."""

import codecs
import json
import os
from pathlib import Path

import pytest

from ingest.files import Problem, collect_files
from ingest.snapshot import OrganizationPolicy, Reason, Role, Scope, State, Unseen

A, B = "111111111111", "222222222222"


def dump(account: str, *names: str) -> dict:
    return {
        "UserDetailList": [],
        "GroupDetailList": [],
        "Policies": [],
        "RoleDetailList": [
            {
                "RoleName": n,
                "Arn": f"arn:aws:iam::{account}:role/{n}",
                "AssumeRolePolicyDocument": {"Statement": []},
                "RolePolicyList": [],
                "AttachedManagedPolicies": [],
            }
            for n in names
        ],
    }


@pytest.fixture
def folder(tmp_path) -> Path:
    """A good dump of one account, beside which each test puts a bad one of another."""
    root = tmp_path / "dump"
    for account in (A, B):
        (root / account / "iam").mkdir(parents=True)
    (root / A / "iam" / "get-account-authorization-details.json").write_text(json.dumps(dump(A, "good")))
    return root


def bad_file(folder: Path, name: str = "iam/get-account-authorization-details.json") -> Path:
    return folder / B / name


GOOD = json.dumps(dump(B, "role"), indent=2)
LAST = GOOD.count("\n") + 1  # line
BAD = {
    "truncated": (GOOD[:-9], LAST - 2, "not valid JSON"),
    "empty": ("", 1, "empty file"),
    "blank": ("\n\n", 1, "empty file"),
    "html": ("<html>503</html>", 1, "not JSON"),
    "duplicate key": (GOOD.replace('"Policies"', '"GroupDetailList"'), 4, "duplicate key `GroupDetailList`"),
    "NaN": (GOOD.replace("[]", "[NaN]", 1), 2, "`NaN` is not JSON"),
    "deep": (GOOD.replace("[]", "[" * 99 + "]" * 99, 1), 2, "nested deeper than 64 levels"),
    "very deep": ("[" * 1_000_000, 1, "nested deeper than 64 levels"),
    "lone surrogate": (GOOD.replace("role/role", "role/\\ud800"), 8, "lone surrogate"),
    "huge number": (GOOD.replace("[]", "[" + "1" * 5000 + "]", 1), 2, "number out of range"),
    "two values": (GOOD + GOOD, LAST, "extra data"),
    "latin-1": (GOOD.replace("role/role", "role/é").encode("latin-1"), 8, "not valid UTF-8"),
    "half UTF-16": (codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le")[:-1], LAST, "not valid UTF-16"),
    "UTF-16 without its mark": (GOOD.encode("utf-16-le"), 1, "not valid JSON"),
    "binary": (os.urandom(9) + b"\xff\xfe\xfd" * 99, 1, "not valid UTF-8"),
    "a null": ("null", 1, "not JSON"),
    "a number": ("7", 1, "not JSON"),
    "an empty object": ("{}", 1, "an empty answer is not one"),
    "an empty list": ("[]", 1, "an empty answer is not one"),
    "another answer": ('{"Nothing": []}', 1, "not an answer of `iam get-account-authorization-details`"),
}


@pytest.mark.parametrize("content, line, reason", BAD.values(), ids=BAD)
def test_a_bad_file_is_one_problem_and_one_failed_shard(folder, content, line, reason):
    bad_file(folder).write_bytes(content if isinstance(content, bytes) else content.encode())
    found = collect_files(folder)
    [problem] = found.problems
    assert (problem.file, problem.warning) == (f"{B}/iam/get-account-authorization-details.json", False)
    assert problem.line == line
    assert reason in problem.reason
    shard = found.shards[Scope(B, "", "iam.authorization")]
    assert (shard.state, shard.reason, shard.records) == (State.FAILED, Reason.MALFORMED, ())
    assert [r.name for r in found.shards[Scope(A, "", "iam.authorization")].records] == ["good"]


def test_a_truncated_dump_is_known_by_its_contents(folder):
    bad_file(folder, "../x.txt").write_text(GOOD[:-30])
    shard = collect_files(folder).shards[Scope(B, "", "iam.authorization")]
    assert (shard.state, shard.reason) == (State.FAILED, Reason.MALFORMED)


def test_a_file_above_the_limit_is_not_read(folder):
    bad_file(folder).write_text(GOOD)
    with bad_file(folder).open("ab") as file:
        file.truncate(10_000_000)
    found = collect_files(folder, limit=1_000_000)
    assert [p.reason for p in found.problems] == ["larger than 1,000,000 bytes: split it by account or by page"]
    assert found.shards[Scope(B, "", "iam.authorization")].state is State.FAILED


def test_a_path_that_is_not_there(tmp_path):
    found = collect_files(tmp_path / "nowhere")
    assert found.shards == {}
    [problem] = found.problems
    assert problem.file.endswith("/nowhere")
    assert problem.reason == "cannot be read (no such file or directory): check the path and its permissions"
    assert not found.usable


def test_a_folder_without_files(tmp_path):
    (tmp_path / "empty" / "er").mkdir(parents=True)
    assert collect_files(tmp_path / "empty").problems == [
        Problem("empty", 1, 1, "no files: give the folder that the dumps are in")
    ]


def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(bad_file(folder))
    [problem] = collect_files(folder).problems
    assert "not a regular file" in problem.reason


def test_a_link_to_nothing(folder):
    bad_file(folder).symlink_to("nothing")
    [problem] = collect_files(folder).problems
    assert "no such file" in problem.reason


def test_a_folder_that_leads_back_to_itself_is_not_followed(folder):
    (folder / B / "loop").symlink_to(folder)
    assert [(p.file, p.reason) for p in collect_files(folder).problems] == [
        (f"{B}/loop", "a link to a folder: import that folder by itself")
    ]


@pytest.mark.parametrize(
    "name, content",
    [
        ("manifest.json", '{"counts": {"roles": 7}}'),
        ("README.md", "# Our dump"),
        ("notes.txt", "An error occurred"),
        ("week.toml", "[[item]]"),
        ("logo.png", "\udc89PNG"),
        ("stack.json", '{"Resources": {"X": {"Properties": {"Tags": [{"Key": "a", "Value": "b"}]}}}}'),
        ("list-role-tags.json", '{"Nothing": []}'),
    ],
)
def test_what_no_importer_knows_is_a_warning(folder, name, content):
    (folder / name).write_text(content, errors="surrogateescape")
    found = collect_files(folder)
    assert [(p.file, p.warning) for p in found.problems] == [(name, True)]
    assert found.usable


def test_one_bad_role_costs_one_role(folder):
    damaged = dump(B, "one", "two", "three")
    damaged["RoleDetailList"][1]["Arn"] = 7
    damaged["RoleDetailList"].append(None)
    bad_file(folder).write_text(json.dumps(damaged))
    found = collect_files(folder)
    shard = found.shards[Scope(B, "", "iam.authorization")]
    assert (shard.state, shard.reason) == (State.PARTIAL, Reason.MALFORMED)
    assert [r.name for r in shard.records] == ["one", "three"]
    assert [p.reason for p in found.problems] == [
        "`RoleDetailList[1].Arn`: expected `str`, got `int`",
        "`RoleDetailList[3]`: expected `object`, got `null`",
    ]


def test_a_role_without_its_list_of_policies_is_not_a_role_without_policies(folder):
    damaged = dump(B, "one", "two")
    del damaged["RoleDetailList"][0]["AttachedManagedPolicies"]
    bad_file(folder).write_text(json.dumps(damaged))
    shard = collect_files(folder).shards[Scope(B, "", "iam.authorization")]
    assert [r.name for r in shard.records] == ["two"]
    assert shard.state is State.PARTIAL


def test_a_document_that_is_no_json_keeps_its_record(folder):
    summary = {
        "Id": "p-1",
        "Arn": f"arn:aws:organizations::{A}:policy/o-1/x/p-1",
        "Name": "deny-by-type",
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": False,
    }
    (folder / "describe-policy.json").write_text(
        json.dumps(
            {"p-1": {"Policy": {"PolicySummary": summary, "Content": '{"Statement": [\n  {"Effect": "Deny",}\n]}'}}}
        )
    )
    found = collect_files(folder)
    [policy] = [r for s in found.shards.values() for r in s.records if isinstance(r, OrganizationPolicy)]
    assert (policy.name, policy.document) == ("deny-by-type", Unseen("malformed"))
    [problem] = found.problems
    assert problem.reason.startswith("`p-1`: the policy document in `Policy` is not readable: ")
    assert problem.reason.endswith("at line 2 column 21 of it")


@pytest.mark.parametrize("document", ['{"Statement": [}', '{"Effect": "Allow", "Effect": "Deny"}', "%7B%22", "Allow *"])
def test_a_trust_policy_that_is_no_json_is_kept_as_its_text(folder, document):
    damaged = dump(B, "one")
    damaged["RoleDetailList"][0]["AssumeRolePolicyDocument"] = document
    bad_file(folder).write_text(json.dumps(damaged))
    found = collect_files(folder)
    [role] = [r for r in found.shards[Scope(B, "", "iam.authorization")].records if isinstance(r, Role)]
    assert role.trust == document
    assert "`RoleDetailList[0]` is not readable" in found.problems[0].reason


@pytest.mark.parametrize(
    "name",
    ['"; DROP TABLE x; --', "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "a\nb", "\u202egpj.exe", "名前", "\x00"],
)
def test_names_of_strangers_are_kept_as_they_are(folder, name):
    bad_file(folder).write_text(json.dumps(dump(B, name)))
    found = collect_files(folder)
    [role] = found.shards[Scope(B, "", "iam.authorization")].records
    assert role.name == name
    assert found.problems == []


def test_a_hostile_file_name_is_shown_on_one_line(folder):
    (folder / "bad\n\x1b[31m.json").write_text("{")
    assert len(str(collect_files(folder).problems[0]).splitlines()) == 1


def test_an_answer_of_nobody_knows_where_says_what_to_do(tmp_path):
    for account in (A, B):
        (tmp_path / f"{account}.json").write_text(json.dumps(dump(account, "r")))
    (tmp_path / "list-access-keys.json").write_text(json.dumps({"u": {"AccessKeyMetadata": []}}))
    (tmp_path / f"describe-vpcs-{A}.json").write_text(json.dumps({"Vpcs": [{"VpcId": "vpc-1"}]}))
    found = collect_files(tmp_path)
    assert {p.file: p.reason for p in found.problems} == {
        "list-access-keys.json": "cannot tell the account of this answer of `iam list-access-keys`: "
        "put the file in a folder named after the account",
        f"describe-vpcs-{A}.json": "cannot tell the region of this answer of `ec2 describe-vpcs`: "
        "put the file in a folder named after the region",
    }


def test_a_path_below_a_file_is_a_problem(folder):
    bad_file(folder).write_text(GOOD)
    [problem] = collect_files(bad_file(folder) / "below").problems
    assert "cannot be read (not a directory): check" in problem.reason
    assert not problem.warning
