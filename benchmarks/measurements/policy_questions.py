"""What an estate's principals may ask: the mix of requests that evaluations are measured on."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from benchmarks.estate.names import REGIONS
from benchmarks.measurements.policy_powers import Held, sample
from policy import PolicySet, Request, ResourcePolicies, Statement
from policy.catalogue import catalogue

# Shares of the mix: assuming some role of the organization; what the principal's own policies name; any other action.
ASSUMING, NAMED = 0.1, 0.6
PLACE = re.compile(r"\$\{(?:Partition|Region|Account)\}")
WILD = re.compile(r"\$\{[^}]*\}|[*?]")


class Question(NamedTuple):
    held: Held
    request: Request
    resource: ResourcePolicies | None = None

    @property
    def policies(self) -> PolicySet:
        return self.held.policies


def questions(found: list[Held], number: int, names: str) -> list[Question]:
    """So many requests by users and roles of the whole estate.

    One in ten asks to assume a role, with the role's trust policy. Six take an action that the principal's policies
    allow, patterns expanded by the catalogue, on a resource of that statement, its wildcards filled in. Three take any
    action there is, on a resource of the principal's account or a role of the estate. `names` varies roles and
    filled-in names, nothing else.
    """
    choose, fill = random.Random("questions"), random.Random(names)  # noqa: S311  # they choose content, no secrets
    roles = [one for one in found if one.trust is not None]
    return [_question(held, roles, choose, fill) for held in sample(found, number, "principals")]


def _question(held: Held, roles: Sequence[Held], choose: random.Random, fill: random.Random) -> Question:
    kind, target = choose.random(), roles[int(fill.random() * len(roles))]
    if kind < ASSUMING:
        return _asked(held, "sts:AssumeRole", target.principal.arn, target.door)
    allows = list(_allows(held)) if kind < ASSUMING + NAMED else []
    if not allows:
        action = choose.choice(catalogue().spelt)
        return _asked(held, action, _filled(_own(held, action, target), fill))
    statement = choose.choice(allows)
    action = choose.choice(_actions(statement.actions or statement.not_actions, bool(statement.not_actions)))
    pattern = choose.choice(statement.resources or ("*",))
    return _asked(held, action, _filled(_own(held, action, target) if pattern == "*" else pattern, fill))


def _own(held: Held, action: str, target: Held) -> str:
    """A pattern for resources of the principal's account that an action works on; `*` where it works on none, and the
    target where it works on roles."""
    types = catalogue().resource_types(action)
    if types and types[0].name == "role":
        return target.principal.arn
    here = {"${Partition}": "aws", "${Region}": REGIONS[0], "${Account}": held.principal.account_id}
    return PLACE.sub(lambda found: here[found[0]], types[0].arn) if types else "*"


def _allows(held: Held) -> Iterator[Statement]:
    documents = (policy.document for policy in held.identity)
    return (one for document in documents if document for one in document.statements if one.effect == "Allow")


@cache
def _actions(written: tuple[str, ...], all_but: bool) -> tuple[str, ...]:
    """The actions of a statement; of an entry that the catalogue lacks, the entry."""
    listed = catalogue()
    bits = listed.bits_of(Statement("Allow", *((), written) if all_but else (written,)))
    return listed.names(bits) or written


def _filled(pattern: str, fill: random.Random) -> str:
    """The pattern with names for its wildcards and variables; `*` alone is what a request without a resource names."""
    if pattern == "*":
        return pattern
    return WILD.sub(lambda _: f"x{fill.randrange(1_000)}", pattern)


def _asked(held: Held, action: str, resource: str, door: ResourcePolicies | None = None) -> Question:
    account = next(iter(re.findall(r":(\d{12}):", resource)), held.principal.account_id)
    return Question(held, Request(held.principal, action, resource, account), door)
