"""The fields of a question's parameters, typed as the catalogue declares them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import streamlit as st

from queries.adhoc import parameters
from queries.catalog import NOW, RAW, Value, checks, questions, typed
from ui.questions import Question

ACROSS = 3  # fields in a line
LARGEST = 2**53 - 1  # what a browser keeps of a whole number
FREE = f'Text. For a number, a list or the like write JSON after `{RAW}`, such as `{RAW}5` or `{RAW}["a"]`.'


def fields(question: Question, text: str, now: str, key: str) -> dict[str, object]:
    """A field for each `$parameter` of the text, filled in from the question, then from the catalogue; `now` is the
    time of the snapshot. Raises CatalogError for JSON that is none."""
    known = declared(question.origin)
    wanted = parameters(text)
    if not wanted:
        return {}
    values: dict[str, object] = {}
    for first in range(0, len(wanted), ACROSS):
        for place, name in zip(st.columns(ACROSS), wanted[first : first + ACROSS], strict=False):
            default = now if name == NOW else known.get(name)
            with place:
                values[name] = _field(name, default, question.values.get(name, default), f"{key}-{name}")
    return values


def declared(origin: str) -> Mapping[str, Value]:
    """The parameters of an entry of the catalogue with their defaults; none for anything else."""
    known = questions() | checks()
    return known[origin].parameters if origin in known else {}


def _field(name: str, default: Value | None, value: object, key: str) -> object:
    if isinstance(default, int) and type(value) is int and abs(value) <= LARGEST:
        return int(st.number_input(f"`{name}`", value=value, step=1, key=key))
    if isinstance(default, list) and isinstance(value, list) and all(isinstance(part, str) for part in value):
        return st.multiselect(f"`{name}`", value, value, accept_new_options=True, key=key)
    required = " (required)" if default in ("", None) else ""
    shown = value if isinstance(value, str) else "" if value is None else f"{RAW}{msgspec.json.encode(value).decode()}"
    text = st.text_input(f"`{name}`{required}", shown, key=key, help=FREE if default is None else None)
    return typed(None, text, name)
