"""What a comparison finds: items a person can decide about, and how bad each kind is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from graph.model import Graph
from graph.schema import JEWEL_LABELS
from queries.paths import POSSIBLE, Hop
from queries.severity import SEVERITIES, rank, worst

FAMILIES = ("path", "access", "rule", "finding", "coverage")
CHANGES = ("added", "changed", "removed", "fixed", "unseen")

# What a target is worth, most precious first, and how bad it is that an entry point or a principal gains a way to it.
WORTH: dict[str, dict[str, str]] = {
    "organization administrator": {"path": "critical", "access": "critical"},
    "administrator": {"path": "critical", "access": "high"},
    "jewel of tier 0": {"path": "critical", "access": "high"},
    "jewel": {"path": "high", "access": "high"},
    "role": {"path": "medium", "access": "medium"},
    "resource": {"path": "low", "access": "low"},
}
# What is lost is good news, what cannot be seen is a question; the coverage item itself asks it loudest.
SEVERITY_OF_CHANGE = {"removed": "info", "fixed": "info", "unseen": "low"}
SEVERITY_OF_COVERAGE = {"partial": "low"}  # anything less is medium
SEVERITY_OF_RULE = {
    "inbound from anywhere": "high",
    "inbound": "medium",
    "outbound to anywhere": "medium",
    "outbound": "low",
}


class DriftItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that changed, for all principals and targets it changed for alike.

    `id` is stable: the same change found again has the same id. `members` are whom it is about, `targets` what they
    gained or lost; `subject` and `target` are the first of each. `before` and `after` say it in words. `path` is the
    way it opens or closed, each hop marked with its own change. `evidence` are ids of proofs.
    """

    id: str
    family: str
    change: str
    severity: str
    title: str
    account_id: str = ""
    subject: str = ""
    target: str = ""
    before: list[str] = []
    after: list[str] = []
    verdict: str = ""
    conditions: list[str] = []
    evidence: list[str] = []
    path: list[Hop] = []
    members: list[str] = []
    targets: list[str] = []
    fix: str = ""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two graphs that were compared."""

    graph_id: str
    snapshot_id: str
    taken_at: str

    @classmethod
    def of(cls, graph: Graph) -> Side:
        return cls(graph_id=graph.id, snapshot_id=graph.snapshot_id, taken_at=graph.taken_at)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Why a step is there, in words."""

    text: str
    technique: str = ""
    layers: list[str] = []
    statements: list[str] = []


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a comparison. `names` and `proofs` hold what the items refer to by id."""

    baseline: Side
    current: Side
    items: list[DriftItem]
    coverage: list[dict[str, str]]
    names: dict[str, str] = {}
    proofs: dict[str, Proof] = {}

    @property
    def counts(self) -> dict[str, int]:
        """Items per change, in the order of CHANGES; changes that did not happen are left out."""
        have = Counter(item.change for item in self.items)
        return {change: have[change] for change in CHANGES if have[change]}

    @property
    def by_severity(self) -> dict[str, int]:
        have = Counter(item.severity for item in self.items)
        return {severity: have[severity] for severity in SEVERITIES if have[severity]}


def worth(graph: Graph, node_id: str) -> str:
    """What a target is worth: a key of WORTH."""
    node = graph.nodes.get(node_id)
    if node is None:
        return "resource"
    if node.label == "Outcome":
        return "organization administrator" if node.properties.get("kind") == "org_admin" else "administrator"
    tiers = [graph.nodes[e.target].properties.get("tier") for e in graph.out(node_id, "IS_JEWEL")]
    if tiers:
        return "jewel of tier 0" if 0 in tiers else "jewel"
    return "role" if "AWSPrincipal" in node.labels else "resource"


def by_worth(graph: Graph, ids: Iterable[str]) -> list[str]:
    """Targets, most precious first; of equal ones the data itself before its backups."""
    worths, labels = list(WORTH), list(dict.fromkeys(("RDSCluster", *JEWEL_LABELS)))

    def place(node_id: str) -> tuple[int, int, str]:
        label = graph.nodes[node_id].label if node_id in graph.nodes else ""
        return (worths.index(worth(graph, node_id)), labels.index(label) if label in labels else len(labels), node_id)

    return sorted(ids, key=place)


def gain_severity(graph: Graph, family: str, change: str, gained: Mapping[str, str]) -> str:
    """How bad a change is: the worst of its targets, one step milder where only a condition opens the way.

    `gained` maps each target to its verdict now.
    """
    if change in SEVERITY_OF_CHANGE:
        return SEVERITY_OF_CHANGE[change]
    return worst(_milder(WORTH[worth(graph, t)][family], verdict == POSSIBLE) for t, verdict in gained.items())


def order(item: DriftItem) -> tuple[Any, ...]:
    """Worst first, then by family and change."""
    return (
        rank(item.severity),
        FAMILIES.index(item.family),
        CHANGES.index(item.change),
        item.account_id,
        item.title,
        item.id,
    )


def _milder(severity: str, milder: bool) -> str:
    return SEVERITIES[min(rank(severity) + milder, len(SEVERITIES) - 1)]
