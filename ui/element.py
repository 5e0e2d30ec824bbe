"""The graph element: one function that draws a drawing and reports clicks; nothing else knows what draws it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import streamlit as st

from report.layout import COLUMN
from ui import icons, words
from ui.drawing import Drawing, DrawnEdge, DrawnNode
from ui.packing import broken, packed

# Text and lines by theme; contrast against the page's background is at least 4.5 for text and 3 for lines.
INK = {"light": "#0f172a", "dark": "#e2e8f0"}
MUTED = {"light": "#475569", "dark": "#94a3b8"}
LINE = {"light": "#64748b", "dark": "#94a3b8"}
PAPER = {"light": "#ffffff", "dark": "#0b1020"}
CHOSEN = {"light": "#4338ca", "dark": "#a5b4fc"}
DIMMED = 0.18
LOWEST, HIGHEST, WIDEST = 180, 900, 1240  # pixels
TIGHTEST = 0.62  # of the layout's columns: narrower ones leave no room for the labels of edges
CSS = """<style>
.st-graph-workbench.container { background: transparent; border: 0; }
.st-graph-workbench .graph-topbar, .st-graph-workbench .infopanel,
.st-graph-workbench .graph-context-menu { display: none !important; }
</style>"""

Click = Callable[[str, str], None]


def theme() -> words.Theme:
    """The theme that the browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


def draw(
    drawing: Drawing,
    *,
    key: str,
    focus: Collection[str] = (),
    fade: bool = True,
    chosen: str = "",
    width: int = WIDEST,
    on_click: Click | None = None,
) -> None:
    """Draws from left to right, for a place of some `width` in pixels: a chain that is too long for it is broken into
    rows.

    `focus` are ids of nodes and edges that stand out, and unless `fade` is off the rest is dimmed; `chosen` is the id
    of the edge or node whose evidence is shown. `on_click` gets what was done (`edge`, `node` or `expand`) and the id.
    The key must change with the nodes, because an element that stays keeps its positions.
    """
    from st_graph_workbench import Event, graph_workbench

    st.html(CSS)
    places = _placed(drawing, width)
    graph_workbench(
        elements={"nodes": [_node(n, places[n.id]) for n in drawing.nodes], "edges": [_edge(e) for e in drawing.edges]},
        layout={"name": "preset", "fit": True, "padding": 28, "animate": False},
        node_styles=_rules(drawing, theme(), focus, fade, chosen),
        height=_height(places),
        key=key,
        on_change=lambda: _report(key, on_click),
        events=[Event("edge", "tap", "edge"), Event("node", "tap", "node"), Event("unfold", "dbltap", "node")],
        min_zoom=0.15,
        max_zoom=1.15,
        show_selection_details=False,
        toolbar={"sticky": False},  # it is hidden, and must not take room
    )


def _report(key: str, on_click: Click | None) -> None:
    event = st.session_state.get(key)
    if event and on_click and event.get("action") in ("edge", "node", "unfold"):
        on_click(event["action"], event["data"]["target_id"])


def _placed(drawing: Drawing, width: int) -> dict[str, tuple[float, float]]:
    places = packed([n.id for n in drawing.nodes], [(e.source, e.target) for e in drawing.edges])
    return _squeezed(broken(places, max(2, int(width / (COLUMN * TIGHTEST)))), width)


def _squeezed(places: dict[str, tuple[float, float]], room_across: int = WIDEST) -> dict[str, tuple[float, float]]:
    """Columns closer together where a long path would have to be drawn too small to be read, and farther apart where
    many rows make everything small."""
    width = max((x for x, _ in places.values()), default=0)
    room = max(1.0, (max((y for _, y in places.values()), default=0)) / HIGHEST)
    factor = max(TIGHTEST, min(room, room_across * room / width)) if width else 1.0
    return {node: (x * factor, y) for node, (x, y) in places.items()}


def _height(places: dict[str, tuple[float, float]]) -> int:
    """Pixels that let the rows of a layout be read."""
    heights = [y for _, y in places.values()]
    return round(min(max(max(heights) - min(heights) + 140, LOWEST), HIGHEST))


def _node(node: DrawnNode, place: tuple[float, float]) -> dict[str, Any]:
    marks = " ".join(mark for mark, is_so in (("jewel", node.jewel), ("group", bool(node.members))) if is_so)
    below = "\n".join(text for text in (node.name, node.place, "as last seen" if node.stale else "") if text)
    data = {
        "id": node.id,
        "icon": node.kind.icon,
        "colour": node.kind.colour[1:],
        "text": below,
        "marks": marks,
        "state": node.state,
    }
    data["stale"] = "yes" if node.stale else ""
    return {"data": data, "position": {"x": place[0], "y": place[1]}, "selectable": False}


def _edge(edge: DrawnEdge) -> dict[str, Any]:
    verdict = words.VERDICTS[edge.certain]
    data = {"id": edge.id, "source": edge.source, "target": edge.target, "text": edge.label}
    return {"data": {**data, "verdict": verdict, "state": edge.state}, "selectable": False}


def _rules(drawing: Drawing, mode: words.Theme, focus: Collection[str], fade: bool, chosen: str) -> list[Any]:
    kinds = {node.kind.icon + node.kind.colour: node.kind for node in drawing.nodes}
    rules = [*_base(mode), *(_kind(kind) for kind in kinds.values()), *_states(mode)]
    if focus and fade:
        rules.append(("*", {"opacity": DIMMED}))
        rules.append((_any(focus), {"opacity": 1, "z-index": 10}))
    if focus:
        rules.append((_any(i for i in focus if i.startswith("e")), {"width": 3.4}))
    if chosen:
        halo = {"underlay-color": CHOSEN[mode], "underlay-opacity": 0.28, "underlay-padding": 6}
        rules.append((_any([chosen]), halo))
    return [_style_rule(selector, style) for selector, style in rules if selector]


def _style_rule(selector: str, style: dict[str, Any]) -> Any:
    from st_graph_workbench import StyleRule

    return StyleRule(selector, style)


def _any(ids: Any) -> str:
    return ",".join(f"#{i}" for i in sorted(ids))


def _kind(kind: words.Kind) -> tuple[str, dict[str, Any]]:
    return (
        f'node[icon="{kind.icon}"][colour="{kind.colour[1:]}"]',
        {"background-color": kind.colour, "background-image": icons.data_uri(kind.icon)},
    )


def _base(mode: words.Theme) -> list[tuple[str, dict[str, Any]]]:
    node = {
        "label": "data(text)", "width": 38, "height": 38, "shape": "ellipse", "border-width": 0,
        "background-width": "58%", "background-height": "58%", "font-size": 11, "color": INK[mode],
        "text-wrap": "wrap", "text-max-width": 170, "text-valign": "bottom", "text-margin-y": 5, "line-height": 1.25,
        "text-background-color": PAPER[mode], "text-background-opacity": 0.85,
        "min-zoomed-font-size": 5, "overlay-opacity": 0,
    }  # fmt: skip
    edge = {
        "label": "data(text)", "width": 2, "line-color": LINE[mode], "target-arrow-color": LINE[mode],
        "target-arrow-shape": "triangle", "arrow-scale": 1.1, "curve-style": "bezier", "font-size": 10,
        "color": MUTED[mode], "text-background-color": PAPER[mode], "text-background-opacity": 0.92,
        "text-background-padding": 2, "text-rotation": "autorotate", "text-wrap": "wrap",
        "text-max-width": 120, "min-zoomed-font-size": 5, "overlay-opacity": 0,
    }  # fmt: skip
    return [
        ("node", node),
        ("edge", edge),
        ('node[marks^="jewel"]', {"border-width": 4, "border-color": words.JEWEL, "border-style": "double"}),
        ('node[marks$="group"]', {"shape": "round-rectangle", "width": 52, "height": 42}),
        ('node[stale="yes"]', {"border-width": 2, "border-style": "dotted", "border-color": MUTED[mode]}),
        ('edge[verdict="possible"]', {"line-style": "dashed", "line-dash-pattern": [7, 4]}),
    ]


def _states(mode: words.Theme) -> list[tuple[str, dict[str, Any]]]:
    rules: list[tuple[str, dict[str, Any]]] = []
    for name, change in words.CHANGES.items():
        colour = change.light if mode == "light" else change.dark
        faded = {"opacity": 0.65} if change.line == "dashed" else {}
        line = {"line-color": colour, "target-arrow-color": colour, "color": colour, "width": 3}
        style = {"line-style": "dashed"} if change.line == "dashed" else {}
        ring = {"border-width": 4, "border-color": colour, "border-style": change.line}
        rules.append((f'edge[state="{name}"]', {**line, **style, **faded}))
        rules.append((f'node[state="{name}"]', {**ring, **faded}))
    return rules
