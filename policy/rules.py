"""The statements that apply to one request, layer by layer, each with the conditions that remain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from policy.conditions import Condition, Lookup
from policy.document import Document, Statement
from policy.principals import Grade, grade, session_names
from policy.request import Request
from policy.resources import covers_resource
from policy.truth import Truth

SESSION_NAME = "sts:RoleSessionName"


@dataclass(frozen=True, eq=False)
class Policy:
    """A policy with its document. None is a policy whose text was not seen: it may allow and it may deny."""

    id: str
    name: str
    document: Document | None


class Rule(NamedTuple):
    """A statement that applies to a request if its conditions hold, and if `doubt`, a sentence, is so.

    Without a statement it is an unseen policy, or the root user's right to everything.
    """

    statement: Statement | None
    conditions: tuple[Condition, ...] = ()
    doubt: str = ""

    def truth(self, lookup: Lookup) -> Truth:
        found = Truth.MAYBE if self.doubt else Truth.YES
        for condition in self.conditions:
            found &= condition.truth(lookup)
            if found is Truth.NO:
                break
        return found

    def open(self, lookup: Lookup) -> str:
        """What must hold for the rule to apply, as far as nobody here knows it."""
        texts = [one.text for one in self.conditions if one.truth(lookup) is Truth.MAYBE]
        return " and ".join([self.doubt, *texts] if self.doubt else texts)


class Part(NamedTuple):
    """One source of permission and prohibition: `name` tells it from others of the same layer."""

    name: str
    layer: str
    allows: Sequence[Rule]
    denies: Sequence[Rule]


class Spoken(NamedTuple):
    """What the policies of one source say of one action."""

    allows: Sequence[Statement]
    denies: Sequence[Statement]
    unseen: Sequence[Rule]

    @property
    def names_resources(self) -> bool:
        """Whether it depends on the resource what applies; most SCPs speak of `*` alone."""
        return not all(one.covers_all for one in (*self.allows, *self.denies))


ROOT_USER = Rule(None)


def spoken(policies: Iterable[Policy], action: str) -> Spoken:
    """The statements that speak of a lower-cased action."""
    allows: list[Statement] = []
    denies: list[Statement] = []
    unseen: list[Rule] = []
    for policy in policies:
        if policy.document is None:
            unseen.append(Rule(None, doubt=f"policy `{policy.name}` was not seen"))
            continue
        for found, statements in zip((allows, denies), policy.document.relevant(action), strict=True):
            found.extend(statements)
    return Spoken(allows, denies, unseen)


def part(name: str, layer: str, said: Spoken, resource: str, lookup: Lookup) -> Part:
    """The rules of identity policies, of a boundary or of one level of SCPs for a resource."""
    allows = [rule for one in said.allows if (rule := _rule(one, resource, layer, lookup))]
    denies = [rule for one in said.denies if (rule := _rule(one, resource, layer, lookup))]
    return Part(name, layer, [*allows, *said.unseen], [*denies, *said.unseen])


def resource_parts(said: Spoken, request: Request, lookup: Lookup, bounded: bool) -> Iterator[Part]:
    """A resource policy's rules in three parts, by how closely they name the principal: the routes differ."""
    closely: dict[Grade, list[Rule]] = {Grade.DIRECT: [], Grade.ROLE: [], Grade.ACCOUNT: []}
    for statement in said.allows:
        if found := _named_rule(statement, request, lookup, bounded):
            closely[found[0]].append(found[1])
    denies = [found[1] for one in said.denies if (found := _named_rule(one, request, lookup, bounded))]
    yield Part("direct", "resource", [*closely[Grade.DIRECT], *said.unseen], [*denies, *said.unseen])
    yield Part("role", "resource", closely[Grade.ROLE], ())
    yield Part("account", "resource", closely[Grade.ACCOUNT], ())


def _rule(statement: Statement, resource: str, layer: str, lookup: Lookup) -> Rule | None:
    covers = covers_resource(statement, resource, layer, lookup)
    if covers is Truth.NO:
        return None
    doubt = "" if covers is Truth.YES else f"{' or '.join(statement.resources or statement.not_resources)} covers it"
    return Rule(statement, statement.conditions, doubt)


def _named_rule(statement: Statement, request: Request, lookup: Lookup, bounded: bool) -> tuple[Grade, Rule] | None:
    """The rule for a principal that the statement names. A role that is named by a session's ARN may take that
    session's name: whoever assumes a role chooses it."""
    rule = _rule(statement, request.resource, "resource", lookup)
    if rule is None:
        return None
    close = grade(statement, request.principal, bounded)
    if names := session_names(statement, request.principal):
        left_out = statement.principals is None
        if bool(close) == left_out:
            operator = "StringNotEquals" if left_out else "StringEquals"
            condition = Condition(operator, SESSION_NAME, names)
            return Grade.DIRECT, rule._replace(conditions=(*rule.conditions, condition))
    return (close, rule) if close else None
