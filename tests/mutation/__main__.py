"""Changes the evaluator in thousands of small ways and counts what the tests notice: `python -m tests.mutation`."""

from __future__ import annotations

import argparse
import random
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.trial import Broken, Trials, file_of

MODULES = (
    "decision.case", "decision.plan", "policies", "decision.rules", "decision.sources", "resource_policies",
    "decision.resources", "decision.principals", "decision.public", "decision.services", "language.conditions",
    "language.operators", "decision.choices", "decision.context", "decision.keys", "formula", "truth", "language.match",
    "decision.values", "decision.witnesses", "decision.alike",
)  # fmt: skip
GOAL = 90  # percent
FOLDER = Path(__file__).parent


def reasons(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["reason"]
    return found


def all_of(modules: Iterable[str]) -> list[Mutant]:
    """The mutants that may make a difference, in a random order, the same each time."""
    equal = [re.compile(one["pattern"]) for one in reasons("equivalent.toml")]
    found = [one for name in modules for one in mutants(name, file_of(name))]
    counted = [one for one in found if not any(pattern.search(one.text) for pattern in equal)]
    random.Random(1).shuffle(counted)
    return counted


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="of policy/; all that decide when none is given")
    parser.add_argument("--share", type=float, default=1.0, help="try this part of all mutants, drawn at random")
    parser.add_argument("--survivors", action="store_true", help="try the listed survivors alone")
    arguments = parser.parse_args()
    listed = {text for one in reasons("survivors.toml") for text in one["mutants"]}
    found = all_of(arguments.modules or MODULES)
    found = [one for one in found if one.text in listed] if arguments.survivors else found
    found = found[: round(len(found) * arguments.share)]
    try:
        trials = Trials()
    except Broken as error:
        print(error, file=sys.stderr)
        return 1
    survivors, killers = [], Counter[str]()
    for number, one in enumerate(track(found, "mutants", console=Console(stderr=True)), 1):
        if killer := trials.killer(one.module, one.source):
            killers[killer] += 1
        else:
            survivors.append(one)
            news = "" if one.text in listed else ", not listed"
            print(f"{number} survives{news}: {one.text} (line {one.line})", flush=True)
    return report(found, survivors, killers, listed)


def report(found: list[Mutant], survivors: list[Mutant], killers: Counter[str], listed: set[str]) -> int:
    """Print the score by module and by the file that noticed. 0 where the goal is reached."""
    alive = Counter(one.module for one in survivors)
    for module, count in Counter(one.module for one in found).items():
        print(f"  {module}: {count - alive[module]} of {count} killed")
    for name, count in killers.most_common():
        print(f"  by test_policy_{name}.py: {count}")
    killed = len(found) - len(survivors)
    share = 100 * killed / max(len(found), 1)
    print(f"  of those that survive, {sum(one.text not in listed for one in survivors)} are not listed")
    print(f"mutants: {killed} of {len(found)} killed, {share:.1f} %, {len(survivors)} survive")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
