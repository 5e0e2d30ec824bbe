"""Asks whether a principal's policies allow all that a technique needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from graph.edges.abilities import Abilities, Needs
from graph.edges.existing import Existing
from graph.edges.targets import Listing, Target
from graph.estate import Holder, Powers
from graph.proof import NO_STEP, YES_STEP, Step, asked, best
from graph.techniques import Need
from policy import Request, ResourcePolicies, Truth, places, refined
from policy.language.match import glob

MAX_CANDIDATES = 64
ON_TARGET = ("target", "gained", "self")
Context = Mapping[str, tuple[str, ...]]
NOTHING: Context = {}


@dataclass(frozen=True)
class Asker:
    """Asks on behalf of one principal or set."""

    powers: Powers
    partition: str
    known: Context  # what every request on a resource of the account says
    abilities: Abilities
    existing: Existing
    _standing: dict[int, tuple[Needs, Step]] = field(default_factory=dict)  # by id, with what keeps the id its own

    def could(self, needs: Needs) -> bool:
        """Whether each action is allowed on something: cheap, and false for most sets."""
        wanted = self.abilities.needed(needs)
        return wanted & self._able == wanted

    @cached_property
    def _able(self) -> int:
        return self.abilities.of(self.powers)

    def all(self, needs: Needs, target: Target | None) -> Step:
        """Whether every need is met, by those on the target and by those that are the same for each target."""
        standing = self.standing(needs)
        return NO_STEP if standing.truth is Truth.NO else both(self.meets(needs, target), standing)

    def meets(self, needs: Needs, target: Target | None) -> Step:
        """Whether the needs on the target, or on oneself, are met."""
        return every(self._on(n, target) for n in needs if n.on in ON_TARGET)

    def meeting(self, needs: Needs, listing: Listing, group: int) -> Iterator[tuple[int, Step]]:
        """Groups of targets for which the needs on the target are met, or may be, each with how: targets that nothing
        tells apart are asked about once."""
        groups = [group] if group else []
        for need in needs:
            if need.on in ("target", "gained"):
                groups = [part for one in groups if one for part in self._alike(need, listing, one)]
        for one in sorted(groups, key=lambda group: group & -group):
            step = self.meets(needs, listing.targets[next(places(one))])
            if step.truth is not Truth.NO:
                yield one, step

    def _alike(self, need: Need, listing: Listing, group: int) -> list[int]:
        """The targets of a group for which a need may be met, in groups of which each is answered alike."""
        policies, target = self.powers.policies, listing.targets[next(places(group))]
        resources = listing.arns if need.on == "target" else listing.gained
        found = policies.alike(self._request(need, *_on(need, target)), resources, group, not need.is_entry)
        if need.is_entry:
            found = refined(found, *listing.by_door)
        if found and len(listing.by_region) > 1:
            found = refined(found, *listing.by_region)
        if found and policies.reads_tags(need.action):
            found = refined(found, *listing.by_tags)
        return found

    def on(self, needs: Needs, arn: str) -> Step:
        """Whether the needs on the target are met, where nothing is known of it but its ARN."""
        return every(self._ask(n, arn) for n in needs if n.on == "target")

    def standing(self, needs: Needs) -> Step:
        """Whether the needs that do not name a target are met, asked once for all targets.

        Needs on `new` of one pattern must be met by one and the same resource of the caller's choice, those on
        `existing` by one that is there.
        """
        if not self.could(needs):
            return NO_STEP
        kept = self._standing.get(id(needs))
        if kept is None:
            kept = self._standing[id(needs)] = (needs, every(self._standing_steps(needs)))
        return kept[1]

    def _standing_steps(self, needs: Needs) -> Iterator[Step]:
        for need in (n for n in needs if n.on not in (*ON_TARGET, "new", "existing")):
            yield self._best([need]) if need.on == "any" else self._ask(need, self._fill(need.on))
        for pattern in dict.fromkeys(n.resource for n in needs if n.on == "new"):
            yield self._best([n for n in needs if n.on == "new" and n.resource == pattern])
        for pattern in dict.fromkeys(n.resource for n in needs if n.on == "existing"):
            yield self._best_existing([n for n in needs if n.on == "existing" and n.resource == pattern])

    def _best(self, needs: Sequence[Need]) -> Step:
        """The best answer of those resources of the caller's choice that might meet all the needs."""
        candidates = self._candidates(needs)
        return best(every(self._ask(n, arn) for n in needs) for arn in candidates)

    def _best_existing(self, needs: Sequence[Need]) -> Step:
        """The best answer of those things that exist, or may where not all were seen."""
        account, pattern = self.powers.account_id, self._fill(needs[0].resource)
        found = NO_STEP
        for thing in self.existing.fitting(account, pattern):
            step = both(every(self._ask(n, thing.arn, thing.context) for n in needs), thing.step)
            found = best((found, step))
            if found.truth is Truth.YES:
                return found
        return best((found, both(self.existing.unseen(account, pattern), self._best(needs))))

    def _on(self, need: Need, target: Target | None) -> Step:
        if target is None or need.on == "self":
            return self._ask(need, self.powers.principal.arn)
        if need.is_entry:
            return self._enter(target.gained, target.door)
        return self._ask(need, *_on(need, target))

    def _enter(self, role: Holder, door: ResourcePolicies | None) -> Step:
        request = Request(self.powers.principal, "sts:AssumeRole", role.arn, role.account_id, role.as_resource)
        return asked(self.powers.policies, request, door, f"sts:AssumeRole on {role.record.name}.")

    def ask(self, action: str, resource: str) -> Step:
        """Whether one action is allowed on one resource."""
        return self._ask(Need(action, "target"), resource)

    def _ask(self, need: Need, resource: str, known: Context = NOTHING, policy: str = "") -> Step:
        return asked(self.powers.policies, self._request(need, resource, known, policy), None, f"{need.action}.")

    def _request(self, need: Need, resource: str, known: Context = NOTHING, policy: str = "") -> Request:
        given = {k.lower(): (self._fill(v).replace("{policy}", policy),) for k, v in need.context.items()}
        context = {**self.known, **known, **given}
        return Request(self.powers.principal, need.action, resource, self.powers.account_id, context)

    def _candidates(self, needs: Sequence[Need]) -> list[str]:
        """Resources a caller may name: one of no particular name, and one for each pattern its policies allow or spare.

        A `*` that stays in a candidate stands for a character of the caller's choice: only patterns match it.
        """
        template = self._fill(needs[0].resource)
        found = {template: None}
        for need in needs:
            for pattern in self._allowed(need.action):
                merged = merge_arns(pattern, template)
                if merged:
                    found[merged] = None
        return list(found)[:MAX_CANDIDATES]

    def _fill(self, text: str) -> str:
        return text.replace("{partition}", self.partition).replace("{account}", self.powers.account_id)

    def _allowed(self, action: str) -> Iterator[str]:
        for policy in self.powers.identity:
            allows, denies = policy.document.relevant(action.lower()) if policy.document else ((), ())
            yield from (resource for statement in allows for resource in statement.resources)
            yield from (spared for statement in denies for spared in statement.not_resources)


def _on(need: Need, target: Target) -> tuple[str, Context, str]:
    """The resource of a need on a target, what is known of it, and the policy that is taken away."""
    arn, known = (target.gained.arn, target.gained.as_resource) if need.on == "gained" else (target.arn, target.context)
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html: tags of a role do not count
    return arn, known if need.action != "iam:PassRole" else NOTHING, target.policy if need.on == "target" else ""


def every(steps: Iterable[Step]) -> Step:
    """All must hold; asked no further than the first that is not possible."""
    found = YES_STEP
    for step in steps:
        found = both(found, step)
        if found.truth is Truth.NO:
            break
    return found


def both(a: Step, b: Step) -> Step:
    """`a & b`, which needs no proof where it is not possible."""
    if a.truth is Truth.NO or b.truth is Truth.NO:
        return NO_STEP
    if a is YES_STEP or b is YES_STEP:
        return b if a is YES_STEP else a
    return a & b


def merge_arns(pattern: str, template: str) -> str | None:
    """The ARN that fits both: segment by segment the narrower one; None where they contradict.

    >>> merge_arns("arn:aws:lambda:*:*:function:app-*", "arn:aws:lambda:*:1:function:*")
    'arn:aws:lambda:*:1:function:app-*'
    """
    if pattern == "*":
        return template
    ours, theirs = pattern.split(":", 5), template.split(":", 5)
    if len(ours) < 6:
        return None
    return ":".join(segments) if None not in (segments := list(_narrower(ours, theirs))) else None  # type: ignore[arg-type]


def _narrower(ours: list[str], theirs: list[str]) -> Iterator[str | None]:
    for a, b in zip(ours, theirs, strict=True):
        if glob(b)(a):
            yield a
        elif glob(a)(b):
            yield b
        else:
            yield None
