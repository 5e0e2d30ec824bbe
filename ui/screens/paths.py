"""Paths: who reaches what, by which steps and on which evidence, and what would close most of it."""

import streamlit as st

from ui import choice, chrome, data
from ui.paths import blast, chokepoints, exposed, found

SHOWN = {
    choice.PATHS: found.show,
    choice.BLAST: blast.show,
    choice.EXPOSED: exposed.show,
    choice.CHOKEPOINTS: chokepoints.show,
}


def show(estate: data.Estate) -> None:
    """The chosen view."""
    view = st.segmented_control(
        "View",
        choice.VIEWS,
        default=choice.PATHS,
        required=True,
        key="view",
        bind="query-params",
        on_change=choice.forget,
        label_visibility="collapsed",
    )
    SHOWN[view](estate)


chrome.screen("Paths", show)
