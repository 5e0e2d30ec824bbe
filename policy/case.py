"""One request before the policies that bind it: what they answer together, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from policy.conditions import Condition, Lookup
from policy.rules import Part, Rule
from policy.truth import Truth
from policy.verdict import Verdict

Route = tuple[str, ...]


class Weights(NamedTuple):
    """The truth of a case under some circumstances, and of the parts of it, by name."""

    truth: Truth
    allows: dict[str, Truth]
    denies: dict[str, Truth]


class Case:
    """The parts that speak of a request, and the routes on which they may allow it: all parts of one route must."""

    def __init__(self, parts: Sequence[Part], routes: Sequence[Route]) -> None:
        self.parts = {one.name: one for one in parts}
        self.routes = routes

    def conditions(self) -> Iterator[Condition]:
        for one in self.parts.values():
            for rules in (one.allows, one.denies):
                for rule in rules:
                    yield from rule.conditions

    def weigh(self, lookup: Lookup) -> Weights:
        """`max(allows) & ~max(denies)`, the allows of a route joined by min. A Deny anywhere counts."""
        allows = {name: best(one.allows, lookup) for name, one in self.parts.items()}
        denies = {name: best(one.denies, lookup) for name, one in self.parts.items()}
        denied = max(denies.values())
        if denied is Truth.YES:
            return Weights(Truth.NO, allows, denies)
        allowed = max([joined(route, allows) for route in self.routes])
        return Weights(allowed & ~denied, allows, denies)

    def verdict(self, weights: Weights, lookup: Lookup, choices: tuple[tuple[str, str], ...] = ()) -> Verdict:
        """The answer with its evidence."""
        layers = self._layers(weights)
        if weights.truth is not Truth.NO:
            statements, conditions = self._evidence(weights, lookup)
            return Verdict(weights.truth, layers, (), unique(statements), unique(conditions), choices)
        denying = [one for name, one in self.parts.items() if weights.denies[name] is Truth.YES]
        if not denying:
            return Verdict(Truth.NO, layers, self._missing(weights.allows))
        rules = [rule for one in denying for rule in one.denies if rule.truth(lookup) is Truth.YES]
        blocked_by = unique(one.layer for one in denying)
        return Verdict(Truth.NO, layers, blocked_by, unique(ids(rules)), explicit_deny=True)

    def _evidence(self, weights: Weights, lookup: Lookup) -> tuple[list[str], list[str]]:
        """The deciding statements' ids and what is open: the parts of the best route, then the open Denies."""
        statements: list[str] = []
        conditions: list[str] = []
        for name in max(self.routes, key=lambda route: joined(route, weights.allows)):
            one, weight = self.parts[name], weights.allows[name]
            deciding = [rule for rule in one.allows if rule.truth(lookup) is weight]
            if one.layer != "scp" or weight is Truth.MAYBE:
                statements += ids(deciding)
            if weight is Truth.MAYBE:
                conditions.append(" or ".join(unique(rule.open(lookup) for rule in deciding)))
        for name, one in self.parts.items():
            if weights.denies[name] is Truth.MAYBE:
                denying = [rule for rule in one.denies if rule.truth(lookup) is Truth.MAYBE]
                statements += ids(denying)
                conditions += [refuted(rule, lookup) for rule in denying]
        return statements, conditions

    def _missing(self, allows: dict[str, Truth]) -> tuple[str, ...]:
        """The layers that lack an Allow on the route that comes closest to one."""

        def distance(route: Route) -> tuple[int, int]:
            found = [allows.get(name, Truth.NO) for name in route]
            return found.count(Truth.NO), -found.count(Truth.YES)

        nearest = min(self.routes, key=distance)
        lacking = [name for name in nearest if allows.get(name, Truth.NO) is Truth.NO]
        return unique(self.parts[name].layer if name in self.parts else "resource" for name in lacking)

    def _layers(self, weights: Weights) -> dict[str, Truth]:
        """What each layer answers by itself: all levels of SCPs must allow, one part of a resource policy is enough."""
        allowed: dict[str, Truth] = {}
        denied: dict[str, Truth] = {}
        for name, one in self.parts.items():
            layer, allow, deny = one.layer, weights.allows[name], weights.denies[name]
            if layer in allowed:
                allow = min(allow, allowed[layer]) if layer == "scp" else max(allow, allowed[layer])
                deny = max(deny, denied[layer])
            allowed[layer], denied[layer] = allow, deny
        return {layer: allow & ~denied[layer] for layer, allow in allowed.items()}


def joined(route: Route, allows: dict[str, Truth]) -> Truth:
    """What a route allows: a part that is not there, as a resource without a policy, allows nothing."""
    return min([allows.get(name, Truth.NO) for name in route])


def best(rules: Sequence[Rule], lookup: Lookup) -> Truth:
    """The greatest truth among the rules."""
    found = Truth.NO
    for rule in rules:
        found |= rule.truth(lookup)
        if found is Truth.YES:
            break
    return found


def refuted(rule: Rule, lookup: Lookup) -> str:
    """What must hold for an open Deny not to apply. That a policy was not seen stays as it is."""
    return rule.doubt if rule.statement is None else f"not ({rule.open(lookup)})"


def ids(rules: Iterable[Rule]) -> list[str]:
    return [rule.statement.id for rule in rules if rule.statement is not None]


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
