"""Rows of a question: a table for people, and JSON, JSON lines, CSV or Markdown for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from cli.terminal import paint, printable

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
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(printable(_text(row.get(c))), overflow="fold") for c in columns))
    return paint(table)


def _json(columns: Sequence[str], rows: Sequence[Row]) -> str:
    return as_json([{c: row.get(c) for c in columns} for row in rows])


def _jsonl(columns: Sequence[str], rows: Sequence[Row]) -> str:
    return "".join(msgspec.json.encode({c: row.get(c) for c in columns}).decode() + "\n" for row in rows)


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    import csv
    import io

    from report.data import cell

    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(_text(row.get(c))) for c in columns] for row in rows)
    return out.getvalue()


def _markdown(columns: Sequence[str], rows: Sequence[Row]) -> str:
    from report.text import escape

    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    lines += ["| " + " | ".join(escape(_text(row.get(c))) for c in columns) + " |" for row in rows]
    return "\n".join(lines)


def _text(value: object) -> str:
    """A cell: text as it is, nothing as nothing, lists and the like as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


WRITERS = {
    RowFormat.TABLE: _table,
    RowFormat.JSON: _json,
    RowFormat.JSONL: _jsonl,
    RowFormat.CSV: _csv,
    RowFormat.MD: _markdown,
}
