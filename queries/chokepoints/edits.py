"""What can be edited to end a step: the statements that decide it, a trust, a rule, an assignment, a workload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from graph.model import Edge, Graph, Node
from graph.reach import AccessGraph
from graph.techniques import techniques
from policy.language.match import glob
from queries.paths.rights import WIRED, Rights
from queries.where import full_name

OWN = "set:own:"  # begins the id of a set that one principal alone holds, or the members of a group
NAMED = 3  # policies or principals named in a sentence


@dataclass(frozen=True, order=True)
class Place:
    """One thing to edit.

    `kind` is `statement` (of the policy `owner`, for all to whom it is attached), `attachment` (of the statement's
    policy to those who hold the set `owner`: AWS's own policies cannot be edited, and inline ones stand in each of
    them), `trust` (of the role `owner`), `resource policy`, `rule`, `assignment` or `workload`.
    """

    kind: str
    owner: str
    statement: str = ""


@dataclass(frozen=True)
class Edit:
    """Places that are edited together, the arcs of the access graph that this takes away, and what that closes.

    `closes` counts the demands that have no way left where this edit alone is made, or in a plan after those before it;
    it is found by searching again. `ways` counts the demands whose best way goes through it.
    """

    places: tuple[Place, ...]
    text: str
    arcs: tuple[int, ...]
    closes: int
    ways: int


class Editable:
    """The places of every step of a graph. A step may be ended at any one of several groups of places.

    An administrator's step into its own account is its right and has none: narrowing one of them closes nothing.
    """

    def __init__(self, graph: Graph, access: AccessGraph) -> None:
        self.graph, self.access = graph, access
        self._rights = Rights.of(graph)
        self._places: dict[tuple[str, str], list[Place]] = {}
        self._groups: dict[int, list[tuple[Place, ...]]] = {}

    def of(self, arc: int) -> list[tuple[Place, ...]]:
        """The groups of places, each of which ends the step; none for how things are wired."""
        if arc not in self._groups:
            edge = self.access.edges[arc]
            groups = () if self._is_given(edge) else map(_sorted, self._ends(edge))
            self._groups[arc] = list(dict.fromkeys(group for group in groups if group))
        return self._groups[arc]

    def _is_given(self, edge: Edge) -> bool:
        holders = self.holders(edge.source)
        by_right = bool(holders) and all(self._rights.administers(holder, edge) for holder in holders)
        return edge.type in WIRED or by_right

    def _ends(self, edge: Edge) -> Iterator[Iterable[Place]]:
        verb = edge.type.removeprefix("CAN_").removeprefix("MAY_")
        proof = self.graph.nodes.get(str(edge.properties.get("proof")))
        statements = _texts(proof, "statements") if proof else []
        if edge.type == "RUNS_AS":
            yield (Place("workload", edge.source, edge.target),)
        elif verb == "CONNECT":
            yield from ((Place("rule", rule),) for rule in _texts(edge, "rules"))
        elif not statements:
            yield (Place("assignment", edge.source, edge.target),)
        else:
            yield from self._policies(edge, verb, statements)

    def _policies(self, edge: Edge, verb: str, statements: Sequence[str]) -> Iterator[Iterable[Place]]:
        trust = [s for s in statements if (edge.target, s) in self._trusts]
        own = [s for s in statements if s not in trust and s in self._written]
        others = [s for s in statements if s not in trust and s not in own]
        yield (Place("trust", edge.target, s) for s in trust)
        if trust and edge.source.startswith(OWN) and _account(edge.source) == _account(edge.target):
            return  # the trust names it, which is enough within an account
        resource = [Place("resource policy", edge.target)] if others and not _needs_both(edge.target) else []
        for deciding in self._deciding(edge, verb, own):
            yield [*(place for s in deciding for place in self._written_for(edge.source, s)), *resource]
        if others and (_needs_both(edge.target) or not own):
            yield (Place("resource policy", edge.target),)

    def _deciding(self, edge: Edge, verb: str, statements: Sequence[str]) -> Iterator[list[str]]:
        """Statements that are edited together: those that allow an action that is needed, or any of an access."""
        if verb == "ESCALATE" and (technique := techniques().get(edge.key)) and technique.shape != "administrator":
            for need in technique.needs:
                yield [s for s in statements if self._allows(s, need.action)] or list(statements)
        else:
            yield list(statements)

    def _allows(self, statement: str, action: str) -> bool:
        node = self.graph.nodes[statement]
        if excluded := _texts(node, "notaction"):
            return not any(glob(pattern.lower())(action.lower()) for pattern in excluded)
        return any(glob(pattern.lower())(action.lower()) for pattern in _texts(node, "action"))

    def _written_for(self, access_set: str, statement: str) -> list[Place]:
        """The policies of a set's holders in which a statement stands."""
        if (access_set, statement) not in self._places:
            policies = self._policies_of(access_set) & self._written[statement]
            self._places[access_set, statement] = [self._policy(p, access_set, statement) for p in policies]
        return self._places[access_set, statement]

    def _policy(self, policy: str, access_set: str, statement: str) -> Place:
        node = self.graph.nodes[policy]
        is_customers = node.label == "AWSManagedPolicy" and node.properties.get("type") != "aws"
        return Place("statement", policy, statement) if is_customers else Place("attachment", access_set, statement)

    def _policies_of(self, access_set: str) -> set[str]:
        return {p for holder in self.holders(access_set) for p in self._attached(holder)}

    def holders(self, access_set: str) -> list[str]:
        return [edge.source for edge in self.graph.into(access_set, "HOLDS")]

    def _attached(self, principal: str) -> Iterator[str]:
        groups = [edge.target for edge in self.graph.out(principal, "MEMBER_AWS_GROUP")]
        for owner in (principal, *groups):
            yield from (edge.target for edge in self.graph.out(owner, "POLICY"))

    @cached_property
    def _trusts(self) -> set[tuple[str, str]]:
        return {(edge.source, edge.target) for edge in self.graph.edges_of("TRUSTS_STATEMENT")}

    @cached_property
    def _written(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for edge in self.graph.edges_of("STATEMENT"):
            found[edge.target].add(edge.source)
        return dict(found)

    # -- in words
    def text(self, places: Sequence[Place]) -> str:
        """What to do, as one sentence."""
        return ", and ".join(dict.fromkeys(self._place(place) for place in places))

    def _place(self, place: Place) -> str:
        owner = full_name(self.graph, place.owner)
        if place.kind == "statement":
            return f"narrow {self._called(place.owner, place.statement)} of policy {owner}"
        if place.kind == "attachment":
            return self._attachment(place)
        if place.kind == "trust":
            return f"narrow {self._called(place.owner, place.statement)} of the trust policy of {owner}"
        if place.kind == "assignment":
            assigned = place.owner.removeprefix(OWN)
            who = self._some([assigned] if assigned in self.graph.nodes else self.holders(place.owner))
            return f"take from {who} the assignment of {full_name(self.graph, place.statement)}"
        if place.kind == "workload":
            return f"let {owner} run as another role than {full_name(self.graph, place.statement)}"
        return f"narrow the rule {place.owner}" if place.kind == "rule" else f"narrow the policy of {owner} itself"

    def _attachment(self, place: Place) -> str:
        policies = sorted(self._policies_of(place.owner) & self._written.get(place.statement, set()))
        by_aws = [p for p in policies if self.graph.nodes[p].properties.get("type") == "aws"]
        who = self._some(self.holders(place.owner))
        if by_aws:
            return f"detach AWS's policy {' and '.join(self.graph.name(p) for p in by_aws)} from {who}"
        return f"narrow {self._called(policies[0], place.statement)} of policy {self._some(policies)} of {who}"

    def _called(self, owner: str, statement: str) -> str:
        for edge in self.graph.out(owner, "STATEMENT", "TRUSTS_STATEMENT"):
            if edge.target == statement:
                position = int(str(edge.properties.get("position", 0))) + 1
                sid = edge.properties.get("sid")
                return f"statement {position} ({sid})" if sid else f"statement {position}"
        return "the statement"

    def _some(self, ids: Sequence[str]) -> str:
        names = [full_name(self.graph, i) for i in sorted(ids)]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        return ", ".join(names[:NAMED]) + more


def _sorted(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple(sorted(set(places)))


def _texts(thing: Node | Edge, name: str) -> list[str]:
    value = thing.properties.get(name)
    return value if isinstance(value, list) else []


def _account(arn: str) -> str:
    fields = arn.removeprefix(OWN).split(":", 5)
    return fields[4] if len(fields) == 6 else ""


def _needs_both(resource: str) -> bool:
    """A key's policy must let the account's policies decide; any other resource's policy may allow alone.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """
    return resource.split(":")[2:3] == ["kms"]
