"""The evidence panel: one hop in words, its verdict, what it depends on, and the statements that decide."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from graph.model import Graph
from queries.paths import Hop
from ui import badges, words
from ui.drawing import hop_id, label
from ui.evidence import Evidence, evidence, sentence
from ui.text import code, one_line, prose

NO_PROOF = "This step follows from how the resources are joined; no policy decides it."


def hop_picker(hops: Sequence[Hop], chosen: Hop, key: str) -> None:
    """The hops of a path in order: the keyboard's way to what a click on a line does."""
    texts = {hop_id(h): f"{i}. {label(h)}" for i, h in enumerate(hops, 1)}
    st.session_state[key] = hop_id(chosen) if hop_id(chosen) in texts else None
    st.segmented_control("Hop", list(texts), format_func=texts.__getitem__, key=key, on_change=lambda: _choose(key))


def _choose(key: str) -> None:
    if st.session_state[key]:
        st.query_params["hop"] = st.session_state[key]


def hop(graph: Graph, chosen: Hop) -> None:
    """Everything that is known of one hop."""
    found = evidence(graph, chosen)
    st.markdown(f"**{sentence(graph, chosen)}**")
    with st.container(horizontal=True, gap="small"):
        badges.verdict(chosen.verdict)
        if chosen.type.endswith("_ESCALATE"):
            st.badge(f"technique {code(chosen.key)}", color="violet")
        if chosen.stale:
            st.badge(f"as last seen {one_line(chosen.stale)[:10]}", icon=":material/history:", color="red")
    st.markdown(prose(found.text or NO_PROOF))
    conditions(found)
    layers(found)
    statements(found)
    names(chosen)


def conditions(found: Evidence) -> None:
    """What must hold besides, and what the caller has to choose."""
    for title, items in (("Only if", found.conditions), ("The caller chooses", found.choices)):
        if items:
            st.markdown(f"**{title}**\n" + "\n".join(f"- {prose(item)}" for item in items))


def layers(found: Evidence) -> None:
    """The answer of each layer that was asked."""
    if not found.layers:
        return
    st.markdown("**What each layer says**")
    with st.container(horizontal=True, gap="small"):
        for layer, truth in found.layers:
            word, colour = words.TRUTHS.get(truth, (truth, "gray"))
            st.badge(f"{words.LAYERS.get(layer, layer)}: {word}", color=colour)


def statements(found: Evidence) -> None:
    """The deciding statements as JSON, each with where it is written."""
    for statement in found.statements:
        st.markdown("**Deciding statement** · " + (", ".join(statement.sources) or "its policy is not in the graph"))
        st.code(statement.document, language="json", wrap_lines=True)


def names(chosen: Hop) -> None:
    """The ids of both ends, to copy."""
    with st.expander("ARNs"):
        st.code(f"{chosen.source}\n{chosen.target}", language=None)
