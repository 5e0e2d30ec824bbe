"""Answers in pages, of several accounts, in other partitions, and that contradict each other."""

from pathlib import Path

from ingest.files import collect_files
from ingest.snapshot import Bucket, Instance, Reason, State, User, Vpc
from ingest.sources.table import SOURCES
from tests.dumps import HERE, SEEN, A, imported, records, state

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


def test_every_source_is_fed_by_the_demo(request):
    from demo import baseline_dir

    fed = {scope.collector for scope in collect_files(Path(baseline_dir())).shards}
    assert fed == {source.collector for source in SOURCES}


def test_other_partitions_keep_theirs(tmp_path):
    found = imported(
        tmp_path,
        {
            "222222222222/us-gov-west-1/describe-instances.json": {
                "Reservations": [{"OwnerId": "222222222222", "Instances": [{"InstanceId": "i-1"}]}]
            },
            "333333333333/g.json": {
                **GAAD,
                "UserDetailList": [
                    {"UserName": "u", "Arn": "arn:aws-cn:iam::333333333333:user/u", "AttachedManagedPolicies": []}
                ],
            },
            "333333333333/list-buckets.json": {"Buckets": [{"Name": "b"}]},
        },
    )
    assert records(found, Instance)[0].arn == "arn:aws-us-gov:ec2:us-gov-west-1:222222222222:instance/i-1"
    assert records(found, Bucket)[0].arn == "arn:aws-cn:s3:::b"


def test_pages_are_one_answer(tmp_path):
    page = {"Vpcs": [{"VpcId": "vpc-1", "OwnerId": A}], "NextToken": "t"}
    last = {"Vpcs": [{"VpcId": "vpc-2", "OwnerId": A}]}
    found = imported(tmp_path, {f"{HERE}/one.json": page})
    assert state(found, "ec2.vpcs") == (State.PARTIAL, Reason.TRUNCATED)
    assert state(imported(tmp_path, {f"{HERE}/two.json": last}), "ec2.vpcs") == SEEN
    listed = imported(tmp_path, {f"{HERE}/one.json": [page, last], f"{HERE}/two.json": []})
    assert state(listed, "ec2.vpcs") == SEEN
    assert [v.id for v in records(listed, Vpc)] == ["vpc-1", "vpc-2"]


def test_one_file_with_the_dumps_of_several_accounts(tmp_path):
    other = {"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": []}
    found = imported(tmp_path, {"all.json": {A: GAAD, "222222222222": other}})
    assert [s.account_id for s in found.shards if s.collector == "iam.authorization"] == [A, "222222222222"]
    assert [u.name for u in records(found, User)] == ["bob", "alice"]


def test_a_dump_without_a_part_of_it_is_partial(tmp_path):
    found = imported(tmp_path, {"g.json": {k: v for k, v in GAAD.items() if k != "Policies"}})
    assert state(found, "iam.authorization") == (State.PARTIAL, Reason.TRUNCATED)


def test_two_files_that_differ_about_one_thing_are_a_problem(tmp_path):
    older = {
        **GAAD,
        "UserDetailList": [
            {"UserName": "alice", "Arn": ALICE, "AttachedManagedPolicies": [], "Tags": [{"Key": "k", "Value": "v"}]}
        ],
    }
    found = imported(tmp_path, {"a/g.json": GAAD, "b/g.json": older})
    assert [u.tags for u in records(found, User) if u.arn == ALICE] == [{}]
    assert "two answers differ about" in found.problems[0].reason
