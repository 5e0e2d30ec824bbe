"""What is chosen on the Paths page, kept in the address so that a link restores it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from queries.paths import Hop, Path
from ui.drawing import hop_id, path_id

PATHS, BLAST, EXPOSED, CHOKEPOINTS = "Paths", "Blast radius", "Who is exposed", "Choke points"
VIEWS = (PATHS, BLAST, EXPOSED, CHOKEPOINTS)
TURNED = "turned"  # says in the session that the page has to be run again
ALONE = ("path", "hop", "node", "row")  # one id each
SEVERAL = ("open", "around")  # ids with dots between: groups that are open, nodes that are unfolded
MOST = 40  # ids that an address may hold of one kind


def forget() -> None:
    """What was chosen in the answer to another question leaves the address."""
    for name in (*ALONE, *SEVERAL):
        st.query_params.pop(name, None)


def show(view: str) -> None:
    """Turns to another view, where nothing is chosen yet; for callbacks, `follow` does the rest."""
    st.session_state["view"] = view
    st.session_state[TURNED] = True
    forget()


def follow() -> None:
    """Runs the whole page where a button below it turned to another view: the form and the list of views are no part
    of the fragment that the button stands in."""
    if st.session_state.pop(TURNED, False):
        st.rerun()


def one(name: str) -> str:
    """The chosen id; empty for none."""
    return str(st.query_params.get(name, ""))


def several(name: str) -> list[str]:
    return [part for part in one(name).split(".") if part][:MOST]


def set_several(name: str, ids: Sequence[str]) -> None:
    if ids:
        st.query_params[name] = ".".join(dict.fromkeys(ids))
    else:
        st.query_params.pop(name, None)


def add(name: str, new: str) -> None:
    set_several(name, [*several(name), new])


def path(paths: Sequence[Path]) -> Path:
    """The chosen path, else the first."""
    wanted = one("path")
    return next((p for p in paths if path_id(p) == wanted), paths[0]) if wanted else paths[0]


def hop(way: Path, drawn: Sequence[Hop]) -> Hop:
    """The chosen hop, else the first of the path."""
    wanted = one("hop")
    return next((h for h in [*way.hops, *drawn] if hop_id(h) == wanted), way.hops[0])


def choose_path(chosen: Path) -> None:
    st.query_params["path"] = path_id(chosen)
    choose_hop(hop_id(chosen.hops[0]))


def choose_hop(which: str) -> None:
    st.query_params["hop"] = which
    st.query_params.pop("node", None)


def choose_row(which: str) -> None:
    """Another row of a list: what was chosen in the one before is forgotten."""
    forget()
    st.query_params["row"] = which
