"""Harborline's week through the real line: drift tells what week.toml says, and nothing of what is silent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import demo
from demo.company import week
from demo.generate import write
from demo.responses import responses
from drift import compare
from graph.build import build
from graph.store import open_store, stop_owner
from graph.store.store import Store
from ingest.files import collect_files
from ingest.snapshot.repository import Repository
from queries.checks import run_checks
from queries.paths import find_paths
from queries.where import resolve
from settings import load_settings
from tests.week import (
    Expect,
    Item,
    Silent,
    Stand,
    Together,
    Told,
    about,
    answers,
    as_wide,
    deleters,
    faults,
    matching,
    people,
)

# What an expectation needs that is not built yet.
LATER = {
    "cause": "drift that names causes and actors",
    "declaration": "resources declared in Terraform and CloudFormation",
    "grouping": "drift in families",
    "peering": "routes, network ACLs and peering",
}


class Line:
    """Dumps of Harborline from files to findings; one store holds their graphs in turn, each by difference."""

    def __init__(self, home: Path, store: Store) -> None:
        self._home, self._store = home, store
        self._repository = Repository(f"file://{home}/snapshots")
        self._options = load_settings(demo.settings_file()).build_options()
        self._held: Stand | None = None
        self._approved = ""
        self.promotions: list[str] = []
        self.baseline = self._through(demo.baseline_dir(), answers().baseline)
        self._approved = self.baseline.graph.snapshot_id
        self.week = self._compared(demo.week_dir())
        self._selections: dict[tuple[str, ...], Told] = {}

    def only(self, *changes: str) -> Told:
        """The week with some of its changes alone, against the same baseline."""
        if changes not in self._selections:
            folder = self._home / "-".join(changes)
            write(folder, responses(week(only=changes)))
            self._selections[changes] = self._compared(folder)
        return self._selections[changes]

    def _compared(self, folder: Path) -> Told:
        old, new = self.baseline, self._through(folder, answers().week)
        return Told(old, new, compare(old.graph, old.findings, new.graph, new.findings))

    def _through(self, folder: Path, taken_at: str) -> Stand:
        shards = collect_files(folder).shards
        snapshot = self._repository.commit(shards, taken_at, folder.name, previous=self._approved or None)
        graph = build(snapshot, self._options)
        promoted = self._store.promote(graph, self._held.graph if self._held else None)
        self.promotions.append(promoted.kind)
        self._held = Stand(graph, run_checks(self._store, graph, graph.taken_at))
        return self._held


@pytest.fixture(scope="session")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    home = tmp_path_factory.mktemp("harborline")
    url = f"embedded://{home}/graph"
    try:
        with open_store(url) as store:
            yield Line(home, store)
    finally:
        stop_owner(url)


def later(needs: str) -> pytest.MarkDecorator:
    reason = f"needs {needs}, later work: {LATER[needs]}"
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)


def case(item: Item, expect: Expect) -> object:
    never = ("never", *expect.never) if expect.never else ()
    kind = ("needs", expect.needs) if expect.needs else (expect.family, expect.change, expect.rule, *never)
    name = "-".join(filter(None, (str(item.number), *kind)))
    return pytest.param(expect, id=name, marks=[later(expect.needs)] if expect.needs else [])


CASES = [case(item, expect) for item in answers().item for expect in item.expect]
SILENT = pytest.mark.parametrize("silent", answers().silent, ids=lambda silent: silent.name)


def first_of(number: int) -> Expect:
    return next(item.expect[0] for item in answers().item if item.number == number)


@pytest.mark.parametrize("expect", CASES)
def test_the_week_says(line: Line, expect: Expect) -> None:
    assert faults(line.week, expect) == []


def test_of_a_week_in_which_nothing_happened_none_of_it_is_true(line: Line) -> None:
    same, told = line.baseline, [e for item in answers().item for e in item.expect]
    quiet = Told(same, same, compare(same.graph, same.findings, same.graph, same.findings))
    assert [statement for statement in (*told, *answers().together) if faults(quiet, statement) == []] == []


def test_nine_roles_in_two_accounts_delete_the_ledger_and_its_recovery_points_and_before_none(line: Line) -> None:
    expect = first_of(3)
    assert deleters(line.baseline.graph, expect.every) == set()
    now = deleters(line.week.new.graph, expect.every)
    assert now == set(expect.principals)
    assert (len(now), len({line.week.account_of(role) for role in now})) == (9, 2)


def test_the_analysts_are_twelve_people_in_four_accounts(line: Line) -> None:
    expect = next(e for item in answers().item for e in item.expect if e.people)
    (permission_set,) = expect.principals
    for graph in (line.baseline.graph, line.week.new.graph):
        roles = {edge.target for edge in graph.out(permission_set, "ASSIGNED_TO_ROLE")}
        assert roles == set(first_of(7).principals)
        assert len({line.week.account_of(role) for role in roles}) == expect.accounts
        assert len(people(graph, [permission_set])) == expect.people


def test_nothing_of_an_account_that_went_dark_is_missing(line: Line) -> None:
    account = first_of(8).account
    old, new = ({n.id for n in stand.graph.nodes.values() if n.properties.get("account_id") == account}
                for stand in (line.baseline, line.week.new))  # fmt: skip
    assert len(old) > 20
    assert old <= new


@pytest.mark.parametrize("together", answers().together, ids=lambda together: together.title)
def test_only_together(line: Line, together: Together) -> None:
    assert faults(line.week, together) == []
    assert faults(line.only(*map(str, together.items)), together) == []


ALONE = [pytest.param(t, a, id="+".join(map(str, a))) for t in answers().together for a in t.alone]


@pytest.mark.parametrize("together, alone", ALONE)
def test_not_alone(line: Line, together: Together, alone: tuple[int, ...]) -> None:
    told = line.only(*map(str, alone))
    graph = told.new.graph
    wide = as_wide(graph, together.principals)
    assert told.drift.items != []
    assert [item.title for item in matching(told, together) if not {*wide}.isdisjoint(item.members)] == []
    assert find_paths(graph, wide, together.targets) == []


def test_never_before(line: Line) -> None:
    never, graph = answers().never_before, line.baseline.graph
    assert set(never.targets) <= graph.nodes.keys()
    assert find_paths(graph, resolve(graph, never.principals), never.targets) == []


@SILENT
def test_a_change_without_effect_alone_is_no_drift(line: Line, silent: Silent) -> None:
    told = line.only(silent.name)
    assert told.new.graph.snapshot_id != told.old.graph.snapshot_id
    assert told.drift.items == []


@SILENT
def test_a_change_without_effect_is_not_spoken_of_in_the_week(line: Line, silent: Silent) -> None:
    assert [item.title for subject in silent.subjects for item in about(line.week, subject)] == []


def test_the_store_was_brought_up_to_date_by_difference(line: Line) -> None:
    first, *others = line.promotions
    assert first == "full"
    assert set(others) == {"difference"}
