"""The dialect contract: 164 queries with the rows that Neo4j 5 answers, against the embedded engine."""

from __future__ import annotations

import http.client
from base64 import b64encode
from collections.abc import Iterator
from itertools import count

import msgspec
import pytest
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import Neo4jError

from graph.store.attach import attach, stop
from graph.store.plain import plain
from graph.store.state import HOST, OwnerState
from tests.cypher_cases import matching, paths, semantics, writes
from tests.cypher_cases.case import REFUSED, Case, same
from tests.cypher_cases.estate import ESTATE

CASES = (*writes.CASES, *matching.CASES, *paths.CASES, *semantics.CASES)
DEVIATIONS = {
    "R26": "the engine has no SHORTEST k: shortestPath() is the form for both",
    "R27": "the engine has no ALL SHORTEST: allShortestPaths() is the form for both",
    "Y05": "the engine filters after the shortest path was found: filter by relationship type",
    "X11": "the engine accepts MERGE on a null key: the store never merges",
}


class Engine:
    """An owner process, and databases on it that are made as they are asked for."""

    def __init__(self, state: OwnerState, driver: Driver) -> None:
        self._state, self._driver, self._numbers = state, driver, count()
        self.estate = self.fresh()

    def fresh(self) -> str:
        name = f"case{next(self._numbers)}"
        connection = http.client.HTTPConnection(HOST, self._state.http_port)
        token = b64encode(f"root:{self._state.root_password}".encode()).decode()
        connection.request(
            "POST",
            "/api/v1/server",
            msgspec.json.encode({"command": f"create database {name}"}),
            {"Authorization": f"Basic {token}", "Content-Type": "application/json"},
        )
        assert connection.getresponse().status == 200
        connection.close()
        self.run(name, ESTATE, {})
        return name

    def run(self, database: str, query: str, params: dict) -> list[list]:
        with self._driver.session(database=database) as session:
            return [[plain(value) for value in record.values()] for record in session.run(query, params)]


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    directory = tmp_path_factory.mktemp("cypher")
    state = attach(directory).state
    with GraphDatabase.driver(state.uri, auth=("root", state.root_password), telemetry_disabled=True) as driver:
        yield Engine(state, driver)
    stop(directory)


def marked(case: Case) -> object:
    if case.id not in DEVIATIONS:
        return pytest.param(case, id=case.id)
    differs = (Neo4jError, AssertionError, pytest.fail.Exception)
    deviation = pytest.mark.xfail(reason=DEVIATIONS[case.id], raises=differs, strict=True)
    return pytest.param(case, id=case.id, marks=deviation)


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_case(engine: Engine, case: Case) -> None:
    database = engine.fresh() if case.writes else engine.estate
    answers(engine, database, case.query, case.params, case.rows, case.ordered)
    if case.check:
        answers(engine, database, case.check, {}, case.check_rows, False)


def answers(engine: Engine, database: str, query: str, params: dict, expected: object, ordered: bool) -> None:
    if expected == REFUSED:
        with pytest.raises(Neo4jError):
            engine.run(database, query, params)
        return
    rows = engine.run(database, query, params)
    assert expected is None or same(rows, expected, ordered), rows


def test_the_suite_is_whole() -> None:
    assert len({case.id for case in CASES}) == len(CASES) == 164
    assert set(DEVIATIONS) <= {case.id for case in CASES}
