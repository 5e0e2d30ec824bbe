"""What tests of every subject share: where the cases are, and a small estate."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from tests.engines import EMBEDDED, ENGINES, Engine, Servers, engine_of
from tests.neo4j_server import Neo4jServer, serving
from tests.require import require

ROOT = Path(__file__).parent.parent

# No test is judged by its time, on whatever machine. The gate looks at the same examples each time, the soak at more
# and at others.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.register_profile("soak", deadline=None, max_examples=2_000)
settings.load_profile("soak" if os.environ.get("TRUSTDRIFT_SOAK") else "gate")


@pytest.fixture(scope="session")
def cases_dir() -> Path:
    """The conformance cases, which lie beside the repository and not in it."""
    folder = Path(os.environ.get("TRUSTDRIFT_CASES", ROOT.parent / "shared" / "cases"))
    require("cases", folder.is_dir(), f"no conformance cases in `{folder}`: set TRUSTDRIFT_CASES")
    return folder


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small generated organization as the AWS CLI prints it: 3 accounts of 12 roles, one region."""
    from benchmarks.estate import Params, generate

    out = tmp_path_factory.mktemp("estate") / "estate"  # each worker has its own
    generate(Params(accounts=3, roles=12, users=3, sgs=4, instances=2, lambdas=2, buckets=2, regions=1, chains=2), out)
    return out


@pytest.fixture(scope="session")
def neo4j_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Neo4j servers by version, each started when it is first asked for; they end with the worker."""
    with ExitStack() as running:
        yield cache(lambda version: running.enter_context(serving(tmp_path_factory.mktemp("neo4j") / "home", version)))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path, neo4j_servers: Servers) -> Iterator[Engine]:
    """Each engine in turn, empty."""
    with engine_of(request.param, tmp_path / "store", neo4j_servers) as found:
        yield found


@pytest.fixture(scope="module", params=ENGINES)
def module_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, neo4j_servers: Servers
) -> Iterator[Engine]:
    """The same for tests that share what they put there."""
    with engine_of(request.param, tmp_path_factory.mktemp("store"), neo4j_servers) as found:
        yield found


@pytest.fixture(params=[name.removeprefix("neo4j-") for name in ENGINES if name != EMBEDDED])
def neo4j_server(request: pytest.FixtureRequest, neo4j_servers: Servers) -> Neo4jServer:
    """A server with an empty database, which other tests use too."""
    found = neo4j_servers(request.param)
    found.wipe()
    return found
