"""The gate before a query that a person wrote: its plan says what it would do.

The engine compiles the very text that would run; nothing here reads Cypher. A server's session in READ mode refuses
writes, but not LOAD CSV, procedures, or looking at what others run and ending it; nor does a read-only user everything.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from graph.store.errors import StoreError
from graph.store.explain import ADMINISTRATION, REFUSED

FILE = Path(__file__).with_name("reading.toml")
# A subquery inside a list comprehension and its like has no operators of its own: it stands, as the server prints it,
# in the details of the operator around it.
UNPLANNED = re.compile(r"\b(LOAD\s+CSV|CALL\b|\w*Call\()")
HIDDEN = (
    "the query loads a file or calls a procedure in a subquery inside an expression, where its plan cannot be checked: "
    "leave that out"
)


class Operator(NamedTuple):
    """One step of a plan: what it does, in which database, and with which expressions, as the server prints them."""

    name: str
    database: str
    details: str


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan may hold: operators by name or by the pattern `access`, and procedures by name."""

    access: str
    operators: frozenset[str]
    procedures: frozenset[str]

    def knows(self, operator: str) -> bool:
        name = operator.partition("(")[0]
        return name in self.operators or re.fullmatch(self.access, name) is not None


def demand_reader(query_type: str | None, plan: Mapping[str, Any] | None, database: str) -> None:
    """Raise StoreError unless the plan of a query only reads the graph of `database`."""
    operators = [] if plan is None else [*_operators(plan)]
    for operator in operators:
        _demand_procedure(operator)
    if query_type != "r" or not operators:
        raise StoreError(REFUSED)
    for operator in operators:
        name, place = operator.name, operator.database
        if place.lower() != database.lower():
            raise StoreError(f"queries here only read `{database}`, and this one goes to `{place}`: leave USE out")
        if not reading().knows(name):
            raise StoreError(f"queries here only read the graph, and `{name}` does more: leave that clause out")
        if UNPLANNED.search(operator.details):
            raise StoreError(HIDDEN)


def demand_plan(plan: Mapping[str, Any] | None) -> None:
    """Raise StoreError where the embedded engine has no plan: it has one for queries, and none for commands."""
    if plan is None:
        raise StoreError(ADMINISTRATION)


def _demand_procedure(operator: Operator) -> None:
    if operator.name == "AdministrationCommand":
        raise StoreError(ADMINISTRATION)
    known, name = reading().procedures, operator.details.partition("(")[0]
    if operator.name == "ProcedureCall" and name not in known:
        raise StoreError(f"procedure `{name}` is not for questions: call one of {', '.join(sorted(known))}")


@cache
def reading() -> Reading:
    return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), Reading)


def _operators(plan: Mapping[str, Any]) -> Iterator[Operator]:
    name, _, database = plan["operatorType"].partition("@")
    yield Operator(name, database, str(plan["args"].get("Details", "")))
    for child in plan.get("children", ()):
        yield from _operators(child)
