"""One way, looked at: the drawing with what stands around it, and the evidence of the chosen step or node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from queries.paths import Hop, Path
from ui import answers, badges, choice, data, element, nodepanel, panel, words
from ui.drawing import DRAWN, Drawing, DrawnEdge, hop_id, neighbours, node_key, path_id, safe_id, shown_name
from ui.grouping import Group, grouped, groups
from ui.text import code, one_line, prose

BESIDE = 720  # pixels that a drawing has next to a list
LEGEND = {
    "line": "Solid line: certain. Dashed: possible, it has open conditions.",
    "jewel": "Gold double ring: crown jewel.",
    "stale": "Dotted ring: as last seen.",
    "group": "Square: several nodes that are alike, a line of theirs is a step of one at least; click to open it.",
}
HOW = "Click a line or a node for its evidence, double-click a node to unfold what is around it."


@dataclass(frozen=True)
class View:
    """What is drawn: the chosen path, and all `hops`, those of other paths and of what is unfolded among them."""

    estate: data.Estate
    path: Path
    others: Sequence[Path]

    @cached_property
    def hops(self) -> list[Hop]:
        """In an order that does not change with the chosen path, unless not all of them fit."""
        found = [hop for path in self.others or [self.path] for hop in path.hops]
        for key in choice.several("around"):
            ends = {node_key(end): end for hop in found for end in (hop.source, hop.target)}
            found += neighbours(self.estate.graph, ends[key]) if key in ends else []
        fits = len({end for hop in found for end in (hop.source, hop.target)}) <= DRAWN
        return found if fits else [*self.path.hops, *found]

    @cached_property
    def groups(self) -> list[Group]:
        return groups(self.estate.graph, self.hops) if len(self.hops) > len(self.path.hops) else []

    @cached_property
    def drawn(self) -> Drawing:
        opened = choice.several("open")
        return grouped(self.estate.graph, self.hops, [group for group in self.groups if group.id not in opened])

    @cached_property
    def hop(self) -> Hop:
        return choice.hop(self.path, self.hops)

    @cached_property
    def line(self) -> DrawnEdge | None:
        """The line that the chosen hop is drawn as."""
        return next((edge for edge in self.drawn.edges if self.hop in edge.hops), None)

    @cached_property
    def node(self) -> str | None:
        """The chosen node, where one is chosen and drawn."""
        wanted = choice.one("node")
        ends = (end for hop in self.hops for end in (hop.source, hop.target))
        return next((end for end in ends if node_key(end) == wanted), None) if wanted else None

    def focus(self) -> set[str]:
        """The ids of what stands out: the chosen path and the chosen step, where there is more."""
        wanted = _ids([*self.path.hops, self.hop])
        ours = [edge for edge in self.drawn.edges if not wanted.isdisjoint(_ids(edge.hops))]
        if len(ours) == len(self.drawn.edges):
            return set()
        return {part for edge in ours for part in (edge.id, edge.source, edge.target)}

    def chosen(self) -> str:
        """The id of what the evidence is about."""
        if self.node:
            return next((n.id for n in self.drawn.nodes if self.node in (n.node_id, *n.members)), "")
        return self.line.id if self.line else ""


def look(estate: data.Estate, path: Path, others: Sequence[Path] = (), above: DeltaGenerator | None = None) -> View:
    """The drawing, and below it the evidence; `others` are drawn as well. The drawing goes to the place `above` where
    there is one, which is as wide as the page."""
    choice.follow()
    view = View(estate, path, others)
    with above or st.container():
        picture(view, element.WIDEST if above else BESIDE)
    with st.container(border=True):
        evidence(view)
    return view


def picture(view: View, width: int) -> None:
    """The drawing with what it leaves out, and its groups for those who have no mouse."""
    drawn = view.drawn
    element.draw(
        drawn,
        key=safe_id("paths", str(width), *(node.id for node in drawn.nodes)),
        focus=view.focus(),
        fade=len(view.others) < 2,
        chosen=view.chosen(),
        width=width,
        on_click=lambda what, which: _click(view, what, which),
    )
    if drawn.left_out:
        st.caption(
            f":material/warning: {DRAWN} of {DRAWN + drawn.left_out:,} nodes are drawn: "
            "narrow the question to see the rest."
        )
    st.caption(f"{legend(drawn)} {HOW}")
    group_picker(view)


def legend(drawn: Drawing) -> str:
    """What of the legend is in the drawing."""
    shown = {
        "line": True,
        "jewel": any(node.jewel for node in drawn.nodes),
        "stale": any(node.stale for node in drawn.nodes),
        "group": any(node.members for node in drawn.nodes),
    }
    return " ".join(text for name, text in LEGEND.items() if shown[name])


def group_picker(view: View) -> None:
    """Which groups are open, and what is unfolded: the keyboard's way to a click."""
    known = {group.id: f"{group.name}, {one_line(group.account)}" for group in view.groups}
    around = choice.several("around")
    if not known and not around:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if known:
            key = safe_id("groups", *known)
            st.session_state[key] = [group for group in choice.several("open") if group in known]
            st.multiselect(
                "Open groups",
                list(known),
                format_func=known.__getitem__,
                key=key,
                on_change=lambda: choice.set_several("open", st.session_state[key]),
                placeholder=f"Choose one of {words.plural(len(known), 'group')} to see its members",
            )
        if around:
            st.button("Fold again", icon=":material/unfold_less:", on_click=choice.set_several, args=("around", ()))


def evidence(view: View) -> None:
    """The path in a line, then the chosen step or node."""
    graph, path = view.estate.graph, view.path
    if len(path.hops) > 1:
        headline(view)
    panel.hop_picker(path.hops, view.hop, key=f"picker-{path_id(path)}", chosen_node=view.node)
    nodepanel.node_picker(graph, path.way, view.node, key=f"nodes-{path_id(path)}")
    if view.node:
        nodepanel.node(graph, view.node)
        return
    alternatives(view)
    panel.hop(graph, view.hop, answers.closing(view.estate, view.hop))
    st.button("Unfold what is around the target", icon=":material/hub:", on_click=_unfold, args=(view.hop.target,))


def headline(view: View) -> None:
    """Both ends, and what all of the path depends on."""
    graph, path = view.estate.graph, view.path
    ends = f"{code(shown_name(graph, path.source))} → {code(shown_name(graph, path.target))}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f"**{ends}**", width="content")
        badges.verdict(path.verdict)
        st.badge(words.plural(len(path.hops), "hop"), color="gray")
        if path.stale:
            badges.stale(path.stale)
    if path.conditions:
        with st.expander(f"The whole path holds only if ({len(path.conditions)})"):
            st.markdown("\n".join(f"- {prose(condition)}" for condition in path.conditions))


def alternatives(view: View) -> None:
    """Which of the steps that one line stands for."""
    steps = {hop_id(hop): hop for hop in view.line.hops} if view.line else {}
    if len(steps) < 2:
        return
    graph = view.estate.graph
    key = safe_id("steps", *steps)
    st.session_state[key] = hop_id(view.hop)
    st.selectbox(
        f"The line stands for {len(steps)} steps",
        list(steps),
        format_func=lambda i: (
            f"{shown_name(graph, steps[i].source)} → {shown_name(graph, steps[i].target)}: {panel.label(steps[i])}"
        ),
        key=key,
        on_change=lambda: choice.choose_hop(st.session_state[key]),
    )


def _click(view: View, what: str, which: str) -> None:
    """A line chooses its step and a path that takes it, a group opens, a node is looked at, twice it unfolds."""
    if what == "edge":
        _choose_line(view, which)
        return
    node = next(n for n in view.drawn.nodes if n.id == which)
    if node.members:
        choice.add("open", node.id)
    elif what == "unfold":
        _unfold(node.node_id)
    else:
        st.query_params["node"] = node_key(node.node_id)


def _choose_line(view: View, which: str) -> None:
    steps = next(edge.hops for edge in view.drawn.edges if edge.id == which)
    through = [path for path in [view.path, *view.others] if not _ids(path.hops).isdisjoint(_ids(steps))]
    path = through[0] if through else view.path
    hop = next((hop for hop in path.hops if hop in steps), steps[0])
    if path is not view.path:
        choice.choose_path(path)
    choice.choose_hop(hop_id(hop))


def _ids(hops: Iterable[Hop]) -> set[str]:
    return {hop_id(hop) for hop in hops}


def _unfold(node_id: str) -> None:
    choice.add("around", node_key(node_id))
