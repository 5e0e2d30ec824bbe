"""The rows of an answer for people and for programs: cells, files, and what of them can be drawn."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

import orjson

from graph.schema import LABELS
from graph.store import AdhocResult
from queries.paths import CERTAIN, POSSIBLE, Hop
from report.data import cell as disarmed
from ui.text import cell

Plain = dict[str, Any]
Shape = Mapping[str, Any]  # the keys of a map with the types of their values
# The shapes that the store gives to what the driver calls a node, a relationship and a path.
NODE: Shape = {"labels": list, "properties": dict}
RELATIONSHIP: Shape = {"type": str, "source": str | None, "target": str | None, "properties": dict}
PATH: Shape = {"nodes": list, "relationships": list}


def table(result: AdhocResult) -> list[dict[str, object]]:
    """The rows as a table shows them: a column is of numbers, of yes and no, or else of texts."""
    columns = [_column([row[i] for row in result.rows]) for i in range(len(result.columns))]
    return [dict(zip(result.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def as_csv(result: AdhocResult) -> bytes:
    """The rows as CSV with CRLF; no cell is a formula.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([disarmed(name) for name in result.columns])
    writer.writerows([disarmed(_document(value)) for value in row] for row in result.rows)
    return out.getvalue().encode()


def as_json(result: AdhocResult) -> bytes:
    """The rows as a list of objects."""
    rows = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
    written: bytes = orjson.dumps(rows, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    return written


def drawable(result: AdhocResult) -> tuple[list[str], list[Hop]]:
    """The ids of the nodes in the rows, and the relationships whose ends are known; paths are taken apart."""
    parts = [part for row in result.rows for value in row for part in _parts(value)]
    hops = [_hop(part) for part in parts if _is(part, RELATIONSHIP) and _joined(part)]
    nodes = [str(part["properties"]["id"]) for part in parts if _is(part, NODE) and "id" in part["properties"]]
    return list(dict.fromkeys(nodes)), hops


def described(result: AdhocResult, node_id: str) -> str:
    """What the rows say of a node, as JSON with its names in order."""
    parts = (part for row in result.rows for value in row for part in _parts(value))
    found = next((p for p in parts if _is(p, NODE) and p["properties"].get("id") == node_id), {})
    return orjson.dumps(found, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()


def _parts(value: object) -> Iterator[Plain]:
    """The nodes and relationships in a value, however deep."""
    if _is(value, NODE) or _is(value, RELATIONSHIP):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _parts(inner)


def _is(value: object, shape: Shape) -> TypeGuard[Plain]:
    """Whether a value has a shape; a map that a query makes may have it too, and is shown alike."""
    return (
        isinstance(value, dict)
        and value.keys() == shape.keys()
        and all(isinstance(value[name], kind) for name, kind in shape.items())
    )


def _joined(part: Plain) -> bool:
    return part["source"] is not None and part["target"] is not None


def _hop(part: Plain) -> Hop:
    verdict = POSSIBLE if part["type"].startswith("MAY_") else CERTAIN
    key = str(part["properties"].get("key", ""))
    return Hop(source=part["source"], target=part["target"], type=part["type"], key=key, verdict=verdict)


def _column(values: list[Any]) -> list[object]:
    kinds = {type(value) for value in values if value is not None}
    if kinds and (kinds <= {int, float} or kinds == {bool}):
        return list(values)
    return [None if value is None else cell(_words(value)) for value in values]


def _words(value: object) -> str:
    """A value for people: a node by its label and id, a path by its steps, anything else as text or JSON."""
    if isinstance(value, str):
        return value
    if _is(value, NODE):
        return f"({_label(value)} {value['properties'].get('id', '')})"
    if _is(value, RELATIONSHIP):
        return f"[{value['type']} {value['properties'].get('key', '')}".rstrip() + "]"
    if _is(value, PATH):
        return " ".join(_words(part) for part in _alternating(value))
    return _document(value)


def _label(node: Plain) -> str:
    """The label that says most: the primary one of the schema, else the first."""
    labels = [str(name) for name in node["labels"]]
    return next((name for name in labels if name in LABELS), next(iter(labels), ""))


def _alternating(path: Plain) -> Iterator[Plain]:
    nodes, steps = path["nodes"], path["relationships"]
    for node, step in zip(nodes, [*steps, None], strict=False):
        yield node
        if step is not None:
            yield step


def _document(value: object) -> str:
    """A value for programs: text as it is, nothing as nothing, all else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
