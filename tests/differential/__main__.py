"""Compares our engine with an outside one: `python -m tests.differential --cases N --seed S --oracle CMD`.

CMD is any program that reads cases as JSON lines and writes, in their order, `{"id", "decision", "blocked_by"}` or
`{"id", "error"}`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import track

from tests.differential.engines import Answer, Case, Oracle, OracleFailed, agree, ours
from tests.differential.generator import generate
from tests.differential.rulings import Difference, Ruling, ruling
from tests.differential.shrinking import shrink

BATCH = 2_000
SHOWN = 5  # how many smallest cases are printed of each ruling; of what no ruling explains, all are


def differences(cases: Iterator[Case], oracle: Oracle, decisions: Counter[str]) -> Iterator[Difference]:
    """The cases that the two answer otherwise. `decisions` counts what we answer."""
    while batch := list(islice(cases, BATCH)):
        asked = oracle.start(batch)
        answers = [ours(case) for case in batch]
        decisions.update(answer.decision for answer in answers)
        given = zip(batch, answers, asked.result(), strict=True)
        yield from (Difference(case, case, one, other) for case, one, other in given if not agree(one, other))


class Reduction:
    """A difference on its way to its smallest case: the decisions stay what they were, and so does the disagreement."""

    def __init__(self, found: Difference) -> None:
        self.result = found
        self._steps = shrink(found.case)
        self._answer = found.ours
        self.candidate = next(self._steps, None)
        self._skip()

    def learn(self, oracle: Answer) -> None:
        """Take what the oracle says of the candidate."""
        remains = oracle.decision == self.result.oracle.decision and not agree(self._answer, oracle)
        if remains and self.candidate is not None:
            self.result = Difference(self.result.case, self.candidate, self._answer, oracle)
        self._step(remains)
        self._skip()

    def _skip(self) -> None:
        """Past candidates that our own answer rules out, to the next one to ask about."""
        while self.candidate is not None:
            self._answer = ours(self.candidate)
            if self._answer.decision == self.result.ours.decision:
                return
            self._step(False)

    def _step(self, remains: bool) -> None:
        try:
            self.candidate = self._steps.send(remains)
        except StopIteration:
            self.candidate = None


def reduced(found: Sequence[Difference], oracle: Oracle) -> list[Difference]:
    """The differences with their smallest cases, all reduced side by side: the oracle is asked in batches."""
    reductions = [Reduction(one) for one in found]
    running = [one for one in reductions if one.candidate is not None]
    while running:
        answers = oracle.ask([one.candidate for one in running if one.candidate is not None])
        for one, answer in zip(running, answers, strict=True):
            one.learn(answer)
        running = [one for one in running if one.candidate is not None]
    return [one.result for one in reductions]


def as_line(found: Difference, settled: Ruling | None) -> str:
    """A difference as one JSON line."""
    return json.dumps(
        {
            "id": found.case["id"],
            "ours": str(found.ours),
            "oracle": str(found.oracle),
            "ruling": settled.name if settled else None,
            "smallest": found.smallest,
            "case": found.case,
        }
    )


def show(group: Sequence[Difference], settled: Ruling | None) -> None:
    """Print a ruling with AWS's words and the smallest cases under it."""
    if settled is None:
        print(f"unexplained: {len(group)}")
    else:
        print(f'{settled.name}: {len(group)}\n  "{settled.says}"\n  {settled.source}')
    for one in group if settled is None else group[:SHOWN]:
        smallest = {name: value for name, value in one.smallest.items() if value and name != "id"}
        print(f"  {one.case['id']}: ours {one.ours}, oracle {one.oracle}: {json.dumps(smallest)}")


def compare(cases: int, seed: int, command: str, output: Path | None) -> int:
    """Print what differs, grouped by ruling, and the score. 0 where a ruling explains every difference."""
    if output is not None:
        output.touch()  # a place that cannot be written to is told before the work, not after it
    decisions: Counter[str] = Counter()
    with Oracle(command) as oracle:
        found = reduced(list(differences(_watched(generate(seed, cases), cases), oracle, decisions)), oracle)
    groups: dict[Ruling | None, list[Difference]] = {}
    for one in found:
        groups.setdefault(ruling(one), []).append(one)
    for settled, group in sorted(groups.items(), key=lambda item: (item[0] is None, -len(item[1]))):
        show(group, settled)
    if output is not None:
        lines = [as_line(one, settled) for settled, group in groups.items() for one in group]
        output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    unexplained = len(groups.get(None, []))
    print(", ".join(f"{decision} {count}" for decision, count in decisions.most_common()))
    ruled = len(found) - unexplained
    print(f"differential: {cases} cases, {cases - len(found)} agree, {ruled} ruled, {unexplained} unexplained")
    return 1 if unexplained else 0


def _watched(cases: Iterator[Case], count: int) -> Iterator[Case]:
    """The cases, with a bar for whoever sits before a terminal."""
    return iter(track(cases, "asking", count, console=Console(stderr=True), disable=not sys.stderr.isatty()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--cases", type=int, default=2_000, help="how many to generate")
    parser.add_argument("--seed", type=int, default=0, help="the same seed, the same cases")
    parser.add_argument("--oracle", required=True, metavar="CMD", help="the outside engine's command line")
    parser.add_argument("--differences", type=Path, metavar="OUT", help="write each difference as a JSON line")
    arguments = parser.parse_args()
    try:
        return compare(arguments.cases, arguments.seed, arguments.oracle, arguments.differences)
    except (OracleFailed, OSError, ValueError) as error:
        print(f"differential: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
