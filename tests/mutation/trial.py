"""One mutant against the tests: in a process of its own, forked where all but `policy/` and its tests is loaded."""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from collections.abc import Sequence
from importlib import abc, machinery, util
from pathlib import Path

import pytest
from hypothesis import Phase, settings

import tests.conftest  # loads its profile before ours
import tests.require

ROOT = Path(__file__).parents[2]
# The quicker a file is, and the more it finds, the earlier it stands. The cases of a module go before all.
FILES = (
    "cases_layers", "cases_evidence", "decide", "layers", "cases_resources", "cases_principals", "cases_choices",
    "cases_keys", "cases_conditions", "witnesses", "conditions", "formula", "alike", "conformance", "reference",
    "match", "laws",
)  # fmt: skip
SHARE = 5  # a file's properties are tried on this part of the gate's examples
PATIENCE, FLOOR = 4, 3.0  # a mutant may take this many times the processor time that the file takes, and no less
QUIET = ("-x", "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=--import-mode=importlib")


class Broken(Exception):
    """The tests fail, or time out, where nothing is changed."""


class Trials:
    """Runs mutants. Raises Broken where the tests do not pass without any."""

    def __init__(self) -> None:
        settings.register_profile("mutants", deadline=None, derandomize=True, max_examples=50, phases=[Phase.generate])
        settings.load_profile("mutants")
        tests.require.repetitions = lambda gate: max(gate // SHARE, 20)
        os.environ["TRUSTDRIFT_REQUIRE"] = "cases"
        sys.dont_write_bytecode = True
        self._seconds = {name: self._measured(name) for name in FILES}
        _forget()
        gc.collect()
        gc.freeze()

    def _measured(self, name: str) -> float:
        started = time.process_time()
        if not _passes(name):
            raise Broken(f"`{_file(name).name}` fails without a mutant: run it by itself and mend it first")
        return time.process_time() - started

    def killer(self, module: str, source: str) -> str | None:
        """The file of tests that fails where a module has this source, None where all pass."""
        own = f"cases_{module.rpartition('.')[2]}"
        names = sorted(self._seconds, key=lambda name: name != own)  # the others keep their order
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            self._try(module, source, names, writing)
        os.close(writing)
        with os.fdopen(reading) as told:
            begun = told.read().split()
        _, status = os.waitpid(child, 0)
        return None if status == 0 else begun[-1]

    def _try(self, module: str, source: str, names: Sequence[str], writing: int) -> None:
        """Ends the process: with 0 where all files pass."""
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.meta_path.insert(0, Changed(f"policy.{module}", source))
        failed = 0
        for name in names:
            os.write(writing, f"{name} ".encode())
            self._limit(name)
            if not _passes(name):
                failed = 1
                break
        os._exit(failed)

    def _limit(self, name: str) -> None:
        """What loops for ever is ended by the system."""
        used = time.process_time()
        resource.setrlimit(
            resource.RLIMIT_CPU, (int(used + max(PATIENCE * self._seconds[name], FLOOR)), resource.RLIM_INFINITY)
        )


class Changed(abc.MetaPathFinder, abc.InspectLoader):
    """Finds one module, with another source."""

    def __init__(self, name: str, source: str) -> None:
        self._name, self._source = name, source

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> machinery.ModuleSpec | None:
        return util.spec_from_loader(fullname, self) if fullname == self._name else None

    def get_source(self, fullname: str) -> str:
        return self._source


def file_of(module: str) -> Path:
    """Where a module of `policy/` is: `language.match` in `policy/language/match.py`."""
    return ROOT / "policy" / f"{module.replace('.', '/')}.py"


def _file(name: str) -> Path:
    return ROOT / "tests" / f"test_policy_{name}.py"


def _passes(name: str) -> bool:
    return pytest.main([*QUIET, str(_file(name))]) == pytest.ExitCode.OK


def _forget() -> None:
    """Unload what has seen the unchanged modules."""
    kept = ("tests.conftest", "tests.require", "tests.mutation")
    for name in list(sys.modules):
        if name.partition(".")[0] in ("policy", "graph", "queries", "tests") and not name.startswith(kept):
            del sys.modules[name]
