"""What a permission is good for: the collectors that need it, the facts they bring, the checks that rest on those."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from ingest.aws.estate import DESCRIBE_REGIONS
from ingest.snapshot import COLLECTORS
from ingest.sources.declare import Source
from ingest.sources.table import SOURCES
from queries.catalog import Query, checks


class Cost(NamedTuple):
    """What is unknown of one collector without an action: all of its facts, or `part` of them."""

    collector: str
    part: bool
    facts: tuple[str, ...]
    checks: tuple[str, ...]

    @property
    def sentence(self) -> str:
        facts = ", ".join(self.facts)
        seen = f"details of {facts}" if self.part else f"all of {facts}"
        resting = f"; not answered for sure: {', '.join(self.checks)}" if self.checks else ""
        return f"{seen} ({self.collector}){resting}"


def costs() -> Mapping[str, tuple[Cost, ...]]:
    """By IAM action what is unknown without it."""
    found: dict[str, list[Cost]] = {}
    for source in SOURCES:
        for action, part in _actions(source).items():
            found.setdefault(action, []).append(_cost(source, part))
    everywhere = [_cost(s, part=False) for s in SOURCES if COLLECTORS[s.collector].scope == "region"]
    found[DESCRIBE_REGIONS.action] = everywhere
    return {action: tuple(rows) for action, rows in sorted(found.items())}


def resting_on(collector: str) -> tuple[str, ...]:
    """The checks that rest on a collector."""
    return tuple(check.id for check in _checks() if collector in check.reads)


def facts_of(collector: str) -> tuple[str, ...]:
    """The kinds of records of a collector."""
    return tuple(record.__name__ for record in COLLECTORS[collector].records)


@cache
def _checks() -> tuple[Query, ...]:
    return tuple(checks().values())


def _actions(source: Source) -> Mapping[str, bool]:
    """The actions of a source, and whether it still sees a part without: a call about a detail may be denied."""
    found: dict[str, bool] = {}
    for call in (c for c in source.calls if c.asks):
        for one in (call, call.until.call) if call.until else (call,):
            found[one.action] = found.get(one.action, True) and call not in source.required
    return found


def _cost(source: Source, part: bool) -> Cost:
    return Cost(source.collector, part, facts_of(source.collector), resting_on(source.collector))
