"""Collecting from living organizations: what the settings say, as sessions; progress on stderr; the snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from cli.exits import UsageProblem
from cli.terminal import note, stderr

if TYPE_CHECKING:
    from rich.progress import TaskID

    from cli.stages import Workspace
    from ingest.aws.estate import Access, Organization
    from ingest.aws.estimate import Estimate
    from ingest.aws.meter import CollectorCost, Meter
    from ingest.aws.pace import Pace
    from ingest.aws.unfinished import Unfinished
    from ingest.snapshot import Scope, ShardInput, Snapshot
    from settings.sections import OrganizationAccess

IDENTITY = ("organizations.", "sso.", "iam.")


class Part(StrEnum):
    """What can be collected apart: who may do what, and everything else."""

    ALL = "all"
    IDENTITY = "identity"
    NETWORK = "network"

    def wants(self, collector: str) -> bool:
        return self is Part.ALL or collector.startswith(IDENTITY) == (self is Part.IDENTITY)


@dataclass(frozen=True)
class Living:
    """A snapshot of living organizations, None where nothing was usable, and what it cost by collector."""

    snapshot: Snapshot | None
    costs: Mapping[str, CollectorCost]


def collect_living(workspace: Workspace, part: Part, run_id: str) -> Living:
    """Reads every organization of the settings and commits a snapshot. Raises: AwsError, SnapshotError, UsageProblem
    where another process collects the same."""
    with _alone(workspace.settings.state.path / "collecting", part):
        return _collected(workspace, part, run_id)


@contextmanager
def _alone(folder: Path, part: Part) -> Iterator[None]:
    """Two collections of one part would take each other's unfinished work away."""
    from filelock import FileLock, Timeout

    from ingest.whole_file import make_folder

    make_folder(folder)
    try:
        with FileLock(folder / f"{part}.lock", timeout=0, mode=0o600):
            yield
    except Timeout:
        raise UsageProblem(f"another process collects into `{folder.parent}`: wait for it to end, or stop it") from None


def _collected(workspace: Workspace, part: Part, run_id: str) -> Living:
    from ingest.aws.asking import Asker
    from ingest.aws.collect import Collection
    from ingest.aws.meter import Meter
    from ingest.snapshot.before import Leave

    aws, now, meter = workspace.settings.aws, workspace.clock(), Meter()
    found_organizations = organizations(workspace, run_id, meter)
    previous, unfinished = workspace.repository.latest(), _unfinished(workspace, part)
    if kept := unfinished.kept():
        places = {(scope.account_id, scope.region) for scope in kept}
        note(f"going on with what began at {unfinished.begun:%H:%M} UTC: {len(places)} accounts and regions are done")
    with Shown() as shown, _interruption_told():
        asker = Asker(_pace(found_organizations), meter, aws.page_limit)
        found = Collection(asker, unfinished, shown, previous, part.wants, aws.workers).collect(found_organizations)
    if not found.usable:
        return Living(None, found.costs)
    since = (now - timedelta(hours=aws.fresh_hours)).isoformat(timespec="seconds")
    snapshot = workspace.repository.commit(
        found.shards,
        taken_at=unfinished.begun.isoformat(timespec="seconds"),
        source=f"aws {', '.join(o.caller for o in found_organizations)}",
        leave=Leave(lambda name: not part.wants(name), since),
    )
    unfinished.forget()
    return Living(snapshot, found.costs)


@contextmanager
def _interruption_told() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        note("interrupted: what was finished is kept, run it again to go on from there")
        raise


def organizations(workspace: Workspace, run_id: str, meter: Meter) -> list[Organization]:
    """The organizations of the settings, else that of the credentials. Raises: AwsError."""
    from ingest.aws.estate import Organization
    from ingest.aws.sessions import Sessions
    from settings.sections import OrganizationAccess

    aws = workspace.settings.aws
    named = workspace.settings.organizations or {"": OrganizationAccess()}
    return [
        Organization.of(name, Sessions(one.profile or aws.profile, run_id, prepare=meter.watch), access(workspace, one))
        for name, one in named.items()
    ]


def access(workspace: Workspace, one: OrganizationAccess) -> Access:
    """What the settings say about one organization, with what they say about all."""
    from ingest.aws.estate import Access

    aws = workspace.settings.aws
    return Access(
        management_account=one.management_account or "",
        delegated_account=one.delegated_account or "",
        role_name=one.role_name or aws.role_name,
        external_id=aws.external_id if one.external_id is None else one.external_id,
        identity_center_region=one.identity_center_region or "",
        regions=tuple(aws.regions),
    )


def estimated(workspace: Workspace, part: Part, run_id: str) -> Estimate:
    """What a collection will cost: accounts as the last snapshot has them, else as the organizations list them."""
    from ingest.aws.asking import Asker
    from ingest.aws.estimate import asked_size, estimate, known_size
    from ingest.aws.meter import Meter

    previous, meter = workspace.repository.latest(), Meter()
    if previous:
        size = known_size(previous)
    else:
        found = organizations(workspace, run_id, meter)
        size = asked_size(found, Asker(_pace(found), meter))
    return estimate(size, previous, part.wants, workspace.settings.aws.workers)


class Shown:
    """Progress on stderr: a bar on a terminal, else a line for each account and region."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=stderr(), disable=not stderr().is_terminal)
        self._task: TaskID | None = None

    def __enter__(self) -> Shown:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def organization(self, name: str, accounts: int) -> None:
        self._task = self._bar.add_task(f"organization {name}".rstrip(), total=accounts)
        if self._bar.disable:
            note(f"{f'organization {name}'.rstrip()}: {accounts} accounts to read")

    def place(self, account_id: str, where: str, shards: Mapping[Scope, ShardInput]) -> None:
        unseen = {str(shard.reason) or str(shard.state) for shard in shards.values() if shard.state != "seen"}
        seen = sum(shard.state == "seen" for shard in shards.values())
        said = f"{account_id} {where}".strip()
        why = f" ({', '.join(sorted(unseen))})" if unseen else ""
        if self._bar.disable or unseen:
            note(f"{said}: {seen} of {len(shards)} seen{why}", style="yellow" if unseen else "dim")

    def account(self, account_id: str) -> None:
        if self._task is not None:
            self._bar.advance(self._task)


def _pace(found: list[Organization]) -> Pace:
    """A server on this machine that stands in for AWS needs none of AWS's limits."""
    from ingest.aws.pace import LIMITS, Pace

    return Pace({} if all(o.sessions.on_loopback for o in found) else LIMITS)


def _unfinished(workspace: Workspace, part: Part) -> Unfinished:
    """Goes on with an interrupted collection of the same part with the same settings."""
    from ingest.aws.unfinished import Unfinished

    settings = workspace.settings
    said = settings.model_dump_json(include={"aws", "organizations"}, exclude={"aws": {"workers", "fresh_hours"}})
    key = hashlib.sha256(f"{part} {said}".encode()).hexdigest()
    return Unfinished(settings.state.path / "collecting" / part, key, workspace.clock())
