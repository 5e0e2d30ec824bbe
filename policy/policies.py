"""The policies that bind one principal, and what they answer together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policy.choices import Choice, chosen_keys, enumerate_choices, shown
from policy.conditions import Condition, Lookup
from policy.context import Circumstances
from policy.request import Request
from policy.rules import ROOT_USER, Part, Policy, Rule, Spoken, part, resource_parts, spoken
from policy.services import is_refused
from policy.truth import Truth
from policy.verdict import Verdict

UNDENIABLE = "sts:getcalleridentity"  # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html

# Which parts must allow together, by situation; one route is enough. The levels of SCPs join every route.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
Routes = tuple[tuple[str, ...], ...]
ROUTES: dict[str, Routes] = {
    "same account": (("identity", "boundary"), ("direct",), ("role", "boundary")),
    # a role's trust policy and a key policy must allow explicitly; naming the account leaves it to identity policies
    "explicit": (("direct",), ("role", "boundary"), ("account", "identity", "boundary")),
    "cross account": tuple(("identity", "boundary", close) for close in ("direct", "role", "account")),
    # services, web identities and anonymous callers have no identity policies
    "outsider": (("direct",),),
}
LAYERS = ("identity", "boundary", "scp", "resource")


class PolicySet:
    """All policies of a principal: identity policies (those of its groups too), boundary, and SCPs level by level,
    root first. `scps` is None where none applies: the management account, service-linked roles, services."""

    def __init__(
        self,
        identity: Sequence[Policy],
        boundary: Policy | None = None,
        scps: Sequence[Sequence[Policy]] | None = None,
    ) -> None:
        self.identity = tuple(identity)
        self.boundary = boundary
        self.scps = None if scps is None else tuple(map(tuple, scps))
        self._said: dict[str, tuple[tuple[str, str, Spoken], ...]] = {}

    def allows_action(self, action: str) -> bool:
        """Whether an identity policy could allow this action on something."""
        _, _, said = self._layers(action.lower())[0]
        return bool(said.allows or said.unseen)

    def decide(self, request: Request, resource_policy: Policy | None = None) -> Verdict:
        """What AWS would answer. `resource_policy` is the resource's own: a bucket's or key's policy, a role's trust
        policy; None where it has none (a role and a key without one allow nobody)."""
        if request.action.lower() == UNDENIABLE:
            return Verdict(Truth.YES, {})
        circumstances = Circumstances(request)
        case = Case(self._parts(request, resource_policy, circumstances.values), self._routes(request))
        truth = case.truth(circumstances.values)
        if truth is not Truth.NO and is_refused(request.action.lower(), request.resource):
            return Verdict(Truth.NO, {}, ("service",))
        if truth is not Truth.MAYBE:
            return case.verdict(truth, circumstances.values)
        return _choose(case, circumstances)

    def _layers(self, action: str) -> tuple[tuple[str, str, Spoken], ...]:
        """What each layer says of an action: (name of the part, layer, statements), identity first."""
        found = self._said.get(action)
        if found is None:
            layers = [("identity", "identity", spoken(self.identity, action))]
            if self.boundary is not None:
                layers.append(("boundary", "boundary", spoken((self.boundary,), action)))
            for level, policies in enumerate(self.scps or ()):
                layers.append((f"scp {level}", "scp", spoken(policies, action)))
            found = self._said[action] = tuple(layers)
        return found

    def _parts(self, request: Request, resource_policy: Policy | None, lookup: Lookup) -> list[Part]:
        action = request.action.lower()
        parts = [part(name, layer, said, request, lookup) for name, layer, said in self._layers(action)]
        if request.principal.kind == "root":
            parts[0] = parts[0]._replace(allows=(ROOT_USER,))
        if resource_policy is not None:
            said = spoken((resource_policy,), action)
            parts.extend(resource_parts(said, request, lookup, self.boundary is not None))
        return parts

    def _routes(self, request: Request) -> Routes:
        return ROUTES[situation(request)]


def situation(request: Request) -> str:
    """Which row of ROUTES a request falls under."""
    principal = request.principal
    if principal.kind in ("service", "federated", "anonymous"):
        return "outsider"
    if principal.account_id != request.resource_account:
        return "cross account"
    service = request.action.partition(":")[0].lower()
    explicit = (service == "sts" and ":role/" in request.resource) or (service == "kms" and ":key/" in request.resource)
    return "explicit" if explicit else "same account"


class Case:
    """One request before its policies: the parts that speak, and the routes on which they may allow it."""

    def __init__(self, parts: Sequence[Part], routes: Routes) -> None:
        self.parts = {one.name: one for one in parts}
        levels = tuple(name for name, one in self.parts.items() if one.layer == "scp")
        unbounded = "boundary" not in self.parts
        self.routes = [
            (*(name for name in route if not (unbounded and name == "boundary")), *levels) for route in routes
        ]

    def rules(self) -> Iterable[Rule]:
        for one in self.parts.values():
            yield from one.allows
            yield from one.denies

    def truth(self, lookup: Lookup) -> Truth:
        """`max(allows) & ~max(denies)`, the allows of a route joined by min."""
        denied = max((best(one.denies, lookup) for one in self.parts.values() if one.denies), default=Truth.NO)
        if denied is Truth.YES:
            return Truth.NO
        return self._allowed(self._allows(lookup)) & ~denied

    def _allows(self, lookup: Lookup) -> dict[str, Truth]:
        return {name: best(one.allows, lookup) for name, one in self.parts.items()}

    def _allowed(self, allows: dict[str, Truth]) -> Truth:
        return max(min(allows.get(name, Truth.NO) for name in route) for route in self.routes)

    def verdict(self, truth: Truth, lookup: Lookup, choices: tuple[tuple[str, str], ...] = ()) -> Verdict:
        """The evidence for an answer under these circumstances."""
        allows = self._allows(lookup)
        denies = {name: best(one.denies, lookup) for name, one in self.parts.items()}
        layers = self._by_layer(allows, denies)
        if truth is Truth.NO:
            return self._refusal(allows, denies, layers, lookup)
        route = max(self.routes, key=lambda names: min(allows.get(name, Truth.NO) for name in names))
        statements: list[str] = []
        conditions: list[str] = []
        for name in route:
            one, weight = self.parts[name], allows[name]
            deciding = [rule for rule in one.allows if rule.truth(lookup) is weight]
            if one.layer != "scp" or weight is Truth.MAYBE:
                statements.extend(_ids(deciding))
            if weight is Truth.MAYBE:
                conditions.append(" or ".join(dict.fromkeys(rule.open(lookup) for rule in deciding)))
        open_denies = [
            rule
            for name, one in self.parts.items()
            if denies[name] is Truth.MAYBE
            for rule in one.denies
            if rule.truth(lookup) is Truth.MAYBE
        ]
        conditions.extend(rule.open(lookup) if rule.statement is None else f"not ({rule.open(lookup)})"
                          for rule in open_denies)  # fmt: skip
        statements.extend(_ids(open_denies))
        return Verdict(truth, layers, (), _unique(statements), _unique(conditions), choices)

    def _refusal(
        self, allows: dict[str, Truth], denies: dict[str, Truth], layers: dict[str, Truth], lookup: Lookup
    ) -> Verdict:
        denying = [self.parts[name] for name, weight in denies.items() if weight is Truth.YES]
        if denying:
            rules = [rule for one in denying for rule in one.denies if rule.truth(lookup) is Truth.YES]
            return Verdict(Truth.NO, layers, _unique(one.layer for one in denying), _unique(_ids(rules)),
                           explicit_deny=True)  # fmt: skip
        return Verdict(Truth.NO, layers, self._missing(allows))

    def _missing(self, allows: dict[str, Truth]) -> tuple[str, ...]:
        """The layers that lack an Allow on the route that comes closest to one."""

        def distance(route: Sequence[str]) -> tuple[int, int]:
            weights = [allows.get(name, Truth.NO) for name in route]
            return weights.count(Truth.NO), -weights.count(Truth.YES)

        nearest = min(self.routes, key=distance)
        lacking = [name for name in nearest if allows.get(name, Truth.NO) is Truth.NO]
        return _unique(self.parts[name].layer if name in self.parts else "resource" for name in lacking)

    def _by_layer(self, allows: dict[str, Truth], denies: dict[str, Truth]) -> dict[str, Truth]:
        """What each layer answers by itself: all levels of SCPs must allow, one part of a resource policy is enough."""
        found = {}
        for layer in LAYERS:
            names = [name for name, one in self.parts.items() if one.layer == layer]
            if names:
                join = min if layer == "scp" else max
                found[layer] = join(allows[name] for name in names) & ~max(denies[name] for name in names)
        return found


def best(rules: Sequence[Rule], lookup: Lookup) -> Truth:
    """The greatest truth among the rules."""
    found = Truth.NO
    for rule in rules:
        found |= rule.truth(lookup)
        if found is Truth.YES:
            break
    return found


def _choose(case: Case, circumstances: Circumstances) -> Verdict:
    """The best answer that one consistent choice of the caller's brings about; MAYBE where not all could be tried."""
    conditions: list[Condition] = [one for rule in case.rules() for one in rule.conditions]
    keys = chosen_keys(conditions, circumstances)
    if not keys:
        return case.verdict(Truth.MAYBE, circumstances.values)
    choices, exact = enumerate_choices(keys, circumstances.values)
    found, choice = _best_choice(case, circumstances.request, choices)
    if found is Truth.NO and not exact:
        return case.verdict(Truth.MAYBE, circumstances.values)
    spelling = {key: conditions[0].key for key, conditions in keys.items()}
    lookup = Circumstances(circumstances.request, choice).values
    return case.verdict(found, lookup, shown(choice, spelling) if found is not Truth.NO else ())


def _best_choice(case: Case, request: Request, choices: Iterable[Choice]) -> tuple[Truth, Choice]:
    found, chosen = Truth.NO, dict[str, tuple[str, ...]]()
    for choice in choices:
        truth = case.truth(Circumstances(request, choice).values)
        if truth > found or not chosen:
            found, chosen = truth, dict(choice)
        if found is Truth.YES:
            break
    return found, chosen


def _ids(rules: Iterable[Rule]) -> list[str]:
    return [rule.statement.id for rule in rules if rule.statement is not None]


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
