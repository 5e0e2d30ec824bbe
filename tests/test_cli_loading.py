"""What a load guards against: a graph that shrinks, whatever evidence is left, and a store that two folders share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cli import stages
from cli.exits import UsageProblem
from cli.stages import Loading, Workspace
from graph.artefact import write_graph
from graph.model import Graph
from graph.promoted import read_promoted
from graph.store import StoreError
from settings.sections import Artefacts, State, Store
from settings.settings import Settings
from tests.engines import Engine
from tests.store_samples import estate
from watch.brake import Held

TAKEN = "2026-11-20T06:00:00+00:00"
MANY, FEW = estate("red", 200), estate("red", 100)


def folder(path: Path) -> Workspace:
    path.mkdir(parents=True, exist_ok=True)
    return Workspace(Settings(artefacts=Artefacts(path=path / "artefacts"), state=State(path=path / "state")))


def built(workspace: Workspace, graph: Graph) -> Graph:
    dated = replace(graph, taken_at=TAKEN)
    write_graph(dated, workspace.graph_file(graph.id))
    return dated


@pytest.mark.parametrize("evidence", ["artefact", "store", "damaged"])
def test_a_load_that_loses_much_is_held_until_it_is_confirmed(engine: Engine, tmp_path: Path, evidence: str):
    here = folder(tmp_path / "here")
    with engine.open() as store:
        stages.load(here, store, built(here, MANY))
        if evidence == "store":  # a fresh machine beside a store that is full
            here = folder(tmp_path / "other")
        elif evidence == "damaged":
            here.graph_file(MANY.id).write_bytes(b"no graph")
        with pytest.raises(Held, match="100 of 200 `AWSRole`"):
            stages.load(here, store, FEW)
        assert store.current().graph_id == MANY.id
        promoted = read_promoted(here.settings.artefacts.path)
        assert promoted is None or promoted.graph == MANY.id
        stages.load(here, store, FEW, Loading(confirm=True))
        assert store.current().graph_id == FEW.id


def test_checks_are_not_run_on_the_graph_of_another_folder(engine: Engine, tmp_path: Path):
    one, other = folder(tmp_path / "one"), folder(tmp_path / "other")
    with engine.open() as store:
        stages.load(one, store, built(one, MANY))
        stages.load(other, store, built(other, estate("blue", 200)), Loading(confirm=True))
        with pytest.raises(UsageProblem, match="another graph"):
            stages.check(one, store)
        stages.check(other, store)
    assert not one.findings_file(MANY.id).exists()


def test_what_another_machine_loaded_into_a_server_is_loaded_here_too(engine: Engine, tmp_path: Path):
    with engine.open() as store:
        stages.load(folder(tmp_path / "one"), store, built(folder(tmp_path / "one"), MANY))
    secret = tmp_path / "password"
    secret.write_text(engine.auth[1])
    fresh = folder(tmp_path / "other")
    at = Store(url=engine.url, user=engine.auth[0], password_file=secret)
    fresh = replace(fresh, settings=fresh.settings.model_copy(update={"store": at}))
    if engine.embedded:  # a folder of one machine, which knows what it loaded
        with pytest.raises(UsageProblem, match="no graph is loaded yet"):
            fresh.graph()
    else:
        assert fresh.graph().nodes == MANY.nodes
        assert fresh.promoted().graph == MANY.id


def test_a_server_that_refuses_the_password_says_so_to_every_verb(neo4j_server, tmp_path: Path):
    secret = tmp_path / "password"
    secret.write_text("wrong")
    fresh = folder(tmp_path / "other")
    at = Store(url=neo4j_server.url, password_file=secret)
    fresh = replace(fresh, settings=fresh.settings.model_copy(update={"store": at}))
    with pytest.raises(StoreError, match="refused the credentials"):
        fresh.graph()
