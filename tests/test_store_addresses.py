"""Addresses of servers: what a wrong one, a server that is down or too old is told, and never the password."""

from __future__ import annotations

import traceback

import pytest

from graph.store import StoreError, open_store
from graph.store.server import demand_version
from tests.old_server import old_server
from tests.store_samples import estate


def told(url: str, auth: tuple[str, str]) -> list[str]:
    """What a store says to a reader, a person and a writer, each with all that stands behind it."""
    said = []
    with open_store(url, auth=auth) as store:
        for ask in (store.current, lambda: store.adhoc("RETURN 1 AS one"), lambda: store.promote(estate("red", 3))):
            with pytest.raises(StoreError) as error:
                ask()
            said.append(str(error.value))
            assert auth[1] not in "".join(traceback.format_exception(error.value))
    return said


@pytest.mark.parametrize(
    ("scheme", "path", "password", "says"),
    [
        ("bolt", "", "wrong-password-hunter2", "refused the credentials: check user and password"),
        ("bolt", "/elsewhere", "", "has no database of that name: write an existing one behind the port"),
        ("bolt+s", "", "", "does not speak TLS as asked: write the address without `+s`"),
        ("neo4j+s", "", "", "does not speak TLS as asked: write the address without `+s`"),
    ],
)
def test_an_address_that_does_not_fit_gets_a_sentence(neo4j_server, scheme, path, password, says):
    url = neo4j_server.url.replace("bolt", scheme) + path
    said = told(url, ("neo4j", password or neo4j_server.password))
    assert [sentence for sentence in said if says not in sentence or url not in sentence] == []


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_a_server_that_is_down(scheme):
    said = told(f"{scheme}://127.0.0.1:1", ("neo4j", "hunter2hunter2"))
    assert [sentence for sentence in said if "does not answer: start it, or check host, port" not in sentence] == []


def test_a_server_of_another_version():
    with old_server("Neo4j/4.4.30") as url:
        said = told(url, ("neo4j", "hunter2hunter2"))
    assert [s for s in said if "is too old: Trustdrift needs Neo4j 5.26 or newer" not in s] == []


@pytest.mark.parametrize("agent", ["Neo4j/5.26.0", "Neo4j/5.27-aura", "Neo4j/2025.10.1", "Neo4j/2026.01.0"])
def test_versions_that_will_do(agent):
    demand_version(agent, "bolt://x")


@pytest.mark.parametrize("agent", ["Neo4j/5.25.1", "Neo4j/4.4.30", "Neo4j/3.5.0", "Memgraph", ""])
def test_versions_that_will_not_do(agent):
    with pytest.raises(StoreError, match=r"needs Neo4j 5\.26 or newer: use such a server"):
        demand_version(agent, "bolt://x")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("bolt://user:hunter2@h:7687", "holds credentials: give user and password in the settings instead"),
        ("bolt://h:seven", "has no valid port: write bolt://host:7687"),
        ("neo4j+s://", "names no host: write neo4j\\+s://host:7687"),
    ],
)
def test_an_address_that_is_none(url, says):
    with pytest.raises(StoreError, match=says) as error:
        open_store(url)
    assert "hunter2" not in "".join(traceback.format_exception(error.value))


def test_an_address_of_ipv6_and_a_database():
    with open_store("bolt://[::1]:7688/team") as store:
        assert (store._home.uri, store._home.database()) == ("bolt://[::1]:7688", "team")
