"""The store: a graph behind one address, embedded in a directory or on a Neo4j server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from graph.store.errors import StoreError
from graph.store.results import AdhocResult, AuditLine, Promoted, PromotionResult

if TYPE_CHECKING:
    from graph.store.store import Store

__all__ = ["AdhocResult", "AuditLine", "Promoted", "PromotionResult", "StoreError", "open_store", "stop_owner"]

EMBEDDED = "embedded"
SERVERS = ("bolt", "bolt+s", "neo4j", "neo4j+s")
DIFFERENCE_LIMIT = 50_000  # rows; 5,000 a second, where a full load that keeps dates does 10,000 for all of them


def open_store(
    url: str,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    audit: Callable[[AuditLine], None] = lambda line: None,
    auth: tuple[str, str] = ("neo4j", ""),
    difference_limit: int = DIFFERENCE_LIMIT,
) -> Store:
    """The store at `url`: `embedded:///path` (relative to here when the path begins with a dot) or a Neo4j address.

    `audit` is told of every ad-hoc query, `auth` is for servers. StoreError where the store cannot be reached.
    """
    from graph.store.embedded import Embedded
    from graph.store.server import Server
    from graph.store.store import Store

    scheme = urlsplit(url).scheme
    if scheme == EMBEDDED:
        return Store(Embedded(directory_of(url)), clock, audit, difference_limit)
    if scheme in SERVERS:
        return Store(Server(url, auth), clock, audit, difference_limit)
    raise StoreError(f"`{url}` is no store address: write embedded:///path, or {', '.join(SERVERS)} and ://host:port")


def stop_owner(url: str) -> bool:
    """End the engine of an `embedded:` store. False where none runs, and for servers, which are not ours to end."""
    from graph.store.attach import stop

    return urlsplit(url).scheme == EMBEDDED and stop(directory_of(url))


def directory_of(url: str) -> Path:
    """The folder of an `embedded:` store. StoreError where the address names none."""
    path = unquote(urlsplit(url).path)
    if path in ("", "/"):
        raise StoreError(f"`{url}` names no directory: write embedded:///path")
    return Path(path[1:] if path.startswith("/.") else path)
