"""The driver's values as plain Python, so that nothing to the right of the store knows the driver."""

from __future__ import annotations

from typing import Any

from neo4j.graph import Node, Path, Relationship
from neo4j.spatial import Point
from neo4j.time import Date, DateTime, Duration, Time


def plain(value: Any) -> Any:
    """A node becomes `{labels, properties}`, a relationship `{type, source, target, properties}` with the ids of its
    ends where they came along (as in a path), a path `{nodes, relationships}`; times become those of `datetime`."""
    match value:
        case Node():
            return {"labels": sorted(value.labels), "properties": plain(dict(value))}
        case Relationship():
            return {
                "type": value.type,
                "source": _end(value.start_node),
                "target": _end(value.end_node),
                "properties": plain(dict(value)),
            }
        case Path():
            return {"nodes": [plain(n) for n in value.nodes], "relationships": [plain(r) for r in value.relationships]}
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case Point():
            return list(value)
        case Duration():
            return value.iso_format()
        case Date() | DateTime() | Time():
            return value.to_native()
        case list() | tuple():
            return [plain(item) for item in value]
    return value


def _end(node: Node | None) -> str | None:
    return None if node is None else node.get("id")
