"""The editor of Cypher: one function that shows a text and gives what became of it; nothing else knows what edits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from graph.schema import LABELS, RELATIONSHIPS, SECONDARY_LABELS
from ui.element import INK, LINE, MUTED, theme

# The package has no mode for Cypher; of those it has, this one knows most of its keywords.
MODE = "mysql"
# A plain theme of the package is replaced by colours of ours; its own themes would ask elsewhere for a font.
BASE_THEME = "textmate"
LINES = (9, 22)
# Completions open on Ctrl-Space: offered while one types, they would take the Enter that was meant for a new line.
# Keyboard accessibility is what lets Tab and Esc leave the editor. The period is in ms.
OPTIONS = {
    "enableKeyboardAccessibility": True, "showLineNumbers": True, "wrap": True, "fontFamily": "monospace",
    "animatedScroll": False,
}  # fmt: skip
PROPERTIES = {
    "enableLiveAutocompletion": False, "enableBasicAutocompletion": True, "debounceChangePeriod": 350,
    "showPrintMargin": False, "scrollMargin": [0, 0, 0, 0],
}  # fmt: skip
# The package takes Esc for a thing of its own; it is what leaves the editor, for those who have no mouse.
MOVED = [{"name": "exitSession", "bindkey": {"win": "Ctrl-Alt-Shift-X", "mac": "Command-Alt-Shift-X"}}]
COLOURS = {
    "light": {
        "paper": "#f4f5f9", "line": "#e4e7f2", "mark": "#c7d2fe", "keyword": "#6d28d9", "string": "#15803d",
        "number": "#9a3412", "word": "#1d4ed8",
    },
    "dark": {
        "paper": "#151b30", "line": "#1e2744", "mark": "#3b4a86", "keyword": "#c4b5fd", "string": "#86efac",
        "number": "#fdba74", "word": "#93c5fd",
    },
}  # fmt: skip
CSS = """
html, body {{ background: {paper}; margin: 0; }}
.streamlit_code-editor {{ border-radius: 0 !important; background: {paper}; padding: .5rem 0; }}
.ace_editor, .ace_gutter.ace_gutter {{ background: {paper} !important; color: {ink} !important; }}
.ace_gutter-cell {{ color: {muted} !important; }}
.ace_cursor.ace_cursor {{ color: {ink} !important; }}
.ace_marker-layer .ace_active-line.ace_active-line, .ace_gutter-active-line.ace_gutter-active-line
  {{ background: {line} !important; }}
.ace_marker-layer .ace_selection.ace_selection {{ background: {mark} !important; }}
.ace_marker-layer .ace_selected-word.ace_selected-word {{ border: 1px solid {muted} !important; background: none; }}
.ace_line .ace_keyword, .ace_line .ace_storage {{ color: {keyword} !important; font-weight: 600; }}
.ace_line .ace_operator, .ace_line .ace_paren, .ace_line .ace_punctuation {{ color: {ink} !important;
  font-weight: 400; }}
.ace_line .ace_string {{ color: {string} !important; }}
.ace_line .ace_numeric {{ color: {number} !important; }}
.ace_line .ace_support, .ace_line .ace_function, .ace_line .ace_constant.ace_language {{ color: {word} !important; }}
.ace_line .ace_comment {{ color: {muted} !important; font-style: italic; }}
.ace_autocomplete.ace_autocomplete {{ background: {paper} !important; color: {ink} !important;
  border: 1px solid {edge} !important; box-shadow: none; width: 26rem !important; }}
.ace_autocomplete .ace_active-line.ace_active-line, .ace_autocomplete .ace_line-hover.ace_line-hover
  {{ background: {mark} !important; border: 0 !important; }}
.ace_autocomplete .ace_completion-highlight.ace_completion-highlight {{ color: {word} !important; }}
.ace_autocomplete .ace_completion-meta.ace_completion-meta {{ color: {muted} !important; opacity: 1; }}
.ace_tooltip.ace_tooltip {{ background: {paper} !important; color: {ink} !important; }}
"""


@dataclass(frozen=True)
class Edited:
    """What stands in the editor. `row` and `column` are the cursor's, from 0; `submitted` names the press of
    Ctrl-Enter that sent the text, and is empty where it was sent by typing."""

    text: str
    row: int
    column: int
    submitted: str


def editor(text: str, *, key: str) -> Edited:
    """An editor that begins with `text`; another text wants another key, since the old one keeps what was typed."""
    from code_editor import code_editor  # only ever imported by a page: Streamlit serves what a page has declared

    mode = theme()
    colours = {**COLOURS[mode], "ink": INK[mode], "muted": MUTED[mode], "edge": LINE[mode]}
    answer = code_editor(
        text,
        lang=MODE,
        height=list(LINES),
        response_mode=["debounce", "blur"],
        completions=completions(),
        replace_completer=True,
        options=OPTIONS,
        props={"theme": BASE_THEME, **PROPERTIES},
        keybindings={"commands": MOVED, "completer": []},
        component_props={"css": "", "globalCSS": CSS.format(**colours)},
        key=key,
    )
    return _edited(answer, text)


@cache
def completions() -> list[dict[str, Any]]:
    """Labels, relationships and properties of the schema, as the editor offers them on Ctrl-Space."""
    return [
        {"caption": name, "value": name, "name": name, "meta": what, "score": score}
        for what, score, names in (
            ("label", 300, labels()),
            ("relationship", 200, relationships()),
            ("property", 100, properties()),
        )
        for name in names
    ]


def labels() -> list[str]:
    return sorted({*LABELS, *SECONDARY_LABELS})


def relationships() -> list[str]:
    return sorted(RELATIONSHIPS)


def properties() -> list[str]:
    """The names of all properties, of nodes and of relationships."""
    of_nodes = {p.name for label in LABELS.values() for p in label.properties}
    return sorted({"id"} | of_nodes | {p.name for kind in RELATIONSHIPS.values() for p in kind.properties})


def _edited(answer: dict[str, Any], text: str) -> Edited:
    if not answer["id"]:  # nothing was typed yet
        lines = text.split("\n")
        return Edited(text, len(lines) - 1, len(lines[-1]), "")
    cursor = answer["cursor"]
    return Edited(answer["text"], cursor["row"], cursor["column"], answer["id"] if answer["type"] == "submit" else "")


def inserted(edited: Edited, word: str) -> str:
    """The text with a word at its cursor."""
    lines = edited.text.split("\n")
    row = min(edited.row, len(lines) - 1)
    before, after = lines[row][: edited.column], lines[row][edited.column :]
    lines[row] = f"{before}{word}{after}"
    return "\n".join(lines)
