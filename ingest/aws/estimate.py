"""What a collection will cost, before its first call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ingest.aws.asking import Asker
from ingest.aws.estate import Organization
from ingest.aws.pace import LIMITS
from ingest.snapshot import (
    COLLECTOR_OF,
    COLLECTORS,
    AccessEntry,
    AccessKey,
    Account,
    AppRunnerService,
    Assignment,
    BackupVault,
    BedrockAgent,
    Bucket,
    BuildProject,
    ClusterSnapshot,
    CodeInterpreter,
    DatabaseSnapshot,
    DirectoryGroup,
    EcsCluster,
    EksCluster,
    Function,
    IdentityProvider,
    Key,
    Nodegroup,
    NotebookInstance,
    OrganizationalUnit,
    OrganizationPolicy,
    PermissionSet,
    PodIdentity,
    PrefixList,
    Queue,
    Record,
    Repository,
    Secret,
    Snapshot,
    StackSet,
    StateMachine,
    StudioDomain,
    StudioProfile,
    Table,
    TaskDefinition,
    Topic,
    User,
)
from ingest.sources.declare import Ask, Call
from ingest.sources.organizations import LIST_ACCOUNTS, Accounts
from ingest.sources.table import SOURCES

CALLS_TO_ENTER = 3  # into an account: its role, who we are there, its regions
SECONDS_A_CALL = 0.15  # to a regional endpoint and back, as seen from another region
# How many there are where no snapshot tells: of an organization, of an account, of a region of an account.
USUAL: dict[type[Record], int] = {
    OrganizationalUnit: 30,
    OrganizationPolicy: 40,
    PermissionSet: 30,
    Assignment: 600,
    DirectoryGroup: 100,
    User: 10,
    AccessKey: 10,
    IdentityProvider: 2,
    Bucket: 20,
    PrefixList: 8,
    BackupVault: 1,
    Key: 12,
    Secret: 10,
    Function: 20,
    BuildProject: 1,
    TaskDefinition: 10,
    StackSet: 1,
    EcsCluster: 1,
    NotebookInstance: 1,
    StudioDomain: 1,
    StudioProfile: 2,
    AppRunnerService: 1,
    BedrockAgent: 1,
    CodeInterpreter: 1,
    StateMachine: 4,
    EksCluster: 1,
    Nodegroup: 2,
    AccessEntry: 4,
    PodIdentity: 2,
    Queue: 8,
    Topic: 6,
    Repository: 4,
    Table: 4,
    DatabaseSnapshot: 2,
    ClusterSnapshot: 2,
}


@dataclass(frozen=True)
class Size:
    """How many accounts there are, and regions to read in each."""

    accounts: int
    regions: int


@dataclass(frozen=True)
class Estimate:
    """Requests and minutes; `assumed` where no earlier snapshot tells how many things there are."""

    accounts: int
    regions: int
    calls: int
    minutes: float
    assumed: bool


def known_size(snapshot: Snapshot) -> Size:
    """The size that a snapshot shows."""
    active = sum(account.status == "ACTIVE" for account in snapshot.all(Account))
    regions = {scope.region for scope in snapshot.shards} - {""}
    return Size(active or len({scope.account_id for scope in snapshot.shards}), len(regions))


def asked_size(organizations: Iterable[Organization], asker: Asker) -> Size:
    """The size that the organizations tell, by a few calls; that of one account where they do not."""
    accounts, regions = 0, 0
    for organization in organizations:
        with closing(organization.reader()) as reader:
            pages = asker.ask(reader, LIST_ACCOUNTS, Ask(), organization.place(""))
        listed = [
            account for page in pages if isinstance(page.response, Accounts) for account in page.response.accounts
        ]
        accounts += sum(account.status == "ACTIVE" for account in listed) or 1
        entrance = organization.enter(asker, organization.caller)
        with closing(entrance.account):
            regions = max(regions, len(entrance.regions))
    return Size(accounts, regions)


def estimate(
    size: Size,
    previous: Snapshot | None,
    wanted: Callable[[str], bool] = lambda collector: True,
    workers: int = 8,
) -> Estimate:
    """`previous` tells how many things there are."""
    accounts = size.accounts
    places = {"organization": 1, "account": accounts, "region": accounts * size.regions}
    things = _counted(previous, accounts, places)
    numbers: Counter[Call[Any]] = Counter()
    for source in SOURCES:
        if wanted(source.collector):
            numbers.update(
                {
                    call: _requests(call, places[COLLECTORS[source.collector].scope], things)
                    for call in source.calls
                    if call not in numbers
                }
            )
    paced = sum(number / LIMITS[call.client] for call, number in numbers.items() if call.client in LIMITS)
    free = sum(number for call, number in numbers.items() if call.client not in LIMITS) + accounts * CALLS_TO_ENTER
    minutes = (paced + free * SECONDS_A_CALL / workers) / 60
    calls = sum(numbers.values()) + accounts * CALLS_TO_ENTER
    return Estimate(accounts, size.regions, calls, round(minutes, 1), previous is None)


def _requests(call: Call[Any], places: int, things: Mapping[type[Record], int]) -> int:
    """One request a place, or one for each thing that there is; what files alone hold costs none."""
    if call.asks is None:
        return 0
    return things[call.per] if call.per else places * (2 if call.until else 1)


def _counted(previous: Snapshot | None, accounts: int, places: Mapping[str, int]) -> dict[type[Record], int]:
    if previous:
        kinds: tuple[type[Record], ...] = (*USUAL, Account)
        return {kind: len(previous.all(kind)) for kind in kinds}
    usual = {kind: number * places[COLLECTORS[COLLECTOR_OF[kind]].scope] for kind, number in USUAL.items()}
    return usual | {Account: accounts}
