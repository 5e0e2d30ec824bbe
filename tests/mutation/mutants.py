"""Mutants of a module: its source with one thing changed, by mutmut's operators.

Mutmut's own run leaves decorated functions and tables as they are; here they are mutated like all else. Names in
annotations and decorators, texts of three quotes and calls of `len` and `isinstance` are left alone, as mutmut does. A
text is changed in one way only, not also in letter case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper
from mutmut.mutation.mutators import mutation_operators

TRUSTED_CALLS = ("len", "isinstance")


@dataclass(frozen=True)
class Mutant:
    """One change: `function` is where it is, `before` and `after` are the lines that differ, `source` the module."""

    module: str
    function: str
    line: int
    before: str
    after: str
    source: str

    @property
    def text(self) -> str:
        """What names it, wherever its function has moved to: `MODULE FUNCTION: BEFORE -> AFTER`."""
        return f"{self.module.rpartition('.')[2]} {self.function}: {self.before} -> {self.after}"


def mutants(module: str, file: Path) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its text."""
    text = file.read_text(encoding="utf-8")
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    changes = _Changes()
    wrapper.visit(changes)
    for span, other, function in changes.found:
        start, end = span.start, span.start + span.length
        new = wrapper.module.code_for_node(other)
        if isinstance(other, cst.BaseCompoundStatement):  # written as if it were not indented
            new = new.strip().replace("\n", "\n" + " " * (start - text.rfind("\n", 0, start) - 1))
        yield _mutant(module, function, text, start, end, new)


def _mutant(module: str, function: str, text: str, start: int, end: int, new: str) -> Mutant:
    """The text with something new from start to end."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    before, after = text[first:last], text[first:start] + new + text[end:last]
    line = text.count("\n", 0, start) + 1
    return Mutant(module, function, line, _one_line(before), _one_line(after), text[:start] + new + text[end:])


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Changes(cst.CSTVisitor):
    """Collects what to put where: (bytes, other node, function)."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[CodeSpan, cst.CSTNode, str]] = []
        self._scopes: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._scopes.append(node.name.value)
        if _is_left_alone(node):
            return False
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                span = self.get_metadata(ByteSpanPositionProvider, node)
                others = islice(operator(node), 1 if isinstance(node, cst.SimpleString) else None)
                self.found += [(span, other, ".".join(self._scopes)) for other in others]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self._scopes.pop()
        super().on_leave(original_node)


def _is_left_alone(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Name) and node.func.value in TRUSTED_CALLS
    return isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom)
