"""Goals, set on the estate on which other programs were measured; on another estate they say nothing."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from benchmarks.figures import Figure

ESTATE = {"accounts": 100, "roles": 500, "users": 30}
GOALS = {
    "escalation.cold": 3,
    "escalation.edges": 2,
    "escalation.distances": 0.010,
    "escalation.memory": 400,
    "distances.certain": 0.010,
    "distances.possible": 0.010,
    "distances.random.100k": 0.060,
    "chokepoints.ranking": 3,
    "drift.compare": 0.1,
    "policy.catalogue": 0.05,
    "policy.parse": 0.8,
    "policy.parse.rate": 80,
    "policy.effective": 0.8,
    "policy.who_can": 0.025,
    "policy.who_can.worst": 0.025,
    "policy.evaluations": 100_000,
    "policy.documents.memory": 300,
    "policy.effective.memory": 300,
    "policy.who_can.memory": 300,
    "policy.evaluations.memory": 300,
    "store.embedded.access.wall": 20,
    "store.embedded.whole.wall": 120,
    "store.neo4j.access.wall": 20,
    "store.neo4j.whole.wall": 75,
    **{
        f"store.{engine}.{figure}": seconds
        for engine in ("embedded", "neo4j")
        for figure, seconds in (
            ("account.wall", 1),
            ("root_policy.wall", 10),
            ("shortest_path", 0.03),
            ("who_is_near", 0.1),
        )
    },
}


def with_goal(figure: Figure, params: Mapping[str, float]) -> Figure:
    """The figure with its goal, where it was measured on the estate that the goal was set on."""
    if ESTATE.items() <= params.items():
        return msgspec.structs.replace(figure, goal=GOALS.get(figure.name))
    return figure
