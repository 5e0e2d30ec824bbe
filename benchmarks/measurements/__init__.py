"""The measurements by name, each with what it needs to find prepared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.measurements import artefact, build, collection, drift, load, search, snapshot


class Measurement(NamedTuple):
    """What is measured, and what is made before in other processes, so that it costs neither time nor memory here."""

    measure: Callable[[Bench], Iterator[Figure]]
    needs: tuple[Callable[[Bench], object], ...] = ()


MEASUREMENTS = {
    "snapshot": Measurement(snapshot.measure),
    "collection": Measurement(collection.measure),
    "build": Measurement(build.measure, (Bench.base_snapshot,)),
    "artefact": Measurement(artefact.measure, (Bench.base_graph,)),
    "load": Measurement(load.measure, (Bench.base_graph, Bench.twin_graph)),
    "search": Measurement(search.measure, (Bench.base_graph,)),
    "drift": Measurement(drift.measure, (Bench.base_graph, Bench.twin_graph)),
}
