"""The artefact on disk: what is read is what was written, equal content has equal bytes, and damage is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.artefact import ArtefactError, artefact_id, read_graph, write_graph
from graph.build import build
from graph.model import Edge, Graph, Node
from graph.options import BuildOptions
from tests.fact_samples import one_of_each, role, snapshot_of

VALUES = st.text(max_size=8) | st.booleans() | st.integers(-(2**62), 2**62) | st.lists(st.text(max_size=4), max_size=3)
PROPERTIES = st.dictionaries(st.text(min_size=1, max_size=6), VALUES, max_size=4)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    ids = sorted(draw(st.sets(st.text(min_size=1, max_size=6), min_size=1, max_size=8)))
    labels = st.sampled_from([("AWSRole", "AWSPrincipal"), ("S3Bucket",), ("Proof",)])
    nodes = {i: Node(i, draw(labels), draw(PROPERTIES)) for i in ids}
    ends = st.sampled_from(ids)
    types = st.sampled_from(["HOLDS", "CAN_ACCESS"])
    edges = draw(st.lists(st.builds(Edge, ends, types, ends, st.text(max_size=3), PROPERTIES), max_size=10))
    by_identity = {e.identity: e for e in edges}
    return Graph("g", "s", "2026-01-01T00:00:00Z", nodes, [by_identity[i] for i in sorted(by_identity)])


@given(graph=graphs())
def test_what_is_read_is_what_was_written(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("artefact") / "g.graph"
    write_graph(graph, path)
    assert read_graph(path) == graph


def test_equal_content_has_equal_bytes(tmp_path: Path) -> None:
    for name, records in (("a", one_of_each()), ("b", one_of_each()[::-1])):
        write_graph(build(snapshot_of(records), BuildOptions()), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_key_follows_snapshot_activity_and_options() -> None:
    plain = snapshot_of([role("a")])
    used = snapshot_of([r for r in one_of_each() if type(r).__name__ == "RoleUse"])
    keys = {
        artefact_id(plain, BuildOptions()),
        artefact_id(used, BuildOptions()),
        artefact_id(plain, BuildOptions(vendors={"464622532012": "Datadog"})),
    }
    assert len(keys) == 3
    assert artefact_id(plain, BuildOptions()) in keys


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("artefact") / "g.graph"
    write_graph(build(snapshot_of(one_of_each()), BuildOptions()), path)
    return path.read_bytes()


@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_told_with_what_to_do(written: bytes, share: float, bit: int, tmp_path_factory) -> None:
    """Or means nothing: compressed blocks have bits of padding, without which the same content is read."""
    at = int(share * len(written))
    path = tmp_path_factory.mktemp("artefact") / "g.graph"
    path.write_bytes(written[:at] + bytes([written[at] ^ (1 << bit)]) + written[at + 1 :])
    try:
        write_graph(read_graph(path), path)
    except ArtefactError as error:
        told = str(error)
    else:
        told = ""
    assert "run `trustdrift build`" in told or path.read_bytes() == written


@given(share=st.floats(0, 1, exclude_max=True))
def test_a_cut_file_is_told_with_what_to_do(written: bytes, share: float, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("artefact") / "g.graph"
    path.write_bytes(written[: int(share * len(written))])
    with pytest.raises(ArtefactError, match="run `trustdrift build`"):
        read_graph(path)


def test_a_missing_artefact_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="run `trustdrift build`"):
        read_graph(tmp_path / "none.graph")
