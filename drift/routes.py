"""Path drift: which entry points gained or lost a way to an administrator or to a crown jewel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from drift.grants import Grants, successors
from drift.items import DriftItem, by_worth, gain_severity
from drift.sight import Sight
from drift.words import listed, named
from graph.model import Graph
from graph.reach import networks
from queries.checks import fingerprint
from queries.paths import CERTAIN, POSSIBLE, Hop, Pair, best_pairs
from queries.where import exposed

Routes = dict[tuple[str, str], Pair]  # (entry, target) -> its best pair
Kind = tuple[str, str, str]  # change, verdict before, verdict now
SENTENCES = {
    "added": "{who} can now reach {what}",
    "fixed": "{who} can no longer reach {what}",
    "changed": "{who}: the way to {what} is now {verdict}",
    "unseen": "whether {who} can reach {what} could not be seen",
}


def compare_routes(old: Grants, new: Grants, sight: Sight) -> Iterator[DriftItem]:
    """One item for all entry points for which the ways to the same targets changed alike."""
    before, after = routes(old.graph), routes(new.graph)
    reached: dict[tuple[str, Kind], list[str]] = defaultdict(list)
    for (entry, target), change in sorted(_changes(before, after, old.graph, new.graph, sight)):
        was, now = before.get((entry, target)), after.get((entry, target))
        reached[(entry, (change, _verdict(was), _verdict(now)))].append(target)
    alike: dict[tuple[Kind, tuple[str, ...]], list[str]] = defaultdict(list)
    for (entry, kind), targets in reached.items():
        alike[(kind, tuple(targets))].append(entry)
    for (kind, same), entries in alike.items():
        here, there, ways = (new, old, after) if kind[2] else (old, new, before)
        yield _item(kind, list(same), entries, here, there, ways)


def routes(graph: Graph) -> Routes:
    """The best pair of every entry point and target, certain ones first."""
    best: Routes = {}
    for pair in best_pairs(networks(graph), exposed(graph), goals(graph)):
        have = best.get((pair.source, pair.target))
        if have is None or pair.rank < have.rank:
            best[(pair.source, pair.target)] = pair
    return best


def goals(graph: Graph) -> list[str]:
    """Outcomes, and resources that are jewels."""
    jewels = (e.source for e in graph.edges_of("IS_JEWEL"))
    return sorted({n.id for n in graph.of("Outcome")} | set(jewels))


def _changes(
    before: Routes, after: Routes, old: Graph, new: Graph, sight: Sight
) -> Iterator[tuple[tuple[str, str], str]]:
    heirs, starts = successors(old, new), set(exposed(new))
    for entry, target in before.keys() | after.keys():
        was, now = before.get((entry, target)), after.get((entry, target))
        if was is None and now is not None:
            if not _entry_unseen(entry, old, new):
                yield (entry, target), "unseen" if _stale(now) else "added"
        elif now is None and was is not None:
            if (heirs.get(entry), target) not in after:
                rests_on = (entry, target, *(_nodes(was) if entry in starts else ()))  # without a start no step matters
                yield (entry, target), "unseen" if sight.hides(*rests_on) else "fixed"
        elif was and now and was.certain != now.certain and not (_stale(was) or _stale(now)):
            yield (entry, target), "changed"


def _entry_unseen(entry: str, old: Graph, new: Graph) -> bool:
    """Whether it is a user of old whose credentials were not seen this time: no news, a question of coverage."""
    node = new.nodes[entry]
    return entry in old.nodes and node.label == "AWSUser" and "active_keys" not in node.properties


def _mark(change: str, gone: bool) -> str:
    """What became of the steps that only one of the graphs has; what cannot be seen is not called gone."""
    if change == "unseen":
        return change
    return "removed" if gone else "added"


def _item(kind: Kind, targets: list[str], entries: list[str], here: Grants, there: Grants, ways: Routes) -> DriftItem:
    """`here` is the graph that has the way, `there` the other one."""
    change, was, now = kind
    gone = not now
    graph, verdict = here.graph, now or was
    ordered = by_worth(graph, targets)
    path = ways[(entries[0], ordered[0])].path()
    hops = [_marked(hop, there, _mark(change, gone)) for hop in path.hops]
    said = {"who": listed(graph, entries), "what": listed(graph, ordered), "verdict": verdict}
    return DriftItem(
        id=fingerprint("path", *kind, *ordered),
        family="path",
        change=change,
        severity=gain_severity(graph, "path", change, dict.fromkeys(ordered, verdict)),
        title=SENTENCES[change].format(**said),
        account_id=str(graph.nodes[ordered[0]].properties.get("account_id") or ""),
        subject=entries[0],
        target=ordered[0],
        before=[f"a {was} way" if was else "no way"],
        after=[f"a {now} way" if now else _gone(change, entries[0], there.graph)],
        verdict=verdict,
        conditions=path.conditions,
        evidence=[hop.proof for hop in hops if hop.proof],
        path=hops,
        members=entries,
        targets=ordered,
        fix=_fix(graph, hops) if change in ("added", "changed") else "",
    )


def _gone(change: str, entry: str, graph: Graph) -> str:
    if change == "unseen":
        return "could not be seen"
    return "no way" if entry in exposed(graph) or entry not in graph.nodes else "no way: it has no credentials any more"


def _marked(hop: Hop, there: Grants, mark: str) -> Hop:
    """The hop with what became of it: as it is in the other graph, with another verdict, or not in it."""
    verdict = _verdict_there(hop, there)
    change = mark if verdict is None else "same" if verdict == hop.verdict or hop.stale else "changed"
    return msgspec.structs.replace(hop, change=change)


def _verdict_there(hop: Hop, there: Grants) -> str | None:
    verb = hop.type.split("_", 1)[-1]
    grant = there.of(hop.source).get((verb, hop.target, hop.key))
    if grant:
        return grant.verdict
    steps = there.graph.out(hop.source)
    return hop.verdict if any(e.type == hop.type and e.key == hop.key for e in steps) else None


def _fix(graph: Graph, hops: list[Hop]) -> str:
    """Each step that is new is a place to cut: none of them was there when the baseline was approved."""
    new = [
        f"{hop.type} from `{named(graph, hop.source)}` to `{named(graph, hop.target)}`"
        for hop in hops
        if hop.change in ("added", "changed")
    ]
    if not new:
        return "No step of this way is new: its start is. Take away the start's credentials or what lets it in."
    if len(new) == 1:
        return f"Take back the step that is new: {new[0]}. The rest was approved."
    return f"Take back one of the steps that are new, any of them ends it: {'; '.join(new)}."


def _nodes(pair: Pair) -> set[str]:
    return {end for hop in pair.path().hops for end in (hop.source, hop.target)}


def _stale(pair: Pair) -> bool:
    return pair.path().stale is not None


def _verdict(pair: Pair | None) -> str:
    return "" if pair is None else CERTAIN if pair.certain else POSSIBLE
