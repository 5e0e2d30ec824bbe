"""Checks: the catalogue run against a store; every finding is open or unknown, and nothing is compliant by absence."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from graph.model import Graph, Node
from ingest.snapshot import COLLECTORS
from ingest.whole_file import write_whole
from queries.catalog import Query, bind, checks
from queries.severity import rank
from queries.where import account_name

OPEN, UNKNOWN = "open", "unknown"
SHOWN = 4  # coverage rows named in one finding
MISSING = "was not collected"


class FindingsError(Exception):
    """Findings that cannot be read; the sentence says what to do."""


class Reader(Protocol):
    """What checks need of a store."""

    def read(self, query: str, params: Mapping[str, Any]) -> list[dict[str, Any]]: ...


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """An answered check: `open` where the fault is there, `unknown` where it could not be told.

    `id` is a fingerprint of rule and subject, the same in every run.
    """

    id: str
    rule: str
    severity: str
    state: str
    subject: str
    title: str
    account_id: str
    details: dict[str, Any] = {}
    fix: str = ""


def run_checks(store: Reader, graph: Graph, now: str) -> list[Finding]:
    """Every check of the catalogue against the promoted graph, worst first.

    `graph` is the artefact that the store holds, for its coverage; `now` is the snapshot's time, ISO 8601.
    """
    found = [f for check in checks().values() for f in run_check(check, store, graph, now)]
    return sorted(found, key=lambda f: (rank(f.severity), f.rule, f.account_id, f.subject, f.id))


def run_check(check: Query, store: Reader, graph: Graph, now: str) -> Iterator[Finding]:
    """One check: a finding per row, and one per account in which its answer is not known to be whole."""
    silent = {a for a, _ in unseen_by_account(graph, check.absence)}
    for row in store.read(check.body, bind(check, now)):
        yield _finding(check, graph, row, silent)
    for account_id, gaps in unseen_by_account(graph, check.reads):
        yield _unknown(check, account_id, gaps)


def unseen_by_account(graph: Graph, collectors: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """For each own account what was not completely seen of some collectors, in words; accounts seen whole are left out.

    A collector of the whole organization counts once, for the account that manages it (or `` where none is known).
    """
    rows = _coverage(graph)
    wanted = list(dict.fromkeys(collectors))
    gaps: dict[str, list[str]] = defaultdict(list)
    for account_id in _own_accounts(graph):
        for name in (c for c in wanted if COLLECTORS[c].scope != "organization"):
            gaps[account_id] += _gaps(name, rows.get((account_id, name), []))
    for name in (c for c in wanted if COLLECTORS[c].scope == "organization"):
        gaps[_manager(graph)] += _gaps(name, [r for (_, source), have in rows.items() if source == name for r in have])
    return ((account, found) for account, found in sorted(gaps.items()) if found)


def fingerprint(*parts: str) -> str:
    """A stable id of some texts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def save_findings(findings: Iterable[Finding], path: Path) -> None:
    """Writes findings as canonical JSON; a reader sees the whole file or none."""
    write_whole(path, msgspec.json.encode(list(findings), order="deterministic"))


def load_findings(path: Path) -> list[Finding]:
    """Reads findings. Raises FindingsError where there are none, or the file is damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Finding])
    except FileNotFoundError:
        raise FindingsError(f"no findings `{path.name}`: run `trustdrift check`") from None
    except msgspec.MsgspecError as error:
        raise FindingsError(f"`{path.name}` is damaged: run `trustdrift check` again") from error


def _finding(check: Query, graph: Graph, row: Mapping[str, Any], silent: set[str]) -> Finding:
    subject, account_id = str(row[check.subject]), str(row.get("account_id") or "")
    node = graph.nodes.get(subject)
    stale = node is not None and bool(node.properties.get("stale"))
    return Finding(
        id=fingerprint(check.id, subject),
        rule=check.id,
        severity=check.severity,
        state=UNKNOWN if stale or account_id in silent else OPEN,
        subject=subject,
        title=check.sentence.format_map({**row, "account": account_name(graph, account_id)}),
        account_id=account_id,
        details={k: v for k, v in row.items() if v is not None},
        fix=check.fix,
    )


def _unknown(check: Query, account_id: str, gaps: list[str]) -> Finding:
    some = "; ".join(gaps[:SHOWN]) + (f"; and {len(gaps) - SHOWN} more" if len(gaps) > SHOWN else "")
    return Finding(
        id=fingerprint(check.id, account_id, UNKNOWN),
        rule=check.id,
        severity=check.severity,
        state=UNKNOWN,
        subject=account_id,
        title=f"{check.title}: not all of it could be seen ({some})",
        account_id=account_id,
        details={"unseen": gaps},
        fix="Let the reader see what is named here, then collect again.",
    )


def _coverage(graph: Graph) -> dict[tuple[str, str], list[Node]]:
    rows: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for node in graph.of("Coverage"):
        rows[(str(node.properties.get("account_id") or ""), str(node.properties.get("source")))].append(node)
    return rows


def _gaps(collector: str, rows: list[Node]) -> list[str]:
    """What is missing of a collector; one without any row is missing whole."""
    if not rows:
        return [f"{collector} {MISSING}"]
    return [_gap(collector, r) for r in rows if r.properties.get("state") != "seen"]


def _gap(collector: str, row: Node) -> str:
    have = row.properties
    where = f" in {have['region']}" if have.get("region") else ""
    why = f" ({have['reason']})" if have.get("reason") and have.get("reason") != have.get("state") else ""
    return f"{collector}{where} was {have.get('state')}{why}"


def _own_accounts(graph: Graph) -> list[str]:
    return [n.id for n in graph.of("AWSAccount") if n.properties.get("relation") == "own"]


def _manager(graph: Graph) -> str:
    return next((n.id for n in graph.of("AWSAccount") if n.properties.get("management")), "")
