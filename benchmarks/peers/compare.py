"""The peers, what each is measured for, and their figures beside ours."""

from __future__ import annotations

import json
import resource
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.figures import Figure
from benchmarks.meter import in_child
from benchmarks.peers.environment import PeerError, interpreter, run
from benchmarks.peers.samples import sample_of

ORACLE = "policy.evaluations"  # what an oracle is measured for


class Peer(NamedTuple):
    """A program of ours that runs a peer, and the measurements that it has figures for."""

    script: str
    measurements: frozenset[str]


PEERS = {
    "moto": Peer("moto_iam.py", frozenset({"policy.evaluations", "policy.who_can"})),
    "cloudsplaining": Peer("cloudsplaining_actions.py", frozenset({"policy.effective"})),
}


class Answer(NamedTuple):
    """A figure of a peer's, by the name of ours, in the same unit."""

    peer: str
    figure: str
    value: float


def peers_on(estate: Path, measurements: Sequence[str], oracle: str = "") -> list[Answer]:
    """The figures of all peers of these measurements. `oracle` is the command of a program that answers cases.

    Raises PeerError where one cannot be installed, or fails.
    """
    wanted = {name: peer for name, peer in PEERS.items() if peer.measurements & set(measurements)}
    if not wanted:
        return []
    sample = in_child(sample_of, estate.resolve())
    is_asked = oracle and ORACLE in measurements
    answers = [Answer("oracle", ORACLE, oracle_rate(shlex.split(oracle), sample.cases))] if is_asked else []
    python = str(interpreter())
    for name, peer in wanted.items():
        found = json.loads(run([python, "-I", str(Path(__file__).with_name(peer.script))], sample.text))
        answers += [Answer(name, figure, value) for figure, value in found.items()]
    return answers


def oracle_rate(command: list[str], cases: Sequence[str]) -> float:
    """Cases a second of a program's CPU time, less what it takes to start and answer the first."""
    first, _ = _oracle_seconds(command, cases[:1])
    all_of_them, answers = _oracle_seconds(command, cases)
    decided = sum("decision" in answer for answer in answers)
    if decided < len(cases) / 2 or all_of_them <= first:
        raise PeerError(f"`{shlex.join(command)}` decided {decided} of {len(cases)} cases: run it by hand to see why")
    return decided / (all_of_them - first)


def _oracle_seconds(command: list[str], cases: Sequence[str]) -> tuple[float, list[dict[str, object]]]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = run(command, "".join(f"{case}\n" for case in cases)).splitlines()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, [json.loads(line) for line in lines]


def beside(figures: Iterable[Figure], answers: Sequence[Answer]) -> list[Figure]:
    """The figures, each with the best of its peers and how many times better it is; then those of every peer."""
    found = [_compared(figure, [one for one in answers if one.figure == figure.name]) for figure in figures]
    units = {figure.name: figure.unit for figure in found}
    measured = (one for one in answers if one.figure in units)  # a peer's program knows more than was asked for
    return [*found, *(Figure(f"{one.figure} by {one.peer}", one.value, units[one.figure]) for one in measured)]


def _compared(figure: Figure, answers: Sequence[Answer]) -> Figure:
    if not answers:
        return figure
    values = [one.value for one in answers]
    more_is_better = figure.unit.endswith("/s")
    peer = max(values) if more_is_better else min(values)
    ratio = figure.value / peer if more_is_better else peer / figure.value
    return msgspec.structs.replace(figure, peer=peer, ratio=ratio)
