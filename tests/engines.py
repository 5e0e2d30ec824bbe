"""The engines that a store can live on, each empty when a test gets it: the same contract holds on all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.store import open_store, stop_owner
from graph.store.store import Store
from tests.neo4j_server import CALENDAR, LONG_TERM, Neo4jServer

EMBEDDED, NEO4J = "embedded", f"neo4j-{LONG_TERM}"
ENGINES = (EMBEDDED, NEO4J, *([f"neo4j-{CALENDAR}"] if os.environ.get("TRUSTDRIFT_SOAK") else []))
Servers = Callable[[str], Neo4jServer]  # a running server of a version


@dataclass(frozen=True)
class Engine:
    """Where a store is. `embedded` engines end with the test, servers with the test run."""

    name: str
    url: str
    auth: tuple[str, str] = ("neo4j", "")

    @property
    def embedded(self) -> bool:
        return self.name == EMBEDDED

    def open(self, *arguments: Any, **options: Any) -> Store:
        return open_store(self.url, *arguments, auth=self.auth, **options)


@contextmanager
def engine_of(name: str, directory: Path, servers: Servers) -> Iterator[Engine]:
    """An engine with nothing on it."""
    if name == EMBEDDED:
        url = f"embedded://{directory}"
        try:
            yield Engine(name, url)
        finally:
            stop_owner(url)
    else:
        server = servers(name.removeprefix("neo4j-"))
        server.wipe()
        yield Engine(name, server.url, server.auth)
