"""Runs case files against the engine: `python -m tests.conformance KIND FILE... [--answers OUT.jsonl]`."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from policy import interchange
from policy.interchange import evaluate
from tests import escalation

RULINGS = Path(__file__).with_name("rulings.toml")
KINDS = ("evaluate", "org", "escalation")

Case = dict[str, Any]
Answer = dict[str, Any]


@dataclass
class Score:
    """How the answers to one kind of case compare with what the cases expect."""

    agreed: int = 0
    ruled: int = 0
    mismatches: list[tuple[Case, Answer]] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    agreed_tags: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case, answer: Answer) -> None:
        self.tags.update(case["tags"])
        if agree(case, answer):
            self.agreed += 1
            self.agreed_tags.update(case["tags"])
        elif is_ruled(case, answer):
            self.ruled += 1
        else:
            self.mismatches.append((case, answer))


def read(files: Iterable[Path]) -> Iterator[Case]:
    for file in files:
        with file.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


def agree(case: Case, given: Answer) -> bool:
    expected, decision = case["expected"], given["decision"]
    same = decision.endswith("Denied") if expected == "Denied" else decision == expected
    blocked_by = case.get("expected_blocked_by")
    return same and (blocked_by is None or sorted(blocked_by) == given["blocked_by"])


def is_ruled(case: Case, given: Answer) -> bool:
    """Whether AWS's own words, kept in the rulings file, say what was answered."""
    return any(
        given["decision"] == ruling["decision"]
        and (case["id"] in ruling.get("ids", ()) or ("text" in ruling and re.search(ruling["text"], json.dumps(case))))
        for ruling in rulings()
    )


@cache
def rulings() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(RULINGS.read_text(encoding="utf-8"))["ruling"]
    return found


def run(kind: str, files: Sequence[Path], answers: Path | None) -> int:
    """Score the files and print what disagrees, then by tag, then the total. 0 where all agree or are ruled."""
    score, given = Score(), []
    for case in read(files):
        given.append(evaluate(case))
        score.add(case, given[-1])
    if answers is not None:
        answers.write_text("".join(json.dumps(one) + "\n" for one in given), encoding="utf-8")
    for case, one in score.mismatches:
        expected = [case["expected"], *case.get("expected_blocked_by", ())]
        said = f"{one['decision']} {one['blocked_by']}, expected {expected}: {interchange.read(case).ask().summary}"
        print(f"{case['id']} ({case['title']}): {said}")
    for tag, count in score.tags.most_common():
        print(f"  {tag}: {score.agreed_tags[tag]} of {count}")
    print(f"{kind}: {score.agreed} of {len(given)} agree, {score.ruled} ruled")
    return 0 if not score.mismatches else 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--answers", type=Path)
    arguments = parser.parse_args()
    if arguments.kind == "escalation":
        return escalation.run(arguments.files, arguments.answers, is_ruled)
    return run(arguments.kind, arguments.files, arguments.answers)


if __name__ == "__main__":
    sys.exit(main())
