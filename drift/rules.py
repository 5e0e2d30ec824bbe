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
WORDS = {"inbound": ("lets in", "from"), "outbound": ("may send", "to")}
SENTENCES = {
    "added": "`{group}` now {verb} {new}",
    "removed": "`{group}` no longer {verb} {old}",
    "changed": "`{group}` now {verb} {new}; before: {old}",
    "unseen": "whether `{group}` still {verb} {old} could not be seen",
}
SHOWN = 3
Content = tuple[str, int, int, str]  # protocol, first port, last port, peer
Rules = dict[tuple[str, str], dict[Content, str]]  # (group, direction) -> content -> rule id


def compare_rules(old: Graph, new: Graph, sight: Sight) -> Iterator[DriftItem]:
    """One item per security group and direction whose rules differ, by what they say and not by their ids."""
    before, after = _rules(old), _rules(new)
    for group, direction in sorted(before.keys() | after.keys()):
        was, now = before.get((group, direction), {}), after.get((group, direction), {})
        gained, gone = sorted(now.keys() - was.keys()), sorted(was.keys() - now.keys())
        hidden = bool(gone) and sight.hides(group)
        if gained:
            change = "changed" if gone and not hidden else "added"
            yield _item(change, group, direction, [] if hidden else gone, gained, {**was, **now}, new)
        if gone and (hidden or not gained):
            yield _item("unseen" if hidden else "removed", group, direction, gone, [], was, old)


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


def _item(
    change: str,
    group: str,
    direction: str,
    gone: list[Content],
    gained: list[Content],
    ids: dict[Content, str],
    graph: Graph,
) -> DriftItem:
    node = graph.nodes[group]
    verb, preposition = WORDS[direction]
    old, new = ([_words(rule, preposition) for rule in rules] for rules in (gone, gained))
    said = {"group": named(graph, group), "verb": verb, "old": _some(old), "new": _some(new)}
    return DriftItem(
        id=fingerprint("rule", change, group, direction, *map(repr, (*gone, "->", *gained))),
        family="rule",
        change=change,
        severity=SEVERITY_OF_CHANGE.get(change) or worst(_severity(rule, direction) for rule in gained),
        title=SENTENCES[change].format(**said),
        account_id=str(node.properties.get("account_id") or ""),
        subject=group,
        before=old,
        after=new,
        members=[group],
        targets=[ids[rule] for rule in (*gone, *gained)],
        fix="Take the rule back, or name the group or the prefix list that needs the port." if gained else "",
    )


def _severity(rule: Content, direction: str) -> str:
    anywhere = {"inbound": " from anywhere", "outbound": " to anywhere"}[direction] if rule[3] in ANYWHERE else ""
    return SEVERITY_OF_RULE[direction + anywhere]


def _words(rule: Content, preposition: str) -> str:
    protocol, first, last, peer = rule
    ports = "" if first < 0 else f"/{first}" if first == last else f"/{first}-{last}"
    return f"{protocol}{ports} {preposition} {' '.join(peer.split())}"


def _some(rules: list[str]) -> str:
    more = f" and {len(rules) - SHOWN} more" if len(rules) > SHOWN else ""
    return ", ".join(rules[:SHOWN]) + more
