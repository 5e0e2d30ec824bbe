"""Access drift: who gained or lost which right on what, whatever policies it was rewritten in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from drift.grants import Grant, Grants, Key, evidence, principals, successors
from drift.items import DriftItem, by_worth, gain_severity
from drift.sight import Sight
from drift.words import listed, named
from graph.model import Graph
from queries.checks import fingerprint
from queries.paths import Hop

DRAWN = 12  # hops of an item that are drawn
CHURNING = {"RecoveryPoint": "KEPT_IN"}  # come and go by schedule: one more of the kind in the same place is no news
# verb -> what is said of each level or technique, then of its targets
LEVELS = {"permissions": "change permissions of", "write": "write to"}
WORDS = {"ACCESS": "{key} {targets}", "ASSUME": "assume {targets}", "ESCALATE": "become {targets} by {key}"}
FIX = "Take the right back in the policy that grants it, or approve a new baseline that says why it is meant."
SENTENCES = {
    "added": "{who} can now {what}",
    "removed": "{who} can no longer {what}",
    "changed": "{who}: the conditions to {what} have changed",
    "unseen": "whether {who} can {what} could not be seen",
}

Signature = tuple[Key, str, str, tuple[tuple[str, ...], ...]]  # right, verdict before and now, conditions now


@dataclass(frozen=True)
class Change:
    """One right of one principal that differs."""

    change: str
    key: Key
    before: Grant | None
    after: Grant | None

    @property
    def signature(self) -> Signature:
        """Equal for principals for whom the same happened."""
        ways = sorted(self.after.ways) if self.after else ()
        return (self.key, _verdict(self.before), _verdict(self.after), tuple(ways))


def compare_access(old: Grants, new: Grants, sight: Sight) -> Iterator[DriftItem]:
    """One item for all principals for whom the same rights of one verb changed alike."""
    alike: dict[tuple[str, str, tuple[Signature, ...]], dict[str, list[Change]]] = defaultdict(dict)
    for principal, changes in _changes(old, new, sight):
        ordered = sorted(changes, key=lambda c: (c.change, c.key))
        for (change, verb), some in groupby(ordered, key=lambda c: (c.change, c.key[0])):
            group = list(some)
            alike[(change, verb, tuple(c.signature for c in group))][principal] = group
    for (change, verb, _), members in alike.items():
        gone = all(c.after is None for some in members.values() for c in some)
        yield _item(change, verb, members, old.graph if gone else new.graph)


def _changes(old: Grants, new: Grants, sight: Sight) -> Iterator[tuple[str, list[Change]]]:
    """What differs for each principal; principals with the same sets before and after are compared once."""
    heirs = successors(old.graph, new.graph)
    known: dict[tuple[tuple[str, ...], tuple[str, ...]], list[tuple[Key, Grant | None, Grant | None]]] = {}
    for principal in principals(old, new):
        pair = (old.holdings.get(principal, ()), new.holdings.get(principal, ()))
        if pair not in known:
            known[pair] = list(_differences(old.of_sets(pair[0]), new.of_sets(pair[1])))
        inherited = new.of(heirs[principal]) if principal in heirs else {}
        changes = [
            Change(_kind(principal, key, before, after, sight), key, before, after)
            for key, before, after in known[pair]
            if key not in inherited and not _churn(key, before, after, pair, old, new)
        ]
        if changes:
            yield principal, changes


def _differences(
    before: Mapping[Key, Grant], after: Mapping[Key, Grant]
) -> Iterator[tuple[Key, Grant | None, Grant | None]]:
    if before is not after:
        for key in before.keys() | after.keys():
            was, now = before.get(key), after.get(key)
            if was is None or now is None or not was.same(now):
                yield key, was, now


def _kind(principal: str, key: Key, before: Grant | None, after: Grant | None, sight: Sight) -> str:
    if before is None:
        return "unseen" if after and after.stale else "added"
    if after is not None:
        return "changed"
    return "unseen" if sight.hides(principal, key[1]) else "removed"


def _churn(
    key: Key,
    before: Grant | None,
    after: Grant | None,
    sets: tuple[tuple[str, ...], tuple[str, ...]],
    old: Grants,
    new: Grants,
) -> bool:
    """Whether the target itself came or went, and the principal has the same right on another of its kind and place."""
    verb, target, level = key
    here, there = (old, new) if after is None else (new, old)
    node = here.graph.nodes[target]
    if node.label not in CHURNING or target in there.graph.nodes:
        return False
    places = {e.target for e in here.graph.out(target, CHURNING[node.label])}
    siblings = {e.source for place in places for e in there.graph.into(place, CHURNING[node.label])}
    rights = there.of_sets(sets[1] if after is None else sets[0])
    return any(_verdict(rights.get((verb, s, level))) == _verdict(before or after) for s in siblings)


def _item(change: str, verb: str, members: dict[str, list[Change]], graph: Graph) -> DriftItem:
    who, same = sorted(members), next(iter(members.values()))
    targets = by_worth(graph, {c.key[1] for c in same})
    changes = sorted(same, key=lambda c: (targets.index(c.key[1]), c.key))
    grants = [g for g in (c.after or c.before for c in changes) if g]
    gained = {t: min(_verdict(c.after or c.before) for c in changes if c.key[1] == t) for t in targets}
    first = graph.nodes.get(who[0])
    return DriftItem(
        id=fingerprint("access", change, verb, *(repr(c.signature) for c in same)),
        family="access",
        change=change,
        severity=gain_severity(graph, "access", change, gained),
        title=SENTENCES[change].format(who=listed(graph, who), what=_what(graph, verb, changes, targets)),
        account_id=str(first.properties.get("account_id") or "") if first else "",
        subject=who[0],
        target=targets[0],
        before=_words(graph, ((c.key, c.before) for c in changes)),
        after=_words(graph, ((c.key, c.after) for c in changes)),
        verdict=min(gained.values()),
        conditions=list(dict.fromkeys(c for g in grants for way in sorted(g.ways) for c in way)),
        evidence=evidence(grants),
        path=[_hop(who[0], c, g) for c in changes[:DRAWN] if (g := c.after or c.before)],
        members=who,
        targets=targets,
        fix=FIX if change in ("added", "changed") else "",
    )


def _what(graph: Graph, verb: str, changes: Iterable[Change], targets: list[str]) -> str:
    keys = _all(sorted({LEVELS.get(c.key[2], c.key[2]) for c in changes}))
    return WORDS[verb].format(key=keys, targets=listed(graph, targets))


def _all(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _words(graph: Graph, grants: Iterable[tuple[Key, Grant | None]]) -> list[str]:
    """Each right in words: `delete ledger (certain)`."""
    return [
        f"{WORDS[verb].format(key=LEVELS.get(level, level), targets=named(graph, target))} ({grant.verdict})"
        for (verb, target, level), grant in grants
        if grant
    ]


def _hop(principal: str, change: Change, grant: Grant) -> Hop:
    return Hop(
        source=principal,
        target=change.key[1],
        type=grant.edge.type,
        key=change.key[2],
        verdict=grant.verdict,
        conditions=grant.edge.conditions,
        proof=str(grant.edge.properties.get("proof") or ""),
        stale=str(grant.edge.properties.get("stale") or ""),
        change=change.change,
    )


def _verdict(grant: Grant | None) -> str:
    return grant.verdict if grant else ""
