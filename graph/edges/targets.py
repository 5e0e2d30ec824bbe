"""What a technique is tried on: a principal, or a resource that acts with a principal's rights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import ingest.snapshot as facts
from graph.edges.workloads import KINDS, Found, Workloads
from graph.estate import RESERVED, SERVICE_LINKED, Estate, Holder
from graph.organizations import oldest
from graph.techniques import Shape, Technique, Unlisted
from graph.trusts import Trusts
from policy import ResourcePolicies, Resources, grouped


@dataclass(frozen=True)
class Target:
    """`arn` is what needs on the target name, `gained` the principal whose rights are gained. `context` are the keys
    that a request on the target carries. `policy` is the ARN of the policy that is taken away."""

    arn: str
    gained: Holder
    record: facts.Record
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stale: str | None = None
    policy: str = ""
    door: ResourcePolicies | None = None  # what decides at the gained role about who may take it

    @classmethod
    def of(cls, holder: Holder, policy: str = "") -> Target:
        return cls(holder.arn, holder, holder.record, holder.as_resource, holder.stale, policy)


class Listing:
    """The targets of one shape in one account, in an order that groups of them refer to."""

    def __init__(self, targets: Iterable[Target], trusts: Trusts) -> None:
        self.targets = list(targets)
        self._trusts = trusts

    @cached_property
    def arns(self) -> Resources:
        return Resources([target.arn for target in self.targets])

    @cached_property
    def gained(self) -> Resources:
        return Resources([target.gained.arn for target in self.targets])

    @cached_property
    def by_region(self) -> list[int]:
        """Groups of the targets that requests go to the same region for."""
        return grouped(self.targets, lambda target: target.arn.split(":", 4)[3])

    @cached_property
    def by_door(self) -> list[int]:
        """Groups of the targets whose gained roles' trust policies say the same."""
        return grouped(self.targets, lambda target: self._trusts.of(target.gained).said)

    @cached_property
    def by_tags(self) -> list[int]:
        """Groups of the targets of which a request knows the same."""
        return grouped(
            self.targets, lambda target: (*sorted(target.context.items()), *sorted(target.gained.as_resource.items()))
        )

    def letting_in(self, service: str) -> list[int]:
        """The places of the targets whose gained role's trust policy names an AWS service, or may."""
        return sorted({*self._named.get(service, ()), *self._named.get("*", ())})

    @cached_property
    def _named(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for place, target in enumerate(self.targets):
            for service in self._trusts.of(target.gained).services:
                found[service].append(place)
        return found


class Targets:
    """The targets of one estate by account and shape, each list made when first asked for."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.workloads = Workloads(estate)
        self._found: dict[tuple[str, str], Listing] = {}

    def __call__(self, account: str, technique: Technique) -> Listing:
        shape: Shape = "pass_role" if isinstance(technique, Unlisted) else technique.shape
        if (account, shape) not in self._found:
            self._found[account, shape] = Listing(self._list(account, shape), self.estate.trusts)
        return self._found[account, shape]

    def _list(self, account: str, shape: Shape) -> Iterator[Target]:
        match shape:
            case "user" | "rewritten_user":
                yield from map(Target.of, self.estate.users.get(account, ()))
            case "role":
                yield from map(Target.of, self._changeable(account))
            case "rewritten_role":
                yield from (
                    replace(Target.of(r), door=self.estate.trusts.of(r).door) for r in self._changeable(account)
                )
            case "pass_role":
                yield from map(Target.of, self._roles(account, SERVICE_LINKED))
            case "rewritten_policy":
                yield from self._policies(account)
            case "saml_provider" | "oidc_provider":
                yield from self._provided(account, shape.removesuffix("_provider"))
            case _ if shape in KINDS:
                yield from map(self._workload, self.workloads.of(account, shape))

    def _roles(self, account: str, *kept: str) -> Iterator[Holder]:
        return (r for r in self.estate.roles.get(account, ()) if not r.record.path.startswith(kept))

    def _changeable(self, account: str) -> Iterator[Holder]:
        """AWS keeps service-linked and reserved roles from being changed, and service-linked ones from being passed."""
        return self._roles(account, SERVICE_LINKED, RESERVED)

    def _policies(self, account: str) -> Iterator[Target]:
        """Managed policies of the account's own, each with the roles that hold them."""
        for role in self._roles(account, SERVICE_LINKED):
            for arn in role.record.attached:
                if ":iam::aws:" not in arn:
                    yield Target(arn, role, role.record, role.owner, role.stale, door=self.estate.trusts.of(role).door)

    def _workload(self, found: Found) -> Target:
        known = dict(found.role.owner)
        if found.tags is not None:
            known |= {"aws:resourcetags": (), **{f"aws:resourcetag/{k.lower()}": (v,) for k, v in found.tags.items()}}
        stale = oldest(self.estate.snapshot.stale_since(found.record), found.role.stale)
        return Target(found.arn, found.role, found.record, known, stale)

    def _provided(self, account: str, kind: str) -> Iterator[Target]:
        """Identity providers of an account, each with the roles that let in whom it vouches for."""
        providers = {p.arn: p for p in self.estate.snapshot.all(facts.IdentityProvider) if p.kind == kind}
        for role in self._roles(account, SERVICE_LINKED):
            for arn in sorted(self.estate.trusts.of(role).federated & providers.keys()):
                yield Target(arn, role, providers[arn], role.owner, role.stale)
