"""One request before the policies that bind it: what they answer together, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from policy.decision.rules import PUBLIC_BLOCK, Part, Rule
from policy.formula import Requirement, conjunction, refutation, simplified, words
from policy.language.conditions import Condition, Lookup
from policy.truth import Truth
from policy.verdict import Deciding, Layer, Verdict

Route = tuple[str, ...]
Choices = tuple[tuple[str, str], ...]
LIMITS = ("boundary", "session", "scp", "vpce")  # layers that stop a request by saying nothing
ALL_MUST_ALLOW = ("scp", "rcp")  # layers of several parts; of a resource policy's parts one is enough


class Weights(NamedTuple):
    """The truth of a case under some circumstances, of the parts of it, by name, and what is open in it."""

    truth: Truth
    allows: dict[str, Truth]
    denies: dict[str, Truth]
    conditions: tuple[str, ...] = ()
    route: Route = ()


class Case:
    """The parts that speak of a request, and the routes on which they may allow it: all parts of one route must."""

    __slots__ = ("parts", "routes")

    def __init__(self, parts: Sequence[Part], routes: Sequence[Route]) -> None:
        self.parts = {one.name: one for one in parts}
        self.routes = routes

    def conditions(self) -> Iterator[Condition]:
        for one in self.parts.values():
            for rules in (one.allows, one.denies):
                for rule in rules:
                    yield from rule.conditions

    def weigh(self, lookup: Lookup) -> Weights:
        """`max(allows) & ~max(denies)`, the allows of a route joined by min. A Deny anywhere counts.

        What is open is settled where it holds, or cannot hold, whatever the unknown facts are.
        """
        allows = {name: best(one.allows, lookup) for name, one in self.parts.items()}
        denies = {name: best(one.denies, lookup) for name, one in self.parts.items()}
        blocked = denies.pop(PUBLIC_BLOCK, Truth.NO)
        route = max(self.routes, key=lambda one: joined(one, allows))
        truth = joined(route, allows) & ~max(denies.values())
        if PUBLIC_BLOCK in self.parts:
            denies[PUBLIC_BLOCK] = blocked if truth is not Truth.NO else Truth.NO
            truth &= ~denies[PUBLIC_BLOCK]
        weights = Weights(truth, allows, denies, route=route)
        return self._settled(weights, lookup) if truth is Truth.MAYBE else weights

    def _settled(self, weights: Weights, lookup: Lookup) -> Weights:
        """The weights of an open case with what must hold, route by route; NO where no route can be taken."""
        refutations = [one for name in self.parts for one in self._refutations(name, weights, lookup)]
        ways: dict[Route, list[str]] = {}
        for route in self.routes:
            if joined(route, weights.allows) is not Truth.NO:
                needed = [self._permission(name, lookup) for name in route if weights.allows[name] is Truth.MAYBE]
                left = simplified([*needed, *refutations])
                if left == []:
                    return weights._replace(truth=Truth.YES, route=route)
                if left is not None:
                    ways[route] = words(left)
        if not ways:
            return weights._replace(truth=Truth.NO)
        route = weights.route if weights.route in ways else next(iter(ways))
        return weights._replace(conditions=alternatives(ways.values()), route=route)

    def _permission(self, name: str, lookup: Lookup) -> Requirement:
        """What must hold for a part to allow: one of its open rules does."""
        open_rules = (rule for rule in self.parts[name].allows if rule.truth(lookup) is Truth.MAYBE)
        return tuple(tuple(rule.open(lookup)) for rule in open_rules)

    def _refutations(self, name: str, weights: Weights, lookup: Lookup) -> Iterator[Requirement]:
        if weights.denies[name] is Truth.MAYBE:
            for rule in self.parts[name].denies:
                if rule.truth(lookup) is Truth.MAYBE:
                    yield refutation(rule.open(lookup))

    # -- evidence
    def verdict(self, weights: Weights, lookup: Lookup, choices: Choices = ()) -> Verdict:
        """The answer with its evidence."""
        layers = self._layers(weights, lookup)
        if weights.truth is not Truth.NO:
            statements = self._evidence(weights, lookup)
            return Verdict(weights.truth, layers, (), statements, weights.conditions, choices)
        denying = [one for name, one in self.parts.items() if weights.denies[name] is Truth.YES]
        if not denying:
            return Verdict(Truth.NO, layers, self._missing(weights))
        rules = [rule for one in denying for rule in one.denies if rule.truth(lookup) is Truth.YES]
        silent = [layer for layer in self._lacking(weights) if layer in LIMITS]
        blocked_by = unique((*(one.layer for one in denying), *silent))
        return Verdict(Truth.NO, layers, blocked_by, deciding(rules), explicit_deny=True)

    def _evidence(self, weights: Weights, lookup: Lookup) -> tuple[Deciding, ...]:
        """The deciding statements: those that allow on the route taken, then the open Denies."""
        found: list[Rule] = []
        for name in weights.route:
            one, weight = self.parts[name], weights.allows[name]
            if one.layer != "scp" or weight is Truth.MAYBE:
                found += _at(one.allows, weight, lookup)
        for name, one in self.parts.items():
            if weights.denies[name] is Truth.MAYBE:
                found += _at(one.denies, Truth.MAYBE, lookup)
        return deciding(found)

    def _missing(self, weights: Weights) -> tuple[str, ...]:
        """The layers that keep a request from being allowed; the open ones where none lacks an Allow."""
        if lacking := self._lacking(weights):
            return lacking
        route = self._nearest(weights)
        return unique(one.layer for name, one in self.parts.items() if self._is_open(name, route, weights))

    def _lacking(self, weights: Weights) -> tuple[str, ...]:
        """The layers that lack an Allow on the route that comes closest to one."""
        names = [one for one in self._nearest(weights) if weights.allows.get(one, Truth.NO) is Truth.NO]
        return unique(self.parts[name].layer if name in self.parts else "resource" for name in names)

    def _nearest(self, weights: Weights) -> Route:
        def distance(route: Route) -> tuple[int, int, int]:
            found = [weights.allows.get(name, Truth.NO) for name in route]
            absent = sum(name not in self.parts for name in route)
            return absent, found.count(Truth.NO), -found.count(Truth.YES)

        return min(self.routes, key=distance)

    def _is_open(self, name: str, route: Route, weights: Weights) -> bool:
        allow = weights.allows[name] if name in route else Truth.YES
        return Truth.MAYBE in (allow, weights.denies[name])

    def _layers(self, weights: Weights, lookup: Lookup) -> dict[str, Layer]:
        """What each layer answers by itself: all levels of SCPs must allow, one part of a resource policy is enough."""
        allowed: dict[str, Truth] = {}
        denied: dict[str, Truth] = {}
        speaking: dict[str, list[Rule]] = {}
        for name, one in self.parts.items():
            layer, allow, deny = one.layer, weights.allows[name], weights.denies[name]
            speaking.setdefault(layer, []).extend((*_at(one.allows, allow, lookup), *_at(one.denies, deny, lookup)))
            if layer in allowed:
                allow = min(allow, allowed[layer]) if layer in ALL_MUST_ALLOW else max(allow, allowed[layer])
                deny = max(deny, denied[layer])
            allowed[layer], denied[layer] = allow, deny
        return {layer: Layer(allow & ~denied[layer], deciding(speaking[layer])) for layer, allow in allowed.items()}


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


def _at(rules: Iterable[Rule], truth: Truth, lookup: Lookup) -> list[Rule]:
    """The rules that make a part answer as it does."""
    return [rule for rule in rules if rule.truth(lookup) is truth] if truth is not Truth.NO else []


def alternatives(ways: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """What must hold on one of several ways: the texts of the only one, else one text of all. A way that asks for all
    that another asks for, and more, is none."""
    every = {frozenset(one): tuple(one) for one in ways}
    found = [way for texts, way in every.items() if not any(other < texts for other in every)]
    return found[0] if len(found) == 1 else (" or ".join(f"({conjunction(one)})" for one in found),)


def deciding(rules: Iterable[Rule]) -> tuple[Deciding, ...]:
    """The statements of rules, each with the place where it stands."""
    found = dict.fromkeys((rule.statement, rule.policy) for rule in rules if rule.statement and rule.policy)
    return tuple(
        Deciding(one.id, one.effect, policy.name, policy.id, policy.version, one.sid, one.position)
        for one, policy in found
    )


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
