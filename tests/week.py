"""The right answers of the demo's week, read from week.toml, and what a comparison lacks of each."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import msgspec

import demo
from drift import Drift, DriftItem
from graph.model import CERTAIN_STEPS, POSSIBLE_STEPS, Edge, Graph
from policy.language.match import glob
from queries.checks import OPEN, Finding
from queries.paths import Hop

KEYED = ("ESCALATE", "ACCESS")  # steps that are told with their key
STEPS = (*CERTAIN_STEPS, *POSSIBLE_STEPS)


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What items of a comparison are to say; the head of week.toml explains each field."""

    needs: str = ""
    family: str
    change: str
    principals: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    exactly: bool = False
    steps: tuple[str, ...] = ()
    level: str = ""
    levels: tuple[str, ...] = ()
    rule: str = ""
    verdict: str = ""
    condition: str = ""
    account: str = ""

    @property
    def wanted_levels(self) -> set[str]:
        return {*self.levels, self.level} - {""}


class Expect(Statement, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement about one thing that happened, with what else is to be true of it."""

    before: tuple[str, ...] | None = None
    every: tuple[str, ...] = ()
    collectors: tuple[str, ...] = ()
    state: str = ""
    reason: str = ""
    as_of: str = ""
    never: tuple[str, ...] = ()
    still_there: tuple[str, ...] = ()
    items: int | None = None
    accounts: int | None = None
    people: int | None = None
    cause: str = ""
    declared: str = ""
    actor: str = ""


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: int
    title: str
    files: tuple[str, ...]
    expect: tuple[Expect, ...]


class Together(Statement, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What only several items make: each of `alone` is a selection that must not."""

    title: str
    items: tuple[int, ...]
    alone: tuple[tuple[int, ...], ...]


class NeverBefore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    principals: str
    targets: tuple[str, ...]


class Silent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    files: tuple[str, ...]
    subjects: tuple[str, ...]


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    baseline: str
    week: str
    item: tuple[Item, ...]
    together: tuple[Together, ...]
    never_before: NeverBefore
    silent: tuple[Silent, ...]


@cache
def answers() -> Answers:
    """All of week.toml. An expectation that names no principals goes on about those of its item's first."""
    raw = tomllib.loads(demo.answers_file().read_text(encoding="utf-8"))
    for item in raw["item"]:
        first = item["expect"][0]
        item["expect"] = [e if "principals" in e else {**first, **e} for e in item["expect"]]
    return msgspec.convert(raw, Answers)


@dataclass(frozen=True)
class Stand:
    """A dump that went through the line."""

    graph: Graph
    findings: list[Finding]


@dataclass(frozen=True)
class Told:
    """What a comparison said, and of what."""

    old: Stand
    new: Stand
    drift: Drift

    def account_of(self, node_id: str) -> str:
        """The account of a node in either graph, empty where it belongs to none."""
        node = self.new.graph.nodes.get(node_id) or self.old.graph.nodes.get(node_id)
        return str(node.properties.get("account_id") or "") if node else ""


# -- what an item says -----------------------------------------------------------------------------


def matching(told: Told, statement: Statement) -> list[DriftItem]:
    return [item for item in told.drift.items if matches(item, statement)]


def matches(item: DriftItem, statement: Statement) -> bool:
    """Whether an item is of the kind that a statement speaks of, about some of its targets."""
    wanted = statement.wanted_levels
    return all((
        (item.family, item.change) == (statement.family, statement.change),
        statement.verdict in ("", item.verdict),
        statement.rule in ("", item.target),
        statement.account in ("", item.account_id),
        not statement.targets or not {*statement.targets}.isdisjoint(item.targets),
        not statement.condition or any(statement.condition in c for c in item.conditions),
        not statement.steps or statement.steps in ways(item, statement.targets),
        not wanted or not wanted.isdisjoint(levels(item)),
    ))  # fmt: skip


def ways(item: DriftItem, targets: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The steps of each way to one of the targets: a path is one, of an access item each hop is."""
    drawn = [item.path] if item.family == "path" else [[hop] for hop in item.path]
    return [tuple(map(step, hops)) for hops in drawn if hops and hops[-1].target in targets]


def step(hop: Hop) -> str:
    verb = hop.type.removeprefix("CAN_").removeprefix("MAY_")
    return f"{verb}:{hop.key}" if verb in KEYED else verb


def levels(item: DriftItem) -> set[str]:
    return {hop.key for hop in item.path if hop.type.endswith("_ACCESS")}


def texts(value: object) -> Iterator[str]:
    """Every text in an item's document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from texts(child)


def about(told: Told, subject: str) -> list[DriftItem]:
    """The items that mention a node, given by id or name, anywhere. ValueError where there is no such node."""
    graphs = (told.old.graph, told.new.graph)
    words = {n.id for g in graphs for n in g.nodes.values() if subject in (n.id, n.name)}
    if not words:
        raise ValueError(f"no node is called `{subject}`: correct week.toml")
    return [
        item
        for item in told.drift.items
        if any(word in text for text in texts(msgspec.to_builtins(item)) for word in (subject, *words))
    ]


# -- what graphs say -------------------------------------------------------------------------------


def holders(graph: Graph, target: str, level: str, certain: bool = False) -> set[str]:
    """Who has a level of access to a target, for certain or at all; read from the edges, and outcomes are nobody."""
    edges = graph.into(target, "CAN_ACCESS") if certain else graph.into(target, "CAN_ACCESS", "MAY_ACCESS")
    held = (hold.source for edge in edges if edge.key == level for hold in graph.into(edge.source, "HOLDS"))
    return {principal for principal in held if graph.nodes[principal].label != "Outcome"}


def deleters(graph: Graph, kinds: Iterable[str]) -> set[str]:
    """Who can delete something of every kind for certain, in the account that it belongs to."""

    def of_kind(kind: str) -> set[str]:
        pairs = ((p, thing) for thing in graph.of(kind) for p in holders(graph, thing.id, "delete", certain=True))
        return {p for p, n in pairs if graph.nodes[p].properties["account_id"] == n.properties["account_id"]}

    return set.intersection(*map(of_kind, kinds))


def people(graph: Graph, ids: Iterable[str]) -> set[str]:
    """The people of Identity Center among some nodes and behind the permission sets among them."""
    behind: set[str] = set()
    for node_id in ids:
        holding = {edge.source for edge in graph.into(node_id, "HAS_PERMISSION_SET")}
        behind |= {node_id, *holding, *(e.source for h in holding for e in graph.into(h, "MEMBER_OF_SSO_GROUP"))}
    return {i for i in behind if i in graph.nodes and graph.nodes[i].label == "AWSSSOUser"}


def as_wide(graph: Graph, principals: Iterable[str]) -> list[str]:
    """The federated principals that accept every subject that one of the given ones accepts, whatever they are called.

    A principal's id is its provider and the subject, with `#` between them.
    """
    wanted = [principal.partition("#")[::2] for principal in principals]
    return [
        n.id
        for n in graph.of("AWSFederatedPrincipal")
        for provider, subject in wanted
        if n.properties["provider"] == provider and glob(str(n.properties["subject"]))(subject)
    ]


# -- what is missing -------------------------------------------------------------------------------


def faults(told: Told, statement: Statement) -> list[str]:
    """In what a comparison falls short of a statement; nothing where it is true."""
    items = matching(told, statement)
    missing = [*_said(statement, items)]
    if isinstance(statement, Expect):
        missing += [fault for aspect in ASPECTS for fault in aspect(told, statement, items)]
    return missing


def _said(statement: Statement, items: list[DriftItem]) -> Iterator[str]:
    if not items:
        yield f"no {statement.family} item says `{statement.change}` of this"
    pairs = _pairs(statement, items)
    ours = {(p, t) for p, t in pairs if not statement.principals or p in statement.principals}
    for untold in {*statement.principals} - {p for p, _ in ours}:
        yield f"nothing is said of `{untold}`"
    for untold in {*statement.targets} - {t for _, t in ours}:
        yield f"nothing is said of target `{untold}`"
    for principal, _ in pairs - ours if statement.exactly else ():
        yield f"it is said of `{principal}` too"
    for principal in statement.principals:
        have = {level for item in items if principal in item.members for level in levels(item)}
        for level in statement.wanted_levels - have:
            yield f"`{level}` is not said of `{principal}`"


def _pairs(statement: Statement, items: list[DriftItem]) -> set[tuple[str, str]]:
    """Of whom items speak, and of which of the statement's targets (of any where it names none)."""
    return {
        (member, target)
        for item in items
        for member in item.members
        for target in item.targets
        if not statement.targets or target in statement.targets
    }


def _every(told: Told, expect: Expect, items: list[DriftItem]) -> Iterator[str]:
    nodes = told.new.graph.nodes
    pairs = [(p, nodes[t]) for p, t in _pairs(expect, items)] if expect.every else []
    for principal in expect.principals if expect.every else ():
        at_home = {n.label for p, n in pairs if p == principal and told.account_of(n.id) == told.account_of(principal)}
        for kind in {*expect.every} - at_home:
            yield f"nothing is said of `{principal}` and a {kind} of its account"


def _before(told: Told, expect: Expect, _: list[DriftItem]) -> Iterator[str]:
    if expect.before is not None:
        had = {p for target in expect.targets for p in holders(told.old.graph, target, expect.level)}
        if had != {*expect.before}:
            yield f"in the baseline {sorted(had)} had it"


def _coverage(told: Told, expect: Expect, items: list[DriftItem]) -> Iterator[str]:
    wanted = (expect.state, expect.reason, expect.as_of)
    rows = {row["source"]: row for row in told.drift.coverage if row["account_id"] == expect.account}
    for collector in expect.collectors:
        if not any(item.target == collector for item in items):
            yield f"no item says that `{collector}` is unseen"
        have = tuple(rows[collector][column] for column in ("state", "reason", "at"))
        if have != wanted:
            yield f"coverage says {have} of `{collector}`"


def _never(told: Told, expect: Expect, _: list[DriftItem]) -> Iterator[str]:
    for item in told.drift.items if expect.never else ():
        of = {item.account_id, *map(told.account_of, (*item.members, *item.targets))}
        if expect.account in of:
            said = [item.change, *(hop.change for hop in item.path)]
            yield from (f"`{word}` is said of the account: {item.title}" for word in said if word in expect.never)


def _still_there(told: Told, expect: Expect, _: list[DriftItem]) -> Iterator[str]:
    graph = told.new.graph
    for node_id in expect.still_there:
        stale = graph.nodes[node_id].properties.get("stale") if node_id in graph.nodes else "gone"
        if stale != expect.as_of:
            yield f"`{node_id}` is not kept as it was last seen: {stale}"
        known = [e for e in _steps(graph, node_id) if e.certain or not e.properties.get("stale")]
        yield from (f"{e.type} {e.key} to `{e.target}` is taken as known" for e in known)
        yield from (f"`{f.rule}` is open" for f in told.new.findings if f.subject == node_id and f.state == OPEN)


def _steps(graph: Graph, node_id: str) -> list[Edge]:
    """From a principal, and to it."""
    sets = [hold.target for hold in graph.out(node_id, "HOLDS")]
    return [e for own in sets for e in graph.out(own, *STEPS)] + graph.into(node_id, *STEPS)


def _figures(told: Told, expect: Expect, items: list[DriftItem]) -> Iterator[str]:
    members = [member for item in items for member in item.members]
    figures = {
        "items": (expect.items, len(items)),
        "accounts": (expect.accounts, len({told.account_of(t) for item in items for t in item.targets})),
        "people": (expect.people, len(people(told.new.graph, members))),
    }
    for name, (wanted, have) in figures.items():
        if wanted is not None and have != wanted:
            yield f"{have} {name}, not {wanted}"


def _origin(_: Told, expect: Expect, items: list[DriftItem]) -> Iterator[str]:
    """`declared` is the node whose item tells it."""
    documents = [msgspec.to_builtins(i) for i in items if not expect.declared or expect.declared in i.members]
    for name, wanted in {"cause": expect.cause, "actor": expect.actor}.items():
        if wanted and not any(document.get(name) == wanted for document in documents):
            yield f"no item tells the {name} `{wanted}`"


ASPECTS: tuple[Callable[[Told, Expect, list[DriftItem]], Iterator[str]], ...] = (
    _every, _before, _coverage, _never, _still_there, _figures, _origin,
)  # fmt: skip
