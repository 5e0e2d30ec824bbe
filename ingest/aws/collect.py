"""Living organizations become the shards of a snapshot: the organization first, then its accounts side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from ingest.aws.asking import Asker
from ingest.aws.crawling import ByCall, crawl, crawl_of, refused, shards_of, sources_of
from ingest.aws.estate import Organization, accounts_to_read
from ingest.aws.meter import CollectorCost
from ingest.aws.unfinished import Unfinished
from ingest.snapshot import Scope, ShardInput, Snapshot, State
from ingest.sources.declare import Source
from ingest.sources.organizations import DESCRIBE_ORGANIZATION, LIST_ACCOUNTS, DescribedOrganization
from ingest.sources.place import Place

Shards = dict[Scope, ShardInput]
Wanted = Callable[[str], bool]


class Progress(Protocol):
    """Is told what was done, from any thread."""

    def organization(self, name: str, accounts: int) -> None: ...

    def place(self, account_id: str, where: str, shards: Mapping[Scope, ShardInput]) -> None:
        """`where` is a region, `organization`, or empty for what an account has in none."""

    def account(self, account_id: str) -> None: ...


@dataclass(frozen=True)
class CollectedFromAws:
    """Shards by scope, and what they cost."""

    shards: Shards = field(default_factory=dict)
    costs: dict[str, CollectorCost] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        return any(shard.state in (State.SEEN, State.PARTIAL) for shard in self.shards.values())


@dataclass(frozen=True)
class Collection:
    """One collection. `wanted` picks collectors by name; what `unfinished` holds is not asked again, and what is
    finished goes there, so that an interruption loses nothing. `previous` tells the accounts of an organization that
    cannot be listed this time."""

    asker: Asker
    unfinished: Unfinished
    progress: Progress
    previous: Snapshot | None = None
    wanted: Wanted = lambda collector: True
    workers: int = 8

    def collect(self, organizations: Iterable[Organization]) -> CollectedFromAws:
        kept, shards = self.unfinished.kept(), Shards()
        for organization in organizations:
            shards |= self._organization(organization, kept)
        shards = {scope: shard for scope, shard in shards.items() if self.wanted(scope.collector)}
        return CollectedFromAws(shards, self.asker.meter.by_collector(shards))

    def _organization(self, organization: Organization, kept: Mapping[Scope, ShardInput]) -> Shards:
        shards = Shards()
        with closing(organization.reader()) as reader:
            listed = crawl_of(self.asker, reader, organization.place(""), (DESCRIBE_ORGANIZATION, LIST_ACCOUNTS))
        accounts = accounts_to_read(listed, self.previous, organization)
        self.progress.organization(organization.name, len(accounts))
        for account_id, found in self._side_by_side(organization, accounts, listed, kept):
            shards |= found
            if account_id:
                self.progress.account(account_id)
        return shards

    def _own(self, organization: Organization, listed: ByCall) -> Shards:
        """The organization's own shards, beside those of its accounts: they are asked slowly. After an interruption
        they are asked anew."""
        sources = sources_of("organization", self.wanted)
        with closing(organization.reader()) as reader:
            regions = organization.identity_center_regions(self.asker, reader)
            by_call = crawl(self.asker, reader, organization.place(""), sources, regions, listed)
        place = organization.place(_management(organization, by_call))
        return self._found(place, shards_of(place, sources, by_call), "organization")

    def _side_by_side(
        self,
        organization: Organization,
        accounts: tuple[str, ...],
        listed: ByCall,
        kept: Mapping[Scope, ShardInput],
    ) -> Iterator[tuple[str, Shards]]:
        """The shards of each account under its id, and those of the organization under none."""
        with ThreadPoolExecutor(self.workers + 1, thread_name_prefix="account") as executor:
            futures = {executor.submit(self._own, organization, listed): ""}
            futures |= {executor.submit(self._account, organization, a, kept): a for a in accounts}
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            except BaseException:  # an interruption above all: what runs asks nothing more, the rest never begins
                self.asker.stop.set()
                executor.shutdown(wait=True, cancel_futures=True)
                raise

    def _account(self, organization: Organization, account_id: str, kept: Mapping[Scope, ShardInput]) -> Shards:
        entrance = organization.enter(self.asker, account_id, self._regions_before(account_id))
        places = {organization.place(account_id): entrance.refusal}
        places |= {organization.place(account_id, region): None for region in entrance.regions}
        places |= {organization.place(account_id, region): why for region, why in entrance.refusals.items()}
        shards = Shards()
        with closing(entrance.account) as account:
            for place, refusal in places.items():
                if sources := sources_of("region" if place.region else "account", self.wanted):
                    shards |= self._kept(place, sources, kept) or self._found(
                        place,
                        refused(place, sources, refusal)
                        if refusal
                        else shards_of(place, sources, crawl(self.asker, account, place, sources)),
                    )
        return shards

    def _regions_before(self, account_id: str) -> tuple[str, ...]:
        """Where the snapshot before has something of an account."""
        scopes = self.previous.shards if self.previous else ()
        return tuple(sorted({scope.region for scope in scopes if scope.account_id == account_id} - {""}))

    def _kept(self, place: Place, sources: tuple[Source, ...], kept: Mapping[Scope, ShardInput]) -> Shards:
        """The shards of a place where all of them were finished before; none else."""
        scopes = [Scope(place.account, place.region, source.collector) for source in sources]
        return {scope: kept[scope] for scope in scopes} if all(scope in kept for scope in scopes) else {}

    def _found(self, place: Place, shards: Shards, where: str = "") -> Shards:
        self.unfinished.keep(shards)
        self.progress.place(place.account, where or place.region, shards)
        return shards


def _management(organization: Organization, by_call: ByCall) -> str:
    """The management account, whose the organization's shards are. An account without an organization stands for
    itself; where nothing was answered, the user may have said."""
    for answer in by_call.get(DESCRIBE_ORGANIZATION, ()):
        if isinstance(answer.response, DescribedOrganization):
            return answer.response.organization.master_account_id
        if answer.refusal and answer.refusal.absent:
            return organization.caller
    return organization.access.management_account
