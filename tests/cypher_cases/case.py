"""What a Cypher case is, and how rows are compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REFUSED = "refused"  # in place of rows: the engine must answer with an error


@dataclass(frozen=True)
class Case:
    """One query of the shared dialect with the rows that Neo4j 5 answers, computed by hand.

    `rows` is compared as a multiset unless `ordered`; None asks only that the query runs. A case that `writes` gets a
    database of its own, and `check` then asks what it left there. `differs` says of an engine (`embedded`, `neo4j`)
    why it answers otherwise, and what our own queries do instead.
    """

    id: str
    title: str
    query: str
    rows: Any = None
    params: dict[str, Any] = field(default_factory=dict)
    ordered: bool = False
    writes: bool = False
    check: str = ""
    check_rows: Any = None
    differs: Mapping[str, str] = field(default_factory=dict)


def same(found: list[list[Any]], expected: list[list[Any]], ordered: bool) -> bool:
    left, right = [_text(row) for row in found], [_text(row) for row in expected]
    return left == right if ordered else sorted(left) == sorted(right)


def _text(row: Any) -> str:
    return json.dumps(_normal(row), sort_keys=True)


def _normal(value: Any) -> Any:
    """Whole floats equal integers, as they do in Cypher."""
    if isinstance(value, dict):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
