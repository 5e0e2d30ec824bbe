"""What the store answers with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Row = dict[str, Any]


@dataclass(frozen=True)
class Promoted:
    """What a store holds now; `at` is the time of its promotion, ISO 8601."""

    graph_id: str
    snapshot_id: str
    at: str


@dataclass(frozen=True)
class PromotionResult:
    """`full`: everything was loaded anew; `difference`: only what changed; `unchanged`: nothing was written."""

    kind: Literal["full", "difference", "unchanged"]
    seconds: float
    nodes_added: int = 0
    nodes_changed: int = 0
    nodes_removed: int = 0
    edges_added: int = 0
    edges_changed: int = 0
    edges_removed: int = 0
    nodes_renamed: int = 0


@dataclass(frozen=True)
class AdhocResult:
    """Rows of a query that a person wrote, each as long as `columns`; `truncated` says which cap cut them off."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: Literal["rows", "bytes"] | None
    milliseconds: float


@dataclass(frozen=True)
class AuditLine:
    """One ad-hoc query for the audit log: what was asked, when, how it ended (`error` is empty when it answered)."""

    at: datetime
    query: str
    rows: int
    truncated: str | None
    milliseconds: float
    error: str
