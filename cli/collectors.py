"""Renders docs/COLLECTORS.md from the declarations of the sources: `python -m cli.collectors`."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from cli.costs import facts_of, resting_on
from ingest.aws.estate import DESCRIBE_REGIONS
from ingest.aws.roles import ENTER, NEEDS_NO_PERMISSION, denied
from ingest.snapshot import COLLECTORS
from ingest.sources.declare import Call, Source
from ingest.sources.table import SOURCES

INTRODUCTION = f"""# What is collected, and what it takes

Rendered by `make docs` from `ingest/sources/`; do not edit.

A collector states the facts of one kind, in the organization, in an account, or in a region of an account. Facts come
from the API or from files that hold what the AWS CLI printed; either way the same calls are described here. A call
marked *detail* may be denied and the rest is still seen, without what it tells; all others must be answered, or absence
means nothing in that place: what rests on it is *unknown*, and nothing counts as removed.

`trustdrift role-policy` prints read-only roles with exactly these actions, `trustdrift doctor` tries each of them.
Besides, entering an account takes `{ENTER}` on its reader role, `{DESCRIBE_REGIONS.action}` tells its regions, and
`{NEEDS_NO_PERMISSION}` needs no permission.

- *member* belongs into every account, by a StackSet say: it reads what is below under accounts and regions.
- *management* belongs into the management account, or into the delegated administrator of Organizations and Identity
  Center: it reads the same there and the organization, and enters the accounts. Service-managed StackSets skip the
  management account: deploy this role there as a plain stack.
- *log archive* has nothing to read yet, because trails are not read.
"""
SCOPES = {"organization": "The organization", "account": "Each account", "region": "Each region of each account"}
DENIALS = """
## What the roles deny

Whatever else an account grants them:

| actions | because they give away |
|---|---|
"""


def render() -> str:
    """The whole document as Markdown."""
    parts = [INTRODUCTION]
    for scope, title in SCOPES.items():
        parts.append(f"\n## {title}\n")
        parts += [_source(s) for s in SOURCES if COLLECTORS[s.collector].scope == scope]
    rows = (f"| {', '.join(f'`{a}`' for a in row.actions)} | {row.reason} |\n" for row in denied())
    return "".join([*parts, DENIALS, *rows])


def _source(source: Source) -> str:
    collector = source.collector
    checks = ", ".join(f"`{check}`" for check in resting_on(collector))
    outside = (
        "These facts change by themselves and stay outside a snapshot's id. " if COLLECTORS[collector].activity else ""
    )
    unknown = f"Without it these checks are unknown: {checks}." if checks else "No check reads it; questions may."
    return "\n".join(
        [
            f"\n### `{collector}`\n",
            f"Facts: {', '.join(facts_of(collector))}. {outside}{unknown}\n",
            "| call | IAM action | |",
            "|---|---|---|",
            *_calls(source),
            "",
        ]
    )


def _calls(source: Source) -> Iterator[str]:
    for call in source.calls:
        if call.until:
            yield _row(call.until.call, "is made first")
        yield _row(call, _marks(call, source))


def _row(call: Call[object], marks: str) -> str:
    return f"| `aws {call.name}` | {f'`{call.action}`' if call.asks else ''} | {marks} |"


def _marks(call: Call[object], source: Source) -> str:
    detail = "" if call in source.required else "detail"
    return detail if call.asks else f"{detail}, read from files only".lstrip(", ")


if __name__ == "__main__":
    typer.echo(render(), nl=False)
