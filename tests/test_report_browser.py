"""The report in a real browser: it runs nothing, asks for nothing, and can be read in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from report import render
from tests.require import require
from tests.test_report_formats import FINDINGS, META, hostile_drift, week

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
CONTRAST = """() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => { for (let n = e; n; n = n.parentElement) {
    const c = parse(getComputedStyle(n).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  return [...document.querySelectorAll('h1,h2,h3,p,dt,dd,b,span,td,th,code,.tags')].filter(e => e.textContent.trim())
    .map(e => { const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.className + ' ' + e.tagName]; })
    .filter(([ratio]) => ratio < 4.5);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require("browser", CHROMIUM.exists(), f"no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS.split())
        yield opened
        opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_reads_well_and_asks_for_nothing(browser: Browser, tmp_path: Path, scheme: str) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(week(), FINDINGS, week().coverage, META, "html"), encoding="utf-8")
    page = browser.new_context(color_scheme=scheme, viewport={"width": 1100, "height": 800}).new_page()  # type: ignore[arg-type]
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert said == []
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("article").count() >= 7
    assert page.locator("svg .added text.detail").first.text_content() == "new"


def test_a_hostile_report_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    drift, found = hostile_drift(
        '"><script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">'
    )
    file = tmp_path / "report.html"
    file.write_text(render(drift, found, drift.coverage, META, "html"), encoding="utf-8")
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert page.title() == "Trustdrift report"
    assert asked == [file.as_uri()]
    assert page.locator("script, img").count() == 0
