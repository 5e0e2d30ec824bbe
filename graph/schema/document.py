"""Renders docs/SCHEMA.md from the declarations and the example questions: `make docs`."""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from graph.schema.common import COMMON, STORE_PROPERTIES
from graph.schema.compute import COMPUTE
from graph.schema.declare import Label, Property, Relationship
from graph.schema.labels import IDENTITY, NETWORK, RESOURCES, UPKEEP
from graph.schema.organization import ORGANIZATION
from graph.schema.relationships import RELATIONSHIPS

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "docs" / "SCHEMA.md"
QUESTIONS = ROOT / "queries" / "questions"

INTRODUCTION = """# The graph

Rendered by `make docs`; what is declared in `graph/schema/` is said here and nowhere else.

Names are those of [Cartography's AWS schema](https://cartography-cncf.github.io/cartography/modules/aws/schema.html)
where the concept is the same, so that Cypher people already have runs; labels and relationships marked *ours* are not
in it. Where a property has another name there, both are written.

An attack is walked along relationships that all point the way it goes. The verdict is in the type: `CAN_` is certain,
`MAY_` holds if the conditions on it do. Every derived relationship carries `proof`, the id of a `Proof` node, and
`stale` where it rests on facts that were not seen this time. Steps count as hops; joints (`HOLDS`, `DELIVERS_TO`,
`IS_JEWEL`) are walked and do not.

A node's `id` is its ARN where AWS names things by one; accounts go by their number, things of EC2 networking by the id
that rules name them by (`sg-…`, `vpc-…`, `eni-…`). A relationship that may stand several times between the same nodes
has a `key` that tells them apart."""

LABEL_GROUPS = (
    ("Organization", ORGANIZATION),
    ("Identity", IDENTITY),
    ("Network", NETWORK),
    ("Resources", RESOURCES),
    ("Compute", COMPUTE),
    ("Upkeep", UPKEEP),
)
ROLES = (
    ("step", "Steps of an attack"),
    ("structural", "Steps that follow from how things are built"),
    ("joint", "Joints between steps"),
    ("fact", "Facts"),
)


def render(questions: Path = QUESTIONS) -> str:
    """The whole document as Markdown."""
    parts = [INTRODUCTION, "## Nodes", "Every node carries these.", _table((*COMMON, *STORE_PROPERTIES))]
    for title, labels in LABEL_GROUPS:
        parts += [f"### {title}", *(text for label in labels for text in _label(label))]
    parts.append("## Relationships")
    for role, title in ROLES:
        found = [r for r in RELATIONSHIPS.values() if r.role == role]
        parts += [f"### {title}", *(text for relationship in found for text in _relationship(relationship))]
    parts += _questions(questions)
    return "\n\n".join(parts) + "\n"


def _label(label: Label) -> Iterator[str]:
    also = f" Also labelled {_codes(label.also)}." if label.also else ""
    yield f"#### {label.name}{_ours(label.ours)}"
    yield label.doc + also
    if label.properties:
        yield _table(label.properties)


def _relationship(relationship: Relationship) -> Iterator[str]:
    key = f" Its key is `{relationship.key}`." if relationship.key else ""
    yield f"#### {relationship.name}{_ours(relationship.ours)}"
    yield relationship.doc + key
    yield _ends(relationship.ends)
    if relationship.properties:
        yield _table(relationship.properties)
    source, target = relationship.ends[0]
    match = f"MATCH (a:{source})-[r:{relationship.name}]->(b:{target})"
    yield _cypher(f"{match}\nRETURN a.name AS a, b.name AS b ORDER BY a, b LIMIT 10")


def _ends(ends: Iterable[tuple[str, str]]) -> str:
    """Sources that may point to the same targets share a line."""
    targets: dict[str, list[str]] = defaultdict(list)
    for source, target in ends:
        targets[source].append(target)
    sources: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for source, reached in targets.items():
        sources[tuple(reached)].append(source)
    return "\n".join(f"- {_codes(alike)} → {_codes(reached)}" for reached, alike in sources.items())


def _table(properties: Iterable[Property]) -> str:
    head = "| property | type | meaning | Cartography |\n| --- | --- | --- | --- |"
    rows = (
        f"| `{p.name}` | {p.type} | {_cell(p.doc)} | {f'`{p.cartography}`' if p.cartography else ''} |"
        for p in properties
    )
    return "\n".join((head, *rows))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _ours(ours: bool) -> str:
    return " *(ours)*" if ours else ""


def _cypher(text: str) -> str:
    return f"```cypher\n{text.strip()}\n```"


def _questions(folder: Path) -> list[str]:
    """The example questions: a TOML header in `//` lines, then the query, one file each, in order of name."""
    files = sorted(folder.glob("*.cypher"))
    return ["## Questions for the first week", *(_question(path.read_text("utf-8")) for path in files)] if files else []


def _question(text: str) -> str:
    lines = text.splitlines()
    header = tomllib.loads("\n".join(line.removeprefix("//").strip() for line in lines if line.startswith("//")))
    body = "\n".join(line for line in lines if not line.startswith("//"))
    given = "\n".join(f"- `${name}`: `{value!r}`" for name, value in header.get("parameters", {}).items())
    return "\n\n".join(filter(None, (f"### {header['title']}", header.get("description"), given, _cypher(body))))


if __name__ == "__main__":
    sys.stdout.write(render())
