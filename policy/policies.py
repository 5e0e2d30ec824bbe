"""The policies that bind one principal, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from policy.decision.alike import Resources
from policy.decision.case import Route
from policy.decision.context import Circumstances
from policy.decision.plan import Plan, Selection, Settled
from policy.decision.rules import Part, Policy
from policy.decision.sources import Source, shared_source, sources_of
from policy.request import Request
from policy.resource_policies import ResourcePolicies
from policy.truth import Truth
from policy.verdict import Verdict

UNDENIABLE = "sts:getcalleridentity"  # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
OWN = ("identity", "boundary", "session")  # what limits a principal's own rights, as far as it has it

# Which parts must allow together, by situation; one route is enough. The levels of SCPs join every route.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
ROUTES: dict[str, tuple[Route, ...]] = {
    "same account": (OWN, ("direct",), ("role", "boundary", "session")),
    # a role's trust policy and a key policy must allow explicitly; naming the account leaves it to identity policies
    "explicit": (("direct",), ("role", "boundary", "session"), ("account", *OWN)),
    "cross account": tuple((*OWN, close) for close in ("direct", "role", "account")),
    # services, web identities and anonymous callers have no identity policies
    "outsider": (("direct",),),
}
ENTITIES = ("user", "role")  # who does nothing without an Allow, where the resource has no policy to give it
OUTSIDERS = ("service", "federated", "anonymous")


class PolicySet:
    """All policies of a principal: identity policies (those of its groups too), boundary, the session's policy, and
    SCPs level by level, root first. `scps` is None where none applies: the management account, service-linked roles,
    services.

    Requests are settled once: the statements that speak of an action are read together, and cases that differ in
    nothing that these statements read have one answer.
    """

    def __init__(
        self,
        identity: Sequence[Policy],
        boundary: Policy | None = None,
        scps: Sequence[Sequence[Policy]] | None = None,
        session: Policy | None = None,
    ) -> None:
        own = [Source("identity", "identity", identity)]
        own += [shared_source("boundary", "boundary", (boundary,))] if boundary is not None else []
        own += [shared_source("session", "session", (session,))] if session is not None else []
        levels = sources_of("scp", scps or ())
        self._sources: tuple[Source, ...] = (*own, *levels)
        self._is_bounded = boundary is not None
        self._routes = completed(tuple(one.name for one in own), tuple(one.name for one in levels))
        self._plans: dict[str, Plan] = {}
        self._unguarded: PolicySet | None = None

    @property
    def sources(self) -> tuple[tuple[str, str, tuple[Policy, ...]], ...]:
        """Each source's name, layer and policies: identity policies first, SCPs last, root first."""
        return tuple((one.name, one.layer, one.policies) for one in self._sources)

    def without_guardrails(self) -> PolicySet:
        """The same policies with no SCPs above them."""
        if self._unguarded is None:
            own = {source.name: source.policies for source in self._sources}
            limits = [next(iter(own.get(name, ())), None) for name in ("boundary", "session")]
            self._unguarded = PolicySet(own["identity"], limits[0], None, limits[1])
        return self._unguarded

    def allows_action(self, action: str) -> bool:
        """Whether an identity policy could allow this action on something."""
        return bool(self._sources[0].said(action.lower()).allows)

    def alike(self, request: Request, resources: Resources, group: int, needs_grant: bool = True) -> list[int]:
        """A group of resources in groups of which each is answered alike, as far as their ARNs are concerned. Where the
        request's action `needs_grant`, resources are left out on which no identity policy may allow it."""
        return self._plan(request.action).alike(resources, group, Circumstances(request).values, needs_grant)

    def reads_tags(self, action: str) -> bool:
        """Whether the answer may depend on the tags of the resource."""
        return self._plan(action).reads_tags

    def decide(self, request: Request, resource: ResourcePolicies | None = None) -> Verdict:
        """What AWS would answer, with its evidence. `resource` is what decides beside the principal's own policies;
        None where that is nothing (a role and a key without a policy allow nobody)."""
        plan = self._plan(request.action)
        if plan.action == UNDENIABLE:
            return Verdict(Truth.YES, {})
        circumstances = Circumstances(request)
        selection = plan.select(request.resource, circumstances.values)
        verdict = self._settle(plan, selection, circumstances, resource, as_proof=True).verdict(circumstances)
        is_refused = verdict.truth is not Truth.NO and plan.is_refused(request)
        return Verdict(Truth.NO, {}, ("service",)) if is_refused else verdict

    def truth(self, request: Request, resource: ResourcePolicies | None = None) -> Truth:
        """`decide(request, resource).truth`, faster."""
        needs_grant = resource is None and request.principal.kind in ENTITIES
        if needs_grant and request.action not in self._plans and not self.allows_action(request.action):
            return Truth.YES if request.action.lower() == UNDENIABLE else Truth.NO
        plan = self._plan(request.action)
        if plan.action == UNDENIABLE:
            return Truth.YES
        circumstances = Circumstances(request)
        selection = plan.select(request.resource, circumstances.values)
        if needs_grant and not plan.may_grant(selection):
            return Truth.NO
        truth = self._settle(plan, selection, circumstances, resource).truth(circumstances)
        return Truth.NO if truth is not Truth.NO and plan.is_refused(request) else truth

    def _plan(self, action: str) -> Plan:
        found = self._plans.get(action)
        if found is None:
            lowered = action.lower()
            found = self._plans.get(lowered) or self._shared_plan(lowered)
            self._plans[action] = self._plans[lowered] = found
        return found

    def _shared_plan(self, action: str) -> Plan:
        """The plan of all whose identity policies say the same of an action, by those that speak of it, and whose
        limits are the same."""
        identity, *limits = self._sources
        speaking = shared_source("identity", "identity", identity.speaking(action))
        key = (action, *limits)
        found = speaking.plans.get(key)
        if found is None:
            found = speaking.plans[key] = Plan(action, [speaking, *limits])
        return found

    def _settle(
        self,
        plan: Plan,
        selection: Selection,
        circumstances: Circumstances,
        resource: ResourcePolicies | None,
        as_proof: bool = False,
    ) -> Settled:
        """The case of a request. A proof names policies, so that of others with the same statements is not its own."""
        request, lookup = circumstances.request, circumstances.values
        where, is_root = situation(request, plan.action), request.principal.kind == "root"
        is_bounded = self._is_bounded and not is_root
        others = list(resource.parts(request, plan.action, lookup, is_bounded)) if resource is not None else []
        key = (where, is_root, selection, *content(others))
        known = plan.settled.get(key)
        found = None if others and as_proof else known
        if found is None:
            ends = [one.name for one in others if one.layer == "vpce"]
            routes = [(*route, *ends) for route in self._routes[where]]
            found = Settled([*plan.parts(selection, is_root), *others], routes, known)
            if not (others and as_proof):
                plan.keep(key, found)
        return found


@lru_cache(maxsize=1_024)
def completed(there: tuple[str, ...], levels: tuple[str, ...]) -> dict[str, list[Route]]:
    """The routes through those limits that a principal has, and all levels of SCPs."""

    def complete(route: Route) -> Route:
        return (*(name for name in route if name in there or name not in OWN[1:]), *levels)

    return {name: [complete(route) for route in routes] for name, routes in ROUTES.items()}


def content(parts: Iterable[Part]) -> list[object]:
    """What parts say, whoever says it: equal for parts that answer alike."""
    found: list[object] = []
    for part in parts:
        found.append(part.name)
        for rules in (part.allows, part.denies):
            found.append(len(rules))
            for rule in rules:
                found += (rule.statement, rule.conditions, rule.doubt)
    return found


def situation(request: Request, action: str) -> str:
    """Which row of ROUTES a request falls under."""
    principal = request.principal
    if principal.kind in OUTSIDERS:
        return "outsider"
    if principal.account_id != request.resource_account:
        return "cross account"
    is_trust = action.startswith("sts:") and ":role/" in request.resource
    is_key = action.startswith("kms:") and ":key/" in request.resource
    return "explicit" if is_trust or is_key else "same account"
