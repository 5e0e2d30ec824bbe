"""Estates that a store is filled with: two that differ in team or size differ in every role."""

from __future__ import annotations

from graph.model import Edge, Graph, Node

COUNTS = (
    "MATCH (n:AWSRole) WITH count(n) AS roles, count(DISTINCT n.team) AS teams, min(n.team) AS team "
    "OPTIONAL MATCH ()-[r:HOLDS]->() RETURN roles, teams, team, count(r) AS holds"
)


def estate(team: str, roles: int, *, each: int = 1) -> Graph:
    """Roles of one team, each holding `each` sets."""
    nodes = {
        f"role:{i:05}": Node(f"role:{i:05}", ("AWSRole", "AWSPrincipal"), {"name": f"r{i}", "team": team})
        for i in range(roles)
    }
    nodes |= {f"set:{i}": Node(f"set:{i}", ("AccessSet",), {"name": f"s{i}"}) for i in range(each)}
    edges = [Edge(role, "HOLDS", f"set:{i}") for role in sorted(nodes) if role.startswith("role") for i in range(each)]
    return Graph(f"graph-{team}-{roles}", f"snapshot-{team}-{roles}", "t", nodes, edges)


def counts(graph: Graph) -> dict[str, object]:
    """What COUNTS answers while a store holds `graph`."""
    teams = {n.properties["team"] for n in graph.of("AWSRole")}
    return {"roles": len(graph.of("AWSRole")), "teams": len(teams), "team": min(teams), "holds": len(graph.edges)}
