"""The Cypher page by Streamlit's test harness on a real engine, and what it is made of: links, fields, rows."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from graph.store import AdhocResult, StoreError, open_store, stop_owner
from queries import adhoc
from queries.catalog import CatalogError, checks, needed, questions, typed
from settings import Settings
from tests import app_sample as sample
from tests import test_app_pages as pages
from ui import data, library, results
from ui.desk import STARTER
from ui.editor import Edited, completions, inserted
from ui.questions import LONGEST, LONGEST_LINK, LinkError, Question, packed, unpacked
from ui.running import ANOTHER, NOTHING

ROOT = Path(__file__).parent.parent
HOSTILE = "<img src=x onerror=alert(1)>`\"'=cmd|![x](https://evil.example/x)\n:red[x]"
SLOW = "UNWIND range(1, 4000000) AS a UNWIND range(1, 1000) AS b WITH a, b WHERE a * b = -1 RETURN a AS a"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _settings(base: Path) -> Settings:
    return Settings().located(base)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A promoted graph with a hostile name, loaded into an engine of its own."""
    folder = tmp_path_factory.mktemp("cypher")
    graph = sample.hostile(HOSTILE)
    settings = sample.promote(folder, graph)
    with open_store(settings.store.url) as store:
        store.promote(graph)
    yield folder
    stop_owner(settings.store.url)


def _open(settings: Settings, question: Question | None = None) -> AppTest:
    data.use(settings)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.switch_page("ui/screens/cypher.py")
    if question:
        app.query_params["q"] = packed(question)
    return app.run()


def _asked(base: Path, text: str, **values: Any) -> AppTest:
    return _answered(_press(_open(_settings(base), Question(text, values)), "Run"))


def _answered(app: AppTest) -> AppTest:
    """Looks until the answer is there, as the page does by itself in a browser."""
    while run := app.session_state["desk"].run:
        run.ended(30.0)
        app.run()
    return app


def _press(app: AppTest, name: str) -> AppTest:
    next(button for button in app.button if button.label == name).click()
    return app.run()


def _said(app: AppTest) -> str:
    kinds = ("error", "warning", "info", "markdown", "caption")
    return "\n".join(str(e.value) for kind in kinds for e in app.get(kind)).replace("\\", "").replace("\u2060", "")


def _rows(app: AppTest) -> list[list[Any]]:
    return app.dataframe[0].value.to_numpy().tolist()


# The page


def test_a_link_fills_the_editor_and_asks_nothing(base: Path) -> None:
    app = _open(_settings(base), Question("RETURN 1 AS one"))
    desk = app.session_state["desk"]
    assert not app.exception
    assert desk.loaded.text == "RETURN 1 AS one"
    assert (desk.run, desk.answer, list(desk.history)) == (None, None, [])


def test_an_answer_has_rows_a_line_in_the_history_and_a_link_that_asks_the_same(base: Path) -> None:
    app = _asked(base, "MATCH (a:AWSAccount) RETURN a.id AS id, 1 AS n ORDER BY id LIMIT $most", most=2)
    assert _rows(app) == [[sample.PAYMENTS, 1], [sample.DATA, 1]]
    assert "2 rows" in app.session_state["desk"].history[0].ending
    assert unpacked("".join(app.query_params["q"])) == app.session_state["desk"].history[0].question
    assert (base / ".trustdrift/state/audit.jsonl").stat().st_mode & 0o077 == 0


def test_a_question_of_the_catalogue_is_opened_asks_for_what_it_needs_and_answers(base: Path) -> None:
    app = _open(_settings(base))
    app.radio[0].set_value("who-can-take-this-role").run()
    app = _press(app, "Open in the editor")
    assert app.session_state["desk"].loaded.text == questions()["who-can-take-this-role"].body
    app = _press(app, "Run")
    assert "`role` is needed: fill it in above" in _said(app)
    assert not app.dataframe
    next(t for t in app.text_input if "role" in t.label).set_value(sample.DEPLOY)
    app = _press(app.run(), "Run")
    assert _rows(app)[0][0] == sample.CI


@pytest.mark.parametrize("state", pages.STATES)
def test_the_page_has_its_title_and_says_something_in_every_state(
    state: Callable[[Path], Settings], tmp_path: Path
) -> None:
    app = _open(state(tmp_path))
    assert not app.exception
    assert [title.value for title in app.title] == ["Cypher"]
    assert _said(app)


def test_a_number_and_the_time_of_the_snapshot_are_filled_in(base: Path) -> None:
    app = _open(_settings(base), Question(checks()["unused-role"].body, origin="unused-role"))
    assert [n.value for n in app.number_input] == [checks()["unused-role"].parameters["max_idle_days"]]
    assert [t.value for t in app.text_input if "now" in t.label] == [sample.TAKEN["week"]]
    assert not _press(app, "Run").error


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("MATCH (n:S3Bucket) DETACH DELETE n RETURN 1 AS n", "only read"),
        ("MATCH (n RETURN n", "not valid Cypher: check"),
        ("", "the query is empty: write one"),
        ("RETURN 1 / 0 AS x", "divides by zero"),
    ],
)
def test_a_refusal_says_why(base: Path, text: str, sentence: str) -> None:
    app = _asked(base, text)
    assert sentence in _said(app)
    assert app.session_state["desk"].history[0].ending == "refused"


def test_a_question_that_is_too_long_is_not_asked(base: Path) -> None:
    app = _open(_settings(base))
    app.session_state["desk"].load(Question("RETURN 1 AS x //" + "x" * LONGEST))
    app = _press(app.run(), "Run")
    assert "10,000 are read: shorten it" in _said(app)
    assert not app.session_state["desk"].history


@pytest.mark.parametrize("value", [True, 2**60, "x", None, 1.5, [1], {"a": 1}, ":=[", "\u0000<b>"])
def test_a_link_with_values_of_any_kind_opens(base: Path, value: Any) -> None:
    for origin in ("unused-role", "open-ingress", "nothing of that name"):
        text = (questions() | checks())[origin].body if " " not in origin else "RETURN $max_idle_days AS x"
        values = dict.fromkeys(adhoc.parameters(text), value)
        app = _open(_settings(base), Question(text, values, origin))
        assert not app.exception
        assert app.session_state["desk"].loaded.values == values


def test_what_was_cut_off_is_said(base: Path) -> None:
    app = _asked(base, "UNWIND range(1, 5000) AS n RETURN n AS n")
    assert len(_rows(app)) == adhoc.SCREEN.rows
    assert "the first 1,000 rows of more" in _said(app)
    wide = _asked(base, "UNWIND range(1, 950) AS n RETURN $wide AS wide", wide="x" * 6_000)
    assert "they fill 5 MB" in _said(wide)


def test_nodes_and_paths_are_drawn_and_other_rows_say_that_they_cannot_be(base: Path) -> None:
    app = _asked(base, "MATCH p = (:AWSRole)-[:HOLDS]->() RETURN p")
    app.get("button_group")[0].set_value("Graph").run()
    assert not app.exception
    assert len(next(s for s in app.selectbox if s.label == "Look at").options) >= 6
    app = _asked(base, "RETURN 1 AS one")
    app.get("button_group")[0].set_value("Graph").run()
    assert "nothing to draw" in _said(app)


def test_a_slow_question_can_be_left_and_the_next_one_is_answered(base: Path) -> None:
    app = _press(_open(_settings(base), Question(SLOW)), "Run")
    run = app.session_state["desk"].run
    assert run is not None
    begun = time.monotonic()
    app = _press(app, "Cancel")
    assert time.monotonic() - begun < 3
    assert (app.session_state["desk"].run, app.session_state["desk"].history[0].ending) == (None, "cancelled")
    app.session_state["desk"].load(Question("RETURN 2 AS two"))
    assert _rows(_press(app.run(), "Run")) == [[2]]


def test_a_line_of_the_history_brings_its_question_back(base: Path) -> None:
    app = _asked(base, "RETURN $x AS first", x="a")
    app.session_state["desk"].load(Question("RETURN 2 AS second"))
    app = _press(app.run(), "Run")
    next(b for b in app.button if "first" in b.label).click()
    app = app.run()
    assert app.session_state["desk"].loaded == Question("RETURN $x AS first", {"x": "a"})
    assert next(t for t in app.text_input if "x" in t.label and "Search" not in t.label).value == "a"


def test_names_of_strangers_are_cells_without_formulas(base: Path) -> None:
    app = _asked(base, "MATCH (r:AWSRole {id: $id}) RETURN '=1+1' AS a, r.name AS name", id=sample.DEPLOY)
    assert _rows(app)[0][0] == "'=1+1"
    assert "<img" in _rows(app)[0][1]
    assert not any(e.allow_html for e in app.markdown if "<img" in str(e.value))


def test_a_store_that_holds_nothing_or_another_graph_is_told(base: Path, tmp_path: Path) -> None:
    settings = sample.promote(tmp_path, sample.week())
    empty = _answered(_press(_open(settings, Question("MATCH (n) RETURN n")), "Run"))
    assert NOTHING in _said(empty)
    with open_store(settings.store.url) as store:
        store.promote(sample.baseline())
    assert ANOTHER in _said(_answered(_press(_open(settings, Question("RETURN 1 AS x")), "Run")))
    stop_owner(settings.store.url)
    app = _answered(_press(_open(settings, Question("RETURN 1 AS x")), "Run"))
    assert ANOTHER in _said(app), "an engine that was stopped starts again"
    stop_owner(settings.store.url)


def test_a_server_that_does_not_answer_is_one_sentence(base: Path) -> None:
    settings = _settings(base)
    away = settings.model_copy(update={"store": settings.store.model_copy(update={"url": "bolt://127.0.0.1:9"})})
    app = _answered(_press(_open(away, Question("RETURN 1 AS x")), "Run"))
    assert "`bolt://127.0.0.1:9`" in _said(app)
    assert not app.exception


def test_the_starter_answers(base: Path) -> None:
    assert _open(_settings(base)).session_state["desk"].loaded.text == STARTER
    assert _rows(_asked(base, STARTER))


# Links


@given(st.builds(Question, st.text(max_size=300), st.dictionaries(st.text(max_size=9), JSON, max_size=3)))
def test_a_link_gives_the_question_back(question: Question) -> None:
    link = packed(question)
    assert len(link) <= LONGEST_LINK
    assert not link or unpacked(link) == question


@given(st.text() | st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"))
def test_a_link_of_a_stranger_is_a_question_or_a_sentence(link: str) -> None:
    with contextlib.suppress(LinkError):
        assert isinstance(unpacked(link), Question)


def test_a_link_stays_short_and_does_not_unfold_without_end() -> None:
    assert packed(Question("x" * (LONGEST + 1))) == ""
    bomb = packed(Question("", {"x": "0" * 5_000_000}))
    assert len(bomb) <= LONGEST_LINK
    with pytest.raises(LinkError):
        unpacked(bomb)


# Parameters


@given(st.text("ab$'\"`/*\n\\"))
def test_parameters_are_found_in_any_text_within_time(text: str) -> None:
    assert all(f"${name}" in text for name in adhoc.parameters(text))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("RETURN $a AS a, $b AS b, $a AS c", ["a", "b"]),
        ('RETURN \'$a\' AS a, "it\\"s $b" AS b, `$c` AS c // $d\n/* $e\n */, $f AS f', ["f"]),
    ],
)
def test_parameters_are_those_outside_of_strings_and_comments(text: str, names: list[str]) -> None:
    assert adhoc.parameters(text) == names


def test_a_parameter_is_read_in_the_type_of_its_default() -> None:
    assert typed(90, "30", "days") == 30
    assert typed(["a"], "b, c", "ports") == ["b", "c"]
    assert typed("", "111111111111", "account") == "111111111111"
    assert typed(None, ':=["a", 1]', "x") == ["a", 1]
    for default, text, said in ((90, "many", "a whole number is needed"), (None, ":=[", "is no JSON")):
        with pytest.raises(CatalogError, match=said):
            typed(default, text, "x")
    assert needed(["a", "b", "c"]) == "`a`, `b` and `c` are needed"


def test_parameters_of_a_written_query_are_all_given_and_all_used() -> None:
    assert adhoc.bound("RETURN $now, $x", lambda: "2026", {"x": ""}) == {"now": "2026", "x": ""}
    with pytest.raises(CatalogError, match="`x` is needed: give `--set x="):
        adhoc.bound("RETURN $x", str, {})
    with pytest.raises(CatalogError, match=r"does not use `\$y`, it has `\$x`: leave it out"):
        adhoc.bound("RETURN $x", str, {"x": 1, "y": 2})


def test_the_place_of_an_error_is_told_where_the_engine_tells_it() -> None:
    error = StoreError("the query is not valid Cypher")
    error.__cause__ = ValueError("Invalid input 'RETRUN': expected … (line 2, column 7 (offset: 16))")
    assert adhoc.place(error) == "line 2, column 7"
    assert adhoc.place(StoreError("x")) == ""


# Rows


@given(st.lists(st.tuples(JSON, JSON), max_size=8))
def test_a_table_and_both_files_hold_every_row(rows: list[tuple[Any, Any]]) -> None:
    result = AdhocResult(["=a", "b"], [list(row) for row in rows], None, 1.0)
    assert len(results.table(result)) == len(rows)
    read = list(csv.reader(io.StringIO(results.as_csv(result).decode(), newline="")))
    assert len(read) == len(rows) + 1
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _number(cell) for row in read for cell in row
    )
    assert json.loads(results.as_json(result)) == [{"=a": a, "b": b} for a, b in rows]


def _number(text: str) -> bool:
    return text.lstrip("-").isdigit()


def test_a_map_that_looks_like_a_node_does_no_harm() -> None:
    odd = [
        {"labels": 5, "properties": {}},
        {"labels": [[]], "properties": {"id": ["x"]}},
        {"nodes": [1], "relationships": [2, 3]},
    ]
    result = AdhocResult(["n"], [[value] for value in odd], None, 1.0)
    assert len(results.table(result)) == len(odd)
    assert results.drawable(result)[1] == []


def test_relationships_are_drawn_with_their_verdict() -> None:
    step = {"type": "MAY_ASSUME", "source": "a", "target": "b", "properties": {"key": "k"}}
    result = AdhocResult(["r"], [[step], [{**step, "source": None}]], None, 1.0)
    nodes, (hop,) = results.drawable(result)
    assert (nodes, hop.source, hop.certain, hop.key) == ([], "a", False, "k")


# The editor and the shelf


@given(st.text("ab\n"), st.integers(0, 5), st.integers(0, 5))
def test_a_picked_word_goes_in_and_nothing_else_changes(text: str, row: int, column: int) -> None:
    after = inserted(Edited(text, row, column, ""), "AWSRole")
    assert after.replace("AWSRole", "", 1) == text


def test_completions_are_the_words_of_the_schema() -> None:
    offered = {(c["meta"], c["value"]) for c in completions()}
    assert {("label", "AWSRole"), ("relationship", "CAN_ASSUME"), ("property", "hops_to_admin")} <= offered


def test_the_catalogue_is_searched_by_every_word() -> None:
    known = questions() | checks()
    assert [n for n, q in known.items() if library.fits(q, "SCP jewel policy")] == []
    assert "missing-mfa" in [n for n, q in known.items() if library.fits(q, "mfa")]
    assert all(library.fits(q, " ") for q in known.values())
