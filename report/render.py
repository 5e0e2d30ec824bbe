"""One report in any format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from drift import Drift
from queries.checks import Finding
from report.data import to_csv, to_json, to_jsonl
from report.html import html
from report.text import markdown, table
from report.view import Meta, View, view

Renderer = Callable[[Drift, Sequence[Finding], Sequence[Mapping[str, str]], Meta], str]


class UnknownFormat(Exception):
    """A format that no report has."""


def render(
    drift: Drift, findings: Sequence[Finding], coverage: Sequence[Mapping[str, str]], meta: Meta, format_: str
) -> str:
    """The report as text. `coverage` are the rows of `queries.picture.coverage_rows`; raises UnknownFormat."""
    if format_ not in FORMATS:
        raise UnknownFormat(f"no report is written as `{format_}`: use one of {', '.join(FORMATS)}")
    return FORMATS[format_](drift, findings, coverage, meta)


def _viewed(write: Callable[[View], str]) -> Renderer:
    return lambda drift, findings, coverage, meta: write(view(drift, findings, coverage, meta))


FORMATS: dict[str, Renderer] = {
    "table": _viewed(table),
    "json": to_json,
    "jsonl": to_jsonl,
    "csv": to_csv,
    "md": _viewed(markdown),
    "html": _viewed(html),
}
