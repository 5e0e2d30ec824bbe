"""Queries that people write: on the read-only user, in bounded time, rows and bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from neo4j import READ_ACCESS, AsyncGraphDatabase, AsyncSession

from graph.store.errors import StoreError
from graph.store.plain import plain
from graph.store.results import AdhocResult

FETCH = 500  # rows asked for at a time, so that the rest is never sent


@dataclass(frozen=True)
class Caps:
    """How long a query may take (seconds) and how much it may answer."""

    timeout: float
    max_rows: int
    max_bytes: int


@dataclass(frozen=True)
class Place:
    """Where to ask and as whom."""

    uri: str
    auth: tuple[str, str]
    database: str


def ask(place: Place, query: str, params: Mapping[str, Any], caps: Caps) -> AdhocResult:
    """Run one query on a connection of its own. StoreError where the time is up; the driver's errors otherwise."""
    if not query.strip():
        raise StoreError("the query is empty: write one, or choose a saved one")
    try:
        return asyncio.run(_ask(place, query, params, caps))
    except TimeoutError as error:
        raise StoreError(
            f"the query ran longer than {caps.timeout:g} s and was left: "
            "narrow it with labels, ids or a LIMIT, or raise the timeout"
        ) from error


async def _ask(place: Place, query: str, params: Mapping[str, Any], caps: Caps) -> AdhocResult:
    async with AsyncGraphDatabase.driver(place.uri, auth=place.auth, telemetry_disabled=True) as driver:
        session = driver.session(
            database=place.database, default_access_mode=READ_ACCESS, fetch_size=min(FETCH, caps.max_rows + 1)
        )
        try:
            async with asyncio.timeout(caps.timeout):
                return await _collect(session, query, params, caps)
        finally:
            session.cancel()  # closing would wait until the engine has thrown away all remaining rows


async def _collect(session: AsyncSession, query: str, params: Mapping[str, Any], caps: Caps) -> AdhocResult:
    began = time.perf_counter()
    result = await session.run(query, dict(params))
    rows: list[list[Any]] = []
    size, truncated = 0, None
    async for record in result:
        row = [plain(value) for value in record.values()]
        size += len(orjson.dumps(row, default=str))
        truncated = _over(len(rows) + 1, size, caps)
        if truncated:
            break
        rows.append(row)
    return AdhocResult(list(result.keys()), rows, truncated, (time.perf_counter() - began) * 1000)


def _over(rows: int, size: int, caps: Caps) -> Literal["rows", "bytes"] | None:
    if rows > caps.max_rows:
        return "rows"
    return "bytes" if size > caps.max_bytes else None
