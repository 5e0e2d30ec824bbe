"""A snapshot is there or not, is never altered, and carries what was not seen."""

import json
import os
import resource
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.snapshot import Account, Organization, Reason, Role, Scope, ShardInput, State, Vpc
from ingest.snapshot.manifest import SnapshotError
from ingest.snapshot.repository import Repository

A, B = "111111111111", "222222222222"
ROLES, VPCS = Scope(A, "", "iam.authorization"), Scope(A, "eu-west-1", "ec2.vpcs")
USES = Scope(A, "", "iam.last_used")
DENIED = ShardInput(State.DENIED, Reason.DENIED, "AccessDenied: no")
DAY = "2026-11-{:02}T00:00:00+00:00".format


def roles(*names: str) -> ShardInput:
    return ShardInput(
        State.SEEN,
        records=tuple(Role(arn=f"arn:aws:iam::{A}:role/{n}", name=n, account_id=A, trust="{}") for n in names),
    )


def partial(shard: ShardInput) -> ShardInput:
    return ShardInput(State.PARTIAL, Reason.TRUNCATED, "one page", shard.records)


def vpcs(*names: str) -> ShardInput:
    return ShardInput(State.SEEN, records=tuple(Vpc(id=n, account_id=A, region="eu-west-1") for n in names))


def names(records) -> list[str]:
    return [getattr(r, "name", "") or r.id for r in records]


@pytest.fixture(params=["file", "memory"])
def repository(request, tmp_path):
    where = tmp_path / "snapshots" if request.param == "file" else f"/{tmp_path.name}"
    return Repository(f"{request.param}://{where}")


def test_an_empty_repository_has_no_snapshot(repository):
    assert repository.latest() is None
    assert repository.list() == []


def test_what_was_committed_is_loaded(repository):
    committed = repository.commit({ROLES: roles("b", "a"), VPCS: vpcs("vpc-1")}, DAY(1), "files")
    loaded = repository.load(committed.id)
    assert loaded.shards == committed.shards
    assert names(loaded.all(Role)) == ["a", "b"]
    assert repository.latest().id == committed.id
    [info] = repository.list()
    assert (info.id, info.taken_at, info.source, info.seen, info.total) == (committed.id, DAY(1), "files", 2, 2)


def test_the_id_is_of_the_facts_and_states_alone(repository):
    first = repository.commit({ROLES: roles("a", "b"), VPCS: vpcs("v")}, DAY(1), "files", previous=None)
    again = repository.commit({VPCS: vpcs("v"), ROLES: roles("b", "a")}, DAY(2), "elsewhere", previous=None)
    words = repository.commit(
        {ROLES: roles("a", "b"), VPCS: ShardInput(State.DENIED, Reason.DENIED, "words")}, DAY(3), "files", previous=None
    )
    other_words = repository.commit(
        {ROLES: roles("a", "b"), VPCS: ShardInput(State.DENIED, Reason.DENIED, "other")}, DAY(4), "files", previous=None
    )
    reason = repository.commit(
        {ROLES: roles("a", "b"), VPCS: ShardInput(State.DENIED, Reason.SCP_DENIED, "words")},
        DAY(5),
        "files",
        previous=None,
    )
    assert first.id == again.id
    assert words.id == other_words.id
    assert len({first.id, words.id, reason.id}) == 3
    assert [i.taken_at for i in repository.list()] == [DAY(2), DAY(4), DAY(5)]


def test_activity_is_outside_the_id(repository):
    from ingest.snapshot import RoleUse

    used = [ShardInput(State.SEEN, records=(RoleUse(account_id=A, role_arn="r", last_used=DAY(d)),)) for d in (1, 2)]
    first, second = (repository.commit({ROLES: roles("a"), USES: u}, DAY(d), "files") for d, u in enumerate(used, 1))
    assert first.id == second.id
    assert repository.load(first.id).all(RoleUse)[0].last_used == DAY(2)


def test_unseen_facts_are_carried_from_when_they_were_last_seen_however_long_ago(repository):
    repository.commit({ROLES: roles("a", "b")}, DAY(1), "files")
    for day in (2, 3, 4):
        snapshot = repository.commit({ROLES: DENIED}, DAY(day), "files")
    coverage = snapshot.state(A, "iam.authorization")
    assert (coverage.state, coverage.reason, coverage.as_of) == (State.DENIED, Reason.DENIED, DAY(1))
    assert names(snapshot.all(Role)) == ["a", "b"]
    assert {snapshot.stale_since(r) for r in snapshot.all(Role)} == {DAY(1)}


def test_the_day_last_seen_is_that_of_the_newest_equal_snapshot(repository):
    for day in (1, 2):
        repository.commit({ROLES: roles("a")}, DAY(day), "files")
    assert repository.commit({ROLES: DENIED}, DAY(3), "files").state(A, "iam.authorization").as_of == DAY(2)


def test_seen_again_nothing_is_carried(repository):
    for shard in (roles("a", "b"), DENIED, roles("b")):
        snapshot = repository.commit({ROLES: shard}, DAY(1), "files")
    assert names(snapshot.all(Role)) == ["b"]
    assert snapshot.state(A, "iam.authorization").as_of is None


def test_in_a_partial_shard_presence_counts_and_absence_does_not(repository):
    repository.commit({ROLES: roles("a", "b", "c")}, DAY(1), "files")
    snapshot = repository.commit({ROLES: partial(roles("b", "d"))}, DAY(2), "files")
    shard = snapshot.shards[ROLES]
    assert (names(shard.records), names(shard.carried), shard.coverage.as_of) == (["b", "d"], ["a", "c"], DAY(1))


def test_what_a_partial_shard_saw_is_carried_too(repository):
    for day, shard in enumerate((roles("a"), partial(roles("b")), DENIED), 1):
        snapshot = repository.commit({ROLES: shard}, DAY(day), "files")
    assert names(snapshot.shards[ROLES].carried) == ["a", "b"]
    assert snapshot.state(A, "iam.authorization").as_of == DAY(1)  # not younger than any of it


def test_a_scope_that_nobody_mentions_any_more_is_skipped_and_carried(repository):
    repository.commit({ROLES: roles("a"), VPCS: vpcs("v")}, DAY(1), "files")
    snapshot = repository.commit({ROLES: roles("a")}, DAY(2), "files")
    coverage = snapshot.state(A, "ec2.vpcs", "eu-west-1")
    assert (coverage.state, coverage.reason, coverage.as_of) == (State.SKIPPED, Reason.NOT_ATTEMPTED, DAY(1))
    assert names(snapshot.all(Vpc)) == ["v"]


def tree(*accounts: str) -> ShardInput:
    arn = "arn:aws:organizations::111111111111:account/o-1/"
    return ShardInput(
        State.SEEN,
        records=(
            Organization(id="o-1", arn="arn", management_account_id=A),
            *(Account(id=a, arn=arn + a, name=a, parent_id="r-1") for a in accounts),
        ),
    )


def test_an_account_that_left_a_fully_seen_organization_is_gone(repository):
    top, other = Scope(A, "", "organizations.tree"), Scope(B, "", "iam.authorization")
    repository.commit({top: tree(A, B), ROLES: roles("a"), other: roles("x")}, DAY(1), "files")
    unseen = repository.commit({top: partial(tree(A)), ROLES: roles("a")}, DAY(2), "files")
    assert other in unseen.shards
    left = repository.commit({top: tree(A), ROLES: roles("a")}, DAY(3), "files")
    assert other not in left.shards


def test_a_nameless_organization_is_the_one_known_before(repository):
    top = Scope(A, "", "organizations.tree")
    repository.commit({top: tree(A)}, DAY(1), "files")
    snapshot = repository.commit({Scope("", "", "organizations.tree"): DENIED}, DAY(2), "files")
    assert list(snapshot.shards) == [top]
    assert snapshot.shards[top].coverage.state is State.DENIED
    assert len(snapshot.shards[top].carried) == 2


def test_equal_shards_are_stored_once(tmp_path):
    repository = Repository(str(tmp_path))
    for day in (1, 2, 3):
        repository.commit({ROLES: roles("a"), VPCS: vpcs(f"v{day}")}, DAY(day), "files")
    repository.commit({ROLES: DENIED, VPCS: DENIED}, DAY(4), "files")
    assert len(list((tmp_path / "shards").iterdir())) == 4


def test_files_are_for_their_owner_only(tmp_path):
    Repository(f"file://{tmp_path}/deep/er").commit({ROLES: roles("a")}, DAY(1), "files")
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "deep").rglob("*")}
    assert {m for p, m in modes.items() if p.is_dir()} == {0o700}
    assert {m for p, m in modes.items() if p.is_file()} == {0o600}


@pytest.fixture
def stored(tmp_path):
    repository = Repository(str(tmp_path / "snapshots"))
    snapshot = repository.commit({ROLES: roles("a", "b"), VPCS: vpcs("v")}, DAY(1), "files")
    return repository, snapshot, tmp_path / "snapshots"


def test_every_flipped_byte_of_a_shard_is_an_error_that_names_it(stored):
    repository, snapshot, root = stored
    for shard in (root / "shards").iterdir():
        good = shard.read_bytes()
        for position in range(len(good)):
            shard.write_bytes(good[:position] + bytes([good[position] ^ 0xFF]) + good[position + 1 :])
            with pytest.raises(SnapshotError, match=rf"shard `/.*/shards/{shard.name}` .* is damaged.*collect again"):
                repository.load(snapshot.id)
        shard.write_bytes(good)
    assert repository.load(snapshot.id).shards == snapshot.shards


def test_a_flipped_byte_of_a_manifest_alters_no_fact(stored):
    repository, snapshot, root = stored
    manifest = root / "snapshots" / snapshot.id / "manifest.json"
    good = manifest.read_bytes()
    for position in range(len(good)):
        manifest.write_bytes(good[:position] + bytes([good[position] ^ 0xFF]) + good[position + 1 :])
        with suppress(SnapshotError):
            loaded = repository.load(snapshot.id)
            assert {s: x.records for s, x in loaded.shards.items()} == {
                s: x.records for s, x in snapshot.shards.items()
            }


def test_a_missing_shard_is_named(stored):
    repository, snapshot, root = stored
    next((root / "shards").iterdir()).unlink()
    with pytest.raises(SnapshotError, match="the file is missing"):
        repository.load(snapshot.id)


def test_a_damaged_shard_is_written_again_by_the_next_commit(stored):
    repository, snapshot, root = stored
    for shard in (root / "shards").iterdir():
        shard.write_bytes(b"")
    assert repository.commit({ROLES: roles("a", "b"), VPCS: vpcs("v")}, DAY(2), "files").id == snapshot.id


def test_a_newer_format_asks_for_an_upgrade(stored):
    repository, snapshot, root = stored
    manifest = root / "snapshots" / snapshot.id / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 2, "news": True}))
    with pytest.raises(SnapshotError, match=r"format 2 .*: upgrade trustdrift"):
        repository.load(snapshot.id)
    [info] = repository.list()
    assert "upgrade trustdrift" in info.problem


@pytest.mark.parametrize("pointer", [None, "", "nothing-like-it", "../../etc", "0" * 32, "\x00\xff"])
def test_a_lost_pointer_is_found_again(stored, pointer):
    repository, _, root = stored
    newest = repository.commit({ROLES: roles("c"), VPCS: vpcs("v")}, DAY(2), "files")
    if pointer is None:
        (root / "latest").unlink()
    else:
        (root / "latest").write_text(pointer)
    assert repository.latest().id == newest.id


def test_a_snapshot_without_its_manifest_is_none(stored):
    repository, snapshot, root = stored
    unfinished = root / "snapshots" / ("f" * 32)
    unfinished.mkdir()
    (unfinished / "run.json").write_text("{}")
    assert [i.id for i in repository.list()] == [snapshot.id]
    with pytest.raises(SnapshotError, match="no complete snapshot `ffff"):
        repository.load("f" * 32)


@pytest.mark.parametrize("name", ["../snapshots", "..", "", "a/b"])
def test_an_id_is_no_path(stored, name):
    with pytest.raises(SnapshotError, match="no complete snapshot"):
        stored[0].load(name)


def test_a_second_writer_is_told_to_wait(stored):
    from filelock import FileLock

    repository, snapshot, root = stored
    with FileLock(root / ".lock"), pytest.raises(SnapshotError, match=r"another process is writing .*: wait"):
        repository.commit({ROLES: roles("c")}, DAY(2), "files")
    assert repository.latest().id == snapshot.id


FULL = """
import resource, signal, sys
from tests.test_snapshot_repository import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
many = ShardInput(State.SEEN, records=tuple(
    Vpc(id=f"vpc-{i*7919%100003}", account_id=A, region="eu-west-1", name=str(hash(str(i)))) for i in range(900)))
try:
    Repository(sys.argv[1]).commit({ROLES: roles("c"), VPCS: many}, DAY(2), "files")
except SnapshotError as error:
    print(error)
"""


def test_a_full_disk_is_one_sentence_and_promotes_nothing(stored):
    """A file size limit is the full disk that a test can have without being root."""
    repository, snapshot, root = stored
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(root)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    assert "free some space and run `collect` again; the last snapshot is untouched" in done.stdout
    assert done.stdout.count("\n") == 1
    assert repository.latest().id == snapshot.id
    assert not list(root.rglob("*.tmp"))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 2000


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SnapshotError, match=r"cannot write to .*: check its permissions and the disk"):
        Repository(str(tmp_path / "file" / "snapshots")).commit({ROLES: roles("a")}, DAY(1), "files")


def test_a_missing_shard_or_run_is_listed_as_the_problem_with_its_path(stored):
    repository, snapshot, root = stored
    shard = next((root / "shards").iterdir())
    kept = shard.read_bytes()
    shard.unlink()
    [info] = repository.list()
    assert (info.taken_at, str(shard) in info.problem, "is missing" in info.problem) == (DAY(1), True, True)
    shard.write_bytes(kept)
    assert repository.list()[0].problem == ""
    run = root / "snapshots" / snapshot.id / "run.json"
    run.unlink()
    with pytest.raises(SnapshotError, match=f"`{run}` is missing: restore it"):
        repository.load(snapshot.id)


def test_a_snapshot_is_found_by_the_beginning_of_its_id(stored):
    repository, snapshot, _ = stored
    other = repository.commit({ROLES: roles("c"), VPCS: vpcs("v")}, DAY(2), "files")
    assert repository.full_id(snapshot.id) == snapshot.id
    assert [repository.full_id(found.id[:20]) for found in (snapshot, other)] == [snapshot.id, other.id]
    for beginning in ("", "zz", "../" + snapshot.id):
        with pytest.raises(SnapshotError, match=r"no snapshot begins with .*: list what is there"):
            repository.full_id(beginning)


@pytest.mark.parametrize(
    ("url", "said"),
    [("dropbox://bucket/x", "needs .*, which is not installed"), ("gopher+x://y/z", "unknown protocol `gopher\\+x`")],
)
def test_a_place_that_cannot_be_used_is_one_sentence(url, said):
    with pytest.raises(SnapshotError, match=f"{said}: use a file:/// URL"):
        Repository(url)
