"""Cypher: a question of one's own or of the catalogue, its answer as a table and as a picture."""

import streamlit as st

from graph.model import Graph
from graph.store import AdhocResult
from queries.adhoc import SCREEN
from queries.catalog import CatalogError, missing, needed
from ui import chrome, data, element, library, results, running, words
from ui.desk import Desk, desk
from ui.drawing import DRAWN, drawing, hop_id, node_key, safe_id, shown_name
from ui.editor import editor, inserted, labels, properties, relationships
from ui.fields import fields
from ui.questions import LONGEST, Question
from ui.text import prose

AT_ONCE = 0.6  # seconds that are waited for an answer before the page says that it is on its way
POLL = 0.5  # seconds
TABLE, PICTURE = "Table", "Graph"
NOTHING_TO_DRAW = (
    "These rows hold no node, relationship or path, so there is nothing to draw: return some, such as a whole path by "
    "`MATCH p = (a)-[r]->(b) RETURN p`. A relationship is drawn when its ends are returned with it."
)
CSS = """<style>
[data-testid="stCustomComponentV1"] {{ box-shadow: 0 0 0 1px {edge}; border-radius: .4rem; }}
</style>"""


def show(estate: data.Estate) -> None:
    """The whole page: the shelf beside the editor, and the answer below."""
    st.html(CSS.format(edge=element.LINE[element.theme()]))
    desk().follow_link()
    left, right = chrome.beside(2, 5)
    with left:
        library.shelf()
    with right:
        bench(estate)


@st.fragment
def bench(estate: data.Estate) -> None:
    """Where a question is written, asked and answered."""
    here = desk()
    if here.loads == 0 or (here.editor_key not in st.session_state and here.draft != here.loaded):
        here.load(here.draft)  # the page was left meanwhile, and the editor forgot
    edited = here.edited = editor(here.loaded.text, key=here.editor_key)
    inserts()
    try:
        values = fields(here.loaded, edited.text, estate.promoted.taken_at, here.editor_key)
    except CatalogError as problem:
        chrome.hint(str(problem))
        return
    here.draft = Question(edited.text, values, here.loaded.origin)
    pressed = controls(here)
    if pressed or here.asks(edited):
        ask(here, estate)
    if here.run:
        waiting()
    answer(here, estate.graph)


def inserts() -> None:
    """Lists of the schema's words; one that is picked goes where the cursor is."""
    kinds = {"label": labels(), "relationship": relationships(), "property": properties()}
    for place, (kind, names) in zip(st.columns(len(kinds)), kinds.items(), strict=True):
        place.selectbox(
            f"Insert a {kind}",
            names,
            index=None,
            key=f"insert-{kind}",
            placeholder=f"Insert a {kind} …",
            label_visibility="collapsed",
            on_change=_insert,
            args=(f"insert-{kind}",),
        )


def controls(here: Desk) -> bool:
    """The run button, and what a question may take; whether it was pressed."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        pressed = st.button("Run", icon=":material/play_arrow:", type="primary", disabled=here.run is not None)
        st.caption(
            f"Ctrl-Enter runs, Ctrl-Space completes, Esc leaves the editor. Questions only read: {SCREEN}.",
            width="content",
        )
    return pressed


def ask(here: Desk, estate: data.Estate) -> None:
    """Sends the question on its way, unless something is missing; waits for a quick answer."""
    question = here.draft
    here.cancel()
    if lacking := missing(question.values):
        here.refuse(f"{needed(lacking)}: fill it in above and run it again")
    elif len(question.text) > LONGEST:
        here.refuse(f"the question has {len(question.text):,} characters, {LONGEST:,} are read: shorten it")
    else:
        here.start(running.begin(data.in_use(), question, estate.graph.id))
        if here.run and here.run.ended(AT_ONCE):
            here.finish()
    st.rerun()  # the history beside it has a new line


@st.fragment(run_every=POLL)
def waiting() -> None:
    """How long the question has been on its way, and the button to leave it."""
    here = desk()
    if here.run is None or here.run.ended():
        here.finish()
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Cancel", icon=":material/stop:", on_click=here.cancel)
        st.caption(f"Running for {here.run.seconds:.0f} s …", width="content")


def answer(here: Desk, graph: Graph) -> None:
    """The answer as it was chosen to be seen, or the sentence why there is none."""
    if here.problem:
        st.error(prose(here.problem), icon=":material/error:")
    if here.answer is None:
        return
    result = here.answer.result
    if here.answer.remark:
        chrome.hint(here.answer.remark)
    if cut := SCREEN.cut(result):
        st.warning(prose(cut), icon=":material/content_cut:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        form = st.segmented_control(
            "Show as", [TABLE, PICTURE], default=TABLE, key="form", label_visibility="collapsed"
        )
        st.markdown(f"**{words.plural(len(result.rows), 'row')}** in {result.milliseconds:,.0f} ms", width="content")
        st.download_button("CSV", lambda: results.as_csv(result), "answer.csv", "text/csv", on_click="ignore")
        st.download_button(
            "JSON", lambda: results.as_json(result), "answer.json", "application/json", on_click="ignore"
        )
    if not result.rows:
        st.info("No rows: nothing in the graph answers this.", icon=":material/info:")
    elif form == PICTURE:
        picture(graph, result)
    else:
        st.dataframe(results.table(result), hide_index=True, alt=f"Answer: {', '.join(result.columns)}")


def picture(graph: Graph, result: AdhocResult) -> None:
    """The nodes and relationships of the rows, and what the rows say of the chosen node."""
    nodes, hops = results.drawable(result)
    if not nodes:
        st.info(NOTHING_TO_DRAW, icon=":material/info:")
        return
    drawn = drawing(graph, hops, alone=nodes)
    ids = {node.id: node.node_id for node in drawn.nodes}
    chosen = st.session_state.get("looked-at") or ""
    element.draw(
        drawn,
        key=safe_id("answer", *ids.values(), *(hop_id(hop) for hop in hops)),
        chosen=node_key(chosen) if chosen in ids.values() else "",
        on_click=lambda what, which: _look(ids, what, which),
    )
    if drawn.left_out:
        st.caption(f"{DRAWN} of {DRAWN + drawn.left_out:,} nodes are drawn; the table has them all.")
    looked = st.selectbox(
        "Look at", nodes, index=None, key="looked-at", format_func=lambda n: shown_name(graph, n), placeholder="a node"
    )
    if looked:
        st.code(results.described(result, looked), language="json", wrap_lines=True)
        st.page_link(
            "ui/screens/paths.py", label="Paths from here", icon=":material/route:", query_params={"from": looked}
        )


def _look(ids: dict[str, str], what: str, which: str) -> None:
    if what == "node" and which in ids:
        st.session_state["looked-at"] = ids[which]


def _insert(key: str) -> None:
    here, word = desk(), st.session_state[key]
    if word:
        here.load(Question(inserted(here.edited, word), here.draft.values, here.draft.origin))
    st.session_state[key] = None


chrome.screen("Cypher", show)
