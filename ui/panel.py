"""The evidence panel: one hop in words, its verdict, what it depends on, and the statements that decide."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from graph.model import Graph
from graph.techniques import techniques
from queries.paths import Hop
from ui import badges, choice, words
from ui.documents import Written
from ui.drawing import hop_id, label, shown_name
from ui.evidence import Evidence, evidence, last_use, sentence
from ui.text import code, prose

LONGEST_BESIDE = 2  # lines of a policy that the statement beside it shows already
TALL = 16  # lines of a statement, more scroll
NO_PROOF = "This step follows from how the resources are joined; no policy decides it."


def hop_picker(hops: Sequence[Hop], chosen: Hop, key: str, chosen_node: str | None = None) -> None:
    """The hops of a path in order: the keyboard's way to what a click on a line does. None of them is marked while a
    node is looked at instead."""
    texts = {hop_id(h): f"{i}. {label(h)}" for i, h in enumerate(hops, 1)}
    st.session_state[key] = hop_id(chosen) if hop_id(chosen) in texts and not chosen_node else None
    st.segmented_control("Hop", list(texts), format_func=texts.__getitem__, key=key, on_change=lambda: _choose(key))


def _choose(key: str) -> None:
    if st.session_state[key]:
        choice.choose_hop(st.session_state[key])


def hop(graph: Graph, chosen: Hop, closing: Sequence[str] = ()) -> None:
    """Everything that is known of one hop; `closing` are the edits of which each ends it."""
    found = evidence(graph, chosen)
    st.markdown(f"**{sentence(graph, chosen)}**")
    with st.container(horizontal=True, gap="small"):
        badges.verdict(chosen.verdict)
        if chosen.type.endswith("_ESCALATE"):
            st.badge(f"technique {code(chosen.key)}", color="violet")
        if chosen.stale:
            badges.stale(chosen.stale)
    st.markdown(prose(found.text or NO_PROOF))
    conditions(found)
    ways_to_close(closing)
    technique(chosen)
    layers(found)
    statements(found)
    last_used(graph, chosen)
    names(chosen)


def conditions(found: Evidence) -> None:
    """What must hold besides, and what the caller has to choose."""
    for title, items in (("Only if", found.conditions), ("The caller chooses", found.choices)):
        if items:
            st.markdown(f"**{title}**\n" + "\n".join(f"- {prose(item)}" for item in items))


def ways_to_close(closing: Sequence[str]) -> None:
    """The edits of which each ends the step."""
    if closing:
        title = "What would close it" if len(closing) == 1 else "What would close it: any one of these"
        st.markdown(f"**{title}**\n" + "\n".join(f"- {prose(edit)}" for edit in dict.fromkeys(closing)))


def technique(chosen: Hop) -> None:
    """Why the technique works, how its use is seen, how it is fixed."""
    known = techniques().get(chosen.key) if chosen.type.endswith("_ESCALATE") else None
    if known is None:
        return
    events = [code(event) for event in known.detect if event != "*"]
    lines = [
        f"Why: {prose(known.why)}",
        *([f"In CloudTrail: {', '.join(events)}"] if events else []),
        f"Fix: {prose(known.fix)}",
        f"Source: {code(known.source)}",
    ]
    st.markdown(f"**{prose(known.name[:1].upper() + known.name[1:])}**\n" + "\n".join(f"- {line}" for line in lines))


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
    """The deciding statements as JSON, each with where it is written and on which lines there."""
    for statement in found.statements:
        sources = ", ".join(statement.sources) or "written in a policy of the resource itself"
        st.markdown(f"**Deciding statement** · {sources}{_position(statement.policy)}")
        lines = statement.document.count("\n") + 1
        st.code(statement.document, language="json", wrap_lines=True, height=360 if lines > TALL else "content")
        if statement.policy and statement.policy.text.count("\n") > LONGEST_BESIDE:
            with st.expander(f"The policy, lines {statement.policy.first} to {statement.policy.last} decide"):
                st.code(statement.policy.text, language="json", line_numbers=True, height=360)


def _position(policy: Written | None) -> str:
    if policy is None:
        return ""
    sid = f" ({code(policy.sid)})" if policy.sid else ""
    return f", statement {policy.number}{sid}, lines {policy.first} to {policy.last}"


def last_used(graph: Graph, chosen: Hop) -> None:
    """When both ends were last used, as far as IAM knows."""
    known = {end: last_use(graph, end) for end in (chosen.source, chosen.target)}
    lines = [f"- {code(shown_name(graph, end))}: {used_on(used)}" for end, used in known.items() if used is not None]
    if lines:
        st.markdown("**Last use**\n" + "\n".join(lines))


def used_on(moment: str) -> str:
    """A last use in words."""
    return f"used last on {moment[:10]}" if moment else "no use is known"


def names(chosen: Hop) -> None:
    """The ids of both ends, to copy."""
    with st.expander("ARNs"):
        st.code(f"{chosen.source}\n{chosen.target}", language=None)
