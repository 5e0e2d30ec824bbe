"""CPU seconds and peak memory of one process, and a process of its own for what is measured."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def cpu_seconds(work: Callable[[], T], repeat: int = 1) -> tuple[float, T]:
    """CPU seconds of the best of `repeat` runs in this process, and the result of the last."""
    best = float("inf")
    for _ in range(repeat):
        began = time.process_time()
        result = work()
        best = min(best, time.process_time() - began)
    return best, result


def peak_memory(pid: int | str = "self") -> float:
    """Peak resident memory in MiB (Linux). Not `ru_maxrss`: that one starts with what the parent process had."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found, "every process with memory has a peak"
    return int(found[1]) / 1024


def in_child(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of `work` in a fresh process, which ends with it."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *args, **kwargs).result()
