"""The actions that policies leave possible, as one set of bits: cheap enough for every principal of an estate."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from policy.catalogue import catalogue
from policy.decision.plan import ATTACHED
from policy.decision.rules import Policy
from policy.language.document import Document
from policy.policies import UNDENIABLE, PolicySet

LEVELS_KEPT = 1_024


class Spoken(NamedTuple):
    """The actions that a document may allow on anything at all, and those that it denies on everything, always."""

    allows: int
    denies: int


_SPOKEN: WeakKeyDictionary[Document, Spoken] = WeakKeyDictionary()


def spoken_bits(document: Document) -> Spoken:
    """What a document says of each action, kept as long as the document is."""
    found = _SPOKEN.get(document)
    if found is None:
        found = _SPOKEN[document] = _spoken(document)
    return found


def _spoken(document: Document) -> Spoken:
    listed = catalogue()
    allows = denies = 0
    for statement in document.statements:
        if statement.effect == "Allow":
            allows |= listed.bits_of(statement)
        elif statement.covers_all and not statement.conditions:
            denies |= listed.bits_of(statement)
    return Spoken(allows, denies)


def effective_bits(policies: PolicySet, is_root: bool = False) -> int:
    """The actions of the catalogue that the policies leave possible, whoever asks and on whatever resource.

    It may hold too many and never too few: conditions count as met, an Allow on any resource counts, a Deny counts
    only without conditions and on every resource, a policy that was not seen may allow everything. `is_root` is for a
    root user, to whom neither identity policies nor a boundary can be attached.
    """
    possible, denied = catalogue().everything, 0
    for _, layer, found in policies.sources:
        if is_root and layer in ATTACHED:
            continue
        allows, denies = _guardrails(found) if layer == "scp" else _together(found)
        denied |= denies
        possible &= allows
    return possible & ~denied | catalogue().bits(UNDENIABLE)


@lru_cache(maxsize=LEVELS_KEPT)
def _guardrails(policies: tuple[Policy, ...]) -> Spoken:
    """What one level of SCPs says: the same for everyone in an account."""
    return _together(policies)


def _together(policies: Iterable[Policy]) -> Spoken:
    allows = denies = 0
    for policy in policies:
        if policy.document is None:
            allows = catalogue().everything
            continue
        said = spoken_bits(policy.document)
        allows |= said.allows
        denies |= said.denies
    return Spoken(allows, denies)
