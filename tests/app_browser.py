"""A real browser over the app, for tests: pages, what went wrong on them, and where on a canvas something is drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
# Streamlit looks for its server below the page's path first, then at the root: two 404s that do no harm.
PROBES = re.compile(r"/(paths|drift|cypher)/_stcore/(health|host-config)$")
# Where cytoscape keeps itself; a canvas has nothing else to aim at.
AIM = """id => {
  const box = document.querySelector('.st-graph-workbench .cy');
  const element = box._cyreg.cy.getElementById(id), corner = box.getBoundingClientRect();
  const at = element.isEdge() ? element.renderedMidpoint() : element.renderedPosition();
  return [corner.x + at.x, corner.y + at.y];
}"""
DRAWN = "() => Boolean(document.querySelector('.st-graph-workbench .cy')?._cyreg?.cy)"
ELEMENTS = """() => document.querySelector('.st-graph-workbench .cy')._cyreg.cy.elements().map(e => e.data())"""

AXE = """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(
  found => found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html}`)))"""


@dataclass
class Watch:
    """What went wrong on a page, and what it asked for."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.on("console", self._heard)
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("request", lambda r: self.requests.append(r.url))
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not PROBES.search(message.location.get("url", "")):
            self.errors.append(message.text)

    def elsewhere(self, url: str) -> list[str]:
        own = (url, url.replace("http", "ws"), "data:", "blob:")
        return [r for r in self.requests if not r.startswith(own)]


def open_page(browser: Browser, url: str, watch: Watch, scheme: str = "light") -> Page:
    """A page in a context of its own, once it stands still."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 1200})
    page = watch.over(context.new_page())
    page.goto(url)
    settle(page)
    return page


def settle(page: Page) -> None:
    """Waits until what was asked is answered."""
    page.wait_for_timeout(400)  # a click takes a moment to start a run
    page.wait_for_selector(IDLE)
    page.wait_for_timeout(400)


def aim(page: Page, text: str) -> tuple[float, float]:
    """Where on the screen the element with this text is drawn."""
    page.wait_for_function(DRAWN)
    found = next(e for e in page.evaluate(ELEMENTS) if e["text"].split("\n")[0] == text)
    x, y = page.evaluate(AIM, found["id"])
    return x, y
