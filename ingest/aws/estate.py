"""Whom to read and how to get there: organizations, their accounts, and the regions of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.aws.asking import Asker
from ingest.aws.partitions import Partition
from ingest.aws.sessions import Account, Sessions
from ingest.snapshot import Account as AccountRecord
from ingest.snapshot import Organization as OrganizationRecord
from ingest.snapshot import Reason, Snapshot, State
from ingest.sources.answers import Answer
from ingest.sources.declare import Ask, Call, Response, Shape
from ingest.sources.organizations import LIST_ACCOUNTS, Accounts
from ingest.sources.place import Place
from ingest.sources.refusals import Refusal

NOT_OPTED_IN = "not-opted-in"


class RegionShape(Shape, frozen=True):
    region_name: str
    opt_in_status: str = ""


class Regions(Response, frozen=True):
    regions: list[RegionShape]


class Identity(Response, frozen=True):
    account: str
    arn: str


DESCRIBE_REGIONS = Call("ec2", "describe-regions", Regions)
WHO_AM_I = Call("sts", "get-caller-identity", Identity)
ALL_REGIONS = Ask({"AllRegions": True})


@dataclass(frozen=True)
class Access:
    """What the user says about an organization; empty where the credentials' own account will do."""

    management_account: str = ""
    delegated_account: str = ""
    role_name: str = ""
    external_id: str = ""
    identity_center_region: str = ""
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entrance:
    """The way into one account: its session, and the regions to read or why not."""

    account: Account
    regions: tuple[str, ...] = ()
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    refusal: Refusal | None = None  # of the account as a whole


@dataclass(frozen=True)
class Organization:
    """An organization to read, from the account of the credentials `caller` or by roles that they may assume."""

    name: str
    sessions: Sessions
    caller: str
    partition: Partition
    access: Access

    @classmethod
    def of(cls, name: str, sessions: Sessions, access: Access) -> Organization:
        """Raises: AwsError where the credentials do not work."""
        arn, partition = sessions.who()
        return cls(name, sessions, arn.split(":")[4], partition, access)

    def session(self, account_id: str) -> Account:
        """The credentials as they are in their own account, the reader role in others."""
        if account_id == self.caller or not account_id:
            return self.sessions.own()
        role_arn = self.partition.role_arn(account_id, self.access.role_name)
        return self.sessions.assuming(role_arn, self.access.external_id, self.home)

    def reader(self) -> Account:
        """Where Organizations and Identity Center are asked."""
        return self.session(self.access.delegated_account or self.access.management_account or self.caller)

    @property
    def home(self) -> str:
        """Global services are asked at the partition's home; STS answers in every region that is always on."""
        return self.partition.home

    def place(self, account_id: str, region: str = "") -> Place:
        return Place(account_id, region, self.partition.name)

    def identity_center_regions(self, asker: Asker, reader: Account) -> tuple[str, ...]:
        """Where Identity Center may live: where the user says, else anywhere, so that being nowhere is a fact."""
        if self.access.identity_center_region:
            return (self.access.identity_center_region,)
        statuses, refusal = _statuses(asker, reader, self.place(""))
        enabled = sorted(name for name, status in statuses.items() if status != NOT_OPTED_IN)
        known = self.sessions.regions_of("sso-admin", self.partition) if refusal else enabled
        return tuple(dict.fromkeys((*self.access.regions, self.home, *known)))

    def enter(self, asker: Asker, account_id: str, before: tuple[str, ...] = ()) -> Entrance:
        """The way into an account. One that cannot be entered says why, in the regions where it was read `before`."""
        account, place = self.session(account_id), self.place(account_id)
        [answer] = asker.ask(account, WHO_AM_I, Ask(), place)
        refusal = answer.refusal or _stranger(answer.response, account_id)
        if refusal:
            wanted = self.access.regions or before or (self.home,)
            return Entrance(account, (), dict.fromkeys(wanted, refusal), refusal)
        statuses, refusal = _statuses(asker, account, place)
        return self._entrance(account, statuses, refusal)

    def _entrance(self, account: Account, statuses: Mapping[str, str], refusal: Refusal | None) -> Entrance:
        if refusal:  # the user's regions can be tried; without any, that none is known must be seen somewhere
            wanted = self.access.regions
            return Entrance(account, wanted) if wanted else Entrance(account, (), {self.home: refusal})
        wanted = self.access.regions or tuple(n for n, status in sorted(statuses.items()) if status != NOT_OPTED_IN)
        closed = {name: _closed(name, statuses) for name in wanted if statuses.get(name, NOT_OPTED_IN) == NOT_OPTED_IN}
        return Entrance(account, tuple(name for name in wanted if name not in closed), closed)


def _stranger(response: Response | None, account_id: str) -> Refusal | None:
    """What another account answers must not count for this one."""
    if isinstance(response, Identity) and response.account == account_id:
        return None
    return Refusal(State.FAILED, Reason.ERROR, "another account answers than the one that was asked")


def _statuses(asker: Asker, account: Account, place: Place) -> tuple[dict[str, str], Refusal | None]:
    """The opt-in status of every region, or why it is not known."""
    statuses: dict[str, str] = {}
    for answer in asker.ask(account, DESCRIBE_REGIONS, ALL_REGIONS, place):
        if answer.refusal:
            return {}, answer.refusal
        if isinstance(answer.response, Regions):
            statuses |= {region.region_name: region.opt_in_status for region in answer.response.regions}
    return statuses, None


def _closed(region: str, statuses: Mapping[str, str]) -> Refusal:
    if region in statuses:
        return Refusal(State.SKIPPED, Reason.NOT_OPTED_IN, f"the account has not opted in to {region}")
    return Refusal(State.FAILED, Reason.ERROR, f"AWS knows no region {region} here: correct `aws.regions`")


def accounts_to_read(
    listed: Mapping[Call[Any], list[Answer]], previous: Snapshot | None, organization: Organization
) -> tuple[str, ...]:
    """The active accounts as listed now; where they cannot be listed, as listed before; else the caller's own."""
    pages = [a.response for a in listed.get(LIST_ACCOUNTS, ()) if isinstance(a.response, Accounts)]
    active = {a.id for page in pages for a in page.accounts if a.status == "ACTIVE"}
    if not pages and previous and organization.access.management_account in _managements(previous):
        active = {a.id for a in previous.all(AccountRecord) if a.status == "ACTIVE"}
    return tuple(sorted(active)) or (organization.caller,)


def _managements(snapshot: Snapshot) -> set[str]:
    """The management accounts it knows; with one organization, an unnamed one is that."""
    known = {o.management_account_id for o in snapshot.all(OrganizationRecord)}
    return known | {""} if len(known) == 1 else known
