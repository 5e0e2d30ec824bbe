"""The table of sources: every module of this room that declares some."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import ingest.sources
from ingest.snapshot import COLLECTORS
from ingest.sources.declare import Call, Source


def _declared() -> Iterator[Source]:
    for module in sorted(m.name for m in pkgutil.iter_modules(ingest.sources.__path__)):
        yield from getattr(import_module(f"ingest.sources.{module}"), "SOURCES", ())


SOURCES = tuple(_declared())
CALLS: tuple[Call[Any], ...] = tuple(dict.fromkeys(call for source in SOURCES for call in source.calls))
SCOPE_OF: dict[Call[Any], str] = {
    call: COLLECTORS[source.collector].scope for source in SOURCES for call in source.calls
}
