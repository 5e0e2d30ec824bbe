"""Asks whether a principal's policies allow all that a technique needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from graph.estate import Powers
from graph.proof import NO_STEP, YES_STEP, Step, asked, best
from graph.techniques import Need
from policy import Request, Truth

MAX_CANDIDATES = 64
ON_TARGET = ("target", "self")


@dataclass(frozen=True)
class Asker:
    """Asks on behalf of one principal or set."""

    powers: Powers
    partition: str
    known: Mapping[str, tuple[str, ...]]  # what every request on a resource of the account says
    _standing: dict[tuple[str, ...], Step] = field(default_factory=dict)

    def could(self, needs: Iterable[Need]) -> bool:
        """Whether each action is allowed on something: cheap, and false for most sets."""
        return all(self.powers.policies.allows_action(need.action) for need in needs)

    def all(self, needs: Sequence[Need], target: str | None) -> Step:
        """Whether every need is met, by those on the target and by those that are the same for each target."""
        standing = self.standing(needs)
        if standing.truth is Truth.NO:
            return NO_STEP
        arn = target or self.powers.principal.arn
        return reduce(_both, (self._ask(n, arn) for n in needs if n.on in ON_TARGET), YES_STEP) & standing

    def standing(self, needs: Sequence[Need]) -> Step:
        """Whether the needs that do not name a target are met, asked once for all targets.

        Needs on `new` must be met by one and the same resource of the caller's choice.
        """
        key = tuple(n.action for n in needs)
        if key not in self._standing:
            self._standing[key] = self._ask_standing(needs) if self.could(needs) else NO_STEP
        return self._standing[key]

    def _ask_standing(self, needs: Sequence[Need]) -> Step:
        fixed = [n for n in needs if n.on not in (*ON_TARGET, "new", "any")]
        step = reduce(_both, (self._ask(n, self._fill(n.on)) for n in fixed), YES_STEP)
        for need in (n for n in needs if n.on == "any"):
            step = _both(step, best(self._ask(need, arn) for arn in self._candidates([need])))
        new = [n for n in needs if n.on == "new"]
        if not new or step.truth is Truth.NO:
            return step
        return step & best(reduce(_both, (self._ask(n, arn) for n in new), YES_STEP) for arn in self._candidates(new))

    def ask(self, action: str, resource: str) -> Step:
        """Whether one action is allowed on one resource."""
        return self._ask(Need(action, "target"), resource)

    def _ask(self, need: Need, resource: str) -> Step:
        powers = self.powers
        context = {**self.known, **{k.lower(): (self._fill(v),) for k, v in need.context.items()}}
        request = Request(powers.principal, need.action, resource, powers.account_id, context)
        return asked(powers.policies, request, None, f"{need.action}.")

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


def _both(a: Step, b: Step) -> Step:
    return a & b if a.truth is not Truth.NO and b.truth is not Truth.NO else NO_STEP


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
        if a == b or b == "*" or (b.endswith("*") and a.startswith(b[:-1])):
            yield a
        elif a == "*" or (a.endswith("*") and b.startswith(a[:-1])):
            yield b
        else:
            yield None
