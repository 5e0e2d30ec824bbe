"""The dialect contract: 164 queries with the rows that they must have, against every engine."""

from __future__ import annotations

import http.client
from base64 import b64encode
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import msgspec
import pytest
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import Neo4jError

from graph.store.attach import attach, stop
from graph.store.plain import plain
from graph.store.state import HOST
from tests.cypher_cases import matching, paths, semantics, writes
from tests.cypher_cases.case import REFUSED, Case, same
from tests.cypher_cases.estate import ESTATE
from tests.engines import EMBEDDED, ENGINES, Servers
from tests.neo4j_server import Neo4jServer

CASES = (*writes.CASES, *matching.CASES, *paths.CASES, *semantics.CASES)


class Embedded:
    """An owner process, and databases on it that are made as they are asked for."""

    name = "embedded"

    def __init__(self, directory: Path) -> None:
        self._directory, self._state, self._numbers = directory, attach(directory).state, count()
        self._driver = GraphDatabase.driver(
            self._state.uri, auth=("root", self._state.root_password), telemetry_disabled=True
        )
        self._estate = self.fresh()

    def close(self) -> None:
        self._driver.close()
        stop(self._directory)

    def unchanged(self) -> str:
        return self._estate

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
        answer(self._driver, name, ESTATE)
        return name

    def run(self, database: str, query: str, params: dict) -> list[list]:
        return answer(self._driver, database, query, params)


class Neo4j:
    """The one database of a server, filled anew after each case that wrote."""

    name = "neo4j"

    def __init__(self, server: Neo4jServer) -> None:
        self._server, self._driver, self._changed = server, server.driver(), True

    def close(self) -> None:
        self._clear()
        self._driver.close()

    def unchanged(self) -> str:
        if self._changed:
            self._clear()
            answer(self._driver, "neo4j", ESTATE)
        self._changed = False
        return "neo4j"

    def fresh(self) -> str:
        name = self.unchanged()
        self._changed = True
        return name

    def run(self, database: str, query: str, params: dict) -> list[list]:
        return answer(self._driver, database, query, params)

    def _clear(self) -> None:
        """Empty it of data, and of constraints and indexes but those that every database has."""
        self._server.wipe()
        for kind, show in (("CONSTRAINT", "CONSTRAINTS"), ("INDEX", "RANGE INDEXES")):
            for (name,) in answer(self._driver, "neo4j", f"SHOW {show} YIELD name RETURN name"):
                answer(self._driver, "neo4j", f"DROP {kind} {name}")


def answer(driver: Driver, database: str, query: str, params: dict | None = None) -> list[list]:
    with driver.session(database=database) as session:
        return [[plain(value) for value in record.values()] for record in session.run(query, params)]


@pytest.fixture(scope="module", params=ENGINES)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, neo4j_servers: Servers
) -> Iterator[Embedded | Neo4j]:
    if request.param == EMBEDDED:
        found: Embedded | Neo4j = Embedded(tmp_path_factory.mktemp("cypher"))
    else:
        found = Neo4j(neo4j_servers(request.param.removeprefix("neo4j-")))
    yield found
    found.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(place: Embedded | Neo4j, case: Case, request: pytest.FixtureRequest) -> None:
    if why := case.differs.get(place.name):
        differs = (Neo4jError, AssertionError, pytest.fail.Exception)
        request.applymarker(pytest.mark.xfail(reason=why, raises=differs, strict=True))
    database = place.fresh() if case.writes else place.unchanged()
    answers(place, database, case.query, case.params, case.rows, case.ordered)
    if case.check:
        answers(place, database, case.check, {}, case.check_rows, False)


def answers(place: Embedded | Neo4j, database: str, query: str, params: dict, expected: object, ordered: bool) -> None:
    if expected == REFUSED:
        with pytest.raises(Neo4jError):
            place.run(database, query, params)
        return
    rows = place.run(database, query, params)
    assert expected is None or same(rows, expected, ordered), rows


def test_the_suite_is_whole() -> None:
    assert len({case.id for case in CASES}) == len(CASES) == 164
    assert {engine for case in CASES for engine in case.differs} <= {"embedded", "neo4j"}
