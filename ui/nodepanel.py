"""The panel of one node: what it is, when it was last used, what leads to it and from it, and what to ask next."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from graph.model import Graph, Node, Value
from queries.paths import Hop
from queries.where import account_name, full_name
from ui import badges, choice, panel, words
from ui.documents import as_text
from ui.drawing import NEIGHBOURS, neighbours, node_key, shown_name
from ui.evidence import last_use, sentence
from ui.text import code, label, prose

FACTS = {  # property to its words, of any value that is not a distance
    "env": "environment",
    "team": "team",
    "declared": "declared in code",
    "active_keys": "active keys",
    "mfa": "MFA",
    "expected": "expected, because",
}
ASKED = (  # button, its icon, the field that the node goes to, the view that is turned to
    ("From here", "start", "from", choice.PATHS),
    ("To here", "flag", "to", choice.PATHS),
    ("Blast radius", "bolt", "from", choice.BLAST),
)
DISTANCES = {
    "hops_to_admin": ("may_hops_to_admin", "administrator rights"),
    "hops_to_jewel": ("may_hops_to_jewel", "a crown jewel"),
}


def node_picker(graph: Graph, way: Sequence[str], chosen: str | None, key: str) -> None:
    """The nodes of a path in order: the keyboard's way to what a click on a node does."""
    texts = {node_key(node_id): shown_name(graph, node_id) for node_id in way}
    st.session_state[key] = node_key(chosen) if chosen and node_key(chosen) in texts else None
    st.segmented_control(
        "Node", list(texts), format_func=lambda i: prose(texts[i]), key=key, on_change=lambda: _choose(key)
    )


def node(graph: Graph, node_id: str) -> None:
    """Everything that is known of one node."""
    known = graph.nodes.get(node_id) or Node(node_id, ("",), {})
    st.markdown(f"**{code(full_name(graph, node_id))}**")
    marks(graph, known)
    st.markdown("\n".join(f"- {line}" for line in facts(graph, known)))
    buttons(node_id)
    control(graph, node_id)
    with st.expander("All properties"):
        st.code(as_text({"id": known.id, "labels": known.labels, **known.properties}), language="json", height=300)


def marks(graph: Graph, known: Node) -> None:
    """What it is, in badges."""
    with st.container(horizontal=True, gap="small"):
        st.badge(words.kind(known.labels).word, color="gray")
        for edge in graph.out(known.id, "IS_JEWEL"):
            st.badge(f"crown jewel, {label(graph.name(edge.target))}", icon=":material/diamond:", color="orange")
        if stale := known.properties.get("stale"):
            badges.stale(str(stale))


def facts(graph: Graph, known: Node) -> list[str]:
    """What is known, line by line, as Markdown."""
    have = known.properties
    account = str(have.get("account_id") or "")
    lines = [f"account: {code(account_name(graph, account))} ({code(account)})"] if account else []
    lines += [f"{word}: {_said(have[name])}" for name, word in FACTS.items() if have.get(name) not in (None, "", [])]
    used = last_use(graph, known.id)
    lines += [panel.used_on(used)] if used is not None else []
    lines += [f"{_steps(have.get(sure), have.get(may))} to {goal}" for sure, (may, goal) in DISTANCES.items()
              if not have.get(sure) is have.get(may) is None]  # fmt: skip
    return lines or [code(known.id)]


def _said(value: Value) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else code(value)


def _steps(certain: Value, possible: Value) -> str:
    if certain is None:
        return f"{words.plural(int(str(possible)), 'step')}, if conditions hold,"
    return words.plural(int(str(certain)), "certain step")


def buttons(node_id: str) -> None:
    """What to ask next."""
    with st.container(horizontal=True, gap="small"):
        for text, icon, field, view in ASKED:
            key = f"{text}-{node_key(node_id)}"
            st.button(text, icon=f":material/{icon}:", key=key, on_click=_ask, args=(field, node_id, view))
        st.button("Unfold", icon=":material/hub:", on_click=choice.add, args=("around", node_key(node_id)))


def control(graph: Graph, node_id: str) -> None:
    """The steps that lead to it, and those that it may take."""
    around = neighbours(graph, node_id)
    for title, hops in (
        ("What leads here", [hop for hop in around if hop.target == node_id]),
        ("What it may do", [hop for hop in around if hop.source == node_id]),
    ):
        if hops:
            _steps_list(graph, title, hops)


def _steps_list(graph: Graph, title: str, hops: Sequence[Hop]) -> None:
    count = f"the first {NEIGHBOURS}" if len(hops) >= NEIGHBOURS else f"{len(hops)}"
    with st.expander(f"{title} ({count})"):
        st.markdown("\n".join(f"- {sentence(graph, hop)} · {hop.verdict}" for hop in hops))


def _choose(key: str) -> None:
    if st.session_state[key]:
        st.query_params["node"] = st.session_state[key]


def _ask(field: str, node_id: str, view: str) -> None:
    st.session_state[field] = node_id
    choice.show(view)
