"""The graph artefact on disk: columnar, compressed, content-addressed, read in well under a second.

A file is the magic, then zstd with its checksum over one msgpack map: node ids and property columns per label, edge
ends as int32 arrays and property columns per type.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

import msgspec
import numpy as np
import zstandard

from graph.errors import ArtefactError
from graph.model import Edge, Graph, Node, Properties, Value
from graph.options import BuildOptions
from ingest.snapshot import COLLECTORS, Snapshot
from ingest.whole_file import write_whole

MAGIC = b"TDGRAPH1"
LEVEL = 3  # zstd: higher levels cost more than they save here


class Columns(msgspec.Struct):
    """Property columns of one group: for each property the positions that have it, and their values."""

    values: dict[str, tuple[bytes, list[Value]]]


class NodeGroup(msgspec.Struct):
    labels: tuple[str, ...]
    ids: list[str]
    columns: Columns


class EdgeGroup(msgspec.Struct):
    type: str
    sources: bytes
    targets: bytes
    keys: list[str]
    columns: Columns


class Content(msgspec.Struct):
    id: str
    snapshot_id: str
    taken_at: str
    nodes: list[NodeGroup]
    edges: list[EdgeGroup]


def artefact_id(snapshot: Snapshot, options: BuildOptions) -> str:
    """The key of the artefact that `build` makes: snapshot, activity, engine, catalogues and options."""
    digest = hashlib.sha256(f"{snapshot.id} {engine_digest()} {options.digest}".encode())
    encoder = msgspec.json.Encoder(order="sorted")
    for collector in COLLECTORS.values():
        for kind in collector.records if collector.activity else ():
            digest.update(encoder.encode(snapshot.all(kind)))
    return digest.hexdigest()[:32]


@cache
def engine_digest() -> str:
    """Hash of the code and catalogues that decide what a graph holds, so that no artefact outlives its engine."""
    root = Path(__file__).parent.parent
    files = [
        f for room in ("policy", "graph") for f in sorted((root / room).rglob("*")) if f.suffix in (".py", ".toml")
    ]
    digest = hashlib.sha256()
    for file in files:
        if "store" not in file.parts:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def write_graph(graph: Graph, path: Path) -> None:
    """Writes the artefact; a reader sees the whole file or none."""
    position = {node_id: i for i, node_id in enumerate(graph.nodes)}
    content = Content(
        graph.id,
        graph.snapshot_id,
        graph.taken_at,
        [_pack_nodes(label, list(group)) for label, group in _grouped(graph.nodes.values())],
        [_pack_edges(type_, list(group), position) for type_, group in _typed(graph.edges)],
    )
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
    packed = MAGIC + compressor.compress(msgspec.msgpack.encode(content))
    write_whole(path, packed)


def read_graph(path: Path) -> Graph:
    """Reads an artefact. Raises ArtefactError when it is missing, damaged or of another version."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ArtefactError(f"no graph artefact `{path.name}`: run `trustdrift build`") from None
    if not raw.startswith(MAGIC):
        raise ArtefactError(f"`{path.name}` is no graph artefact of this version: run `trustdrift build` again")
    try:
        content = msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(raw[len(MAGIC) :]), type=Content)
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise ArtefactError(f"`{path.name}` is damaged: delete it and run `trustdrift build` again") from error
    ordered = sorted((node for group in content.nodes for node in _unpack_nodes(group)), key=lambda n: n.id)
    nodes = {node.id: node for node in ordered}
    ids = list(nodes)
    edges = sorted((e for group in content.edges for e in _unpack_edges(group, ids)), key=lambda e: e.identity)
    return Graph(content.id, content.snapshot_id, content.taken_at, nodes, edges)


def _grouped(nodes: Iterable[Node]) -> Iterator[tuple[tuple[str, ...], Iterator[Node]]]:
    return groupby(sorted(nodes, key=lambda n: (n.labels, n.id)), key=lambda n: n.labels)


def _typed(edges: Sequence[Edge]) -> Iterator[tuple[str, Iterator[Edge]]]:
    return groupby(sorted(edges, key=lambda e: (e.type, e.identity)), key=lambda e: e.type)


def _pack_nodes(labels: tuple[str, ...], nodes: list[Node]) -> NodeGroup:
    return NodeGroup(labels, [n.id for n in nodes], _pack([n.properties for n in nodes]))


def _pack_edges(type_: str, edges: list[Edge], position: dict[str, int]) -> EdgeGroup:
    sources = np.array([position[e.source] for e in edges], dtype="<i4").tobytes()
    targets = np.array([position[e.target] for e in edges], dtype="<i4").tobytes()
    return EdgeGroup(type_, sources, targets, [e.key for e in edges], _pack([e.properties for e in edges]))


def _pack(rows: list[Properties]) -> Columns:
    columns: dict[str, tuple[list[int], list[Value]]] = {}
    for i, row in enumerate(rows):
        for name, value in row.items():
            positions, values = columns.setdefault(name, ([], []))
            positions.append(i)
            values.append(value)
    return Columns({n: (np.array(p, dtype="<i4").tobytes(), v) for n, (p, v) in sorted(columns.items())})


def _unpack(columns: Columns, count: int) -> list[Properties]:
    rows: list[Properties] = [{} for _ in range(count)]
    for name, (positions, values) in columns.values.items():
        for i, value in zip(np.frombuffer(positions, dtype="<i4").tolist(), values, strict=True):
            rows[i][name] = value
    return rows


def _unpack_nodes(group: NodeGroup) -> Iterator[Node]:
    rows = _unpack(group.columns, len(group.ids))
    return (Node(i, group.labels, row) for i, row in zip(group.ids, rows, strict=True))


def _unpack_edges(group: EdgeGroup, ids: list[str]) -> Iterator[Edge]:
    rows = _unpack(group.columns, len(group.keys))
    sources = np.frombuffer(group.sources, dtype="<i4").tolist()
    targets = np.frombuffer(group.targets, dtype="<i4").tolist()
    for source, target, key, row in zip(sources, targets, group.keys, rows, strict=True):
        yield Edge(ids[source], group.type, ids[target], key, row)
