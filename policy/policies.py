"""The policies that bind one principal, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from policy.case import Case, Route, Weights
from policy.choices import Choice, chosen_keys, enumerate_choices, shown
from policy.conditions import Lookup
from policy.context import Circumstances
from policy.request import Request
from policy.rules import ROOT_USER, Part, Policy, Spoken, part, resource_parts, spoken
from policy.services import is_refused
from policy.truth import Truth
from policy.verdict import Verdict

UNDENIABLE = "sts:getcalleridentity"  # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html

# Which parts must allow together, by situation; one route is enough. The levels of SCPs join every route.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
ROUTES: dict[str, tuple[Route, ...]] = {
    "same account": (("identity", "boundary"), ("direct",), ("role", "boundary")),
    # a role's trust policy and a key policy must allow explicitly; naming the account leaves it to identity policies
    "explicit": (("direct",), ("role", "boundary"), ("account", "identity", "boundary")),
    "cross account": tuple(("identity", "boundary", close) for close in ("direct", "role", "account")),
    # services, web identities and anonymous callers have no identity policies
    "outsider": (("direct",),),
}


class Source(NamedTuple):
    """What one source says of an action; `fixed` where that is the same for every resource."""

    name: str
    layer: str
    said: Spoken
    fixed: Part | None


def source(name: str, layer: str, said: Spoken) -> Source:
    fixed = None if said.names_resources else part(name, layer, said, "*", lambda _: None)
    return Source(name, layer, said, fixed)


class PolicySet:
    """All policies of a principal: identity policies (those of its groups too), boundary, and SCPs level by level,
    root first. `scps` is None where none applies: the management account, service-linked roles, services."""

    def __init__(
        self,
        identity: Sequence[Policy],
        boundary: Policy | None = None,
        scps: Sequence[Sequence[Policy]] | None = None,
    ) -> None:
        self._sources: list[tuple[str, str, tuple[Policy, ...]]] = [("identity", "identity", tuple(identity))]
        if boundary is not None:
            self._sources.append(("boundary", "boundary", (boundary,)))
        levels = [(f"scp {level}", "scp", tuple(policies)) for level, policies in enumerate(scps or ())]
        self._sources += levels
        self._is_bounded = boundary is not None
        self._routes = {
            name: [self._complete(route, [level for level, _, _ in levels]) for route in routes]
            for name, routes in ROUTES.items()
        }
        self._said: dict[str, list[Source]] = {}

    def without_guardrails(self) -> PolicySet:
        """The same policies with no SCPs above them."""
        named = {name: policies for name, _, policies in self._sources}
        return PolicySet(named["identity"], next(iter(named.get("boundary", ())), None))

    def _complete(self, route: Route, levels: Iterable[str]) -> Route:
        return (*(name for name in route if self._is_bounded or name != "boundary"), *levels)

    def allows_action(self, action: str) -> bool:
        """Whether an identity policy could allow this action on something."""
        said = self._statements(action.lower())[0].said
        return bool(said.allows or said.unseen)

    def decide(self, request: Request, resource_policy: Policy | None = None) -> Verdict:
        """What AWS would answer. `resource_policy` is the resource's own: a bucket's or key's policy, a role's trust
        policy; None where it has none (a role and a key without one allow nobody)."""
        action = request.action.lower()
        if action == UNDENIABLE:
            return Verdict(Truth.YES, {})
        circumstances = Circumstances(request)
        parts = self._parts(request, action, resource_policy, circumstances.values)
        case = Case(parts, self._routes[situation(request, action)])
        weights = case.weigh(circumstances.values)
        if weights.truth is not Truth.NO and is_refused(action, request.resource):
            return Verdict(Truth.NO, {}, ("service",))
        if weights.truth is Truth.MAYBE:
            return _choose(case, weights, circumstances)
        return case.verdict(weights, circumstances.values)

    def _statements(self, action: str) -> list[Source]:
        """What each source says of a lower-cased action, identity policies first."""
        found = self._said.get(action)
        if found is None:
            found = [source(name, layer, spoken(policies, action)) for name, layer, policies in self._sources]
            self._said[action] = found
        return found

    def _parts(self, request: Request, action: str, resource_policy: Policy | None, lookup: Lookup) -> list[Part]:
        parts = [
            one.fixed or part(one.name, one.layer, one.said, request.resource, lookup)
            for one in self._statements(action)
        ]
        if request.principal.kind == "root":
            parts[0] = parts[0]._replace(allows=(ROOT_USER,))
        if resource_policy is not None:
            parts += resource_parts(spoken((resource_policy,), action), request, lookup, self._is_bounded)
        return parts


def situation(request: Request, action: str) -> str:
    """Which row of ROUTES a request falls under."""
    principal = request.principal
    if principal.kind in ("service", "federated", "anonymous"):
        return "outsider"
    if principal.account_id != request.resource_account:
        return "cross account"
    is_trust = action.startswith("sts:") and ":role/" in request.resource
    is_key = action.startswith("kms:") and ":key/" in request.resource
    return "explicit" if is_trust or is_key else "same account"


def _choose(case: Case, weights: Weights, circumstances: Circumstances) -> Verdict:
    """The best answer that one consistent choice of the caller's brings about; MAYBE where not all could be tried."""
    keys = chosen_keys(case.conditions(), circumstances)
    choices, exact = enumerate_choices(keys, circumstances.values)
    found, choice = _best(case, circumstances.request, choices)
    if not keys or found is None or (found.truth is Truth.NO and not exact):
        return case.verdict(weights, circumstances.values)
    spelling = {key: conditions[0].key for key, conditions in keys.items()}
    lookup = Circumstances(circumstances.request, choice).values
    return case.verdict(found, lookup, shown(choice, spelling) if found.truth is not Truth.NO else ())


def _best(case: Case, request: Request, choices: Iterable[Choice]) -> tuple[Weights | None, Choice]:
    found: Weights | None = None
    chosen: Choice = {}
    for choice in choices:
        weights = case.weigh(Circumstances(request, choice).values)
        if found is None or weights.truth > found.truth:
            found, chosen = weights, choice
        if weights.truth is Truth.YES:
            break
    return found, chosen
