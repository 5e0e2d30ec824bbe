"""From what a person types to a name that can be asked for: parts of names, and what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graph.model import Graph
from graph.options import Zone
from queries.paths import endpoints
from queries.where import Unresolved
from ui import words

LAST_PART = re.compile("[/:]")
OFFERED = 8  # names offered for one text
MAX_HOPS = 12
TERMS = {said: term for term, said in words.CLASSES.items()}  # how the form calls a class, to its name


@dataclass(frozen=True)
class Question:
    """Which paths are asked for; the texts are what `endpoints` understands. `kinds` are of words.STEP_KINDS: the only
    steps that a path may take, none for any step."""

    source: str
    target: str
    max_hops: int = MAX_HOPS
    certain_only: bool = False
    kinds: tuple[str, ...] = ()


def settle(graph: Graph, text: str, names: Sequence[str], zones: Sequence[Zone] = ()) -> list[str]:
    """What a text stands for: itself where it can be asked for, the account that it names, else the names that it is a
    part of, the closest kind of match alone."""
    term = TERMS.get(text, text)
    account = f"account:{term}"
    is_account = term in graph.nodes and graph.nodes[term].label == "AWSAccount"
    for candidate in (account,) if is_account else (term, account):
        try:
            endpoints(graph, candidate, zones)
        except Unresolved:
            continue
        return [candidate]
    return matches(text, names)


def said(term: str) -> str:
    """A class in the form's words; anything else as it is."""
    return words.CLASSES.get(term, term)


def matches(text: str, names: Sequence[str]) -> list[str]:
    """The names whose last part is the text, else starts with it, else the names that hold it; case does not count."""
    wanted = text.strip().casefold()
    kinds: tuple[Callable[[str], bool], ...] = (
        lambda name: _last(name) == wanted,
        lambda name: _last(name).startswith(wanted),
        lambda name: wanted in name.casefold(),
    )
    for fits in kinds if wanted else ():
        if found := [name for name in names if fits(name)]:
            return found
    return []


def _last(name: str) -> str:
    """The last part of `ACCOUNT/NAME` or of an ARN."""
    return LAST_PART.split(name.casefold())[-1]
