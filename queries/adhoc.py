"""Questions that people write in Cypher: their parameters, their limits, and the line they leave in the audit log."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import msgspec

from ingest.whole_file import make_folder
from queries.catalog import NOW, CatalogError, missing, needed

if TYPE_CHECKING:
    from graph.store import AdhocResult, AuditLine
    from graph.store.store import Store

# What `$name` means nothing in, and `$name`; https://neo4j.com/docs/cypher-manual/current/syntax/
TOKEN = re.compile(
    r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`|//[^\n]*|/\*.*?\*/|\$(?P<name>\w+)""",
    re.DOTALL,
)
PLACE = re.compile(r"line \d+, column \d+")  # as Neo4j tells it; the embedded engine does not


@dataclass(frozen=True)
class Limits:
    """How long a question may take and how much it may answer."""

    seconds: float
    rows: int
    megabytes: int

    def __str__(self) -> str:
        return f"at most {self.rows:,} rows, {self.megabytes} MB and {self.seconds:g} s"

    def cut(self, result: AdhocResult) -> str:
        """What was left out of an answer, as a sentence; empty where it is whole."""
        if result.truncated is None:
            return ""
        shown = f"the first {len(result.rows):,} rows of more"
        why = f"only {self.rows:,} are shown" if result.truncated == "rows" else f"they fill {self.megabytes} MB"
        return f"{shown}, because {why}: add a LIMIT or ask for less"


SCREEN = Limits(30.0, 1_000, 5)
TERMINAL = Limits(30.0, 10_000, 20)


def ask(
    store: Store, text: str, parameters: Mapping[str, object], limits: Limits, stopped: Event | None = None
) -> AdhocResult:
    """The answer within the limits. Raises StoreError, also when `stopped` is set before it is there."""
    size = limits.megabytes << 20
    return store.adhoc(
        text, dict(parameters), timeout=limits.seconds, max_rows=limits.rows, max_bytes=size, stopped=stopped
    )


def parameters(text: str) -> list[str]:
    """The names of the `$parameters` of a query, in their order."""
    return list(dict.fromkeys(found["name"] for found in TOKEN.finditer(text) if found["name"]))


def bound(text: str, now: Callable[[], str], given: Mapping[str, object]) -> dict[str, object]:
    """The parameters of a query that a person wrote; `now` is called where `$now` is not given. Raises CatalogError."""
    wanted = parameters(text)
    if unknown := set(given) - set(wanted):
        known = ", ".join(f"`${name}`" for name in wanted) or "no parameter"
        raise CatalogError(f"the query does not use `${min(unknown)}`, it has {known}: leave it out")
    values = {name: given.get(name, now() if name == NOW else "") for name in wanted}
    if lacking := missing({name: value for name, value in values.items() if name not in given}):
        example = " ".join(f"--set {name}=…" for name in lacking)
        raise CatalogError(f"{needed(lacking)}: give `{example}`")
    return values


def place(error: Exception) -> str:
    """Where the engine stumbled, such as `line 2, column 7`; empty where it does not tell."""
    found = PLACE.search(str(error.__cause__ or ""))
    return found[0] if found else ""


def audit_file(folder: Path) -> Callable[[AuditLine], None]:
    """Keeps who-asked-what in a folder, one JSON line each, out of the database's reach."""

    def append(line: AuditLine) -> None:
        make_folder(folder)
        with open(folder / "audit.jsonl", "ab", opener=_for_the_owner) as file:
            file.write(msgspec.json.encode(line) + b"\n")

    return append


def _for_the_owner(path: str, flags: int) -> int:
    """Opens a file that nobody else may read when it is new; questions name what their askers look for."""
    return os.open(path, flags, 0o600)
