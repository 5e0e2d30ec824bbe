"""The app in a real browser: no error, no request to elsewhere, no script of strangers, and what a click does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from graph.model import Graph
from graph.store import open_store, stop_owner
from tests import app_sample as sample
from tests.app_browser import AXE, CHROMIUM, DRAWN, ELEMENTS, FLAGS, Watch, aim, open_page, settle
from tests.app_server import Served, start
from tests.require import require
from ui.questions import Question, packed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

PAGES = ("", "paths", "paths?view=Who+is+exposed", "paths?view=Choke+points", "drift", "cypher")
HOSTILE = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> https://evil.example a@evil.example '
    "![x](https://evil.example/i.png)"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require("browser", CHROMIUM.exists(), f"no Chromium at {CHROMIUM}: install the package `chromium`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with _loaded(tmp_path_factory.mktemp("app"), sample.week()) as served:
        yield served


@pytest.fixture(scope="module")
def hostile_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with _loaded(tmp_path_factory.mktemp("hostile"), sample.hostile(HOSTILE)) as served:
        yield served


@contextmanager
def _loaded(base: Path, graph: Graph) -> Iterator[Served]:
    """The app over a graph that a store holds as well."""
    url = sample.promote(base, graph, sample.baseline()).store.url
    with open_store(url) as store:
        store.promote(graph)
    with start(base) as served:
        yield served
    stop_owner(url)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_clean(browser: Browser, app: Served, path: str, scheme: str) -> None:
    watch = Watch()
    page = open_page(browser, f"{app.url}/{path}", watch, scheme)
    assert page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]').count() == 0
    assert watch.errors == []
    assert watch.elsewhere(app.url) == []
    page.context.close()


@pytest.mark.parametrize("path", [*PAGES, "paths?from=ci", "paths?from=internet"])
def test_names_of_strangers_stay_text(browser: Browser, hostile_app: Served, path: str) -> None:
    watch = Watch()
    page = open_page(browser, f"{hostile_app.url}/{path}", watch)
    assert page.evaluate("window.hacked") is None
    assert page.locator('a[href*="evil"], img[src*="evil"], img[src="x"]').count() == 0
    assert watch.errors == []
    assert watch.elsewhere(hostile_app.url) == []
    shown = page.locator("body").inner_text()
    assert "<script>window.hacked=1</script>" in shown or path in ("paths?from=internet", "cypher")
    page.context.close()


def test_a_click_on_an_edge_shows_its_evidence(browser: Browser, app: Served) -> None:
    page = open_page(browser, f"{app.url}/paths?from=ci", Watch())
    assert page.get_by_text("accepts any branch of any repository").count() == 1
    page.mouse.click(*aim(page, "pass a role to a new function (lambda-001)"))
    page.get_by_text("creates a function that runs as ledger-admin").wait_for()
    assert "hop=" in page.url
    page.context.close()


def test_a_link_restores_what_was_chosen(browser: Browser, app: Served) -> None:
    page = open_page(browser, f"{app.url}/paths?from=ci", Watch())
    page.mouse.click(*aim(page, "read"))
    page.get_by_text("ledger-admin reads the ledger").wait_for()
    settle(page)
    again = open_page(browser, page.url, Watch())
    assert again.get_by_text("ledger-admin reads the ledger").count() == 1
    page.context.close()
    again.context.close()


def test_two_clicks_on_a_node_unfold_its_neighbours(browser: Browser, app: Served) -> None:
    page = open_page(browser, f"{app.url}/paths?from=ci", Watch())
    at = aim(page, "ledger-admin")
    before = len(page.evaluate(ELEMENTS))
    page.mouse.dblclick(*at)
    settle(page)
    page.wait_for_function(DRAWN)
    names = {e["text"].split("\n")[0] for e in page.evaluate(ELEMENTS)}
    assert len(page.evaluate(ELEMENTS)) > before
    assert "payments-web-1" in names
    page.context.close()


def test_a_row_chooses_its_path(browser: Browser, app: Served) -> None:
    page = open_page(browser, f"{app.url}/paths", Watch())
    box = page.locator('[data-testid="stDataFrame"]').first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 15, box["y"] + box["height"] - 15)  # the last row's box
    page.get_by_text("DataAnalyst is assigned to her group").wait_for()
    assert "path=" in page.url
    page.context.close()


def test_swap_asks_for_the_way_back(browser: Browser, app: Served) -> None:
    page = open_page(browser, f"{app.url}/paths?from=ci&to=admin", Watch())
    page.get_by_role("button").filter(has_text="swap_horiz").click()
    settle(page)
    assert "from=admin" in page.url
    assert "to=ci" in page.url
    page.context.close()


def test_a_typed_part_of_a_name_is_understood_and_the_old_path_forgotten(browser: Browser, app: Served) -> None:
    page = open_page(browser, f"{app.url}/paths?from=ci&path=old&hop=old", Watch())
    page.locator('[data-testid="stSelectbox"] input').first.click()
    page.keyboard.type("Mira")
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    settle(page)
    assert page.get_by_text("is read as").count() == 1
    assert "from=Mira" in page.url
    assert "path=" not in page.url
    assert "hop=" not in page.url
    page.context.close()


def test_a_path_is_looked_at_step_by_step_taken_away_and_handed_on(browser: Browser, app: Served) -> None:
    watch = Watch()
    page = open_page(browser, f"{app.url}/paths?from=ci", watch)
    with page.expect_download() as json_file:
        page.get_by_role("button", name="JSON").click()
    assert '"verdict": "certain"' in json_file.value.path().read_text()
    for name, begin in (("CSV", b"\xef\xbb\xbfsource,target"), ("SVG", b"<?xml"), ("PNG", b"\x89PNG")):
        with page.expect_download() as file:
            page.get_by_role("button", name=name).click()
        assert file.value.path().read_bytes().startswith(begin)
    page.mouse.click(*aim(page, "ci-deploy"))
    page.get_by_text("What leads here").wait_for()
    assert "node=" in page.url
    page.get_by_role("button", name="Blast radius").click()  # of the node
    page.get_by_text("that ci-deploy reaches").wait_for()
    assert "view=Blast" in page.url
    again = open_page(browser, page.url, watch)
    assert again.get_by_text("that ci-deploy reaches").count() == 1
    assert watch.errors == []
    assert watch.elsewhere(app.url) == []
    page.context.close()
    again.context.close()


def test_steps_and_nodes_are_reached_by_keyboard(browser: Browser, app: Served) -> None:
    page = open_page(browser, f"{app.url}/paths?from=ci", Watch())
    page.get_by_role("radio", name="2. pass a role").press("Enter")
    page.get_by_text("creates a function that runs as ledger-admin").wait_for()
    page.get_by_role("radio", name="ledger-admin").press("Enter")
    page.get_by_text("What it may do").wait_for()
    page.context.close()


def test_an_offered_name_answers_the_question(browser: Browser, app: Served) -> None:
    page = open_page(browser, f"{app.url}/paths?from=le", Watch())
    page.get_by_role("button", name="payments-prod/ledger-admin").click()
    page.locator('[data-testid="stDataFrame"]').wait_for()
    assert "from=payments-prod%2Fledger-admin" in page.url
    page.context.close()


@pytest.mark.parametrize(("width", "beside"), [(1440, True), (1024, False)])
@pytest.mark.parametrize("path", ["paths", "drift"])
def test_panels_stand_below_each_other_where_it_is_narrow(
    browser: Browser, app: Served, path: str, width: int, beside: bool
) -> None:
    page = open_page(browser, f"{app.url}/{path}", Watch())
    page.set_viewport_size({"width": width, "height": 900})
    settle(page)
    columns = page.locator(".st-key-beside > * > * > [data-testid='stColumn']")
    first, second = columns.nth(0).bounding_box(), columns.nth(1).bounding_box()
    assert first is not None
    assert second is not None
    assert (second["y"] < first["y"] + first["height"]) == beside
    page.context.close()


def test_the_overview_leads_to_the_item(browser: Browser, app: Served) -> None:
    page = open_page(browser, app.url, Watch())
    page.get_by_text("can no longer reach").click()
    page.get_by_text("It was open at the baseline and is closed now").wait_for()
    assert "/drift?item=" in page.url
    page.context.close()


def _editor(page: Page) -> Frame:
    page.frame_locator("iframe").locator(".ace_text-input").wait_for(state="attached")
    return next(frame for frame in page.frames if "/component/" in frame.url)


def _write(page: Page, text: str) -> None:
    """Replaces what the editor holds, key by key."""
    _editor(page).click(".ace_content")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_a_question_is_typed_run_by_its_key_and_answered(browser: Browser, app: Served) -> None:
    watch = Watch()
    page = open_page(browser, f"{app.url}/cypher", watch)
    _write(page, "MATCH (a:AWSAccount)\nWHERE a.name <> 'x' // why\nRETURN count(a) AS accounts")
    page.keyboard.press("Control+Enter")
    page.get_by_text("1 row", exact=True).wait_for()
    assert page.url.startswith(f"{app.url}/cypher?q=")
    editor = _editor(page)
    assert editor.evaluate("document.activeElement.className") == "ace_text-input"  # it kept the focus
    assert editor.locator(".ace_keyword", has_text="MATCH").count() == 1
    assert watch.errors == []
    assert watch.elsewhere(app.url) == []
    page.context.close()


def test_only_the_frame_of_the_editor_can_be_framed(app: Served) -> None:
    for path, ancestors in (("/cypher", "'none'"), ("/component/code_editor.code_editor/index.html", "'self'")):
        with urlopen(app.url + path) as reply:
            assert f"frame-ancestors {ancestors};" in reply.headers["content-security-policy"]


def test_a_link_brings_a_question_and_the_reader_runs_it(browser: Browser, app: Served) -> None:
    link = packed(Question("MATCH (a:AWSAccount {id: $id}) RETURN a.name AS name", {"id": sample.DATA}))
    page = open_page(browser, f"{app.url}/cypher?q={link}", Watch())
    assert "AWSAccount" in _editor(page).inner_text(".ace_content")
    assert page.locator('[data-testid="stDataFrame"]').count() == 0
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator('[data-testid="stDataFrame"]').wait_for()
    page.context.close()


def test_a_running_question_is_left_at_once(browser: Browser, app: Served) -> None:
    slow = "UNWIND range(1, 4000000) AS a UNWIND range(1, 1000) AS b WITH a, b WHERE a * b = -1 RETURN a AS a"
    page = open_page(browser, f"{app.url}/cypher?q={packed(Question(slow))}", Watch())
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel").wait_for(state="detached", timeout=5_000)
    _write(page, "RETURN 7 AS seven")
    page.keyboard.press("Control+Enter")
    page.locator('[data-testid="stDataFrame"]').wait_for(timeout=10_000)
    page.context.close()


def test_a_picked_word_goes_to_the_cursor_and_tab_leaves_the_editor(browser: Browser, app: Served) -> None:
    page = open_page(browser, f"{app.url}/cypher", Watch())
    _write(page, "MATCH (n:) RETURN n AS n")
    for _ in range(len(") RETURN n AS n")):
        page.keyboard.press("ArrowLeft")
    settle(page)
    page.get_by_label("Insert a label").click()
    page.keyboard.type("RDSCluster")
    page.keyboard.press("Enter")
    settle(page)
    assert "MATCH (n:RDSCluster) RETURN n AS n" in _editor(page).inner_text(".ace_content")
    _editor(page).click(".ace_content")
    page.keyboard.press("Escape")
    for _ in range(3):  # the lines' margin can be reached as well
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") != "IFRAME"
    page.context.close()


def test_what_was_written_is_there_after_a_look_at_another_page(browser: Browser, app: Served) -> None:
    page = open_page(browser, f"{app.url}/cypher", Watch())
    _write(page, "RETURN 41 AS kept")
    settle(page)
    page.get_by_role("link", name="Paths").click()
    settle(page)
    page.get_by_role("link", name="Cypher").click()
    settle(page)
    assert "RETURN 41 AS kept" in _editor(page).inner_text(".ace_content")
    page.context.close()


def _drawn_answer(browser: Browser, app: Served, watch: Watch, scheme: str = "light") -> Page:
    question = Question("MATCH p = (:AWSRole)-[:HOLDS]->() RETURN p, p AS q, '<img src=x>' AS r")
    page = open_page(browser, f"{app.url}/cypher?q={packed(question)}", watch, scheme)
    settle(page)  # the editor tells what it holds first, and a click in that run is lost
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Graph", exact=True).click()
    page.wait_for_function(DRAWN)
    page.get_by_label("Look at").click()
    page.keyboard.press("Enter")
    settle(page)
    return page


def test_nodes_of_strangers_are_drawn_and_stay_text(browser: Browser, hostile_app: Served) -> None:
    watch = Watch()
    page = _drawn_answer(browser, hostile_app, watch)
    assert page.evaluate("window.hacked") is None
    assert page.locator('a[href*="evil"], img[src*="evil"], img[src="x"]').count() == 0
    assert watch.errors == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_cypher_page(browser: Browser, app: Served, scheme: str) -> None:
    page = _drawn_answer(browser, app, Watch(), scheme)
    assert _barriers(page) == []
    page.context.close()


def _barriers(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA, in the page and in the editor's frame."""
    spec = find_spec("axe_core_python")
    require("browser", spec is not None, "no axe-core: install the package `axe-core-python`")
    script = (Path(str(spec.origin)).parent / "axe.min.js").read_text(encoding="utf-8")
    found: list[str] = []
    for frame in page.frames:
        frame.evaluate(script)
        found += frame.evaluate(AXE)
    return found


def test_tables_offer_no_download_of_formulas(browser: Browser, app: Served) -> None:
    page = open_page(browser, app.url, Watch())
    page.locator('[data-testid="stDataFrame"]').first.hover()
    page.wait_for_timeout(300)
    assert not any(t.is_visible() for t in page.locator('[data-testid="stElementToolbarButton"]').all())
    page.context.close()


def test_an_error_shows_a_sentence_and_no_trace(browser: Browser, tmp_path: Path) -> None:
    settings = sample.promote(tmp_path, sample.week(), sample.baseline())
    (settings.artefacts.path / "promoted.json").unlink()
    (settings.artefacts.path / "promoted.json").mkdir()  # nobody expects that
    with start(tmp_path) as served:
        page = open_page(browser, served.url, Watch())
        said = page.locator("body").inner_text()
        assert "This page could not be drawn (IsADirectoryError)" in said
        assert "Traceback" not in said
        assert str(tmp_path) not in said
        page.context.close()
