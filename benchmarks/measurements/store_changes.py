"""What a store is given to hold: a graph, the access layer of it, and both after a small change of the estate."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace

import msgspec

from benchmarks.bench import Bench
from graph.artefact import read_graph, write_graph
from graph.build import build
from graph.model import Graph
from graph.options import BuildOptions
from ingest.snapshot import InlinePolicy, OrganizationalUnit, OrganizationPolicy, PolicyTarget, Record, Role, Snapshot

ACCESS = frozenset({"AWSPrincipal", "AWSSSOUser", "AWSSSOGroup", "AccessSet", "Outcome"})
Edit = Callable[[Record], Record | None]


def access_layer(graph: Graph) -> Graph:
    """Principals, access sets and outcomes, with the edges between them."""
    nodes = {i: node for i, node in graph.nodes.items() if not ACCESS.isdisjoint(node.labels)}
    edges = [edge for edge in graph.edges if edge.source in nodes and edge.target in nodes]
    return Graph(f"{graph.id}-access", graph.snapshot_id, graph.taken_at, nodes, edges)


def account_changed(bench: Bench) -> Graph:
    """The graph after one role of an account has gone and another may change its own policies."""
    first, second, *_ = (r for r in bench.base_snapshot().all(Role) if r.path == "/" and not r.inline)
    may = json.dumps({"Statement": [{"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": second.arn}]})
    edited = msgspec.structs.replace(second, inline=(InlinePolicy("changed", may),))
    return _built(bench, "account", {first.key: None, second.key: edited}, Role)


def root_policy_changed(bench: Bench) -> Graph:
    """The graph after one more Deny in a service control policy that is attached to the root."""
    snapshot = bench.base_snapshot()
    [root] = (unit.id for unit in snapshot.all(OrganizationalUnit) if unit.parent_id is None)
    attached = {p for t in snapshot.all(PolicyTarget) if t.target_id == root and t.kind == "scp" for p in t.policy_ids}
    policy = next(p for p in snapshot.all(OrganizationPolicy) if p.id in attached and isinstance(p.document, str))
    document = json.loads(str(policy.document))
    document["Statement"].append({"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"})
    edited = msgspec.structs.replace(policy, document=json.dumps(document))
    return _built(bench, "root-policy", {policy.key: edited}, OrganizationPolicy)


def _built(bench: Bench, name: str, edits: dict[str, Record | None], kind: type[Record]) -> Graph:
    """The graph of the estate with records of one kind edited, or taken out, by their keys."""
    file = bench.scratch / f"{name}-changed.graph"
    if not file.exists():
        write_graph(build(_edited(bench.base_snapshot(), edits, kind, name), BuildOptions()), file)
    return read_graph(file)


def _edited(snapshot: Snapshot, edits: dict[str, Record | None], kind: type[Record], name: str) -> Snapshot:
    def after(records: Iterable[Record]) -> tuple[Record, ...]:
        found = (edits.get(r.key, r) if isinstance(r, kind) else r for r in records)
        return tuple(record for record in found if record is not None)

    shards = {scope: replace(shard, records=after(shard.records)) for scope, shard in snapshot.shards.items()}
    return Snapshot(f"{snapshot.id}-{name}", snapshot.taken_at, shards)
