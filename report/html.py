"""The report as one HTML file: no script, no request leaves it, everything autoescaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from report.view import View

TEMPLATES = Path(__file__).parent / "templates"


def html(view: View) -> str:
    """A self-contained page for light and dark screens and for paper."""
    return str(_template().render(view=view))


@cache
def _template():  # type: ignore[no-untyped-def]  # jinja2 is imported by those who render alone
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    return environment.get_template("report.html")


def _code(text: str) -> str:
    """What stands between backticks as code; every piece is escaped on its own."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    tag = Markup("<code>{}</code>")
    return Markup("").join(tag.format(p) if i % 2 else escape(p) for i, p in enumerate(parts))
