"""The measurements by name, each with what it needs to find prepared; `policy` and `store` name all those of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from benchmarks.bench import Bench
from benchmarks.estate import Params
from benchmarks.figures import Figure
from benchmarks.measurements import (
    artefact,
    build,
    chokepoints,
    collection,
    distances,
    drift,
    escalation,
    load,
    policy_catalogue,
    policy_compare,
    policy_documents,
    policy_effective,
    policy_evaluations,
    policy_sets,
    policy_who_can,
    snapshot,
    store,
    store_changes,
)

DEFAULT = Params(accounts=10, roles=100, drift=10)
BIG = Params(accounts=100, roles=500, users=30, managed_policies=60)  # the one that goals are set on


class Measurement(NamedTuple):
    """What is measured, what is made before in other processes, so that it costs neither time nor memory here, and
    the estate to make where none is given."""

    measure: Callable[[Bench], Iterator[Figure]]
    needs: tuple[Callable[[Bench], object], ...] = ()
    estate: Params = DEFAULT


STORED = (Bench.base_graph, store_changes.account_changed, store_changes.root_policy_changed)
MEASUREMENTS = {
    "snapshot": Measurement(snapshot.measure),
    "collection": Measurement(collection.measure),
    "build": Measurement(build.measure, (Bench.base_snapshot,)),
    "artefact": Measurement(artefact.measure, (Bench.base_graph,)),
    "load": Measurement(load.measure, (Bench.base_graph, Bench.twin_graph)),
    "store.embedded": Measurement(store.embedded, STORED, BIG),
    "store.neo4j": Measurement(store.neo4j, STORED, BIG),
    "distances": Measurement(distances.measure, (Bench.base_graph,)),
    "chokepoints": Measurement(chokepoints.measure, (Bench.base_graph,)),
    "escalation": Measurement(escalation.measure, (Bench.base_snapshot,), BIG),
    "drift": Measurement(drift.measure, (Bench.base_graph, Bench.twin_graph)),
    "policy.catalogue": Measurement(policy_catalogue.measure, estate=BIG),
    "policy.documents": Measurement(policy_documents.measure, estate=BIG),
    "policy.effective": Measurement(policy_effective.measure, estate=BIG),
    "policy.who_can": Measurement(policy_who_can.measure, estate=BIG),
    "policy.evaluations": Measurement(policy_evaluations.measure, estate=BIG),
    "policy.compare": Measurement(policy_compare.measure, estate=BIG),
    "policy.sets": Measurement(policy_sets.measure, (Bench.base_snapshot,), BIG),
}
GROUPS = {group: tuple(name for name in MEASUREMENTS if name.startswith(f"{group}.")) for group in ("policy", "store")}


def expanded(names: Iterable[str]) -> list[str]:
    """The names of measurements, those of a group in the group's place, each once."""
    return list(dict.fromkeys(one for name in names for one in GROUPS.get(name, (name,))))
