"""Queries that Cartography publishes run unchanged, on every engine, with the rows that are right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from graph.model import Graph
from graph.store.store import Store
from tests import cartography_estate
from tests.cartography_estate import HOME, PARTNER
from tests.cartography_release import LICENCE, published, release
from tests.engines import Engine

FILE = Path(__file__).parent / "cartography" / "queries.json"


class Published(msgspec.Struct, forbid_unknown_fields=True):
    """One published query and its rows: of nodes and paths the ids, of relationships the type. `ignore` are columns
    that depend on the day."""

    name: str
    file: str
    sha256: str
    rows: list[dict[str, Any]]
    parameters: dict[str, Any] = {}
    ignore: list[str] = []


QUERIES = msgspec.json.decode(FILE.read_bytes(), type=list[Published])


@pytest.fixture(scope="module")
def estate() -> Graph:
    return cartography_estate.graph()


@pytest.fixture(scope="module")
def store(module_engine: Engine, estate: Graph) -> Iterator[Store]:
    with module_engine.open() as opened:
        opened.promote(estate)
        yield opened


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: q.name)
def test_a_published_query_runs_unchanged(store: Store, query: Published) -> None:
    answer = store.adhoc(published(query.file, query.sha256), query.parameters)
    rows = [dict(zip(answer.columns, map(short, row), strict=True)) for row in answer.rows]
    assert ordered({k: v for k, v in row.items() if k not in query.ignore} for row in rows) == ordered(query.rows)


def test_there_are_many_of_them_each_once_and_each_finds_something() -> None:
    assert len(QUERIES) >= 25
    assert len({(q.file, q.sha256) for q in QUERIES}) == len({q.name for q in QUERIES}) == len(QUERIES)
    assert all(q.rows for q in QUERIES)


def test_the_release_is_under_the_licence_that_we_say() -> None:
    assert "Apache License" in (release() / LICENCE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "type_", "target"),
    [
        ("role/deployer", "TRUSTS_AWS_PRINCIPAL", f"arn:aws:iam::{PARTNER}:root"),
        ("role/guarded", "TRUSTS_AWS_PRINCIPAL", f"arn:aws:iam::{HOME}:root"),
        ("role/app", "TRUSTS_AWS_PRINCIPAL", f"arn:aws:iam::{HOME}:role/deployer"),
        ("role/web", "TRUSTS_AWS_PRINCIPAL", "ec2.amazonaws.com"),
        ("role/deployer", "STS_ASSUMEROLE_ALLOW", f"arn:aws:iam::{HOME}:role/app"),
        ("user/alice", "MFA_DEVICE", f"arn:aws:iam::{HOME}:mfa/alice"),
        ("user/bob", "MFA_DEVICE", None),
        ("user/alice", "STS_ASSUMEROLE_ALLOW", None),
    ],
)
def test_what_a_trust_policy_names_is_a_fact(estate: Graph, source: str, type_: str, target: str | None) -> None:
    found = estate.out(f"arn:aws:iam::{HOME}:{source}", type_)
    assert [edge.target for edge in found] == ([target] if target else [])


def short(value: Any) -> Any:
    """A value of a row as the file of expected rows writes it."""
    match value:
        case {"labels": _, "properties": properties}:
            return properties["id"]
        case {"type": type_, "source": _, "target": _, "properties": _}:
            return type_
        case {"nodes": nodes, "relationships": _}:
            return " - ".join(short(node) for node in nodes)
        case list():
            return sorted(map(short, value), key=str)
    return value


def ordered(rows: Any) -> list[str]:
    """Rows in an order of their own: most published queries ask for none."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)
