"""What works and what is missing: accounts that can be entered, and each permission really tried once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import boto3

from ingest.aws.asking import Asker
from ingest.aws.crawling import sources_of
from ingest.aws.estate import DESCRIBE_REGIONS, Entrance, Organization
from ingest.aws.sessions import Account
from ingest.snapshot import Reason, State
from ingest.sources.answers import Answer, Answers
from ingest.sources.declare import Ask, Call, Source
from ingest.sources.organizations import LIST_ACCOUNTS, Accounts
from ingest.sources.place import Place
from ingest.sources.refusals import Refusal

# AWS refuses requests that are signed five minutes early or late.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
CLOCKS_AGREE = timedelta(minutes=1)
# Who else may refuse, in AWS's words. What grants the action then does not help.
OTHERS = ("resource-based policy", "permissions boundary", "session policy", "VPC endpoint policy")
SAMPLE = 5  # accounts of others: one alone may have nothing to try a permission on
NOTHING_THERE = "nothing was there to try it on"
Told = Callable[[str], None]


class Outcome(StrEnum):
    """What became of a permission; the worst first, and last what tells nothing."""

    DENIED = "denied"  # by the identity's own policies: a statement is missing
    REFUSED = "refused"  # by somebody else, see the detail
    FAILED = "failed"
    ALLOWED = "allowed"
    UNTRIED = "untried"  # there was nothing to try it on


WORST_FIRST = tuple(Outcome)


@dataclass(frozen=True)
class Trial:
    """One permission in one place."""

    action: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True)
class Visit:
    """A place in which permissions were tried; the organization itself has no region."""

    kind: str  # `organization`, `own` (the account of the credentials) or `member`
    account_id: str
    region: str
    trials: tuple[Trial, ...]


@dataclass(frozen=True)
class Door:
    """An account of the organization: the regions to read there, and what keeps us out."""

    account_id: str
    regions: tuple[str, ...] = ()
    refusal: Refusal | None = None
    closed: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True)
class Examined:
    """An organization as it can be read."""

    organization: Organization
    doors: tuple[Door, ...]
    visits: tuple[Visit, ...]

    def by_kind(self) -> dict[str, dict[str, Found]]:
        """What became of each permission, by kind of account: the worst of all places in which it could be tried."""
        found: dict[str, dict[str, Found]] = {}
        for visit in self.visits:
            actions = found.setdefault(visit.kind, {})
            for trial in visit.trials:
                actions.setdefault(trial.action, Found()).add(trial, f"{visit.account_id} {visit.region}".rstrip())
        return found


@dataclass
class Found:
    """What became of one permission over several places; those that matter are the ones with the worst outcome."""

    trial: Trial = Trial("", Outcome.UNTRIED)
    places: list[str] = field(default_factory=list)

    def add(self, trial: Trial, place: str) -> None:
        if not self.places or WORST_FIRST.index(trial.outcome) < WORST_FIRST.index(self.trial.outcome):
            self.trial, self.places = trial, []
        if trial.outcome is self.trial.outcome:
            self.places.append(place)


class Clock:
    """How far the clock of this machine is from AWS's, as its answers tell it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.ahead: timedelta | None = None

    def watch(self, client: Any) -> None:
        client.meta.events.register("after-call", self._heard)

    def _heard(self, http_response: Any, **_: Any) -> None:
        """The header is in whole seconds; an answer without one tells nothing."""
        told = http_response.headers.get("date")
        if told:
            self.ahead = self._now() - parsedate_to_datetime(told).astimezone(UTC)

    @property
    def right(self) -> bool:
        return self.ahead is None or abs(self.ahead) <= CLOCKS_AGREE


@dataclass(frozen=True)
class Doctor:
    """Examines organizations. All accounts are entered. Permissions are tried in the credentials' own account and a
    few others, each until it meets something to be tried on; with `everywhere` in every account and region."""

    asker: Asker
    everywhere: bool = False
    workers: int = 8
    tell: Told = lambda text: None

    def examine(self, organization: Organization) -> Examined:
        with closing(organization.reader()) as reader:
            place = organization.place("")
            visits = [self._organization(organization, reader, place)]
            accounts = listed(self.asker, reader, place) or (organization.caller,)
        self.tell(f"{len(accounts)} accounts to enter")
        with ThreadPoolExecutor(self.workers, thread_name_prefix="account") as executor:
            doors = tuple(executor.map(lambda account: self._door(organization, account), accounts))
            tried = executor.map(lambda door: self._account(organization, door), self._tried(organization, doors))
            visits += [visit for account in tried for visit in account]
        return Examined(organization, doors, tuple(visits))

    def _organization(self, organization: Organization, reader: Account, place: Place) -> Visit:
        regions = organization.identity_center_regions(self.asker, reader)
        access = organization.access
        asked = access.delegated_account or access.management_account or organization.caller
        return Visit("organization", asked, "", tuple(self._trials(reader, place, _sources("organization"), regions)))

    def _door(self, organization: Organization, account_id: str) -> Door:
        entrance = organization.enter(self.asker, account_id)
        entrance.account.close()
        self.tell(f"{account_id}: {_told(entrance)}")
        return Door(account_id, entrance.regions, entrance.refusal, entrance.refusals if not entrance.refusal else {})

    def _tried(self, organization: Organization, doors: Iterable[Door]) -> list[Door]:
        open_doors = [door for door in doors if not door.refusal]
        own = [door for door in open_doors if door.account_id == organization.caller]
        others = [door for door in open_doors if door not in own]
        return [*own, *(others if self.everywhere else others[:SAMPLE])]

    def _account(self, organization: Organization, door: Door) -> list[Visit]:
        """The account itself, then region by region what could not be tried yet; with `everywhere` all of it."""
        kind = "own" if door.account_id == organization.caller else "member"
        with closing(organization.session(door.account_id)) as account:
            place = organization.place(door.account_id)
            regions = _trial(DESCRIBE_REGIONS, self.asker.ask(account, DESCRIBE_REGIONS, Ask(), place))
            visits = [Visit(kind, door.account_id, "", (regions, *self._trials(account, place, _sources("account"))))]
            sources = _sources("region")
            for region in sorted(door.regions, key=lambda name: name != organization.home):
                place = organization.place(door.account_id, region)
                visits.append(Visit(kind, door.account_id, region, tuple(self._trials(account, place, sources))))
                sources = sources if self.everywhere else _open(sources, visits[-1].trials)
        self.tell(f"{door.account_id}: permissions tried")
        return visits

    def _trials(
        self, account: Account, place: Place, sources: Iterable[Source], regions: tuple[str, ...] = ()
    ) -> Iterator[Trial]:
        """The permissions of some sources, each tried by the first page of the first request that it is needed for."""
        calls = tuple(dict.fromkeys(call for s in sources for call in (*s.calls, *s.uses) if call.asks))
        first_page, tried = replace(self.asker, page_limit=1), dict[Call[Any], list[Answer]]()
        for call in dict.fromkeys(call.until.call for call in calls if call.until):
            tried[call] = first_page.ask(account, call, Ask(), place)
        sent: set[tuple[Call[Any], str]] = set()
        while requests := list(_first(calls, Answers(place, tried, regions=regions), sent)):
            for call, request in requests:
                tried.setdefault(call, []).extend(first_page.ask(account, call, request, place))
        for call in dict.fromkeys([*tried, *calls]):
            yield _untried(call, tried) or _trial(call, tried[call])


def origin_of(profile: str) -> str:
    """How the credentials came, in the SDK's word: `env`, `sso`, `assume-role`, `iam-role` …"""
    credentials = boto3.Session(profile_name=profile or None).get_credentials()
    return str(credentials.method) if credentials else "nowhere"


def listed(asker: Asker, reader: Account, place: Place) -> tuple[str, ...]:
    """The active accounts of the organization; none where they cannot be listed."""
    pages = [answer.response for answer in asker.ask(reader, LIST_ACCOUNTS, Ask(), place)]
    accounts = [account for page in pages if isinstance(page, Accounts) for account in page.accounts]
    return tuple(sorted(account.id for account in accounts if account.status == "ACTIVE"))


def _sources(scope: str) -> tuple[Source, ...]:
    return sources_of(scope, lambda collector: True)


def _open(sources: Iterable[Source], trials: Iterable[Trial]) -> tuple[Source, ...]:
    """The sources that have a permission left to try."""
    untried = {trial.action for trial in trials if trial.outcome is Outcome.UNTRIED}
    return tuple(source for source in sources if untried & {call.action for call in source.calls})


def _first(
    calls: Iterable[Call[Any]], answers: Answers, sent: set[tuple[Call[Any], str]]
) -> Iterator[tuple[Call[Any], Ask]]:
    """The first request of each call to each region that it goes to."""
    for call in calls:
        for request in call.asks.make(answers) if call.asks else ():
            if (call, request.region) not in sent:
                sent.add((call, request.region))
                yield call, request


def _trial(call: Call[Any], answers: Iterable[Answer]) -> Trial:
    """The worst that AWS said to the requests of a call."""
    refusals = [a.refusal for a in answers if a.refusal and not a.refusal.absent]
    if not refusals:
        return Trial(call.action, Outcome.ALLOWED)
    worst = next((r for r in refusals if r.state is State.DENIED), refusals[0])
    return Trial(call.action, _outcome(worst), worst.detail)


def _outcome(refusal: Refusal) -> Outcome:
    if refusal.state is not State.DENIED:
        return Outcome.FAILED
    by_others = refusal.reason is Reason.SCP_DENIED or any(words in refusal.detail for words in OTHERS)
    return Outcome.REFUSED if by_others else Outcome.DENIED


def _untried(call: Call[Any], tried: Mapping[Call[Any], list[Answer]]) -> Trial | None:
    """Where a permission could not be tried: what comes before it is denied, or gave nothing to ask about."""
    before = ((call.until.call,) if call.until else ()) + (call.asks.after() if call.asks else ())
    denied = [c.action for c in before if any(a.refusal and a.refusal.state is State.DENIED for a in tried.get(c, ()))]
    if call in tried and not (call.until and denied):
        return None
    return Trial(call.action, Outcome.UNTRIED, f"{denied[0]} comes first" if denied else NOTHING_THERE)


def _told(entrance: Entrance) -> str:
    return entrance.refusal.detail if entrance.refusal else f"entered, {len(entrance.regions)} regions"
