"""Sentences for the errors of the driver and of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import AuthError, DriverError, Forbidden, Neo4jError, ServiceUnavailable, SessionExpired

from graph.store.errors import GraphReplaced, StoreError

# The engine answers with a code and, in production mode, without details; the codes are Neo4j's.
SENTENCES = {
    "Neo.ClientError.Statement.SyntaxError": "the query is not valid Cypher: check its brackets, keywords and quotes",
    "Neo.ClientError.Statement.SemanticError": (
        "the query does not make sense to the engine: check that each variable is defined and each range bounded"
    ),
    "Neo.ClientError.Statement.ParameterMissing": "the query names a parameter that was not given: pass it",
    "Neo.ClientError.Statement.ArithmeticError": "the query divides by zero or overflows: guard it with CASE",
    "Neo.ClientError.Statement.TypeError": "the query mixes types that do not go together: convert one of them",
    "Neo.ClientError.Schema.ConstraintValidationFailed": "two nodes of one label have the same id: give each its own",
    "Neo.ClientError.Transaction.TransactionTimedOut": (
        "the query ran longer than the engine allows: narrow it with labels, ids or a LIMIT"
    ),
}
REFUSED = "queries here only read, and this one would write, change the schema or load a file: leave those clauses out"
UNKNOWN = "Neo.DatabaseError.General.UnknownError"  # also what a reader gets whose database was closed under it


def explain(error: Neo4jError | DriverError, address: str) -> StoreError:
    """The sentence for an error that came from the store at `address`."""
    if isinstance(error, Forbidden):
        return StoreError(REFUSED)
    if isinstance(error, AuthError):
        return StoreError(f"the graph store at `{address}` refused the credentials: check user and password")
    if isinstance(error, ServiceUnavailable | SessionExpired):
        return StoreError(f"the graph store at `{address}` does not answer: run the command again to start or reach it")
    code = getattr(error, "code", None) or type(error).__name__
    if code == UNKNOWN or code.startswith("Neo.ClientError.Database."):
        return GraphReplaced(
            f"the graph store at `{address}` could not run the query ({code}): "
            "check that it calls only procedures and functions that exist, then run it again"
        )
    return StoreError(SENTENCES.get(code, f"the graph store at `{address}` answered {code}: check the query"))


@contextmanager
def explained(address: str) -> Iterator[None]:
    """Turn what the driver raises inside into a StoreError."""
    try:
        yield
    except (Neo4jError, DriverError) as error:
        raise explain(error, address) from error
