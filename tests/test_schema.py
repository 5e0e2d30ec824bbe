"""The schema's declarations agree with each other, and docs/SCHEMA.md is what they render."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from graph.model import JOINTS, STRUCTURAL_STEPS, WALKED
from graph.schema import COMMON, LABELS, RELATIONSHIPS
from graph.schema.document import DOCUMENT, LABEL_GROUPS, render

TYPES = {"string", "integer", "boolean", "list", "time"}
DECLARED = [*LABELS.values(), *RELATIONSHIPS.values()]


def test_the_document_is_fresh():
    assert DOCUMENT.read_text("utf-8") == render(), "run `make docs`"


@pytest.mark.parametrize("declared", DECLARED, ids=lambda d: d.name)
def test_declarations_are_complete(declared):
    names = Counter(p.name for p in declared.properties)
    assert max(names.values(), default=1) == 1
    assert {p.type for p in declared.properties} <= TYPES
    assert declared.doc.endswith(".")
    assert all(p.doc for p in declared.properties)
    assert f"#### {declared.name}" in render()


@pytest.mark.parametrize("label", LABELS.values(), ids=lambda d: d.name)
def test_labels_do_not_redeclare_common_properties(label):
    assert not {p.name for p in label.properties} & {p.name for p in COMMON}


@pytest.mark.parametrize("relationship", RELATIONSHIPS.values(), ids=lambda d: d.name)
def test_relationships_join_declared_labels_once(relationship):
    assert max(Counter(relationship.ends).values()) == 1
    assert {label for ends in relationship.ends for label in ends} <= set(LABELS)
    assert not relationship.key or relationship.key in {p.name for p in relationship.properties}


def test_what_is_walked_has_the_role_that_says_so():
    roles = {r.name: r.role for r in RELATIONSHIPS.values() if r.role != "fact"}
    expected = dict.fromkeys(WALKED, "step") | dict.fromkeys(STRUCTURAL_STEPS, "structural")
    assert roles == expected | dict.fromkeys(JOINTS, "joint")


def test_every_label_stands_in_one_group():
    assert Counter(label.name for _, labels in LABEL_GROUPS for label in labels) == Counter(list(LABELS))


def test_questions_are_rendered_with_their_parameters(tmp_path: Path):
    text = (
        '// title = "Who?"\n// description = "Them."\n// [parameters]\n// name = "maya"\nMATCH (n) RETURN n.id AS id\n'
    )
    (tmp_path / "01-who.cypher").write_text(text, "utf-8")
    rendered = render(tmp_path)
    assert "### Who?\n\nThem.\n\n- `$name`: `'maya'`\n\n```cypher\nMATCH (n) RETURN n.id AS id\n```\n" in rendered
    assert "## Questions" not in render(tmp_path / "none")
