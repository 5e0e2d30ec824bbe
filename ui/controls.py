"""What a person asks: the form over the paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from graph.model import Graph
from graph.options import Zone
from queries.where import EXPOSED, NAMED, entries, full_name
from ui import choice, words
from ui.asking import MAX_HOPS, OFFERED, Question, settle
from ui.text import code, prose

SUGGESTED = 2000  # names offered in a list; any other name, ARN or account:ID can be typed
SEARCHED = 20_000  # names that a typed part is looked for in
SOURCE_CLASSES = (EXPOSED, "internet", "external", "ci")
TARGET_CLASSES = ("jewels", "admin", "org-admin")
HELP = (
    "Pick one, or type a part of a name, `ACCOUNT/NAME`, an ARN, an account, `account:ID` or `zone:NAME`. Real entry "
    "points are the internet, outsiders, pipelines, people, and users who hold a key or a password."
)


@dataclass(frozen=True)
class Form:
    """What the fields need to know: the graph, the zones that the settings declare, and the names to offer."""

    graph: Graph
    zones: tuple[Zone, ...]
    names: list[str]

    @classmethod
    def over(cls, graph: Graph, zones: tuple[Zone, ...]) -> Form:
        return cls(graph, zones, _names(graph.id, tuple(zone.name for zone in zones), graph))

    def question(self) -> Question | None:
        """Which paths; every answer is in the address, so that a link asks the same. A part of one name stands for it;
        None while it could stand for several."""
        start, swap, end, hops, certain = st.columns([10, 1, 10, 4, 5], vertical_alignment="bottom")
        with start:
            source = self._node("From", "from", SOURCE_CLASSES + TARGET_CLASSES)
        swap.button("", icon=":material/swap_horiz:", on_click=_swap, help="Swap: ask for the way back")
        with end:
            target = self._node("To", "to", TARGET_CLASSES + SOURCE_CLASSES)
        with hops:
            max_hops = _max_hops()
        certain_only = certain.toggle("Certain paths only", key="certain", bind="query-params", on_change=choice.forget)
        kinds = _kinds()
        first, last = self._meant("from", source), self._meant("to", target)
        return Question(first, last, max_hops, certain_only, kinds) if first and last else None

    def start(self) -> tuple[str, int] | None:
        """From where, and how many steps; None while the text could stand for several."""
        start, hops, _ = st.columns([10, 4, 16], vertical_alignment="bottom")
        with start:
            source = self._node("From", "from", SOURCE_CLASSES)
        with hops:
            max_hops = _max_hops()
        first = self._meant("from", source)
        return (first, max_hops) if first else None

    def ends(self) -> tuple[str, str] | None:
        """From where and to where; None while a text could stand for several."""
        start, swap, end, _ = st.columns([10, 1, 10, 9], vertical_alignment="bottom")
        with start:
            source = self._node("From", "from", SOURCE_CLASSES)
        swap.button("", icon=":material/swap_horiz:", on_click=_swap, help="Swap: ask for the way back")
        with end:
            target = self._node("To", "to", TARGET_CLASSES)
        first, last = self._meant("from", source), self._meant("to", target)
        return (first, last) if first and last else None

    def _node(self, label: str, key: str, classes: tuple[str, ...]) -> str:
        typed = st.query_params.get(key) or None
        offered = [*(words.CLASSES[name] for name in classes), *self.names[:SUGGESTED]]
        options = offered if typed is None or typed in offered else [*offered, typed]
        return st.selectbox(
            label,
            options,
            key=key,
            accept_new_options=True,
            bind="query-params",
            persist_state="page",
            help=HELP,
            on_change=choice.forget,
        )

    def _meant(self, key: str, text: str) -> str | None:
        """What a text stands for; where that can be several names, they are offered instead."""
        found = settle(self.graph, text, self.names, self.zones)
        if len(found) > 1:
            first = f" The first {OFFERED}:" if len(found) > OFFERED else ""
            st.markdown(f"{code(text)} is a part of {words.plural(len(found), 'name')}; which one is meant?{first}")
            with st.container(horizontal=True, gap="small"):
                for name in found[:OFFERED]:
                    st.button(prose(name), key=f"{key}-{name}", on_click=_answer, args=(key, name))
            return None
        if found and found[0] != text and words.CLASSES.get(found[0]) != text:
            st.caption(f"{code(text)} is read as {code(found[0])}")
        return found[0] if found else text


def _max_hops() -> int:
    return int(
        st.number_input("At most hops", 1, 30, MAX_HOPS, key="hops", bind="query-params", on_change=choice.forget)
    )


def _kinds() -> tuple[str, ...]:
    """The kinds of steps that a path may take; none chosen lets all through."""
    chosen = st.pills(
        "Only steps of these kinds",
        list(words.STEP_KINDS.values()),
        selection_mode="multi",
        key="steps",
        bind="query-params",
        on_change=choice.forget,
    )
    return tuple(name for name, word in words.STEP_KINDS.items() if word in (chosen or ()))


def _answer(key: str, name: str) -> None:
    st.session_state[key] = name
    choice.forget()


def _swap() -> None:
    state = st.session_state
    state["from"], state["to"] = state["to"], state["from"]
    choice.forget()


@st.cache_data(max_entries=4, show_spinner=False)
def _names(graph_id: str, zones: tuple[str, ...], _graph: Graph) -> list[str]:
    """Names that can be asked for, entry points first; where two nodes share a name, their ids."""
    first = [entry.id for entry in entries(_graph)]
    rest = (node.id for label in NAMED for node in _graph.of(label))
    node_ids = list(dict.fromkeys([*first, *rest]))[:SEARCHED]
    whole = [f"account:{node.name}" for node in _graph.of("AWSAccount")] + [f"zone:{name}" for name in zones]
    return list(dict.fromkeys([*_unambiguous(_graph, node_ids), *whole]))


def _unambiguous(graph: Graph, node_ids: list[str]) -> Iterator[str]:
    names = [full_name(graph, node_id) for node_id in node_ids]
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    for node_id, name in zip(node_ids, names, strict=True):
        yield name if seen[name] == 1 and graph.nodes[node_id].label != "Outcome" else node_id
