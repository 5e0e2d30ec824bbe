"""The buttons that take paths to other tools: all that are listed as JSON and CSV, the drawing as SVG and PNG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from graph.model import Graph
from queries.paths import Path
from ui import export
from ui.drawing import Drawing
from ui.raster import png


def buttons(graph: Graph, paths: Sequence[Path], path: Path, drawn: Drawing) -> None:
    """A file is made when its button is pressed."""
    with st.container(horizontal=True, gap="small"):
        _file("JSON", "paths.json", "application/json", "data_object", partial(export.document, graph, paths))
        _file("CSV", "paths.csv", "text/csv", "table", partial(export.csv, graph, paths))
        _file("SVG", "paths.svg", "image/svg+xml", "image", partial(export.svg, drawn))
        _file("PNG", "paths.png", "image/png", "photo", partial(png, drawn))
        with st.popover("Cypher", icon=":material/terminal:"):
            st.code(export.cypher(graph, path), language="cypher")
        with st.popover("ARNs", icon=":material/content_copy:"):
            st.code("\n".join(path.way), language=None)
    st.caption("JSON and CSV hold every listed path, SVG and PNG the drawing, Cypher and ARNs the chosen path.")


def _file(title: str, name: str, mime: str, icon: str, made: Callable[[], bytes]) -> None:
    st.download_button(title, made, file_name=name, mime=mime, icon=f":material/{icon}:", on_click="ignore")
