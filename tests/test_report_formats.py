"""Reports: every format tells the same, a quiet week is quiet, and what strangers wrote is text in all of them."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift import Approval, Drift, compare
from queries.checks import Finding
from queries.paths import Hop
from queries.picture import coverage_rows
from report import FORMATS, Meta, UnknownFormat, render
from report.data import FORMULA
from report.text import escape
from report.words import clean
from tests.graph_samples import DEV, PROD, organization, week_later

APPROVAL = Approval(
    graph_id="graph-1",
    snapshot_id="s",
    taken_at="2026-11-09T06:00:00Z",
    who="maya",
    at="2026-11-09T09:00:00Z",
    why="first",
)
META = Meta(now="2026-11-16T09:00:00Z", approval=APPROVAL, names={DEV: "dev", PROD: "payments-prod"})
FINDINGS = [
    Finding(id="f1", rule="missing-mfa", severity="high", state="open", subject="u", title="`u` signs in without MFA",
            account_id=PROD, fix="Register a second factor."),
    Finding(id="f2", rule="open-egress", severity="low", state="unknown", subject=DEV, title="Egress: not all was seen",
            account_id=DEV, fix="Collect again."),
]  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE x",
    "=cmd|'/c calc'!A1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "a\nb\n# heading",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/x)",
    "https://evil.example",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "]]>",
    "\x1b[31mred\x1b[0m",
    "[bold]x[/bold]",
    "\u202egnp.exe",
    "a`b",
    "`",
    "a | b",
    "\\",
    "\x00",
]


def week(findings: list[Finding] = FINDINGS) -> Drift:
    return compare(organization().graph(), [], week_later().graph("graph-2", "snapshot-2"), findings)


def written(name: str, drift: Drift, findings: list[Finding] = FINDINGS) -> str:
    return render(drift, findings, drift.coverage, META, name)


class Page(HTMLParser):
    """Everything a browser would take for an element, an attribute or text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_what_changed_and_what_was_not_seen(name: str) -> None:
    report = written(name, week())
    for told in ("ledger", "critical", "iam.authorization", "10.0.0.0/8", "signs in without MFA"):
        assert told in report.lower() or told in report, told


@pytest.mark.parametrize("name", ["md", "html", "table"])
def test_freshness_and_coverage_come_first_then_the_sentence_of_the_week(name: str) -> None:
    text = Page(written(name, week())).text if name == "html" else written(name, week())
    plain = re.sub(r"\x1b\[[\d;]*m|\\", "", text)
    fresh, since = plain.index("Facts of 16 Nov 2026, 06:00 UTC, 3 hours old"), plain.index("Since the baseline")
    assert fresh < plain.index("sources seen whole; not iam.authorization of dev") < since
    assert since < plain.index("can now reach")


@pytest.mark.parametrize("name", ["md", "html", "table"])
def test_a_quiet_week_is_quiet(name: str) -> None:
    graph = organization().graph()
    drift = compare(graph, [], graph, [])
    report = render(drift, [], coverage_rows(graph), META, name)
    assert "no change." in report
    assert "can now" not in report


def test_without_coverage_nothing_passes_for_complete() -> None:
    assert "nothing here can be taken for complete" in render(week(), [], [], META, "html")


def test_json_and_its_lines_hold_everything() -> None:
    drift = week()
    document = json.loads(written("json", drift))
    assert [item["id"] for item in document["items"]] == [item.id for item in drift.items]
    assert msgspec.convert(document["findings"], list[Finding]) == FINDINGS
    assert document["approval"]["who"] == "maya"
    kinds = [json.loads(line)["kind"] for line in written("jsonl", drift).splitlines()]
    assert [kinds.count(k) for k in ("drift", "finding", "coverage")] == [len(drift.items), 2, len(drift.coverage)]
    rows = list(csv.DictReader(io.StringIO(written("csv", drift))))
    assert [row["kind"] for row in rows] == kinds
    assert {row["state"] for row in rows if row["kind"] == "drift"} == {item.change for item in drift.items}


def test_the_page_is_whole_in_itself() -> None:
    page = Page(written("html", week()))
    assert "script" not in page.tags
    assert not [a for a in page.attributes if a[0] in ("src", "href", "onload", "onerror", "style", "action")]
    policy = dict(page.attributes)["content"] is not None and [v for k, v in page.attributes if k == "content"]
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in policy
    assert "url(" not in written("html", week())
    assert page.tags.count("svg") >= 3


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UnknownFormat, match="`pdf`: use one of table, json"):
        render(week(), [], [], META, "pdf")


def hostile_drift(text: str) -> tuple[Drift, list[Finding]]:
    """The week with a stranger's text wherever strangers may write."""
    drift = week()
    hop = Hop(source="a", target="b", type="CAN_ACCESS", key=text, conditions=[text], proof="p", change="added")
    items = [
        msgspec.structs.replace(
            item, title=f"`{text}` can now reach `b`", before=[text], after=[text], conditions=[text], path=[hop],
            members=["a", "b"], targets=["a", "b"], fix=text, subject=text, target=text, evidence=["p"],
        )
        for item in drift.items
    ]  # fmt: skip
    names = {"a": f"payments-prod/{text}", "b": text}
    proofs = {"p": msgspec.structs.replace(next(iter(drift.proofs.values())), text=text)}
    coverage = [{**row, "detail": text, "state": "denied"} for row in drift.coverage[:1]]
    found = [msgspec.structs.replace(f, title=text, fix=text, subject=text, details={text: text}) for f in FINDINGS]
    return msgspec.structs.replace(drift, items=items, names=names, proofs=proofs, coverage=coverage), found


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_the_page(text: str) -> None:
    drift, found = hostile_drift(text)
    plain, plain_found = hostile_drift("harmless")
    hostile, harmless = (Page(written("html", *pair)) for pair in ((drift, found), (plain, plain_found)))
    assert set(hostile.tags) | {"code"} == set(harmless.tags), "an odd backtick makes no code"
    assert {k for k, _ in hostile.attributes} == {k for k, _ in harmless.attributes}
    if "`" not in text:
        assert clean(text).strip() in hostile.text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_the_csv_is_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(written("csv", *hostile_drift(text)))))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    assert not [cell for row in rows for cell in row if re.search(r"[\x00-\x1f\x7f\u202e]", cell)]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_terminal_gets_no_control_sequence_of_a_stranger(text: str) -> None:
    report = written("table", *hostile_drift(text))
    assert re.sub(r"\x1b\[[\d;]*m", "", report).isprintable() or "\x1b" not in re.sub(r"\x1b\[[\d;]*m", "", report)
    assert "\x1b[31mred" not in report
    assert "\u202e" not in report


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_gains_no_line_and_no_markup_of_a_stranger(text: str) -> None:
    report, harmless = (written("md", *hostile_drift(t)) for t in (text, "harmless"))
    assert len(report.splitlines()) == len(harmless.splitlines())
    outside_code = re.sub(r"`[^`]*`", "", re.sub(r"\\.", "", report))
    assert not re.search(r"<\w|!\[|\]\(|https?://", outside_code)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_any_text_is_one_line_of_visible_characters(text: str) -> None:
    assert clean(text).isprintable()
    assert "\n" not in escape(text)
    drift, found = hostile_drift(text)
    assert "<script" not in written("html", drift, found)
    json.loads(written("json", drift, found))
