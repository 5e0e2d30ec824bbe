"""Rows of a question as a table for people or as JSON, JSON lines, CSV or Markdown for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import orjson

from cli.terminal import printable

Row = Mapping[str, object]


class RowFormat(StrEnum):
    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MD = "md"


def rows_as(form: RowFormat, columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Renders rows; every format holds the same cells in the same order."""
    return WRITERS[form](columns, rows)


def as_json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(printable(_cell(row.get(c))), overflow="fold") for c in columns))
    return paint(table)


def _json(columns: Sequence[str], rows: Sequence[Row]) -> str:
    return as_json([_picked(columns, r) for r in rows])


def _jsonl(columns: Sequence[str], rows: Sequence[Row]) -> str:
    return "".join(orjson.dumps(_picked(columns, r)).decode() + "\n" for r in rows)


def _picked(columns: Sequence[str], row: Row) -> dict[str, object]:
    return {c: row.get(c) for c in columns}


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
