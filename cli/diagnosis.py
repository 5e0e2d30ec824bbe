"""What `doctor` finds: what works and what does not, the statements that are missing, and what that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from cli.living import access
from ingest.whole_file import write_whole

if TYPE_CHECKING:
    from cli.costs import Cost
    from cli.stages import Workspace
    from ingest.aws.doctor import Clock, Examined, Found, Outcome
    from settings.sections import OrganizationAccess

ATTEMPTS, READ_SECONDS = 3, 20  # somebody waits
PLACES_SHOWN = 3


class State(StrEnum):
    GOOD = "good"
    MISSING = "missing"
    FAILED = "failed"
    UNTRIED = "untried"


class Row(NamedTuple):
    check: str
    state: State
    detail: str


class Missing(NamedTuple):
    """A statement to add, and to what."""

    where: str
    statement: Mapping[str, Any]


@dataclass
class Diagnosis:
    """`costs` says by action what is unknown without it."""

    rows: list[Row] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    costs: dict[str, tuple[Cost, ...]] = field(default_factory=dict)

    def add(self, check: str, state: State, detail: str) -> None:
        self.rows.append(Row(check, state, detail))

    @property
    def healthy(self) -> bool:
        return all(row.state in (State.GOOD, State.UNTRIED) for row in self.rows)

    @property
    def hopeless(self) -> bool:
        """Whether no credentials work."""
        logins = [row.state for row in self.rows if row.check.startswith("credentials")]
        return all(state is State.FAILED for state in logins)


def diagnose(space: Workspace, everywhere: bool, run_id: str, tell: Callable[[str], None]) -> Diagnosis:
    """Tries everything that a run needs. Nothing is collected, loaded or decided."""
    from settings.sections import OrganizationAccess

    found = Diagnosis()
    for name, one in (space.settings.organizations or {"": OrganizationAccess()}).items():
        _organization(found, space, name, one, _Manner(everywhere, run_id, tell))
    for check, trial in (("store", _store), ("snapshots", _snapshots), ("state", _state)):
        found.rows.append(_tried(check, space, trial))
    return found


class _Manner(NamedTuple):
    everywhere: bool
    run_id: str
    tell: Callable[[str], None]


def _organization(found: Diagnosis, space: Workspace, name: str, one: OrganizationAccess, manner: _Manner) -> None:
    from ingest.aws.asking import Asker
    from ingest.aws.doctor import Clock, Doctor, origin_of
    from ingest.aws.errors import AwsError
    from ingest.aws.estate import Organization
    from ingest.aws.meter import Meter
    from ingest.aws.pace import LIMITS, Pace
    from ingest.aws.sessions import Sessions, client_config

    clock, profile = Clock(space.clock), one.profile or space.settings.aws.profile
    try:
        sessions = Sessions(profile, manner.run_id, client_config(ATTEMPTS, READ_SECONDS), clock.watch)
        organization = Organization.of(name, sessions, access(space, one))
        arn, partition = sessions.who()
    except AwsError as error:
        found.add(_of("credentials", name), State.FAILED, str(error))
        _clock(found, clock)
        return
    found.add(_of("credentials", name), State.GOOD, f"{arn} (partition {partition.name}, from {origin_of(profile)})")
    _clock(found, clock)
    asker = Asker(Pace({} if sessions.on_loopback else LIMITS), Meter(), space.settings.aws.page_limit)
    doctor = Doctor(asker, manner.everywhere, space.settings.aws.workers, manner.tell)
    _examined(found, doctor.examine(organization))


def _clock(found: Diagnosis, clock: Clock) -> None:
    if clock.ahead is None:
        return
    seconds = clock.ahead.total_seconds()
    told = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} AWS's"
    advice = "" if clock.right else ": set it (NTP), since AWS refuses what is five minutes off"
    found.add("clock", State.GOOD if clock.right else State.MISSING, f"this machine's is {told}{advice}")


def _examined(found: Diagnosis, examined: Examined) -> None:
    _accounts(found, examined)
    for kind, actions in examined.by_kind().items():
        _permissions(found, examined, kind, actions)


def _accounts(found: Diagnosis, examined: Examined) -> None:
    organization, doors = examined.organization, examined.doors
    shut = [door for door in doors if door.refusal]
    told = f"{len(doors) - len(shut)} of {len(doors)} can be entered{'; of the others nothing is seen' if shut else ''}"
    found.add(_of("accounts", organization.name), State.MISSING if shut else State.GOOD, told)
    for door in shut:
        found.add(f"account {door.account_id}", State.MISSING, door.refusal.detail if door.refusal else "")
    if shut:
        _way_in(found, examined)
    closed = Counter((region, why.detail) for door in doors for region, why in door.closed.items())
    for (region, why), times in sorted(closed.items()):
        known = organization.access.regions and region in organization.access.regions
        found.add(f"region {region}", State.MISSING if known else State.UNTRIED, f"{why} ({times} accounts)")
    regions = sorted({region for door in doors for region in door.regions})
    found.add(_of("regions", organization.name), State.GOOD if regions else State.FAILED, ", ".join(regions) or "none")


def _way_in(found: Diagnosis, examined: Examined) -> None:
    from ingest.aws.roles import entering

    organization = examined.organization
    role, partition = organization.access.role_name, organization.partition.name
    where = (
        f"the credentials in {organization.caller}; in the accounts themselves the role `{role}` must be there and "
        f"trust {organization.caller}: `trustdrift role-policy member --trust {organization.caller}` makes it"
    )
    found.missing.append(Missing(where, entering(role, lambda tail: f"arn:{partition}:{tail}")))


def _permissions(found: Diagnosis, examined: Examined, kind: str, actions: Mapping[str, Found]) -> None:
    from cli.costs import costs
    from ingest.aws.doctor import Outcome
    from ingest.aws.roles import allow

    outcomes = Counter(one.trial.outcome for one in actions.values())
    bad = {a: one for a, one in sorted(actions.items()) if one.trial.outcome not in (Outcome.ALLOWED, Outcome.UNTRIED)}
    where = _where(examined, kind)
    told = ", ".join(f"{times} {outcome}" for outcome, times in sorted(outcomes.items()))
    found.add(f"permissions of {where}", State.MISSING if bad else State.GOOD, told)
    for action, one in bad.items():
        found.add(action, _state_of(one.trial.outcome), f"{_places(one.places)}: {one.trial.detail}")
    for why, untried in _untried(actions).items():
        found.add("untried", State.UNTRIED, f"{why}: {', '.join(untried)}")
    if denied := [action for action, one in bad.items() if one.trial.outcome is Outcome.DENIED]:
        found.missing.append(Missing(where, allow("TrustdriftReads", denied)))
    found.costs |= {action: costs()[action] for action in bad}


def _where(examined: Examined, kind: str) -> str:
    organization = examined.organization
    asked = next(visit.account_id for visit in examined.visits if visit.kind == kind)
    texts = {
        "organization": f"whoever reads the organization (in {asked})",
        "own": f"the credentials in their own account {organization.caller}",
        "member": f"the role `{organization.access.role_name}` in the accounts",
    }
    return texts[kind]


def _state_of(outcome: Outcome) -> State:
    return State.FAILED if outcome == "failed" else State.MISSING


def _places(places: list[str]) -> str:
    more = f" and {len(places) - PLACES_SHOWN} more" if len(places) > PLACES_SHOWN else ""
    return ", ".join(places[:PLACES_SHOWN]) + more


def _untried(actions: Mapping[str, Found]) -> dict[str, list[str]]:
    """Actions that nothing was tried of, by why."""
    found: dict[str, list[str]] = {}
    for action, one in sorted(actions.items()):
        if one.trial.outcome == "untried":
            found.setdefault(one.trial.detail, []).append(action)
    return found


def _of(check: str, name: str) -> str:
    return f"{check} of {name}" if name else check


def _tried(check: str, space: Workspace, trial: Callable[[Workspace], str]) -> Row:
    """The row of something of ours: whatever is wrong with it is what the row is for."""
    from cli.exits import sentence

    try:
        return Row(check, State.GOOD, trial(space))
    except Exception as error:  # noqa: BLE001
        return Row(check, State.FAILED, sentence(error))


def _store(space: Workspace) -> str:
    from graph.store import stop_owner

    url = space.settings.store.url
    with space.open_store() as store:
        current, started = store.current(), store.started_owner
    if started:
        stop_owner(url)
    held = f"holds graph {current.graph_id}" if current else "holds no graph yet"
    return f"{url}: {held}{_server(space)}"


def _server(space: Workspace) -> str:
    """The version of a server, after a write that is taken back; nothing for an engine of ours."""
    from urllib.parse import urlsplit

    from graph.store.home import connect

    parts = urlsplit(space.settings.store.url)
    if parts.scheme == "embedded":
        return ""
    with (
        connect(f"{parts.scheme}://{parts.netloc}", space.settings.store.auth) as driver,
        driver.session(database=parts.path.strip("/") or None) as session,
        session.begin_transaction() as transaction,
    ):
        transaction.run("CREATE (:Promotion {id: $id})", id=f"doctor-{uuid4().hex}").consume()
        transaction.rollback()
        return f", {driver.get_server_info().agent}"


def _snapshots(space: Workspace) -> str:
    from fsspec.core import url_to_fs

    url = space.settings.snapshots.url
    files, root = url_to_fs(url)
    probe = f"{str(root).rstrip('/')}/.doctor-{uuid4().hex}"
    files.makedirs(str(root), exist_ok=True)
    files.pipe_file(probe, b"")
    files.rm_file(probe)
    return f"{url} can be written"


def _state(space: Workspace) -> str:
    probe: Path = space.settings.state.path / f".doctor-{uuid4().hex}"
    write_whole(probe, b"")
    probe.unlink()
    return f"{probe.parent} can be written"


def lines(found: Diagnosis) -> Iterator[str]:
    """What stands below the table: statements to paste, and what their absence costs."""
    from cli.tables import as_json

    for one in found.missing:
        yield f"\nAdd this statement to {one.where}:\n{as_json(one.statement)}"
    if found.costs:
        yield "\nWhat is unknown until then:"
    for action, rows in sorted(found.costs.items()):
        yield from (f"  without {action}: {cost.sentence}" for cost in rows)
