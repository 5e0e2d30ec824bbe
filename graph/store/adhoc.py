"""Queries that people write: read-only by user or by plan, in bounded time, rows and bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any, Literal

import orjson
from neo4j import READ_ACCESS, AsyncGraphDatabase, AsyncSession, AsyncTransaction, ResultSummary

from graph.store.errors import StoreError
from graph.store.explain import REFUSED
from graph.store.home import OPTIONS
from graph.store.plain import plain
from graph.store.results import AdhocResult, Row
from graph.store.whole import STAMP, demand_same, demand_whole

STOP_SECONDS = 0.1  # how soon a query ends that nobody waits for
FETCH = 500  # rows asked for at a time, so that the rest is never sent
# The server ends what a client has left; the client waits a little longer than the server, whose sentence is as good.
GRACE_SECONDS = 1.0
NO_ROWS = "EXPLAIN and PROFILE answer with a plan and not with rows: leave them out"


@dataclass(frozen=True)
class Caps:
    """How long a query may take (seconds) and how much it may answer; `stopped` is set by who waits no longer."""

    timeout: float
    max_rows: int
    max_bytes: int
    stopped: Event | None = None


@dataclass(frozen=True)
class Place:
    """Where to ask and as whom. `admit` raises StoreError for a plan that does more than read; `in_place`: the graph
    may be replaced meanwhile."""

    uri: str
    auth: tuple[str, str]
    database: str
    admit: Callable[[ResultSummary], None]
    in_place: bool


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
    async with AsyncGraphDatabase.driver(place.uri, auth=place.auth, **OPTIONS) as driver:
        session = driver.session(
            database=place.database, default_access_mode=READ_ACCESS, fetch_size=min(FETCH, caps.max_rows + 1)
        )
        try:
            async with asyncio.timeout(caps.timeout):
                return await _unless_stopped(_asked(session, place, query, params, caps), caps.stopped)
        finally:
            session.cancel()  # closing would wait until the engine has thrown away all remaining rows


async def _asked(session: AsyncSession, place: Place, query: str, params: Mapping[str, Any], caps: Caps) -> AdhocResult:
    if not place.in_place:  # whose read-only user is stopped at each write, but in a transaction at its end
        return await _answer(session, place, query, params, caps)
    tx = await session.begin_transaction(timeout=caps.timeout + GRACE_SECONDS)
    before = await _stamp(tx)
    demand_whole(before)
    answer = await _answer(tx, place, query, params, caps)
    demand_same(before, await _stamp(tx))
    return answer


async def _unless_stopped(answer: Coroutine[Any, Any, AdhocResult], stopped: Event | None) -> AdhocResult:
    """The answer, unless `stopped` is set before it is there."""
    task = asyncio.ensure_future(answer)
    try:
        while stopped is not None and not (await asyncio.wait({task}, timeout=STOP_SECONDS))[0]:
            if stopped.is_set():
                raise StoreError("the query was stopped: run it again for its answer")
        return await task
    finally:
        task.cancel()


async def _answer(
    asked: AsyncSession | AsyncTransaction, place: Place, query: str, params: Mapping[str, Any], caps: Caps
) -> AdhocResult:
    place.admit(await (await asked.run(f"EXPLAIN {query}", dict(params))).consume())
    return await _collect(asked, query, params, caps)


async def _stamp(tx: AsyncTransaction) -> Row:
    (row,) = await (await tx.run(STAMP)).data()
    return row


async def _collect(
    asked: AsyncSession | AsyncTransaction, query: str, params: Mapping[str, Any], caps: Caps
) -> AdhocResult:
    began = time.perf_counter()
    result = await asked.run(query, dict(params))
    rows: list[list[Any]] = []
    size, truncated = 0, None
    async for record in result:
        row = [plain(value) for value in record.values()]
        size += len(orjson.dumps(row, default=str))
        truncated = _over(len(rows) + 1, size, caps)
        if truncated:
            break
        rows.append(row)
    if not truncated:
        _demand_rows(await result.consume())
    return AdhocResult(list(result.keys()), rows, truncated, (time.perf_counter() - began) * 1000)


def _demand_rows(summary: ResultSummary) -> None:
    """Raise StoreError where the query was not one that answers with rows that it has read."""
    if summary.plan is not None or summary.profile is not None:
        raise StoreError(NO_ROWS)
    if summary.query_type != "r":  # it would have written, had it found something
        raise StoreError(REFUSED)


def _over(rows: int, size: int, caps: Caps) -> Literal["rows", "bytes"] | None:
    if rows > caps.max_rows:
        return "rows"
    return "bytes" if size > caps.max_bytes else None
