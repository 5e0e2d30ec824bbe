"""The command line: `python -m benchmarks.estate OUT`."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
from dataclasses import asdict

import benchmarks.estate
from benchmarks.estate import Params, generate
from benchmarks.estate.vocabulary import REGIONS


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.estate",
        description=benchmarks.estate.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=pathlib.Path, help="directory to write (made when missing)")
    text = {
        "accounts": "accounts in the organization",
        "roles": "roles per account, planted and SSO ones included",
        "users": "IAM users per account",
        "groups": "IAM groups per account",
        "managed_policies": "customer managed policies per account",
        "baseline": "share of those that every account has alike (apart from its account id)",
        "distinct": "share of roles and users with an inline policy of their own; the rest share attachment sets",
        "powerusers": "share of roles with PowerUserAccess",
        "boundaries": "share of roles with a permissions boundary",
        "sgs": "security groups per account",
        "sg_refs": "mean references from one security group to others",
        "instances": "EC2 instances per account",
        "lambdas": "Lambda functions per account",
        "buckets": "buckets per account",
        "regions": f"regions used, at most {len(REGIONS)}",
        "ous": "organizational units under Workloads",
        "permission_sets": "permission sets",
        "assignments": "permission sets assigned per account",
        "sso_users": "people in the identity store",
        "chains": "planted chains per account (all kinds in turn)",
        "drift": "changes per account for a second snapshot in OUT-drift (0: none)",
        "seed": "seed",
    }
    for name, default in asdict(Params()).items():
        parser.add_argument(
            "--" + name.replace("_", "-"),
            type=type(default),
            default=default,
            metavar="N",
            help=f"{text[name]} (default {default})",
        )
    parser.add_argument(
        "--indent", type=int, default=None, metavar="N", help="indent the JSON (the CLI uses 4; default compact)"
    )
    args = vars(parser.parse_args(argv))
    out, indent = args.pop("out"), args.pop("indent")
    manifest = generate(Params(**args), out, indent)
    print(json.dumps(manifest["counts"]), f"{len(manifest['chains'])} planted chains -> {out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
