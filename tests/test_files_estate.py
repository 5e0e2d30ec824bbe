"""A generated organization comes in whole, the same whatever the workers, names and order of its files."""

import json
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.estate import Params, generate
from ingest.files import collect_files
from ingest.snapshot import (
    Assignment,
    Bucket,
    Function,
    Group,
    Instance,
    InstanceProfile,
    ManagedPolicy,
    PolicyTarget,
    Reason,
    Role,
    Scope,
    SecurityGroup,
    State,
    User,
)
from ingest.snapshot.codec import encode

PARAMS = Params(
    accounts=3,
    roles=30,
    users=6,
    groups=3,
    managed_policies=8,
    sgs=12,
    instances=6,
    lambdas=6,
    buckets=5,
    regions=2,
    ous=2,
    permission_sets=5,
    sso_users=12,
    chains=12,
)
SERVICE_FOLDERS = ("organizations", "sso", "iam", "ec2", "s3", "lambda")


@pytest.fixture(scope="module")
def two_regions(tmp_path_factory) -> tuple[Path, dict]:
    out = tmp_path_factory.mktemp("two") / "estate"
    return out, generate(PARAMS, out)


@pytest.fixture(scope="module")
def collected(two_regions):
    return collect_files(two_regions[0])


def bytes_of(collected) -> dict[Scope, tuple]:
    return {scope: (shard.state, shard.reason, encode(shard.records)) for scope, shard in collected.shards.items()}


def records(collected, kind) -> list:
    return [r for shard in collected.shards.values() for r in shard.records if type(r) is kind]


def test_everything_that_the_manifest_counts_is_there(two_regions, collected):
    counts = two_regions[1]["counts"]
    kinds = {
        "roles": Role,
        "users": User,
        "groups": Group,
        "policies": ManagedPolicy,
        "sgs": SecurityGroup,
        "instances": Instance,
        "functions": Function,
    }
    assert {name: len(records(collected, kind)) for name, kind in kinds.items()} == counts
    assert len(records(collected, Bucket)) == PARAMS.accounts * PARAMS.buckets
    assert {r.account_id for r in records(collected, Role)} == set(two_regions[1]["accounts"])


def test_coverage_says_what_the_estate_has_and_lacks(two_regions, collected):
    states = Counter((scope.collector, shard.state, shard.reason) for scope, shard in collected.shards.items())
    accounts, regions = PARAMS.accounts, PARAMS.accounts * PARAMS.regions
    assert states == {
        **{
            (name, State.SEEN, Reason.NONE): accounts
            for name in ("iam.authorization", "iam.access_keys", "iam.last_used")
        },
        **{
            (name, State.SEEN, Reason.NONE): regions
            for name in ("ec2.vpcs", "ec2.subnets", "ec2.security_groups", "ec2.instances", "lambda.functions")
        },
        **{
            (name, State.SEEN, Reason.NONE): 1
            for name in ("organizations.tree", "organizations.policies", "sso.permission_sets", "sso.directory")
        },
        ("s3.buckets", State.PARTIAL, Reason.NOT_ATTEMPTED): accounts,
    }
    assert [(p.file, p.warning) for p in collected.problems] == [("manifest.json", True)]


def test_facts_are_those_of_the_files(two_regions, collected):
    account = two_regions[1]["accounts"][1]
    dump = json.loads((two_regions[0] / f"accounts/{account}/iam/get-account-authorization-details.json").read_text())
    ours = {role.arn: role for role in records(collected, Role)}
    for role in dump["RoleDetailList"]:
        mine = ours[role["Arn"]]
        assert json.loads(mine.trust) == role["AssumeRolePolicyDocument"]
        assert {p.name: json.loads(p.document) for p in mine.inline} == {
            p["PolicyName"]: p["PolicyDocument"] for p in role["RolePolicyList"]
        }
        assert set(mine.attached) == {p["PolicyArn"] for p in role["AttachedManagedPolicies"]}
        assert mine.boundary == role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    policies = {p.arn: p for p in records(collected, ManagedPolicy) if p.account_id == account}
    for policy in dump["Policies"]:
        default = next(v for v in policy["PolicyVersionList"] if v["IsDefaultVersion"])
        assert json.loads(policies[policy["Arn"]].document) == default["Document"]
        assert policies[policy["Arn"]].version == default["VersionId"]
    profiles = {p["Arn"] for role in dump["RoleDetailList"] for p in role["InstanceProfileList"]}
    assert {p.arn for p in records(collected, InstanceProfile) if p.account_id == account} == profiles


def test_every_target_has_its_policies_and_no_kind_is_left_open(two_regions, collected):
    listed = json.loads((two_regions[0] / "organizations/list-policies-for-target.json").read_text())
    targets = {(t.target_id, t.kind): t.policy_ids for t in records(collected, PolicyTarget)}
    assert {t for t, kind in targets if kind == "scp"} == set(listed)
    assert all(set(targets[t, "scp"]) == {p["Id"] for p in answer["Policies"]} for t, answer in listed.items())
    assert all(targets[t, "rcp"] == () for t in listed), "the root does not have resource control policies enabled"


def test_assignments_are_those_of_the_file(two_regions, collected):
    listed = json.loads((two_regions[0] / "sso/list-account-assignments.json").read_text())
    assert len(records(collected, Assignment)) == sum(len(a["AccountAssignments"]) for a in listed.values())
    [scope] = [s for s in collected.shards if s.collector == "sso.permission_sets"]
    assert scope.account_id == two_regions[1]["accounts"][0]


@pytest.mark.parametrize("workers", [2, 8])
def test_the_number_of_workers_does_not_matter(two_regions, collected, workers):
    assert bytes_of(collect_files(two_regions[0], workers=workers)) == bytes_of(collected)


def test_progress_counts_every_file(two_regions):
    seen = []
    collect_files(two_regions[0], workers=2, on_progress=lambda done, total: seen.append((done, total)))
    files = sum(path.is_file() for path in two_regions[0].rglob("*"))
    assert seen == [(n, files) for n in range(1, files + 1)]


@pytest.mark.parametrize("seed", range(3))
def test_files_are_known_by_their_contents(two_regions, collected, tmp_path, seed):
    """Every file gets a meaningless name; only the folders of account and region stay."""
    order = random.Random(seed)
    paths = [p for p in two_regions[0].rglob("*.json") if p.name != "manifest.json"]
    for path in order.sample(paths, len(paths)):
        kept = [p for p in path.relative_to(two_regions[0]).parts[:-1] if p not in SERVICE_FOLDERS]
        target = tmp_path.joinpath("dumps", *kept, f"{order.getrandbits(64):x}.txt")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    found = collect_files(tmp_path / "dumps")
    assert found.problems == []
    assert bytes_of(found) == bytes_of(collected)


def test_an_estate_in_one_folder_without_subfolders(two_regions, collected, tmp_path):
    for path in two_regions[0].rglob("*.json"):
        shutil.copy(path, tmp_path / "_".join(path.relative_to(two_regions[0]).parts))
    assert bytes_of(collect_files(tmp_path)) == bytes_of(collected)


def test_indented_utf16_files_of_powershell_are_read(two_regions, collected, tmp_path):
    for path in two_regions[0].rglob("*.json"):
        target = tmp_path / "estate" / path.relative_to(two_regions[0])
        target.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(json.loads(path.read_text()), indent=4).replace("\n", "\r\n")
        target.write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    assert bytes_of(collect_files(tmp_path / "estate")) == bytes_of(collected)


def test_single_files_are_enough(two_regions, collected):
    root, manifest = two_regions
    account = manifest["accounts"][2]
    alone = collect_files(root / f"accounts/{account}/iam/get-account-authorization-details.json")
    assert alone.problems == []
    scope = Scope(account, "", "iam.authorization")
    assert alone.shards[scope] == collected.shards[scope]
    assert {s.collector for s in alone.shards} == {"iam.authorization", "iam.last_used"}


def test_a_single_file_takes_its_account_from_the_folders_around_it(two_regions):
    account = two_regions[1]["accounts"][2]
    alone = collect_files(two_regions[0] / f"accounts/{account}/iam/list-access-keys.json")
    assert list(alone.shards) == [Scope(account, "", "iam.access_keys")]


def test_one_account_folder_is_enough(two_regions, collected):
    root, manifest = two_regions
    account = manifest["accounts"][1]
    alone = collect_files(root / "accounts" / account)
    assert bytes_of(alone) == {
        s: b
        for s, b in bytes_of(collected).items()
        if s.account_id == account and not s.collector.startswith(("organ", "sso"))
    }


def test_an_organization_in_one_file(two_regions, collected, tmp_path):
    whole = {path.stem: json.loads(path.read_text()) for path in (two_regions[0] / "organizations").iterdir()}
    path = tmp_path / "export.json"
    path.write_text(json.dumps(whole))
    of_organization = {s: b for s, b in bytes_of(collected).items() if s.collector.startswith("organizations")}
    assert bytes_of(collect_files(path)) == of_organization


def test_answers_side_by_side_in_one_object(two_regions, collected, tmp_path):
    folder = two_regions[0] / "organizations"
    plain = ("describe-organization", "list-roots", "list-accounts")
    whole = {k: v for name in plain for k, v in json.loads((folder / f"{name}.json").read_text()).items()}
    for name in ("list-organizational-units-for-parent", "list-accounts-for-parent"):
        shutil.copy(folder / f"{name}.json", tmp_path)
    (tmp_path / "export.json").write_text(json.dumps({**whole, "Notes": {"by": "us"}}))
    tree = next(s for s in collected.shards if s.collector == "organizations.tree")
    assert bytes_of(collect_files(tmp_path))[tree] == bytes_of(collected)[tree]


def test_the_next_dump_differs_where_it_was_changed(tmp_path):
    generate(Params(accounts=1, roles=20, drift=6, chains=0), tmp_path / "one")
    before, after = (bytes_of(collect_files(tmp_path / name)) for name in ("one", "one-drift"))
    changed = {scope.collector for scope in before if before[scope] != after[scope]}
    assert changed == {"iam.authorization", "ec2.security_groups"}
