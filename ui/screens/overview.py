"""Overview: how fresh the facts are, the week in one sentence, the numbers, and what to look at first."""

from typing import Literal

import streamlit as st

from graph.model import Graph
from queries.checks import OPEN, UNKNOWN, Finding
from queries.paths import Path
from queries.severity import SEVERITIES
from queries.where import account_name, full_name
from ui import badges, chrome, data, words
from ui.drawing import path_id
from ui.text import cell, prose

MARKS = (4, 11)  # shares of a line: badges, sentence
FIRST = 7  # drift items to look at first


def show(estate: data.Estate) -> None:
    """The whole page."""
    chrome.week(estate)
    numbers(estate)
    changed, ways = st.columns(2, gap="medium")
    with changed, st.container(border=True, height="stretch"):
        what_changed(estate)
    with ways, st.container(border=True, height="stretch"):
        ways_in(estate)
    open_findings, coverage = st.columns(2, gap="medium")
    with open_findings:
        findings(estate.findings)
    with coverage:
        what_was_read(estate)


def numbers(estate: data.Estate) -> None:
    """The figures of the estate and of the week."""
    people = len(estate.graph.of("AWSPrincipal")) + len(estate.graph.of("AWSSSOUser"))
    cards = st.columns(5)
    card(cards[0], "Principals", people, "users, roles, services, people")
    reach(cards[1], estate, "administrator", "Can become administrator")
    reach(cards[2], estate, "jewel", "Can reach a crown jewel")
    severe = [f for f in estate.findings or [] if f.state == OPEN and f.severity in ("critical", "high")]
    unknown = sum(f.state == UNKNOWN for f in estate.findings or [])
    card(cards[3], "Critical and high findings", len(severe), f"{unknown:,} unknown")
    drift = estate.drift
    worst = _worst(drift.by_severity) if drift else "no baseline"
    card(cards[4], "Drift items", len(drift.items) if drift else 0, worst)


def reach(place: st.delta_generator.DeltaGenerator, estate: data.Estate, goal: str, title: str) -> None:
    """How many reach a class of targets for certain, and how many besides if conditions hold."""
    rows = estate.reaching(goal)
    certain = sum(row.certain is not None for row in rows)
    card(place, title, certain, f"{len(rows) - certain:,} more if conditions hold")


def card(place: st.delta_generator.DeltaGenerator, title: str, value: int, below: str) -> None:
    place.metric(title, f"{value:,}", below, delta_color="off", delta_arrow="off", border=True, height="stretch")


def what_changed(estate: data.Estate) -> None:
    """The worst drift items, each a link to its own."""
    st.subheader("Look at these changes first", anchor=False)
    drift = estate.drift
    if drift is None:
        chrome.no_baseline()
    elif not drift.items:
        st.write("Nothing changed since the baseline.")
    for item in drift.items[:FIRST] if drift else []:
        marks, sentence = st.columns(MARKS, vertical_alignment="center")
        with marks, st.container(horizontal=True, gap="small"):
            badges.severity(item.severity)
            badges.change(item.change, item.severity)
        with sentence:
            st.page_link(
                "ui/screens/drift.py", label=prose(item.title.replace("`", "")), query_params={"item": item.id}
            )


def ways_in(estate: data.Estate) -> None:
    """The shortest paths from real entry points to what must not be reached, each a link to its picture."""
    st.subheader("Shortest ways in, from real entry points", anchor=False)
    found = estate.ways_in
    for kind, path in found:
        marks, sentence = st.columns(MARKS, vertical_alignment="center")
        with marks, st.container(horizontal=True, gap="small"):
            badges.verdict(path.verdict)
            st.badge(kind, color="gray")
        with sentence:
            st.page_link(
                "ui/screens/paths.py",
                label=f"{prose(_ends(estate.graph, path))}, {words.plural(len(path.hops), 'hop')}",
                query_params={"from": path.source, "to": path.target, "path": path_id(path)},
            )
    if not found:
        st.write("No path from a real entry point to a crown jewel or to administrator rights was found.")


def findings(found: list[Finding] | None) -> None:
    """The findings, worst first; without checks there is none, which is no good news."""
    st.subheader("Findings", anchor=False)
    if found is None:
        st.write("No check was run on this graph: run `trustdrift check`.")
        return
    counts = [f"{sum(f.severity == s and f.state == OPEN for f in found)} {s}" for s in SEVERITIES]
    st.caption(f"{', '.join(counts)}; {sum(f.state == UNKNOWN for f in found)} unknown, because something was not read")
    rows = [
        {"Severity": f.severity, "State": f.state, "Finding": _plain(f.title), "How to fix": _plain(f.fix)}
        for f in found
    ]
    st.dataframe(
        rows, hide_index=True, height=_height(rows), alt="Findings, worst first: severity, state, what it is, its fix"
    )


def what_was_read(estate: data.Estate) -> None:
    """The coverage table, what was not read first."""
    st.subheader("What was read", anchor=False)
    rows = sorted(estate.coverage, key=lambda row: (row["state"] == "seen", row["account_id"], row["source"]))
    unread = len(estate.unread)
    st.caption(f"{words.plural(len(rows), 'source')}, {len(rows) - unread:,} read completely, {unread:,} not")
    shown = [
        {
            "State": row["state"],
            "Account": cell(account_name(estate.graph, row["account_id"])),
            "Region": row["region"],
            "Source": row["source"],
            "Why not": cell(row["detail"] or row["reason"]),
            "Last seen": row["at"][:16],
        }
        for row in rows
    ]
    st.dataframe(
        shown,
        hide_index=True,
        height=_height(shown),
        alt="Coverage: state, account, region, source, why not, last seen",
    )


def _height(rows: list[dict[str, str]]) -> int | Literal["content"]:
    """A table shows some rows and scrolls for the rest."""
    return 300 if len(rows) > 8 else "content"


def _ends(graph: Graph, path: Path) -> str:
    return f"{full_name(graph, path.source)} → {full_name(graph, path.target)}"


def _plain(text: str) -> str:
    return cell(text.replace("`", ""))


def _worst(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {severity}" for severity, count in list(counts.items())[:2])


chrome.screen("Overview", show)
