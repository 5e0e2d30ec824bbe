"""Who, of all principals of an estate, can take an action on a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from policy.catalogue import catalogue
from policy.decision.resources import Coverage, coverage
from policy.decision.rules import Policy
from policy.language.document import Document, Statement
from policy.policies import UNDENIABLE, PolicySet
from policy.request import Principal, Request
from policy.resource_policies import ResourcePolicies
from policy.truth import Truth

GUARDED = ("user", "role")  # the kinds of principals that nothing but a policy's Allow lets in
ARN_COLONS = 5


class Powers(Protocol):
    """Whatever has rights: a principal, or a set that several hold alike."""

    @property
    def policies(self) -> PolicySet: ...

    @property
    def principal(self) -> Principal: ...


P = TypeVar("P", bound=Powers)
Actions = tuple[tuple[str, ...], tuple[str, ...]]  # the Action and the NotAction entries of a statement
Resources = tuple[tuple[str, ...], tuple[str, ...], bool]


class Allowing(NamedTuple):
    """Allow statements that are alike in actions and resources: what they cover, and by account whose they are."""

    covers: Coverage | None
    holders: dict[str, list[int]]


class Speaking(NamedTuple):
    """Allow statements that are alike in their actions, by resources. One of them speaks for all."""

    statement: Statement
    bits: int
    by_resources: dict[Resources, Allowing]


class Audience(NamedTuple):
    """Whom a resource's own policies let in: whole accounts, everyone, or principals by their ARN."""

    accounts: frozenset[str]
    everyone: bool
    arns: tuple[str, ...]


class Index(Generic[P]):
    """Which of many principals or sets may be allowed what, so that only those are asked.

    `entries` are all that can be asked: one for each set of principals that no policy tells apart, and one for each
    principal with rights of its own. `named` finds the principal that a resource policy names by an ARN (of a user, a
    role, or a role's session), None where it is unknown: a set cannot be named, its members can.
    """

    def __init__(self, entries: Iterable[P], named: Callable[[str], P | None] = lambda arn: None) -> None:
        self._entries = list(entries)
        self._named = named
        self._speaking: dict[Actions, Speaking] = {}
        self._by_account: dict[str, list[int]] = {}
        self._always: list[int] = []
        self._allowing: dict[Document, list[Allowing]] = {}
        for number, entry in enumerate(self._entries):
            self._place(number, entry)
        self._allowing.clear()  # asked for while entries are placed only

    def _place(self, number: int, entry: P) -> None:
        account = entry.principal.account_id
        self._by_account.setdefault(account, []).append(number)
        identity = [one for _, layer, found in entry.policies.sources if layer == "identity" for one in found]
        if entry.principal.kind not in GUARDED or any(one.document is None for one in identity):
            self._always.append(number)
        for policy in identity:
            for allowing in self._of(policy.document) if policy.document else ():
                held = allowing.holders.setdefault(account, [])
                if not held or held[-1] != number:
                    held.append(number)

    def _of(self, document: Document) -> list[Allowing]:
        found = self._allowing.get(document)
        if found is None:
            statements = [one for one in document.statements if one.effect == "Allow"]
            found = self._allowing[document] = [self._row(one) for one in statements]
        return found

    def _row(self, statement: Statement) -> Allowing:
        actions = (statement.actions, statement.not_actions)
        speaking = self._speaking.get(actions)
        if speaking is None:
            speaking = self._speaking[actions] = Speaking(statement, catalogue().bits_of(statement), {})
        resources = (statement.resources, statement.not_resources, statement.substitutes)
        row = speaking.by_resources.get(resources)
        if row is None:
            row = speaking.by_resources[resources] = Allowing(coverage(statement, "identity"), {})
        return row

    def who_can(
        self,
        action: str,
        resource: str,
        resource_account: str,
        policies: ResourcePolicies | None = None,
        context: Mapping[str, tuple[str, ...]] | None = None,
    ) -> list[tuple[P, Truth]]:
        """The entries that may take the action on the resource, with YES or MAYBE.

        `resource_account` owns the resource, `policies` are what its owner says of it, and `context` holds what a
        request on it says of it (`aws:resourcetag/team`). Those whom a policy of the resource names come last.
        """
        audience = audience_of(policies.own if policies else (), action.lower())
        asked = [self._entries[n] for n in self.candidates(action.lower(), resource, resource_account, audience)]
        asked += [found for arn in audience.arns if (found := self._named(arn)) is not None]
        answers: list[tuple[P, Truth]] = []
        for entry in {id(one): one for one in asked}.values():
            request = Request(entry.principal, action, resource, resource_account, context or {})
            truth = entry.policies.truth(request, policies)
            if truth is not Truth.NO:
                answers.append((entry, truth))
        return answers

    def candidates(self, action: str, resource: str, resource_account: str, audience: Audience) -> list[int]:
        """The places of entries that a lower-cased action may be allowed: by their identity policies, in the accounts
        where that is enough or a policy lets them in; and everyone of the resource's own account where its policy lets
        everyone in."""
        if action == UNDENIABLE:
            return list(range(len(self._entries)))
        found = set(self._always)
        accounts = self._by_account.keys() if audience.everyone else {resource_account, *audience.accounts}
        for row in self._rows(action):
            holders = [row.holders[account] for account in accounts & row.holders.keys()]
            if holders and _may_cover(row.covers, resource):
                found.update(*holders)
        if audience.everyone:
            found.update(self._by_account.get(resource_account, ()))
        return sorted(found)

    def _rows(self, action: str) -> Iterator[Allowing]:
        """The rows that speak of an action; one that the catalogue lacks is matched with each pattern."""
        place = catalogue().place(action)
        for speaking in self._speaking.values():
            speaks = speaking.statement.covers_action(action) if place is None else speaking.bits >> place & 1
            if speaks:
                yield from speaking.by_resources.values()


def _may_cover(covers: Coverage | None, resource: str) -> bool:
    return covers is None or covers(resource, lambda _: None) is not Truth.NO


def audience_of(policies: Sequence[Policy], action: str) -> Audience:
    """Whom these policies of a resource may let in for a lower-cased action; everyone, where one was not seen."""
    everyone = any(policy.document is None for policy in policies)
    names: list[str] = []
    for policy in policies:
        for statement in policy.document.relevant(action)[0] if policy.document else ():
            named = statement.principals or {}
            # Whose account a canonical user id stands for is not known.
            everyone = everyone or statement.not_principals is not None or "CanonicalUser" in named
            names += named.get("AWS", ())
    arns = tuple(name for name in dict.fromkeys(names) if name.count(":") == ARN_COLONS)
    accounts = frozenset(one.split(":")[4] for one in arns) | frozenset(names)
    return Audience(accounts, everyone or "*" in names, arns)
