"""A list of which one row is looked at: the table of every view of the Paths page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import streamlit as st

from ui.drawing import safe_id

ROWS = 9  # before a table scrolls
TALL = 520  # pixels
LINES = 60  # pixels of a row: two lines

Row = Mapping[str, str | int]


def listing(
    rows: Sequence[Row],
    chosen: int,
    *,
    name: str,
    widths: Mapping[str, int],
    alt: str,
    on_choose: Callable[[int], None],
    height: int = LINES,
) -> None:
    """The table; `widths` are pixels of columns and `height` those of a row, `alt` tells a screen reader what the table
    holds. Choosing a row calls `on_choose` with its place."""
    key = safe_id(name, *(f"{row}" for row in rows))
    st.session_state[key] = {"selection": {"rows": [chosen], "columns": [], "cells": []}}
    st.dataframe(
        rows,
        hide_index=True,
        key=key,
        on_select=lambda: _chosen(key, on_choose),
        selection_mode="single-row",
        height=_height(len(rows)),
        row_height=height,
        column_config={column: st.column_config.Column(width=width) for column, width in widths.items()},
        alt=alt,
    )


def _chosen(key: str, on_choose: Callable[[int], None]) -> None:
    if rows := st.session_state[key]["selection"]["rows"]:
        on_choose(rows[0])


def _height(rows: int) -> int | Literal["content"]:
    return TALL if rows > ROWS - 1 else "content"
