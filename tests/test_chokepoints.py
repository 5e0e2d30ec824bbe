"""Choke points against networkx and against trying every plan, and that an edit closes what it says."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph.model import Edge, Graph, Node
from graph.reach import access_graph
from queries.chokepoints import ChokePoints, chokepoints, dominators
from queries.chokepoints.edits import Editable
from queries.chokepoints.flow import minimum_cut
from queries.chokepoints.part import Part
from tests.path_graphs import NODES, graph_of, step, tangles
from tests.require import repetitions

RULES = ("sg-1/in", "sg-2/in", "sg-3/in")
SOURCES, TARGETS = NODES[:2], NODES[3:]


@st.composite
def ruled(draw: st.DrawFn) -> Graph:
    """Classes that rules join: a rule lets several steps through, and a step needs all of its rules."""
    classes = [f"class:{letter}" for letter in "abcdef"]
    ends = st.tuples(st.sampled_from(classes), st.sampled_from(classes), st.sets(st.sampled_from(RULES), max_size=2))
    drawn = draw(st.lists(ends, min_size=4, max_size=12))
    edges = [step(a, "CAN_CONNECT" if rules else "EXPOSES", b, rules=sorted(rules)) for a, b, rules in drawn if a != b]
    assume(edges)
    return graph_of(edges, "NetworkClass")


def ways(graph: Graph, without: set[tuple[str, str, str, str]], sources: list[str], targets: list[str]) -> set[object]:
    """The pairs that are joined where some edges are gone, from networkx."""
    left = nx.DiGraph()
    left.add_nodes_from(graph.nodes)
    left.add_edges_from((e.source, e.target) for e in graph.edges if e.identity not in without)
    return {(s, t) for s in sources for t in targets if s not in targets and t in nx.descendants(left, s)}


def of_rules(graph: Graph, rules: set[str]) -> set[tuple[str, str, str, str]]:
    return {e.identity for e in graph.edges if rules & set(e.properties.get("rules") or ())}


@settings(max_examples=repetitions(80), deadline=None)
@given(ruled(), st.integers(1, 2))
def test_each_edit_closes_what_it_says_and_no_plan_exceeds_the_bound(graph: Graph, budget: int) -> None:
    sources = [n for n in ("class:a", "class:b") if n in graph.nodes]
    targets = [n for n in ("class:e", "class:f") if n in graph.nodes]
    assume(sources and targets)
    found = chokepoints(graph, sources, targets, budget)
    given_ = {e.identity for e in graph.edges if e.type == "EXPOSES"}
    by_right = ways(graph, {e.identity for e in graph.edges} - given_, sources, targets)
    before = ways(graph, set(), sources, targets) - by_right
    assert (found.demands, found.by_right) == (len(before), len(by_right))
    for edit in found.edits:
        rule = {place.owner for place in edit.places}
        assert edit.closes == len(before - ways(graph, of_rules(graph, rule), sources, targets))
    made = {place.owner for edit in found.plan for place in edit.places}
    assert found.closed == len(before - ways(graph, of_rules(graph, made), sources, targets))
    best = max(
        len(before - ways(graph, of_rules(graph, set(rules)), sources, targets))
        for rules in combinations(RULES, min(budget, len(found.plan)))
    )
    assert found.closed <= best <= found.bound
    if budget == 1 and found.edits:
        assert found.edits[0].closes == best == found.closed


def part_of(graph: Graph) -> Part:
    access = access_graph(graph)
    return Part.between(access, access.numbers(SOURCES), access.numbers(TARGETS))


@settings(max_examples=repetitions(80), deadline=None)
@given(tangles())
def test_the_minimum_cut_is_that_of_networkx_and_cuts(graph: Graph) -> None:
    part = part_of(graph)
    can_be_cut = ~part.graph.is_joint[part.arcs]
    cut = minimum_cut(part, can_be_cut)
    net = nx.DiGraph()
    net.add_nodes_from(("from", "to"))
    net.add_edges_from(("from", s) for s in SOURCES if s not in TARGETS)
    net.add_edges_from((t, "to") for t in TARGETS)
    for edge in graph.edges:
        width = float("inf") if edge.type == "HOLDS" else 1
        held = net.get_edge_data(edge.source, edge.target, {"capacity": 0})["capacity"]
        net.add_edge(edge.source, edge.target, capacity=held + width)
    try:
        size, _ = nx.minimum_cut(net, "from", "to")
    except nx.NetworkXUnbounded:
        assert cut is None
        return
    assert cut is not None
    assert len(cut) == size
    assert not part.without(cut).reaching(part.targets).size


@settings(max_examples=repetitions(60), deadline=None)
@given(tangles(), st.data())
def test_survivors_of_many_cuts_at_once_are_those_of_each(graph: Graph, data: st.DataObject) -> None:
    part = part_of(graph)
    assume(part.arcs.size)
    arcs = st.lists(st.sampled_from(part.arcs.tolist()), max_size=3, unique=True)
    cuts = [np.array(c, dtype=np.int32) for c in data.draw(st.lists(arcs, min_size=1, max_size=70))]
    survived = part.survivors(cuts, part.targets)
    for number, cut in enumerate(cuts):
        left = set(part.without(cut).reaching(part.targets).tolist())
        assert [source in left for source in part.sources.tolist()] == survived[:, number].tolist()


@settings(max_examples=repetitions(60), deadline=None)
@given(tangles())
def test_dominators_are_those_of_networkx(graph: Graph) -> None:
    """In the graph in which every pair of nodes with steps between them is a node of its own."""
    split = nx.DiGraph()
    for edge in graph.edges:
        joint = any(e.type == "HOLDS" for e in graph.edges if (e.source, e.target) == (edge.source, edge.target))
        between = (edge.source, edge.target, joint)
        split.add_edges_from([(edge.source, between), (between, edge.target)])
    split.add_edges_from((target, "to") for target in TARGETS)
    found = dominators(graph, NODES[0], TARGETS)
    reachable = "to" in nx.descendants(split, NODES[0])
    over = nx.immediate_dominators(split, NODES[0]) if reachable else {}
    wanted, at = [], over.get("to")
    while at is not None and at != NODES[0]:
        if isinstance(at, tuple) and not at[2]:
            wanted.append(at[1])
        at = over[at]
    assert [hop.target for hop in found] == wanted[::-1]


ACCOUNT = "111111111111"
ADMIN = f"outcome:admin:{ACCOUNT}"
A, B, C, BOSS = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("a", "b", "c", "boss"))


def policies(managed_by: str = "customer") -> Graph:
    """`a` and `b` may take `c` by one policy and its trust; `c` may pass a role to become administrator."""
    pairs = [step(A, "HOLDS", "set:ab"), step(B, "HOLDS", "set:ab"), step(C, "HOLDS", "set:c")]
    boss = [step(BOSS, "HOLDS", "set:boss"), step("set:boss", "CAN_ESCALATE", ADMIN, "administrator", proof="proof:3")]
    walks = [
        step("set:ab", "CAN_ASSUME", C, proof="proof:1"),
        step("set:c", "CAN_ESCALATE", BOSS, "lambda-001", proof="proof:2"),
    ]
    written = [
        step(A, "POLICY", "policy:take"),
        step(B, "POLICY", "policy:take"),
        step("policy:take", "STATEMENT", "statement:take", "0", sid="Take", position=0),
        step(C, "TRUSTS_STATEMENT", "statement:trust", "1", position=1),
        step(C, "POLICY", "policy:pass"),
        step("policy:pass", "STATEMENT", "statement:pass", "0", position=0),
        step("policy:pass", "STATEMENT", "statement:lambda", "1", position=1),
        step(BOSS, "POLICY", "policy:all"),
        step("policy:all", "STATEMENT", "statement:all", "0", position=0),
    ]
    graph = graph_of([*pairs, *boss, *walks, *written])
    nodes = dict(graph.nodes)
    for name, type_ in (("take", managed_by), ("pass", "customer"), ("all", "aws")):
        nodes[f"policy:{name}"] = Node(f"policy:{name}", ("AWSManagedPolicy",), {"name": name, "type": type_})
    for name, actions in (("take", "sts:assumerole"), ("pass", "iam:PassRole"), ("lambda", "lambda:*"), ("all", "*")):
        nodes[f"statement:{name}"] = Node(f"statement:{name}", ("AWSPolicyStatement",), {"action": [actions]})
    for number, statements in (("1", ["take", "trust"]), ("2", ["pass", "lambda"]), ("3", ["all"])):
        said = {"statements": [f"statement:{s}" for s in statements]}
        nodes[f"proof:{number}"] = Node(f"proof:{number}", ("Proof",), said)
    return Graph("graph", "snapshot", "", dict(sorted(nodes.items())), graph.edges)


def texts(found: ChokePoints) -> list[str]:
    return [edit.text for edit in found.edits]


def test_an_edit_names_the_statement_with_its_policy_and_position() -> None:
    found = chokepoints(policies(), [A, B], [ADMIN])
    assert (found.demands, found.by_right, found.unit) == (2, 0, "pairs of source and target")
    assert sorted(texts(found)) == [
        "narrow statement 1 (Take) of policy take",
        "narrow statement 1 of policy pass",
        "narrow statement 2 of policy pass",
        f"narrow statement 2 of the trust policy of {ACCOUNT}/c",
    ]
    assert {edit.closes for edit in found.edits} == {2}
    assert (found.closed, found.bound, len(found.plan), len(found.cut)) == (2, 2, 1, 1)


def test_a_policy_of_aws_is_detached_from_those_who_have_it() -> None:
    found = chokepoints(policies("aws"), [A], [ADMIN])
    assert f"detach AWS's policy take from {ACCOUNT}/a, {ACCOUNT}/b" in texts(found)


def test_an_administrators_own_rights_are_no_edit() -> None:
    found = chokepoints(policies(), [BOSS, A], [ADMIN])
    assert (found.demands, found.by_right) == (1, 1)
    assert not any("all" in text for text in texts(found))
    alone = chokepoints(policies(), [BOSS], [ADMIN])
    assert (alone.edits, alone.plan, alone.closed, alone.cut) == ([], [], 0, [])


def test_of_two_statements_that_allow_the_same_both_are_edited() -> None:
    graph = policies()
    graph.nodes["statement:lambda"].properties["action"] = ["lambda:*", "iam:*"]
    editable = Editable(graph, access_graph(graph))
    arc = next(i for i, edge in enumerate(editable.access.edges) if edge.key == "lambda-001")
    assert [[place.statement for place in group] for group in editable.of(arc)] == [
        ["statement:lambda", "statement:pass"],
        ["statement:lambda"],
    ]


def test_where_nothing_is_joined_there_is_nothing_to_close() -> None:
    graph = policies()
    for sources, targets in (([], [ADMIN]), ([A], []), ([ADMIN], [ADMIN]), (["nobody"], [ADMIN])):
        found = chokepoints(graph, sources, targets)
        assert (found.demands, found.edits, found.plan, found.cut, found.bound) == (0, [], [], [], 0)
    assert dominators(graph, "nobody", [ADMIN]) == []


def test_every_way_of_one_principal_takes_its_dominators() -> None:
    assert [(hop.source, hop.target) for hop in dominators(policies(), A, [ADMIN])] == [
        (A, C),
        (C, BOSS),
        (BOSS, ADMIN),
    ]


def test_five_hundred_roles_that_trust_each_other_are_ranked() -> None:
    roles = [f"arn:aws:iam::{ACCOUNT}:role/r{i:03}" for i in range(500)]
    edges: list[Edge] = [step(r, "HOLDS", "set:all") for r in roles]
    edges += [step("set:all", "CAN_ASSUME", r) for r in roles]
    edges += [step(roles[-1], "HOLDS", "set:last"), step("set:last", "MAY_ESCALATE", ADMIN, "iam-005")]
    found = chokepoints(graph_of(edges), roles, [ADMIN])
    assert found.demands == 500
    assert found.edits[0].closes == 500
    assert len(found.cut) == 1
