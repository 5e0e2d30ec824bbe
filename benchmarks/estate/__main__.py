"""The command line of the generator: `python -m benchmarks.estate OUT --accounts 10 --roles 100 --drift 10`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import fields
from pathlib import Path

import benchmarks.estate as estate


def parser() -> argparse.ArgumentParser:
    """One option for each parameter, as it is declared."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.estate",
        description=estate.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("out", type=Path, help="directory to write (made when missing)")
    for field in fields(estate.Params):
        made.add_argument(
            "--" + field.name.replace("_", "-"),
            type=type(field.default),
            default=field.default,
            metavar="N",
            help=f"{field.metadata['help']} (default {field.default})",
        )
    made.add_argument("--indent", type=int, metavar="N", help="indent the JSON (the CLI uses 4; default compact)")
    return made


def main() -> None:
    """Generates what the command line asks for; a line about it goes to stderr."""
    commandline = parser()
    asked = vars(commandline.parse_args())
    out, indent = asked.pop("out"), asked.pop("indent")
    try:
        params = estate.Params(**asked)
    except ValueError as error:
        commandline.error(str(error))
    manifest = estate.generate(params, out, indent)
    print(json.dumps(manifest["counts"]), f"{len(manifest['chains'])} planted chains -> {out}", file=sys.stderr)


if __name__ == "__main__":
    main()
