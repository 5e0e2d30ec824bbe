"""Text of strangers as text: nothing that AWS names, tags or policies say becomes markup."""

from __future__ import annotations

import re

from report.words import clean

LONGEST = 2000  # characters
RUN_OF_BACKTICKS = re.compile(r"`+")
QUOTED = re.compile(r"`([^`]+)`")
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
LINK_START = re.compile(r"(?i)(https?|www|mailto|xmpp|@)")
JOINER = "\u2060"  # no width, no break: what it stands in is no address any more
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def one_line(text: object) -> str:
    """The text on one line, not too long; control characters and marks that turn the direction are written out."""
    line = clean(text).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def code(text: object) -> str:
    """The text as a Markdown code span that nothing in it can end.

    Source: https://spec.commonmark.org/0.31.2/#code-spans
    """
    line = one_line(text) or " "
    fence = "`" * (1 + max((len(run) for run in RUN_OF_BACKTICKS.findall(line)), default=0))
    pad = " " if "`" in line else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def prose(text: object) -> str:
    """A sentence that may hold names of strangers, as Markdown: what stands in backticks becomes code, the rest shows
    every character, and nothing becomes a link.

    Source: https://spec.commonmark.org/0.31.2/#backslash-escapes
    """
    parts = QUOTED.split(one_line(text))
    between = range(2, len(parts) - 1, 2)  # two code spans that touch would be one
    shown = (
        code(part) if i % 2 else _escaped(part) or (JOINER if i in between else "") for i, part in enumerate(parts)
    )
    return "".join(shown)


def label(text: object) -> str:
    """The text as the label of a badge, which escapes brackets itself.

    Source: https://docs.streamlit.io/develop/api-reference/text/st.badge
    """
    return re.sub(r"\\([\[\]])", r"\1", _escaped(one_line(text)))


def _escaped(text: str) -> str:
    return LINK_START.sub(rf"\1{JOINER}", PUNCTUATION.sub(r"\\\1", text))


def cell(text: object) -> str:
    """The text for a table that may be copied into a spreadsheet: no formula.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    line = one_line(text)
    return f"'{line}" if line.startswith(FORMULA) else line
