"""Formats for people who read text: Markdown, and a table for the terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from report.view import Rule, Section, View
from report.words import clean

# What Markdown takes for markup: anywhere, at the start of a line, or as an address that becomes a link.
SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&$!@]|^[-+=]|(?<=^\d)[.)]|:(?=//)|(?<=www)\.", re.IGNORECASE)
STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
LISTED = 10  # findings of a rule that a text lists
WIDTH = 110  # where the output is no terminal


def markdown(view: View) -> str:
    """The report as Markdown; whatever strangers wrote is text or code, never markup."""
    return "\n".join(_markdown_lines(view)) + "\n"


def table(view: View) -> str:
    """The report for a terminal, with colours: the caller strips them where they are not wanted."""
    from rich.console import Console  # 0.06 s, wanted by this format alone

    console = Console(file=io.StringIO(), force_terminal=True, width=WIDTH, highlight=False, emoji=False, markup=False)
    _print(console, view)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def escape(text: str) -> str:
    """Text for Markdown: what stands between backticks becomes code, everything else loses its meaning as markup."""
    parts = clean(text).split("`")
    if len(parts) % 2 == 0:  # an odd backtick of a stranger
        return _plain(clean(text))
    return "".join(f"`{p}`" if i % 2 and p else _plain(p) for i, p in enumerate(parts))


def _plain(text: str) -> str:
    return SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def _markdown_lines(view: View) -> Iterator[str]:
    yield from (f"# {escape(view.title)}", "", f"{escape(view.freshness)}; {escape(view.coverage)}.", "")
    yield from (f"**{escape(view.week)}**", "", f"Baseline: {escape(view.baseline)}", "")
    yield from ("| " + " | ".join(escape(name) for name, _ in view.numbers) + " |", "|---" * len(view.numbers) + "|")
    yield from ("| " + " | ".join(str(count) for _, count in view.numbers) + " |", "")
    if view.quiet:
        yield from ("Nothing changed since the baseline.", "")
    for item in view.items:
        yield from _markdown_item(item)
    for rule in view.rules:
        yield from _markdown_rule(rule)
    if view.gaps:
        yield from ("## What could not be read", "", "| account | region | source | state | reason | last seen |")
        yield "|---|---|---|---|---|---|"
        cells = ("account", "region", "source", "state", "reason", "at")
        yield from ("| " + " | ".join(escape(row[c]) for c in cells) + " |" for row in view.gaps)


def _markdown_item(item: Section) -> Iterator[str]:
    yield from (f"## {item.severity.upper()}: {escape(item.title)}", "")
    yield f"*{item.change}, {item.family}{', ' + item.verdict if item.verdict else ''}*"
    yield ""
    yield from _bullets("Before", item.before)
    yield from _bullets("Now", item.after)
    yield f"- Why it matters: {escape(item.why)}"
    yield from _bullets("Only if", item.conditions)
    yield from _bullets("Evidence", item.evidence)
    yield from _bullets("Concerns", item.members if len(item.members) > 1 else [])
    yield from _bullets("Reaches", item.targets if len(item.targets) > 1 else [])
    yield from _bullets("How to fix", [item.fix] if item.fix else [])
    yield ""


def _markdown_rule(rule: Rule) -> Iterator[str]:
    count = f"{len(rule.open)} open" + (f", {len(rule.unknown)} unknown" if rule.unknown else "")
    yield from (f"## {escape(rule.title)} ({rule.severity}): {count}", "")
    yield from (f"- {escape(text)}" for text in _capped(rule.open))
    yield from (f"- unknown: {escape(text)}" for text in _capped(rule.unknown))
    yield from (f"- How to fix: {escape(rule.fix)}", "")


def _bullets(name: str, texts: list[str]) -> Iterator[str]:
    if texts:
        yield f"- {name}: " + "; ".join(escape(text) for text in texts)


def _capped(texts: list[str]) -> list[str]:
    return texts[:LISTED] + ([f"and {len(texts) - LISTED} more"] if len(texts) > LISTED else [])


def _print(console: object, view: View) -> None:
    from rich.table import Table
    from rich.text import Text

    show = console.print  # type: ignore[attr-defined]
    show(Text(f"{view.freshness}; {view.coverage}", "dim" if view.complete else "bold yellow"))
    show(Text(view.week, "bold"))
    show(Text(f"Baseline: {view.baseline}", "dim"))
    show(Text("   ".join(f"{name}: {count}" for name, count in view.numbers)))
    if view.items:
        drift = Table(title="Drift", title_justify="left", expand=True)
        for column in ("severity", "change", "what", "how to fix"):
            drift.add_column(column, overflow="fold")
        for item in view.items:
            drift.add_row(Text(item.severity, STYLES[item.severity]), item.change, Text(item.title), Text(item.fix))
        show(drift)
    checks = Table(title="Findings", title_justify="left", expand=True)
    for column in ("severity", "check", "open", "unknown", "first of them"):
        checks.add_column(column, overflow="fold")
    for rule in view.rules:
        first = (rule.open or rule.unknown)[0]
        counts = (str(len(rule.open)), str(len(rule.unknown)))
        checks.add_row(Text(rule.severity, STYLES[rule.severity]), rule.rule, *counts, Text(first))
    show(checks)
