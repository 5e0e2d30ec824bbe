"""What every screen has around its content: freshness and coverage on top, hints where there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from drift.baseline import BaselineError
from graph.errors import ArtefactError
from queries.checks import FindingsError
from queries.where import account_name
from report.words import freshness, week_sentence
from settings import SettingsError
from ui import data, element, words
from ui.text import label, prose

READING = (ArtefactError, BaselineError, FindingsError, SettingsError)
NAMED = 4  # accounts named in the header
CSS = """<style>
[data-testid="stMainBlockContainer"] { padding: 4.2rem 2.2rem 3rem; max-width: 1720px; }
[data-testid="stDataFrame"] [data-testid="stElementToolbar"],
[data-testid="stElementToolbar"]:has(+ [data-testid="stDataFrame"]) { display: none; }
[data-testid="stMetric"] { padding: .35rem .9rem; }
[data-testid="stMetricValue"] { font-size: 1.55rem; line-height: 1.3; }
[data-testid="stHeading"] h1 { padding: 0; }
@media (max-width: 1200px) {
  .st-key-beside > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"] { flex-direction: column; }
  .st-key-beside > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"] > * { width: 100%; flex: none; }
}
[data-testid="stPageLink-NavLink"] * { white-space: normal; overflow: visible; line-height: 1.35; }
</style>"""
# Streamlit's own colours of code, and of primary buttons in the dark theme, have too little contrast.
CONTRAST_CSS = {"dark": """<style>
[data-testid="stBaseButton-primary"]:not(:disabled) * { color: #0b1020; }
[data-testid="stCode"] .token.keyword { color: #93c5fd; }
[data-testid="stCode"] .token.function, [data-testid="stCode"] .token.class-name { color: #c4b5fd; }
</style>""", "light": """<style>
[data-testid="stCode"] .token.property, [data-testid="stCode"] .token.keyword { color: #1d4ed8; }
[data-testid="stCode"] .token.string, [data-testid="stCode"] .token.token.inserted.inserted-sign { color: #15803d; }
[data-testid="stCode"] .token.number, [data-testid="stCode"] .token.boolean { color: #9a3412; }
[data-testid="stCode"] .token.function, [data-testid="stCode"] .token.class-name { color: #6d28d9; }
[data-testid="stCode"] .token.token.deleted.deleted-sign { color: #b91c1c; }
[data-testid="stCode"] .token.variable { color: #0f766e; }
[data-testid="stCode"] .token.punctuation, [data-testid="stCode"] .token.operator { color: #475569; }
</style>"""}  # fmt: skip


def screen(title: str, show: Callable[[data.Estate], None]) -> None:
    """Draws a screen of what is promoted, or says what to do first."""
    st.html(CSS + CONTRAST_CSS[element.theme()])
    try:
        estate = data.estate(data.in_use())
    except READING as problem:
        st.title(title, anchor=False)
        hint(str(problem))
        return
    if estate is None:
        st.title(title, anchor=False)
        empty()
        return
    header(title, estate)
    show(estate)


def header(title: str, estate: data.Estate) -> None:
    """The page's name, how old the facts are and what could not be read, before anything that rests on them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="freshness"):
        st.title(title, anchor=False, width="content")
        taken, now = estate.promoted.taken_at, datetime.now(UTC)
        stale = now - parse(taken) > words.STALE_AFTER
        st.badge(freshness(taken, now.isoformat()), icon=":material/schedule:", color="red" if stale else "green")
        unread(estate)


def unread(estate: data.Estate) -> None:
    """A badge for each account that was not read whole, the first ones by name."""
    missing: dict[str, list[str]] = {}
    for row in estate.unread:
        missing.setdefault(row["account_id"], []).append(f"{row['source']}: {row['state']}")
    if not missing:
        st.badge("Everything was read", icon=":material/visibility:", color="green")
    for account, sources in list(missing.items())[:NAMED]:
        st.badge(
            f"{label(account_name(estate.graph, account))}: {words.plural(len(sources), 'source')} not read",
            icon=":material/visibility_off:",
            color="red",
            help="; ".join(sources),
        )
    if len(missing) > NAMED:
        more = words.plural(len(missing) - NAMED, "more account")
        st.badge(f"{more} not read whole", icon=":material/visibility_off:", color="red")


def week(estate: data.Estate) -> None:
    """One sentence about what happened since the baseline; none where nothing was approved."""
    if estate.drift and estate.baseline:
        st.markdown(prose(week_sentence(estate.drift, estate.baseline.approval)))


def beside(left: int, right: int) -> list[DeltaGenerator]:
    """Two columns of these shares, one under the other on a narrow screen; once on a page."""
    with st.container(key="beside"):
        return st.columns([left, right], gap="medium")


def no_baseline() -> None:
    """Nothing was approved: how to."""
    st.subheader(words.NO_BASELINE, anchor=False)
    st.write(words.NO_BASELINE_HELP)
    st.code('trustdrift approve --reason "reviewed on …"', language="bash")


def hint(problem: str) -> None:
    """A sentence of ours that may quote what strangers wrote, with what to do next in its last clause."""
    st.info(prose(problem), icon=":material/info:")


def empty() -> None:
    """The screen before anything was built."""
    st.subheader(words.NO_GRAPH, anchor=False)
    st.write(words.NO_GRAPH_HELP)
    st.code("trustdrift run --from DIR\ntrustdrift demo", language="bash")


def parse(moment: str) -> datetime:
    """An ISO time; without a zone it is UTC."""
    parsed = datetime.fromisoformat(moment)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
