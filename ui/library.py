"""The shelf beside the editor: the catalogue with its search, and what was asked in this session."""

from __future__ import annotations

import streamlit as st

from queries.catalog import Query, checks, questions
from ui import words
from ui.desk import Past, desk
from ui.questions import Question
from ui.text import code, one_line, prose

SHELF = 330  # pixels of a list
SHORT = 60  # characters of a query in the history


def shelf() -> None:
    """The catalogue, what is chosen of it, and the history."""
    chosen = catalogue()
    if chosen:
        entry(chosen)
    history()


def catalogue() -> Query | None:
    """The questions and checks that fit what is searched for; the chosen one."""
    st.subheader("Catalogue", anchor=False)
    known = questions() | checks()
    wanted = st.text_input("Search the catalogue", key="search", icon=":material/search:", placeholder="mfa, jewel, …")
    found = [name for name, query in known.items() if fits(query, wanted)]
    if not found:
        st.caption(f"Nothing in the catalogue fits {code(wanted)}: search for fewer words.")
        return None
    with st.container(height=SHELF, key="shelf"):
        name = st.radio(
            "Questions and checks",
            found,
            index=None,
            key="chosen",
            format_func=lambda n: known[n].title,
            captions=[f"check, {known[n].severity}" if known[n].severity else "question" for n in found],
            label_visibility="collapsed",
        )
    return known.get(name or "")


def fits(query: Query, wanted: str) -> bool:
    """Whether every word is somewhere in the query's title, id, or what it answers; case does not count."""
    said = f"{query.id} {query.title} {query.description} {query.severity}".casefold()
    return all(word in said for word in wanted.casefold().split())


def entry(query: Query) -> None:
    """What the chosen query answers, how it asks, and the way into the editor."""
    with st.container(border=True):
        st.markdown(f"**{prose(query.title)}**")
        st.markdown(prose(query.description))
        if needed := [name for name, value in query.parameters.items() if value == ""]:
            st.markdown(f"Needs {', '.join(code(name) for name in needed)}")
        st.code(query.body, language="cypher", wrap_lines=True, height=170)
        st.button(
            "Open in the editor",
            icon=":material/edit_note:",
            type="primary",
            on_click=lambda: desk().load(Question(query.body, origin=query.id)),
        )


def history() -> None:
    """The questions of this session, the last one first; a click brings one back."""
    past = desk().history
    with st.expander(f"History: {words.plural(len(past), 'question')}", icon=":material/history:"):
        if not past:
            st.caption("What you ask in this session is kept here until you close it.")
        for place, asked in enumerate(past):
            st.button(
                _line(asked),
                key=f"past-{len(past)}-{place}",
                type="tertiary",
                on_click=lambda question=asked.question: desk().load(question),
            )


def _line(asked: Past) -> str:
    text = one_line(" ".join(asked.question.text.split()))
    short = text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"
    return f"{asked.at:%H:%M:%S} UTC · {asked.ending} · {code(short)}"
