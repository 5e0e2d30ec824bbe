"""Constraints and indexes, as the schema declares them."""

from __future__ import annotations

from collections.abc import Iterator

from graph.schema import LABELS, SECONDARY_LABELS

# What questions start from besides the id.
LOOKUPS = {"AWSPrincipal": ("name", "account_id"), "AWSRole": ("name",), "AWSUser": ("name",), "AWSAccount": ("name",)}


def schema_statements() -> Iterator[str]:
    """Cypher that both engines take, each statement to be run by itself.

    Every label that a query may match on has its own index: an unindexed second label scans.
    """
    for label in LABELS:
        yield f"CREATE CONSTRAINT {label}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
    for label in SECONDARY_LABELS:
        yield f"CREATE INDEX {label}_id IF NOT EXISTS FOR (n:{label}) ON (n.id)"
    for label, properties in LOOKUPS.items():
        for name in properties:
            yield f"CREATE INDEX {label}_{name} IF NOT EXISTS FOR (n:{label}) ON (n.{name})"
