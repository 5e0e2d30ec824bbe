"""Formats for machines: JSON, JSON lines and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from drift import Drift
from queries.checks import Finding
from report.view import Meta
from report.words import clean

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for a formula at the start of a cell
COLUMNS = (
    "kind", "id", "severity", "state", "family", "title", "account_id", "subject", "target", "members", "targets",
    "before", "after", "verdict", "conditions", "fix",
)  # fmt: skip


def to_json(drift: Drift, findings: Sequence[Finding], coverage: Sequence[Mapping[str, str]], meta: Meta) -> str:
    """One document: baseline, current, approval, counts, items, findings, coverage, names, proofs."""
    document = {
        **msgspec.to_builtins(drift),
        "written_at": meta.now,
        "approval": msgspec.to_builtins(meta.approval),
        "counts": drift.counts,
        "severities": drift.by_severity,
        "findings": msgspec.to_builtins(list(findings)),
        "coverage": list(coverage),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def to_jsonl(drift: Drift, findings: Sequence[Finding], coverage: Sequence[Mapping[str, str]], meta: Meta) -> str:
    """One line per item, finding and coverage row, told apart by `kind`."""
    return "".join(msgspec.json.encode(row).decode() + "\n" for row in _rows(drift, findings, coverage))


def to_csv(drift: Drift, findings: Sequence[Finding], coverage: Sequence[Mapping[str, str]], meta: Meta) -> str:
    """The same rows as a table; no cell is taken for a formula by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(drift, findings, coverage):
        row.setdefault("state", row.get("change", ""))
        writer.writerow([cell(row.get(column, "")) for column in COLUMNS])
    return out.getvalue()


def cell(value: object) -> str:
    """A cell as text: lists joined, formulas disarmed by an apostrophe, hidden characters written out."""
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return clean(f"'{text}" if text.startswith(FORMULA) else text)


def _rows(drift: Drift, findings: Sequence[Finding], coverage: Sequence[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    yield from ({"kind": "drift", **msgspec.to_builtins(item)} for item in drift.items)
    yield from ({"kind": "finding", **msgspec.to_builtins(finding)} for finding in findings)
    yield from ({"kind": "coverage", "title": row["source"], **row} for row in coverage)
