"""Drift: laws first (equal is nothing, order is nothing, unseen is never removed), then the week of the sample."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift import CHANGES, compare
from drift.grants import Grants, principals
from drift.items import DriftItem
from drift.sight import RESTS_ON
from graph.model import Edge, Graph, Node
from graph.schema import RELATIONSHIPS
from ingest.snapshot import COLLECTORS as ALL_COLLECTORS
from queries.checks import Finding
from tests.graph_samples import (
    CI_DEPLOY,
    COLLECTORS,
    DEV,
    JENKINS,
    LEDGER,
    LEDGER_ADMIN,
    MAIN,
    MAYA,
    ORGANIZATION,
    PROD,
    PROVIDER,
    SUPPORT,
    Sketch,
    edited,
    estates,
    organization,
    unsee,
    week_later,
)

WIDE = f"{PROVIDER}#repo:harborline/*"
GONE = ("removed", "fixed")


def keep(thing: Node | Edge) -> Node | Edge | None:
    return thing


def finding(rule: str, subject: str, account: str, state: str = "open") -> Finding:
    return Finding(
        id=f"{rule} {subject}", rule=rule, severity="high", state=state, subject=subject, title=rule, account_id=account
    )


def rekeyed(graph: Graph) -> Graph:
    """The same effect through other sets: each principal's rights moved to sets of other ids, one per principal."""
    nodes = {i: n for i, n in graph.nodes.items() if n.label != "AccessSet"}
    edges = [e for e in graph.edges if e.type != "HOLDS" and not e.source.startswith("set:")]
    for held in graph.edges_of("HOLDS"):
        own = f"set:new:{held.source}:{held.target}"
        nodes[own] = Node(own, ("AccessSet",), {"name": own})
        edges.append(Edge(held.source, "HOLDS", own))
        edges += [
            Edge(own, e.type, e.target, e.key, {**e.properties, "proof": "proof:other"}) for e in graph.out(held.target)
        ]
    return Graph("rekeyed", graph.snapshot_id, graph.taken_at, dict(sorted(nodes.items())), edges)


@settings(deadline=None)
@given(estates())
def test_a_graph_does_not_differ_from_itself_or_from_its_rewriting(sketch: Sketch) -> None:
    graph = sketch.graph()
    assert compare(graph, [], graph, []).items == []
    assert compare(graph, [], rekeyed(graph), []).items == []
    assert compare(rekeyed(graph), [], graph, []).items == []


@settings(deadline=None)
@given(estates(), estates(), st.randoms(use_true_random=False))
def test_the_order_of_nodes_and_edges_does_not_matter(old: Sketch, new: Sketch, chance: random.Random) -> None:
    a, b = old.graph(), new.graph()
    nodes, edges = list(b.nodes.items()), list(b.edges)
    chance.shuffle(nodes)
    chance.shuffle(edges)
    shuffled = Graph(b.id, b.snapshot_id, b.taken_at, dict(nodes), edges)
    assert compare(a, [], b, []).items == compare(a, [], shuffled, []).items


@settings(deadline=None)
@given(estates(), estates())
def test_access_items_say_exactly_what_each_principal_gained_and_lost(old: Sketch, new: Sketch) -> None:
    before, after = Grants(old.graph()), Grants(new.graph())
    items = [i for i in compare(before.graph, [], after.graph, []).items if i.family == "access"]
    for principal in principals(before, after):
        was, now = before.of(principal), after.of(principal)
        for change, gained in (("added", now.keys() - was.keys()), ("removed", was.keys() - now.keys())):
            told = {(t, i.title) for i in items if i.change == change and principal in i.members for t in i.targets}
            assert {t for t, _ in told} == {target for _, target, _ in gained}
        differ = {k for k in was.keys() & now if not was[k].same(now[k])}
        told_changed = {t for i in items if i.change == "changed" and principal in i.members for t in i.targets}
        assert told_changed == {target for _, target, _ in differ}
    assert len({i.id for i in items}) == len(items)


@settings(deadline=None)
@given(estates(), estates(), st.sets(st.tuples(st.sampled_from((PROD, DEV)), st.sampled_from(COLLECTORS))))
def test_nothing_is_called_removed_outside_seen_coverage(old: Sketch, new: Sketch, dark: set[tuple[str, str]]) -> None:
    for account, source in dark:
        unsee(new, account, source)
    a, b = old.graph(), new.graph()
    everything_seen = compare(a, [], edited(b, seen, keep), [])
    drift = compare(a, [], b, [])
    blind = {account for account, source in dark if source == "iam.authorization"}
    for item in drift.items:
        if item.change in GONE and item.family in ("access", "path"):
            touched = {str(a.nodes[i].properties.get("account_id")) for i in (*item.members, *item.targets)
                       if a.nodes[i].label in ("AWSRole", "Outcome")}  # fmt: skip
            assert not touched & blind
            assert not ((PROD, "s3.buckets") in dark and any("s3" in t for t in item.targets))
    assert lost(drift.items) == lost(everything_seen.items), "what is hidden is asked, not forgotten"
    assert {(i.account_id, i.target) for i in drift.items if i.family == "coverage"} == dark


def seen(node: Node) -> Node | None:
    return Node(node.id, node.labels, {**node.properties, "state": "seen"}) if node.label == "Coverage" else node


def lost(items: list[DriftItem]) -> set[tuple[str, str, str]]:
    """Everything that is gone or asked about, one by one."""
    return {(i.family, m, t) for i in items if i.change in (*GONE, "unseen") and i.family != "coverage"
            for m in i.members for t in i.targets}  # fmt: skip


def told(items: list[DriftItem]) -> set[tuple[str, str, str, str]]:
    return {(i.family, i.change, m, t) for i in items for m in i.members for t in i.targets}


def test_the_week_is_told() -> None:
    drift = compare(organization().graph(), [], week_later().graph("graph-2", "snapshot-2"), [])
    group = f"arn:aws:ec2:eu-west-1:{PROD}:security-group/sg-db"
    rule = f"{group}/IpPermissionInbound/tcp/5432-5432"
    assert told(drift.items) == {
        ("path", "added", WIDE, LEDGER),
        ("path", "fixed", JENKINS, LEDGER),
        ("path", "fixed", JENKINS, f"outcome:admin:{PROD}"),
        ("access", "added", WIDE, CI_DEPLOY),
        ("access", "added", CI_DEPLOY, LEDGER_ADMIN),
        ("rule", "added", group, f"{rule}/10.0.0.0/8"),
        ("rule", "removed", group, f"{rule}/sg-app"),
        ("coverage", "unseen", DEV, "iam.authorization"),
    }
    assert [i.severity for i in drift.items] == ["critical", "medium", "medium", "medium", "medium", "info", "info"]
    path = drift.items[0]
    assert [(h.type, h.change) for h in path.path] == [
        ("CAN_ASSUME", "added"),
        ("CAN_ESCALATE", "added"),
        ("CAN_ACCESS", "same"),
    ]
    assert path.title == "`payments-prod/repo:harborline/*` can now reach `payments-prod/ledger`"
    assert "any of them ends it" in path.fix
    assert set(path.evidence) <= drift.proofs.keys()
    assert drift.counts == {"added": 4, "removed": 1, "fixed": 1, "unseen": 1}
    assert all(drift.names[i] for i in (*path.members, *path.targets))


def test_ids_are_stable_and_items_name_known_nodes() -> None:
    a, b = organization().graph(), week_later().graph()
    first, second = compare(a, [], b, []), compare(a, [], b, [])
    assert [i.id for i in first.items] == [i.id for i in second.items]
    assert len({i.id for i in first.items}) == len(first.items)
    assert all(i.change in CHANGES for i in first.items)


def test_principals_for_whom_the_same_changed_are_one_item() -> None:
    b = organization()
    for holder in (CI_DEPLOY, SUPPORT):
        b.step(b.access_set(f"set:extra:{holder}", holder), "CAN_ACCESS", LEDGER, "delete")
    (item,) = [i for i in compare(organization().graph(), [], b.graph(), []).items if i.family == "access"]
    assert item.members == [CI_DEPLOY, SUPPORT]
    assert item.severity == "high"
    assert item.after == ["delete payments-prod/ledger (certain)"]


def test_a_condition_that_falls_away_is_a_change_and_a_stale_fact_is_none() -> None:
    b = organization()
    b.edges = {k: e for k, e in b.edges.items() if e.type != "MAY_ACCESS"}
    b.step("set:support-prod", "CAN_ACCESS", LEDGER, "read")
    items = compare(organization().graph(), [], b.graph(), []).items
    assert ("access", "changed", SUPPORT, LEDGER) in told(items)
    assert ("path", "changed", MAYA, LEDGER) in told(items)
    stale = organization()
    stale.edges = {k: e for k, e in stale.edges.items() if (e.source, e.type) != ("set:fn", "CAN_ACCESS")}
    stale.step("set:fn", "MAY_ACCESS", LEDGER, "read", stale="2026-11-01T00:00:00Z", conditions=["as last seen"])
    assert compare(organization().graph(), [], stale.graph(), []).items == []
    assert compare(stale.graph(), [], organization().graph(), []).items == []


def test_a_right_that_only_unseen_facts_suggest_is_a_question() -> None:
    b = organization()
    b.step("set:support-prod", "MAY_ASSUME", LEDGER_ADMIN, stale="2026-11-01T00:00:00Z", conditions=["as last seen"])
    items = compare(organization().graph(), [], b.graph(), []).items
    assert {i.change for i in items} == {"unseen"}


def test_a_policy_that_could_not_be_read_hides_what_it_gave() -> None:
    b = organization()
    b.edges = {k: e for k, e in b.edges.items() if e.source != "set:fn"}
    b.node("AWSManagedPolicy", "policy:fn", name="fn", unseen=True)
    b.edge(f"arn:aws:iam::{PROD}:role/payments-fn", "POLICY", "policy:fn")
    items = [i for i in compare(organization().graph(), [], b.graph(), []).items if i.family == "access"]
    assert [i.change for i in items] == ["unseen"]


@pytest.mark.parametrize("source", ORGANIZATION)
def test_an_organization_that_was_not_read_hides_what_its_policies_decide(source: str) -> None:
    role = f"arn:aws:iam::{PROD}:role/payments-fn"
    new = organization()
    new.edges = {k: e for k, e in new.edges.items() if e.source not in ("set:fn", "set:maya")}
    unsee(new, "111111111111", source)
    items = [i for i in compare(organization().graph(), [], new.graph(), []).items if i.family == "access"]
    hidden, seen_gone = ({MAYA}, {role}) if source.startswith("sso") else ({MAYA, role}, set())
    assert {m for i in items if i.change == "unseen" for m in i.members} == hidden
    assert {m for i in items if i.change == "removed" for m in i.members} == seen_gone


def test_a_new_recovery_point_beside_others_is_no_news() -> None:
    def vault(*points: str) -> Graph:
        b = organization()
        b.node("BackupVault", "vault", name="vault", account_id=PROD)
        for point in points:
            b.node("RecoveryPoint", point, name=point, account_id=PROD)
            b.edge(point, "KEPT_IN", "vault")
            b.step("set:admin", "CAN_ACCESS", point, "delete")
        return b.graph()

    assert compare(vault("mon", "tue"), [], vault("tue", "wed"), []).items == []
    assert [i.change for i in compare(vault(), [], vault("mon"), []).items] == ["added"]


def test_findings_come_and_go_per_rule_and_account() -> None:
    a = organization().graph()
    old = [finding("missing-mfa", "u1", PROD), finding("missing-mfa", "u2", PROD), finding("open-egress", "r", DEV)]
    new = [finding("missing-mfa", "u2", PROD), finding("missing-mfa", "u3", PROD), finding("missing-mfa", "u4", PROD),
           finding("root-access-key", "x", DEV, "unknown")]  # fmt: skip
    items = compare(a, old, a, new).items
    assert [(i.change, i.target, i.members, i.severity) for i in items] == [
        ("added", "missing-mfa", ["u3", "u4"], "high"),
        ("fixed", "missing-mfa", ["u1"], "info"),
        ("fixed", "open-egress", ["r"], "info"),
    ]


def test_a_finding_whose_sources_went_dark_is_not_fixed() -> None:
    b = organization()
    unsee(b, PROD, "iam.mfa_devices")
    items = compare(organization().graph(), [finding("missing-mfa", "u1", PROD)], b.graph(), []).items
    assert [(i.family, i.change) for i in items] == [("coverage", "unseen"), ("finding", "unseen")]


def test_a_source_that_the_new_snapshot_does_not_name_went_dark() -> None:
    b = organization()
    del b.nodes[f"coverage:{PROD}::s3.buckets"]
    (item,) = compare(organization().graph(), [], b.graph(), []).items
    assert item.title == "`s3.buckets` of payments-prod could not be seen (skipped: not_attempted)"


def test_a_wider_subject_replaces_the_narrow_one_and_nothing_is_called_gone() -> None:
    changes = {
        i.change for i in compare(organization().graph(), [], week_later().graph(), []).items if MAIN in i.members
    }
    assert changes == set()


def test_every_node_that_steps_join_says_which_collectors_show_it():
    """Else what vanishes with a denied collector would count as removed."""
    steps = ("RUNS_AS", "CAN_ACCESS", "CAN_ESCALATE", "CAN_ASSUME", "CAN_CONNECT", "EXPOSES", "SENDS_AS", "DELIVERS_TO")
    joined = {label for step in steps for ends in RELATIONSHIPS[step].ends for label in ends}
    assert joined - RESTS_ON.keys() == {"AccessSet", "Internet"}  # which no collector shows
    assert {source for sources in RESTS_ON.values() for source in sources} <= ALL_COLLECTORS.keys()
