"""What is drawn and written: hostile text stays text, words and icons cover the vocabulary, colours can be read."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from drift.items import CHANGES, FAMILIES
from graph.model import CERTAIN_STEPS, STRUCTURAL_STEPS, Edge, Graph, Node
from graph.schema import JEWEL_LABELS, RELATIONSHIPS
from queries.paths import Hop, Path, find_paths
from queries.severity import SEVERITIES
from queries.where import CLASSES, Unresolved, resolve
from report.words import clean
from tests import app_sample as sample
from ui import asking, element, evidence, export, icons, text, words
from ui.drawing import DRAWN, drawing, hop_id, label, neighbours, node_key, ports, verb
from ui.packing import packed

NAMES = st.text(max_size=60) | st.sampled_from(
    ["<script>alert(1)</script>", "![x](https://evil.example)", "[a](javascript:x)", "``` a ` b", "=cmd|' /C calc'!A0",
     "https://evil.example", "www.evil.example", "a@evil.example", ":red[x]", "$x$", "# h", "- a\n- b", "&lt;b&gt;"]
)  # fmt: skip
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])  # links of bare addresses: test_app_browser


class _Read(HTMLParser):
    """The text of a page and the tags in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said, self.tags = "", set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.said += data


@given(NAMES)
def test_code_shows_every_character_and_makes_no_markup(name: str) -> None:
    read = _Read(MARKDOWN.render(f"before {text.code(name)} after"))
    assert read.tags == {"p", "code"}
    assert read.said.split() == f"before {text.one_line(name)} after".split()


@given(NAMES)
def test_prose_shows_every_character_and_makes_no_markup(name: str) -> None:
    read = _Read(MARKDOWN.render(f"before {text.prose(name)} after"))
    assert read.tags <= {"p", "code"}
    said, meant = (t.replace(text.JOINER, "").replace("`", "") for t in (read.said, text.one_line(name)))
    assert "".join(said.split()) == "".join(f"before {meant} after".split())


@given(NAMES)
def test_a_cell_is_no_formula(name: str) -> None:
    assert not text.cell(name).startswith(text.FORMULA)


@given(NAMES)
def test_exports_keep_a_hostile_name_as_text(name: str) -> None:
    graph = sample.hostile(name)
    path = find_paths(graph, [sample.CI], [sample.LEDGER])[0]
    root = Xml.fromstring(export.svg(drawing(graph, path.hops)))
    tags = {part.tag.rpartition("}")[2] for part in root.iter()}
    assert tags == {"svg", "rect", "marker", "path", "line", "circle", "image", "text"}
    assert json.loads(export.document(graph, [path]))["paths"][0]["target"] == sample.LEDGER


@given(st.text(min_size=1))
def test_a_hostile_id_is_one_literal_of_the_exported_cypher(node_id: str) -> None:
    nodes = {i: Node(i, ("AWSRole",), {}) for i in ("start", node_id)}
    graph = Graph("g", "s", sample.TAKEN["week"], nodes, [])
    written = export.cypher(graph, Path("start", node_id, (Edge("start", "CAN_ASSUME", node_id),)))
    _, literal = written.splitlines()[0].removesuffix("})").split("target:AWSRole {id: ")
    assert json.loads(literal) == node_id


@given(st.lists(st.tuples(NAMES, NAMES), max_size=400))
def test_a_drawing_is_whole_and_within_its_cap(pairs: list[tuple[str, str]]) -> None:
    graph = Graph("g", "s", sample.TAKEN["week"], {}, [])
    drawn = drawing(graph, [Hop(source=a, target=b, type="CAN_ASSUME") for a, b in pairs])
    ids = {node.id for node in drawn.nodes}
    assert len(ids) == len(drawn.nodes) <= DRAWN
    assert all(edge.source in ids and edge.target in ids for edge in drawn.edges)
    assert len(drawn.nodes) + drawn.left_out == len({name for pair in pairs for name in pair})
    assert all(i.isalnum() for i in ids | {edge.id for edge in drawn.edges})


@pytest.mark.parametrize("source", ["internet", "ci", "exposed"])
def test_unfolding_finds_every_hop_that_a_path_takes(source: str) -> None:
    graph = sample.week()
    sources = [sample.PERSON, sample.JENKINS] if source == "exposed" else resolve(graph, source)
    paths = find_paths(graph, sources, resolve(graph, "jewels"))
    assert paths
    for hop in (hop for path in paths for hop in path.hops):
        assert hop_id(hop) in {hop_id(h) for h in neighbours(graph, hop.source)}
        assert hop_id(hop) in {hop_id(h) for h in neighbours(graph, hop.target)}


def test_new_and_gone_nodes_are_marked() -> None:
    graph, past = sample.week(), sample.baseline()
    path = find_paths(graph, [sample.CI], [sample.LEDGER])[0]
    states = {node.node_id: node.state for node in drawing(graph, path.hops, past).nodes}
    assert states[sample.CI] == "added"
    assert states[sample.LEDGER] == ""
    assert {node.node_id: node.state for node in drawing(past, path.hops, graph).nodes}[sample.CI] == "removed"


def test_ports_are_written_as_people_write_them() -> None:
    assert [ports(key) for key in ("tcp/443-443", "tcp/1-2", "delete", "", "lambda-001")] == [
        "tcp/443", "tcp/1-2", "delete", "", "lambda-001",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("technique", "words_of_it"),
    [
        ("lambda-001", "pass a role to a new function (lambda-001)"),
        ("iam-001", "write a new default version of a policy (iam-001)"),
        ("administrator", "is administrator"),
        ("unknown-1", "unknown-1"),
    ],
)
def test_a_technique_is_named_in_words(technique: str, words_of_it: str) -> None:
    assert label(Hop(source="a", target="b", type="CAN_ESCALATE", key=technique)) == words_of_it


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("RAHUL", ["Rahul Deshmukh"]),
        ("ledger", ["prod/ledger"]),
        ("ledge", ["prod/ledger", "prod/ledger-admin"]),
        ("admin", ["prod/ledger-admin"]),
        ("nobody", []),
        (" ", []),
    ],
)
def test_a_part_of_a_name_means_the_closest_kind_of_match(typed: str, meant: list[str]) -> None:
    assert asking.matches(typed, ["Rahul Deshmukh", "prod/ledger", "prod/ledger-admin"]) == meant


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40))
def test_packed_parts_share_no_place(pairs: list[tuple[int, int]]) -> None:
    edges = [(f"n{a}", f"n{b}") for a, b in pairs]
    nodes = list(dict.fromkeys(n for edge in edges for n in edge))
    places = packed(nodes, edges)
    assert places.keys() == set(nodes)
    assert len(set(places.values())) == len(nodes)


def test_parts_stand_side_by_side_before_they_stand_below() -> None:
    places = packed(["a", "b", "c", "d"], [("a", "b"), ("c", "d")])
    assert {y for _, y in places.values()} == {0.0}
    many = packed([f"n{i}" for i in range(40)], [(f"n{i}", f"n{i + 1}") for i in range(0, 40, 2)])
    rows = sorted({y for _, y in many.values()})
    assert rows == [90.0 * row for row in range(7)]  # three parts fit on a shelf


@pytest.mark.parametrize(
    ("change", "severity", "colour"),
    [
        ("added", "critical", "red"),
        ("removed", "high", "orange"),
        ("added", "info", "gray"),
        ("fixed", "info", "green"),
    ],
)
def test_a_change_is_coloured_by_what_it_means(change: str, severity: str, colour: str) -> None:
    assert words.tone(change, severity) == colour


@given(NAMES)
def test_a_label_shows_every_character_in_a_badge(name: str) -> None:
    inside = text.label(name).replace("[", "\\[").replace("]", "\\]")  # as st.badge does
    read = _Read(MARKDOWN.render(f"before {inside} after"))
    said = read.said.replace(text.JOINER, "")
    assert "".join(said.split()) == "".join(f"before {text.one_line(name)} after".split())


def test_commands_are_copied_without_hidden_characters() -> None:
    assert text.prose("run `trustdrift check`") == "run `trustdrift check`"
    assert text.prose("`trustdrift check`") == "`trustdrift check`"


def test_evidence_names_the_policy_of_the_principal_first() -> None:
    graph = sample.week()
    hop = find_paths(graph, [sample.CI], [sample.LEDGER])[0].hops[1]
    found = evidence.evidence(graph, hop)
    assert "ledger-admin" in found.text
    assert found.layers == [("identity", "yes"), ("scp", "yes")]
    spelled = {
        "Effect": "Allow",
        "Principal": {"Service": ["lambda.amazonaws.com"]},
        "Action": "iam:PassRole",
        "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    }
    assert json.loads(found.statements[0].document) == spelled
    assert found.statements[0].sources == ["policy `deploy`"]


def test_the_vocabulary_has_words_and_icons() -> None:
    steps = {verb(Hop(source="", target="", type=t)) for t in (*CERTAIN_STEPS, *STRUCTURAL_STEPS)}
    assert steps == words.STEPS.keys() == words.LABELS.keys()
    assert set(CHANGES) == words.CHANGES.keys()
    assert set(SEVERITIES) == words.SEVERITIES.keys()
    assert set(FAMILIES) == words.FAMILIES.keys()
    ends = {
        label for r in RELATIONSHIPS.values() if r.role in ("step", "structural") for pair in r.ends for label in pair
    }
    assert ends | set(JEWEL_LABELS) <= words.KINDS.keys() | {"AccessSet"}
    assert all(Xml.fromstring(icons.svg(kind.icon)) is not None for kind in [*words.KINDS.values(), words.OTHER])


def test_classes_of_the_form_can_be_resolved() -> None:
    from ui.controls import SOURCE_CLASSES, TARGET_CLASSES

    assert {*SOURCE_CLASSES[1:], *TARGET_CLASSES} <= CLASSES.keys()
    with pytest.raises(Unresolved):
        resolve(sample.week(), SOURCE_CLASSES[0])


def test_text_and_lines_can_be_told_from_the_page() -> None:
    for mode, paper in element.PAPER.items():
        texts = [element.INK[mode], element.MUTED[mode], *(getattr(c, mode) for c in words.CHANGES.values())]
        assert all(_contrast(colour, paper) >= 4.5 for colour in texts), mode
        assert all(_contrast(colour, paper) >= 3 for colour in (element.LINE[mode], element.CHOSEN[mode], words.JEWEL))
    assert all(_contrast("#ffffff", kind.colour) >= 4.5 for kind in words.KINDS.values())


def test_layout_leaves_room_for_long_paths() -> None:
    places = element._squeezed({str(i): (260.0 * i, 0.0) for i in range(9)})
    columns = sorted(x for x, _ in places.values())
    assert columns[-1] < 260.0 * 8
    assert min(b - a for a, b in pairwise(columns)) >= 260.0 * element.TIGHTEST - 1e-6


def test_hidden_characters_are_written_out() -> None:
    assert "\u202e" not in text.one_line("a\u202eb")
    assert text.one_line("a\u202eb") == clean("a\u202eb")
    assert node_key("a\u202eb") != node_key("ab")


def _contrast(a: str, b: str) -> float:
    """Contrast ratio, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
