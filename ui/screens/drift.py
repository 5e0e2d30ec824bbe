"""Drift: what changed since the baseline, item by item, with the way it opened and how to close it."""

import streamlit as st

from drift.baseline import Approval
from drift.items import CHANGES, FAMILIES, Drift, DriftItem
from graph.model import Graph
from queries.paths import Hop
from queries.severity import SEVERITIES
from report.words import day, why
from ui import badges, chrome, data, element, panel, words
from ui.drawing import drawing, hop_id, safe_id
from ui.text import cell, code, prose

LEGEND = (
    "In the picture, green and +: added. Red, dashed and −: removed. Amber and ±: changed. Dashed grey: possible. "
    "Gold double ring: crown jewel. Click a line for its evidence."
)
WIDTHS = {"What changed": 430, "Severity": 72, "Change": 84, "Kind": 72}  # pixels
NAMED = 200  # members listed of an item


def show(estate: data.Estate) -> None:
    """The whole page: the two sides, the numbers, the items, and the chosen one in full."""
    drift, baseline = estate.drift, estate.baseline
    if drift is None or baseline is None:
        chrome.no_baseline()
        return
    chrome.week(estate)
    sides(drift, baseline.approval)
    numbers(drift)
    if not drift.items:
        st.success("Nothing changed since the baseline.", icon=":material/check_circle:")
        return
    items = filtered(drift.items)
    if not items:
        st.info("No item fits the filter: choose fewer of its words.", icon=":material/filter_alt_off:")
        return
    browse(estate.graph, baseline.graph, drift, items)


def sides(drift: Drift, approval: Approval) -> None:
    """Which two snapshots are compared, and why the first was approved."""
    st.caption(
        f"Approved on {day(approval.at)} because: {prose(approval.why)}. Compared: snapshot "
        f"{drift.current.snapshot_id[:12]} of {day(drift.current.taken_at)} "
        f"with {drift.baseline.snapshot_id[:12]} of {day(drift.baseline.taken_at)}"
    )


def numbers(drift: Drift) -> None:
    """How many items there are of each change; what is fixed and what could not be seen have their own."""
    for place, name in zip(st.columns(len(CHANGES)), CHANGES, strict=True):
        severe = sum(i.change == name and i.severity in ("critical", "high") for i in drift.items)
        change = words.CHANGES[name]
        below = f"{severe} critical or high" if name in ("added", "changed") else words.CHANGE_HELP[name]
        place.metric(
            f"{change.symbol} {change.word.capitalize()}", f"{drift.counts.get(name, 0):,}", below,
            delta_color="off", delta_arrow="off", border=True, height="stretch",
        )  # fmt: skip


def filtered(items: list[DriftItem]) -> list[DriftItem]:
    """The items that the chosen words let through; no word chosen in a row lets all through."""
    severity, change, family = st.columns(3, gap="medium")
    with severity:
        severities = _pills("Severity", "severity", [s for s in SEVERITIES if any(i.severity == s for i in items)])
    with change:
        changes = _pills("Change", "change", [c for c in CHANGES if any(i.change == c for i in items)])
    with family:
        families = _pills("Kind", "kind", [f for f in FAMILIES if any(i.family == f for i in items)])
    return [i for i in items if i.severity in severities and i.change in changes and i.family in families]


@st.fragment
def browse(graph: Graph, past: Graph, drift: Drift, items: list[DriftItem]) -> None:
    """The list beside the chosen item, and under both the way it opened."""
    item = _chosen(items)
    listing, detail = chrome.beside(1, 1)
    with listing:
        table(items, item)
    with detail, st.container(border=True):
        headline(item)
        what_changed(item)
        affected(drift, item)
        how_to_fix(item)
    if item.path:
        why_it_matters(graph, past, item)
    else:
        reasons(drift, item)


def table(items: list[DriftItem], item: DriftItem) -> None:
    """The items, worst first; choosing a row shows the item."""
    st.markdown(f"**{words.plural(len(items), 'item')}**, worst first")
    rows = [
        {
            "What changed": cell(i.title.replace("`", "")),
            "Severity": i.severity,
            "Change": f"{words.CHANGES[i.change].symbol} {i.change}",
            "Kind": words.FAMILIES[i.family],
        }
        for i in items
    ]
    key = safe_id("items", *(i.id for i in items))
    st.session_state[key] = {"selection": {"rows": [items.index(item)], "columns": [], "cells": []}}
    st.dataframe(
        rows,
        hide_index=True,
        key=key,
        on_select=lambda: _choose_row(items, key),
        selection_mode="single-row",
        height=540 if len(rows) > 6 else "content",
        row_height=72,  # four lines
        column_config={name: st.column_config.TextColumn(width=width) for name, width in WIDTHS.items()},
        alt="Drift items, worst first: what changed, severity, change, kind",
    )


def headline(item: DriftItem) -> None:
    with st.container(horizontal=True, gap="small"):
        badges.severity(item.severity)
        badges.change(item.change, item.severity)
        if item.verdict:
            badges.verdict(item.verdict)
        st.badge(words.FAMILIES[item.family], color="gray")
    st.subheader(prose(item.title), anchor=False)
    st.caption(why(item))


def what_changed(item: DriftItem) -> None:
    """Before and after, line by line, and what it still depends on."""
    before, after = ([prose(line) for line in side if line] for side in (item.before, item.after))
    colour = words.tone(item.change, item.severity)
    lines = [f"`−` before: {line}" for line in before] + [f":{colour}[`+` now: {line}]" for line in after]
    st.markdown("**What changed**")
    st.markdown("\n".join(f"- {line}" for line in lines) or "no details")
    if item.conditions:
        st.markdown("**Only if**\n" + "\n".join(f"- {prose(condition)}" for condition in item.conditions))


def affected(drift: Drift, item: DriftItem) -> None:
    """Everyone and everything that it is about, when that is more than one."""
    for title, node_ids in (("Who", item.members), ("What they reach", item.targets)):
        if len(node_ids) > 1:
            with st.expander(f"{title}: {len(node_ids):,}"):
                shown = [f"- {code(drift.names.get(i, i))}" for i in node_ids[:NAMED]]
                st.markdown("\n".join(shown))
                if len(node_ids) > NAMED:
                    st.caption(f"and {len(node_ids) - NAMED:,} more, all of them in `trustdrift drift --format json`")


def how_to_fix(item: DriftItem) -> None:
    if item.fix:
        st.markdown("**How to fix it**")
        st.markdown(prose(item.fix))


def why_it_matters(graph: Graph, past: Graph, item: DriftItem) -> None:
    """The way that opened or closed, drawn, and the evidence of the chosen hop."""
    hop = _chosen_hop(item)
    drawn = drawing(graph, item.path, past)
    st.subheader("Why it matters", anchor=False)
    element.draw(
        drawn,
        key=safe_id("drift", item.id, *(n.id for n in drawn.nodes)),
        chosen=hop_id(hop),
        on_click=lambda what, which: _click(item, what, which),
    )
    st.caption(LEGEND)
    with st.container(border=True):
        st.page_link(
            "ui/screens/paths.py",
            label="Explore these paths",
            icon=":material/route:",
            query_params={"from": item.subject, "to": item.target},
        )
        panel.hop_picker(item.path, hop, key=f"picker-{item.id}")
        panel.hop(graph if hop.proof in graph.nodes or not hop.proof else past, hop)


def reasons(drift: Drift, item: DriftItem) -> None:
    """The proofs of an item that has no path."""
    found = [drift.proofs[i] for i in item.evidence if i in drift.proofs]
    if found:
        st.markdown("**Evidence**")
        for proof in found:
            st.markdown(f"- {prose(proof.text)}")


def _pills(label: str, key: str, options: list[str]) -> list[str]:
    return st.pills(label, options, selection_mode="multi", key=key, bind="query-params") or options


def _chosen(items: list[DriftItem]) -> DriftItem:
    """The item of the address, else the first."""
    wanted = st.query_params.get("item")
    return next((i for i in items if i.id == wanted), items[0])


def _chosen_hop(item: DriftItem) -> Hop:
    """The hop of the address, else the first that changed."""
    wanted = st.query_params.get("hop")
    changed = next((h for h in item.path if h.change in words.CHANGES), item.path[0])
    return next((h for h in item.path if hop_id(h) == wanted), changed)


def _choose_row(items: list[DriftItem], key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        st.query_params["item"] = items[rows[0]].id
        st.query_params.pop("hop", None)


def _click(item: DriftItem, what: str, which: str) -> None:
    if what == "edge":
        st.query_params.update({"item": item.id, "hop": which})


chrome.screen("Drift", show)
