"""The Paths page: its views and exports, what is grouped and what is left out, and what a link restores."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from graph.model import Edge, Graph, Node
from queries.paths import Hop, find_paths
from queries.where import CLASSES, EXPOSED, resolve
from settings import Settings
from tests import app_sample as sample
from tests.require import repetitions
from ui import answers, choice, data, documents, export, grouping, icons, raster, text, words
from ui.asking import Question, settle
from ui.drawing import DRAWN, hop_id, node_key, path_id, verb
from ui.evidence import last_use
from ui.packing import broken, packed
from ui.paths import looking

ROOT = Path(__file__).parent.parent
HOSTILE = "<img src=x onerror=alert(1)>`=cmd|![x](https://evil.example/x)\n\u202e:red[x]"
NAMES = st.text(max_size=30) | st.sampled_from(["=1+1", "@x", "<b>", "-cmd", "\u202e", "🦊", HOSTILE])
IDS = st.integers(0, 12).map("node{}".format)
HOPS = st.lists(
    st.builds(
        Hop,
        source=IDS,
        target=IDS,
        type=st.sampled_from(["CAN_ASSUME", "CAN_ACCESS", "RUNS_AS"]),
        key=st.sampled_from(["", "read", "delete"]),
    )
    | st.builds(Hop, source=IDS, target=IDS, type=st.just("MAY_ACCESS"), verdict=st.just("possible")),
    max_size=60,
)
EMPTY = Graph("g", "s", sample.TAKEN["week"], {}, [])


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    import streamlit

    streamlit.cache_resource.clear()


def _open(base: Settings, **query: str) -> AppTest:
    data.use(base)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.run()
    app.switch_page("ui/screens/paths.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _words(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "subheader", "expander")
    return "\n".join(str(getattr(e, "value", "") or getattr(e, "label", "")) for k in kinds for e in app.get(k))


def _week(base: Path) -> Settings:
    return sample.promote(base, sample.week(), sample.baseline())


def _attached(base: Path) -> Settings:
    """The week with every policy attached to whom it speaks for, so that there is something to edit."""
    week = sample.week()
    policies = [Edge(n.id.removeprefix("policy:"), "POLICY", n.id) for n in week.of("AWSInlinePolicy")]
    edges = sorted([*week.edges, *policies], key=lambda edge: edge.identity)
    return sample.promote(base, replace(week, id="graph-attached", edges=edges, kept={}))


# -- views


def _bare(base: Path) -> Settings:
    week = sample.week()
    nodes = {i: week.nodes[i] for i in (sample.PAYMENTS, sample.DEPLOY)}
    return sample.promote(base, Graph("graph-bare", "snapshot-bare", week.taken_at, nodes, []))


def _hostile(base: Path) -> Settings:
    return sample.promote(base, sample.hostile(HOSTILE))


@pytest.mark.parametrize("view", choice.VIEWS)
@pytest.mark.parametrize("state", [_week, _bare, _hostile])
def test_every_view_says_something_in_every_state(view: str, state: Callable[[Path], Settings], tmp_path: Path) -> None:
    app = _open(state(tmp_path), view=view)
    assert not app.exception
    assert len(_words(app)) > 100


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"from": "zone:nowhere"}, "declare it in the settings"),
        ({"from": "ci", "to": "jewels", "steps": "network"}, "Let steps of every kind in"),
        ({"from": "ledgr", "view": "Blast radius"}, "did you mean"),
        ({"from": "external", "view": "Blast radius"}, "names nothing in this graph"),
        ({"from": "ledger-admin", "to": "ci", "view": "Choke points"}, "Nothing to close"),
        ({"from": sample.PAYMENTS, "to": "jewels"}, f"is read as `account:{sample.PAYMENTS}`"),
        ({"from": "CI pipelines", "to": "crown jewels"}, "1 path"),
        ({"from": "ci", "to": "jewels", "path": "gone", "hop": "gone", "node": "gone", "open": "gone.x"}, "1 path"),
    ],
)
def test_what_was_asked_is_answered_or_explained(query: dict[str, str], sentence: str, tmp_path: Path) -> None:
    app = _open(_week(tmp_path), **query)
    assert not app.exception
    assert sentence in _words(app).replace("\\", "")


def test_a_link_restores_view_row_and_step(tmp_path: Path) -> None:
    week = _week(tmp_path)
    blast = _open(week, view="Blast radius", **{"from": "ci"})
    assert [m.value for m in blast.metric][:2] == ["0", "1"]
    estate = data.estate(data.in_use())
    path = answers.paths(estate, Question("ci", "jewels")).paths[0]
    app = _open(week, **{"from": "ci", "to": "jewels", "path": path_id(path), "hop": hop_id(path.hops[1])})
    assert "can gain the rights of" in _words(app)
    assert "In CloudTrail: `lambda:CreateFunction`" in _words(app)
    node = _open(week, **{"from": "ci", "to": "jewels", "node": node_key(sample.DEPLOY)})
    assert "What it may do (1)" in _words(node)
    assert "can gain the rights of" in _words(node)


def test_the_panel_says_where_the_statement_stands_and_what_would_close_the_step(tmp_path: Path) -> None:
    said = _words(_open(_attached(tmp_path), **{"from": "ci", "to": "jewels"}))
    assert "policy `deploy`, statement 1 (`Deploy`), lines 3 to" in said
    assert "What would close it" in said


def test_choke_points_close_what_they_say(tmp_path: Path) -> None:
    app = _open(_attached(tmp_path), view="Choke points", **{"from": "ci", "to": "jewels"})
    assert {m.label: m.value for m in app.metric}["The plan closes"] == "1"
    assert "closes 1 of 1" in _words(app)


def test_a_fact_that_was_not_seen_is_never_certain(tmp_path: Path) -> None:
    week = sample.week()
    edges = [
        Edge(e.source, e.type, e.target, e.key, {**e.properties, "stale": sample.LAST_SEEN})
        if e.target == sample.DEPLOY
        else e
        for e in week.edges
    ]
    stale = sample.promote(tmp_path, replace(week, id="graph-stale", edges=edges, kept={}))
    app = _open(stale, **{"from": "ci", "to": "jewels"})
    assert list(app.dataframe[0].value["Verdict"]) == ["possible"]
    assert "as last seen 2026-11-09" in _words(app)
    assert "No path from" in _words(_open(stale, **{"from": "ci", "to": "jewels", "certain": "true"}))


def test_what_is_not_drawn_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (looking, grouping):
        monkeypatch.setattr(module, "DRAWN", 3)
    assert "3 of 4 nodes are drawn" in _words(_open(_week(tmp_path), **{"from": "ci", "to": "jewels"}))


# -- what is grouped


@settings(max_examples=repetitions(60))
@given(HOPS)
def test_every_step_is_in_one_line_and_every_node_stands_once(hops: list[Hop]) -> None:
    found = grouping.groups(EMPTY, hops)
    drawn = grouping.grouped(EMPTY, hops, found)
    assert sorted(hop_id(h) for line in drawn.edges for h in line.hops) == sorted({hop_id(h) for h in hops})
    members = [m for node in drawn.nodes for m in (node.members or (node.node_id,))]
    assert sorted(members) == sorted({end for hop in hops for end in (hop.source, hop.target)})
    assert all(line.certain == hop.certain for line in drawn.edges for hop in line.hops)


@settings(max_examples=repetitions(20))
@given(HOPS)
def test_groups_do_not_depend_on_the_order_of_paths(hops: list[Hop]) -> None:
    assert grouping.groups(EMPTY, hops) == grouping.groups(EMPTY, hops[::-1])


def test_alike_nodes_are_counted_until_they_are_opened() -> None:
    people = {f"p{i}": Node(f"p{i}", ("AWSSSOUser",), {"name": f"p{i}"}) for i in range(4)}
    graph = replace(EMPTY, nodes={**people, "role": Node("role", ("AWSRole",), {"name": "role"})})
    hops = [Hop(source=person, target="role", type="CAN_ASSUME") for person in people]
    (group,) = grouping.groups(graph, hops)
    assert (group.name, len(group.members)) == ("4 people", 4)
    assert len(grouping.grouped(graph, hops, [group]).nodes) == 2
    assert len(grouping.grouped(graph, hops, []).nodes) == 5


def test_a_crowd_is_drawn_by_kind_and_within_the_cap() -> None:
    hops = [Hop(source=f"a{i}", target=f"b{i}", type="CAN_ASSUME") for i in range(DRAWN)]
    assert len(grouping.grouped(EMPTY, hops, grouping.groups(EMPTY, hops)).nodes) == 1
    alone = grouping.grouped(EMPTY, hops, [])
    assert (len(alone.nodes), alone.left_out) == (DRAWN, DRAWN)


@given(st.integers(1, 40), st.integers(2, 9))
def test_a_long_chain_is_broken_into_rows(length: int, across: int) -> None:
    chain = [f"n{i:02}" for i in range(length)]
    places = broken(packed(chain, list(pairwise(chain))), across)
    assert len(set(places.values())) == length
    assert len({x for x, _ in places.values()}) <= across


# -- filters


@pytest.mark.parametrize("kind", words.STEP_KINDS)
def test_a_filter_lets_steps_of_its_kind_through(kind: str) -> None:
    week = sample.week()
    narrowed = answers.narrowed(week, (kind,))
    sources = [node.id for label in ("AWSPrincipal", "AWSSSOUser", "Internet") for node in week.of(label)]
    sources.append(sample.WEB)
    steps = [hop for path in find_paths(narrowed, sources, list(week.nodes), 200) for hop in path.hops]
    of_kind = {"sso": "assume"}.get(kind, kind)
    assert {answers.KIND_OF[verb(hop)] for hop in steps if hop.key != "administrator"} == {of_kind}
    if kind in ("sso", "assume"):
        assert all((hop.source == sample.PERSON) == (kind == "sso") for hop in steps if verb(hop) == "ASSUME")


def test_kinds_and_classes_have_words() -> None:
    assert set(answers.KIND_OF.values()) | {"sso"} == words.STEP_KINDS.keys()
    assert words.CLASSES.keys() == {EXPOSED, *CLASSES}
    week = sample.week()
    for term, said in words.CLASSES.items():
        assert settle(week, said, []) == [term]


# -- evidence


def test_every_hop_finds_its_edge() -> None:
    week = sample.week()
    sources = [sample.CI, sample.PERSON, sample.JENKINS, *resolve(week, "internet")]
    hops = [h for p in find_paths(week, sources, [*resolve(week, "jewels"), sample.ADMIN]) for h in p.hops]
    assert len(hops) > 6
    for hop in hops:
        edge = answers.edge_of(week, hop)
        assert edge is not None
        assert (edge.type, edge.key) == (hop.type, hop.key)


@settings(max_examples=repetitions(60))
@given(st.lists(st.tuples(NAMES, st.lists(NAMES, min_size=1, max_size=3)), min_size=1, max_size=6), st.data())
def test_the_lines_of_a_policy_hold_the_statement(statements: list[tuple[str, list[str]]], draw: st.DataObject) -> None:
    nodes = {"p": Node("p", ("AWSInlinePolicy",), {})}
    edges = []
    for i, (sid, actions) in enumerate(statements):
        nodes[f"s{i}"] = Node(f"s{i}", ("AWSPolicyStatement",), {"effect": "Allow", "action": actions})
        edges.append(Edge("p", "STATEMENT", f"s{i}", str(i), {"sid": sid, "position": i}))
    wanted = draw.draw(st.sampled_from(edges))
    written = documents.written(replace(EMPTY, nodes=nodes, edges=edges, kept={}), wanted)
    assert written is not None
    lines = written.text.split("\n")[written.first - 1 : written.last]
    expected = documents.statement(nodes[wanted.target], str(wanted.properties["sid"]))
    assert json.loads("\n".join(lines).rstrip(",")) == expected


def test_last_use_is_told_where_it_is_known() -> None:
    user = Node("u", ("AWSUser",), {"passwordlastused": "2026-10-01T00:00:00Z"})
    key = Node("k", ("AccountAccessKey",), {"lastuseddate": "2026-11-02T00:00:00Z"})
    unused = Node("r", ("AWSRole",), {})
    graph = replace(EMPTY, nodes={n.id: n for n in (user, key, unused)}, edges=[Edge("u", "AWS_ACCESS_KEY", "k")])
    assert last_use(graph, "u") == "2026-11-02T00:00:00Z"
    assert last_use(graph, "r") == ""
    assert last_use(graph, "k") is None


# -- exports


@settings(max_examples=repetitions(40))
@given(NAMES)
def test_the_csv_has_a_row_for_each_path_and_no_formula(name: str) -> None:
    graph = sample.hostile(name)
    paths = find_paths(graph, [sample.CI, sample.PERSON], resolve(graph, "jewels"))
    written = export.csv(graph, paths).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert len(rows) == 1 + len(paths) > 2
    assert not any(cell.startswith(text.FORMULA) for row in rows for cell in row)


@settings(max_examples=repetitions(5), deadline=None)
@given(NAMES)
def test_the_png_is_a_picture_of_any_names(name: str) -> None:
    from PIL import Image

    graph = sample.hostile(name)
    hops = find_paths(graph, [sample.CI], [sample.LEDGER])[0].hops
    picture = Image.open(io.BytesIO(raster.png(grouping.grouped(graph, hops))))
    assert picture.width > picture.height > 100
    assert len(picture.getcolors(1 << 20) or ()) > 10


def test_every_icon_is_there_as_svg_and_as_png() -> None:
    drawn = {kind.icon for kind in [*words.KINDS.values(), words.OTHER]}
    assert all(icons.png(icon).startswith(b"\x89PNG") and icons.svg(icon) for icon in drawn)
