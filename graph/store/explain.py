"""Sentences for the errors of the driver and of the engine."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import (
    AuthError,
    DriverError,
    Forbidden,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from graph.store.errors import GraphReplaced, OutOfMemory, StoreError

# The engine answers with a code and, in production mode, without details; the codes are Neo4j's.
# https://neo4j.com/docs/status-codes/current/errors/all-errors/
REFUSED = "queries here only read, and this one would write, change the schema or load a file: leave those clauses out"
ADMINISTRATION = "queries here only read the graph, and this one is about the server: leave that to its operator"
NO_PROCEDURE = "the query calls a procedure or function that does not exist here: check its name"
SENTENCES = {
    "Neo.ClientError.Statement.SyntaxError": (
        "the query is not valid Cypher: check its brackets, keywords, quotes and variables"
    ),
    "Neo.ClientError.Statement.SemanticError": (
        "the query does not make sense to the engine: check that each variable is defined and each range bounded"
    ),
    "Neo.ClientError.Statement.AccessMode": REFUSED,
    "Neo.ClientError.Statement.ParameterMissing": "the query names a parameter that was not given: pass it",
    "Neo.ClientError.Statement.ArithmeticError": "the query divides by zero or overflows: guard it with CASE",
    "Neo.ClientError.Statement.TypeError": "the query mixes types that do not go together: convert one of them",
    "Neo.ClientError.Statement.ArgumentError": (
        "the query has an option or argument that the engine does not take: check it, and leave PROFILE out"
    ),
    "Neo.ClientError.Statement.UnsupportedAdministrationCommand": ADMINISTRATION,
    "Neo.ClientError.Statement.NotSystemDatabaseError": ADMINISTRATION,
    "Neo.ClientError.Transaction.ForbiddenDueToTransactionType": ADMINISTRATION,
    "Neo.ClientError.Procedure.ProcedureNotFound": NO_PROCEDURE,
    "Neo.ClientError.Schema.ConstraintValidationFailed": (
        "two nodes of one label have the same id, or one to be deleted has relationships: give each its own"
    ),
    "Neo.ClientError.Transaction.TransactionTimedOut": (
        "the query ran longer than the engine allows: narrow it with labels, ids or a LIMIT"
    ),
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration": (
        "the query ran longer than it was given: narrow it with labels, ids or a LIMIT, or raise the timeout"
    ),
}
NO_DISK = "could not write to its disk: make room there and restart it, then run again"
TOO_OLD = "is too old: Trustdrift needs Neo4j 5.26 or newer, so use such a server"
NO_WRITES = "takes no writes: give the address of one that does, or end its read-only mode"
# The same for what is the store's condition and not the query's; they begin with its address.
CONDITIONS = {
    "Neo.ClientError.Security.AuthenticationRateLimit": (
        "was given wrong credentials too often: wait a minute, then check user and password"
    ),
    "Neo.ClientError.Security.CredentialsExpired": (
        "wants the password of this user changed first: change it with `ALTER CURRENT USER`, then give the new one"
    ),
    "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase": NO_WRITES,
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase": NO_WRITES,
    "Neo.ClientError.General.ReadOnly": NO_WRITES,
    "Neo.ClientError.Cluster.NotALeader": NO_WRITES,
    "Neo.ClientError.Database.DatabaseNotFound": (
        "has no database of that name: write an existing one behind the port, or none for `neo4j`"
    ),
    "ConfigurationError": TOO_OLD,  # a protocol that knows less than we ask of it
    "UnsupportedServerProduct": TOO_OLD,
    "Neo.TransientError.Transaction.DeadlockDetected": "is written by another client too: stop it, then run again",
    "Neo.TransientError.Transaction.LockAcquisitionTimeout": (
        "is written by another process that does not let go: stop that one, then run again"
    ),
    "Neo.TransientError.General.DatabaseUnavailable": (
        "cannot open its database: look into its log for a full disk or a start under way, then run again"
    ),
    "Neo.DatabaseError.Transaction.TransactionCommitFailed": NO_DISK,
    "Neo.DatabaseError.Transaction.TransactionLogError": NO_DISK,
    "Neo.DatabaseError.Transaction.TransactionStartFailed": NO_DISK,
    "Neo.DatabaseError.General.StorageDamageDetected": "has damaged files: restore them, or empty it and load again",
}
MEMORY = (
    "Neo.TransientError.General.MemoryPoolOutOfMemoryError",
    "Neo.TransientError.General.TransactionOutOfMemoryError",
    "Neo.TransientError.General.OutOfMemoryError",
)
NO_MEMORY = (
    "needs more memory than the server gives one transaction: "
    "raise `db.memory.transaction.max` there, or narrow a query with labels, ids or a LIMIT"
)
# What a reader gets whose graph was replaced under it: its nodes are gone, or the database was closed with what ran in
# it.
REPLACED = ("Neo.ClientError.Statement.EntityNotFound",)
REPLACED_EMBEDDED = (
    "Neo.DatabaseError.General.UnknownError",
    "Neo.ClientError.Database.",
    "Neo.ClientError.Transaction.TransactionNotFound",
)


def explain(error: Neo4jError | DriverError, address: str) -> StoreError:
    """The sentence for an error that came from the store at `address`."""
    embedded = address.startswith("embedded:")
    code = getattr(error, "code", None) or type(error).__name__
    if code.startswith(REPLACED_EMBEDDED if embedded else REPLACED):
        return GraphReplaced(
            f"the graph store at `{address}` could not run the query ({code}): "
            "check that it calls only procedures and functions that exist, then run it again"
        )
    if code in CONDITIONS:
        return StoreError(f"the graph store at `{address}` {CONDITIONS[code]}")
    if isinstance(error, Forbidden) and code not in SENTENCES:
        return StoreError(REFUSED)
    if isinstance(error, AuthError):
        return StoreError(f"the graph store at `{address}` refused the credentials: check user and password")
    if isinstance(error, ServiceUnavailable | SessionExpired):
        return StoreError(f"the graph store at `{address}` {_unreachable(error, address, embedded)}")
    if code in MEMORY:
        return OutOfMemory(f"the query {NO_MEMORY}")
    return StoreError(SENTENCES.get(code, f"the graph store at `{address}` answered {code}: check the query"))


def _unreachable(error: BaseException, address: str, embedded: bool) -> str:
    """Why a store does not answer, as far as it can be told from here, and what to do."""
    if embedded:
        return "does not answer: run the command again to start or reach it"
    if isinstance(error, IncompleteCommit):
        return "went away while it wrote: run the command again, which finds out what was kept"
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return "does not speak TLS as asked: write the address without `+s`, or check the server's certificate"
    scheme = address.partition(":")[0].removesuffix("+s")
    return f"does not answer: start it, or check host, port and whether it wants `{scheme}+s://`"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    if error is None:
        return
    yield error
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _causes(inner)
    yield from _causes(error.__cause__ or error.__context__)


@contextmanager
def explained(address: str) -> Iterator[None]:
    """Turn what the driver raises inside into a StoreError."""
    try:
        yield
    except (Neo4jError, DriverError) as error:
        raise explain(error, address) from error


@contextmanager
def out_of_memory_told() -> Iterator[None]:
    """Turn a transaction that does not fit into OutOfMemory: the driver would try it again as it is."""
    try:
        yield
    except TransientError as error:
        if error.code not in MEMORY:
            raise
        raise OutOfMemory(f"a transaction {NO_MEMORY}") from error
