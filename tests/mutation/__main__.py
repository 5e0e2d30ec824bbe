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
from tests.mutation.trial import ROOT, Broken, Trials

MODULES = (
    "case", "plan", "policies", "rules", "sources", "resource_policies", "resources", "principals", "public",
    "services", "conditions", "operators", "choices", "context", "keys", "formula", "truth", "match",
)  # fmt: skip
GOAL = 90  # percent
FOLDER = Path(__file__).parent


def listed(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / name).read_text(encoding="utf-8")).get("mutant", [])
    return found


def asked(modules: Iterable[str], share: float) -> list[Mutant]:
    """The mutants of some modules that can make a difference, in random order; `share` of them."""
    equal = [re.compile(one["pattern"]) for one in listed("equivalent.toml")]
    found = [one for name in modules for one in mutants(ROOT / "policy" / f"{name}.py")]
    counted = [one for one in found if not any(pattern.search(str(one)) for pattern in equal)]
    random.Random(1).shuffle(counted)
    return counted[: round(len(counted) * share)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="of policy/; all that decide when none is given")
    parser.add_argument("--share", type=float, default=1.0, help="try this part of all mutants, drawn at random")
    parser.add_argument("--survivors", action="store_true", help="try the listed survivors alone")
    arguments = parser.parse_args()
    known = {(one["module"], one["function"], one["before"], one["after"]) for one in listed("survivors.toml")}
    found = asked(arguments.modules or MODULES, arguments.share)
    if arguments.survivors:
        found = [one for one in found if one.key in known]
    try:
        trials = Trials()
    except Broken as error:
        print(error, file=sys.stderr)
        return 1
    killers: Counter[str] = Counter()
    survivors = []
    for number, one in enumerate(track(found, "mutants", console=Console(stderr=True)), 1):
        if killer := trials.killer(one.module, one.source):
            killers[killer] += 1
        else:
            survivors.append(one)
            print(f"{number}: survives{'' if one.key in known else ', not listed'}: {one}", flush=True)
    return report(found, survivors, killers)


def report(found: list[Mutant], survivors: list[Mutant], killers: Counter[str]) -> int:
    """Print the score by module and by the file that noticed. 0 where the goal is reached."""
    alive, all_of = Counter(one.module for one in survivors), Counter(one.module for one in found)
    for module, count in all_of.items():
        print(f"  {module}: {count - alive[module]} of {count} killed")
    for name, count in killers.most_common():
        print(f"  by test_policy_{name}.py: {count}")
    killed = len(found) - len(survivors)
    share = 100 * killed / max(len(found), 1)
    print(f"mutants: {killed} of {len(found)} killed, {share:.1f} %, {len(survivors)} survive")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
