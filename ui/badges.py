"""Badges: a severity, a change and a verdict look the same on every screen, and none speaks by colour alone."""

from __future__ import annotations

import streamlit as st

from ui import words
from ui.text import one_line


def severity(name: str) -> None:
    st.badge(name, color=words.SEVERITIES[name])


def change(name: str, how_bad: str) -> None:
    """Coloured by what it means, better or worse; its sign says what happened."""
    known = words.CHANGES[name]
    st.badge(f"{known.symbol} {known.word}", color=words.tone(name, how_bad))


def verdict(name: str) -> None:
    st.badge(name, color=words.VERDICT_BADGES[name], help=words.VERDICT_HELP[name])


def stale(last_seen: str) -> None:
    """That a fact was not seen this time; the time is ISO."""
    st.badge(f"as last seen {one_line(last_seen)[:10]}", icon=":material/history:", color="red")
