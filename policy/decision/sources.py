"""What one source of policies says of an action: its statements, each with the resources that it covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from policy.decision.resources import Coverage, coverage
from policy.decision.rules import Part, Policy, Rule
from policy.formula import Literal, doubtful
from policy.language.document import Statement


class Candidate(NamedTuple):
    """A rule for the resources that `covers` says; None stands for all. `unsure` is the rule where that is open, as it
    may be where a resource `varies`: it holds a variable."""

    rule: Rule
    unsure: Rule
    covers: Coverage | None
    varies: bool = False


class Said(NamedTuple):
    """What the policies of one source say of one action. One that was not seen may allow it, and deny it."""

    allows: Sequence[Candidate]
    denies: Sequence[Candidate]

    @property
    def is_narrow(self) -> bool:
        """Whether it depends on the resource what applies; most SCPs speak of `*` alone."""
        return any(one.covers is not None for one in (*self.allows, *self.denies))


class Source:
    """The policies of one layer that are read together: all of an identity, a boundary, one level of SCPs.

    What it says of an action is worked out once.
    """

    def __init__(self, name: str, layer: str, policies: Sequence[Policy]) -> None:
        self.name = name
        self.layer = layer
        self.policies = tuple(policies)
        self._said: dict[str, Said] = {}
        self._fixed: dict[str, Part | None] = {}
        self.plans: dict[tuple[object, ...], Any] = {}  # what was made of it together with other sources

    def fixed(self, action: str) -> Part | None:
        """Its rules for a lower-cased action, where these are the same for every resource."""
        if action not in self._fixed:
            said = self.said(action)
            rules = [tuple(one.rule for one in candidates) for candidates in said]
            self._fixed[action] = None if said.is_narrow else Part(self.name, self.layer, *rules)
        return self._fixed[action]

    def speaking(self, action: str) -> tuple[Policy, ...]:
        """Those of its policies that say anything of a lower-cased action."""
        return tuple([policy for policy in self.policies if any(_said(policy, self.layer, action))])

    def said(self, action: str) -> Said:
        """What it says of a lower-cased action."""
        found = self._said.get(action)
        if found is None:
            found = self._said[action] = self._say(action)
        return found

    def _say(self, action: str) -> Said:
        said = [_said(policy, self.layer, action) for policy in self.policies]
        if len(said) == 1:
            return said[0]
        return Said([one for each in said for one in each.allows], [one for each in said for one in each.denies])


def _said(policy: Policy, layer: str, action: str) -> Said:
    """What one policy says of an action, worked out once for all who have it."""
    found: Said | None = policy.read.get((layer, action))
    if found is None:
        found = policy.read[(layer, action)] = _read(policy, layer, action)
    return found


def _read(policy: Policy, layer: str, action: str) -> Said:
    if policy.document is None:
        return Said([_unseen(policy, "allow")], [_unseen(policy, "deny")])
    allows, denies = policy.document.relevant(action)
    return Said([candidate(one, policy, layer) for one in allows], [candidate(one, policy, layer) for one in denies])


def candidate(statement: Statement, policy: Policy, layer: str) -> Candidate:
    """A statement of a policy as a rule, with what it covers."""
    rule = Rule(statement, policy, statement.conditions)
    covers = coverage(statement, layer)
    if covers is None:
        return Candidate(rule, rule, None)
    place = f" in {layer} policies" if statement.is_incomplete else ""  # where a short ARN may mean something else
    covered = doubtful(f"{' or '.join(statement.resources or statement.not_resources)} covers it{place}")
    doubt = ~covered if statement.not_resources else covered
    varies = statement.substitutes and any("${" in one for one in (*statement.resources, *statement.not_resources))
    return Candidate(rule, rule._replace(doubt=doubt), covers, varies)


def _unseen(policy: Policy, verb: str) -> Candidate:
    """A policy that was not seen, as one that may `allow` or `deny`."""
    agrees, refuses = (f"policy `{policy.name}`, which was not seen, {says}" for says in ("agrees", "refuses"))
    texts = (agrees, refuses) if verb == "allow" else (refuses, agrees)
    doubt = Literal(f"{policy.id} {verb}", True, *texts)
    rule = Rule(None, policy, doubt=doubt)
    return Candidate(rule, rule, None)


def shared_source(name: str, layer: str, policies: tuple[Policy, ...]) -> Source:
    """The one source of these policies: the guardrails of an account bind everyone in it. It lives as long as they."""
    if not policies:
        return Source(name, layer, policies)
    key = (name, layer, policies)
    found: Source | None = policies[0].read.get(key)
    if found is None:
        found = policies[0].read[key] = Source(name, layer, policies)
    return found


def sources_of(layer: str, levels: Iterable[Sequence[Policy]]) -> list[Source]:
    """A source per level of an organization's policies, root first."""
    return [shared_source(f"{layer} {number}", layer, tuple(level)) for number, level in enumerate(levels)]
