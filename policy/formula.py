"""What must hold for an open answer: requirements on facts that nobody here knows, simplified, and in words.

A requirement is a disjunction of terms, a term a conjunction of literals; all requirements must be met. Facts that
are unknown here have one value in AWS, so that the laws of two-valued logic simplify them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MAX_TERMS = 64  # of one requirement, beyond which it is not searched for terms that others cover
MAX_REQUIREMENTS = 256  # beyond which they stay as they are, and with them the answer open


class Literal:
    """A fact that holds or does not. Two literals of one `atom` and different `holds` contradict each other."""

    __slots__ = ("atom", "holds", "opposite", "text")

    def __init__(self, atom: str, holds: bool, text: str, opposite: str) -> None:
        self.atom, self.holds, self.text, self.opposite = atom, holds, text, opposite

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and (self.atom, self.holds) == (other.atom, other.holds)

    def __hash__(self) -> int:
        return hash((self.atom, self.holds))

    def __invert__(self) -> Literal:
        return Literal(self.atom, not self.holds, self.opposite, self.text)


Term = tuple[Literal, ...]
Requirement = tuple[Term, ...]


def doubtful(sentence: str) -> Literal:
    """The literal of a sentence that may be so."""
    return Literal(sentence, True, sentence, f"not ({sentence})")


def refutation(term: Iterable[Literal]) -> Requirement:
    """What must hold for a conjunction not to."""
    return tuple((~literal,) for literal in term)


def simplified(requirements: Iterable[Requirement]) -> list[Requirement] | None:
    """Equal requirements in fewer words: none left where they are met anyway, None where they cannot be met.

    What must hold in any case is taken as given in the other requirements, until nothing changes.
    """
    found = [_tidy(one) for one in requirements]
    if len(found) > MAX_REQUIREMENTS:
        return None if () in found else _distinct([one for one in found if () not in one])
    facts: dict[str, bool] = {}
    while True:
        known = len(facts)
        for literal in (literal for one in found if len(one) == 1 for literal in one[0]):
            if facts.setdefault(literal.atom, literal.holds) is not literal.holds:
                return None
        found = [one if len(one) == 1 else _tidy(_given(one, facts)) for one in found]
        if () in found:
            return None
        found = [one for one in found if () not in one]
        if len(facts) == known:
            return _distinct(found)


def _given(requirement: Requirement, facts: dict[str, bool]) -> Requirement:
    """The requirement where these facts hold: terms against them fall, literals that they state are not repeated."""
    possible = [term for term in requirement if all(facts.get(one.atom, one.holds) is one.holds for one in term)]
    return tuple(tuple(one for one in term if one.atom not in facts) for term in possible)


def _tidy(requirement: Requirement) -> Requirement:
    """The requirement without terms that contradict themselves or that a shorter one covers."""
    terms = {frozenset(term): tuple(dict.fromkeys(term)) for term in requirement if not _is_contradiction(term)}
    alone = {term[0] for term in terms.values() if len(term) == 1}
    if any(~one in alone for one in alone):
        return ((),)
    if len(terms) > MAX_TERMS:
        return tuple(terms.values())
    return tuple(term for key, term in terms.items() if not any(other < key for other in terms))


def _is_contradiction(term: Term) -> bool:
    return len({one.atom for one in term}) < len(set(term))


def _distinct(requirements: Sequence[Requirement]) -> list[Requirement]:
    """Each requirement once; each fact of those with one term once."""
    facts = dict.fromkeys(literal for one in requirements if len(one) == 1 for literal in one[0])
    others = {frozenset(map(frozenset, one)): one for one in requirements if len(one) > 1}
    return [((literal,),) for literal in facts] + list(others.values())


def words(requirements: Iterable[Requirement]) -> list[str]:
    """One text per requirement, all of which must hold."""
    return list(dict.fromkeys(" or ".join(dict.fromkeys(map(_term, one))) for one in requirements))


def conjunction(texts: Sequence[str]) -> str:
    """All texts as one, alternatives in parentheses."""
    return " and ".join(f"({one})" if " or " in one and len(texts) > 1 else one for one in texts)


def _term(term: Term) -> str:
    return conjunction(list(dict.fromkeys(literal.text for literal in term)))
