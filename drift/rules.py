"""Rule drift: what a security group lets in and out."""

from __future__ import annotations

from collections.abc import Iterator

from drift.items import SEVERITY_OF_CHANGE, SEVERITY_OF_RULE, DriftItem
from drift.sight import Sight
from drift.words import named
from graph.model import Graph, Node
from queries.checks import fingerprint
from queries.severity import worst

DIRECTIONS = {"IpPermissionInbound": "inbound", "IpPermissionEgress": "outbound"}
ANYWHERE = ("0.0.0.0/0", "::/0")
PREPOSITIONS = {"inbound": "from", "outbound": "to"}
SENTENCES = {
    ("added", "inbound"): "`{group}` now lets in {rules}",
    ("added", "outbound"): "`{group}` may now send {rules}",
    ("removed", "inbound"): "`{group}` no longer lets in {rules}",
    ("removed", "outbound"): "`{group}` may no longer send {rules}",
    ("unseen", "inbound"): "whether `{group}` still lets in {rules} could not be seen",
    ("unseen", "outbound"): "whether `{group}` may still send {rules} could not be seen",
}
SHOWN = 3
Content = tuple[str, int, int, str]  # protocol, first port, last port, peer
Rules = dict[tuple[str, str], dict[Content, str]]  # (group, direction) -> content -> rule id


def compare_rules(old: Graph, new: Graph, sight: Sight) -> Iterator[DriftItem]:
    """One item per security group and direction whose rules differ, by what they say and not by their ids."""
    before, after = _rules(old), _rules(new)
    for group, direction in sorted(before.keys() | after.keys()):
        was, now = before.get((group, direction), {}), after.get((group, direction), {})
        if gained := sorted(now.keys() - was.keys()):
            yield _item("added", group, direction, {rule: now[rule] for rule in gained}, new)
        if gone := sorted(was.keys() - now.keys()):
            change = "unseen" if sight.hides(group) else "removed"
            yield _item(change, group, direction, {rule: was[rule] for rule in gone}, old)


def _rules(graph: Graph) -> Rules:
    found: Rules = {}
    for edge in graph.edges_of("RULE_OF_EC2_SECURITY_GROUP"):
        rule = graph.nodes[edge.source]
        found.setdefault((edge.target, DIRECTIONS[rule.label]), {})[_content(rule)] = rule.id
    return found


def _content(rule: Node) -> Content:
    have = rule.properties
    first, last = have.get("fromport"), have.get("toport")
    return (
        str(have.get("protocol")),
        first if isinstance(first, int) else -1,
        last if isinstance(last, int) else -1,
        str(have.get("peer")),
    )


def _item(change: str, group: str, direction: str, rules: dict[Content, str], graph: Graph) -> DriftItem:
    words = [_words(rule, PREPOSITIONS[direction], _peer(graph, rule_id)) for rule, rule_id in rules.items()]
    return DriftItem(
        id=fingerprint("rule", change, group, direction, *map(repr, rules)),
        family="rule",
        change=change,
        severity=SEVERITY_OF_CHANGE.get(change) or worst(_severity(rule, direction) for rule in rules),
        title=SENTENCES[change, direction].format(group=named(graph, group), rules=_some(words)),
        account_id=str(graph.nodes[group].properties.get("account_id") or ""),
        subject=group,
        target=next(iter(rules.values())),
        before=[] if change == "added" else words,
        after=words if change == "added" else [],
        members=[group],
        targets=list(rules.values()),
        fix="Take the rule back, or name the group or the prefix list that needs the port."
        if change == "added"
        else "",
    )


def _severity(rule: Content, direction: str) -> str:
    anywhere = {"inbound": " from anywhere", "outbound": " to anywhere"}[direction] if rule[3] in ANYWHERE else ""
    return SEVERITY_OF_RULE[direction + anywhere]


def _words(rule: Content, preposition: str, peer_name: str) -> str:
    protocol, first, last, peer = rule
    ports = "" if first < 0 else f"/{first}" if first == last else f"/{first}-{last}"
    told = f"{peer_name} ({peer})" if peer_name and peer_name != peer else peer
    return f"{protocol}{ports} {preposition} {' '.join(told.split())}"


def _peer(graph: Graph, rule_id: str) -> str:
    """The name of the group or list that the rule refers to."""
    return next((graph.name(e.source) for e in graph.into(rule_id, "MEMBER_OF_IP_RULE")), "")


def _some(rules: list[str]) -> str:
    more = f" and {len(rules) - SHOWN} more" if len(rules) > SHOWN else ""
    return ", ".join(rules[:SHOWN]) + more
