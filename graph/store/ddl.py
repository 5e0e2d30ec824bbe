"""Constraints and indexes, as the schema declares them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from graph.schema import LABELS, SECONDARY_LABELS

# What questions start from besides the id.
LOOKUPS = {"AWSPrincipal": ("name", "account_id"), "AWSRole": ("name",), "AWSUser": ("name",), "AWSAccount": ("name",)}


def schema_statements(present: Collection[str] = ()) -> Iterator[str]:
    """Cypher that both engines take, each statement to be run by itself; without those of the names in `present`.

    Every label that a query may match on has its own index: an unindexed second label scans.
    """
    return (statement for name, statement in _declared() if name not in present)


def _declared() -> Iterator[tuple[str, str]]:
    for label in LABELS:
        name = f"{label}_id"
        yield name, f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
    indexed = [(label, "id") for label in SECONDARY_LABELS]
    indexed += [(label, key) for label, keys in LOOKUPS.items() for key in keys]
    for label, key in indexed:
        name = f"{label}_{key}"
        yield name, f"CREATE INDEX {name} IF NOT EXISTS FOR (n:{label}) ON (n.{key})"
