"""What the verbs about ways print: lines for people, rows, and JSON documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cli.terminal import printable
from queries.paths import Blast, Exposure, Hop, Path, Reached, sentence
from queries.picture import coverage_rows, paths_document
from queries.where import full_name

if TYPE_CHECKING:
    from graph.model import Graph
    from queries.chokepoints import ChokePoints, Edit

WAY = ("source", "target", "verdict", "hops", "way", "conditions")
BLAST = ("group", "tier", "name", "level", "verdict", "hops", "by way of")
EXPOSED = ("who", "verdict", "first avoidable step", "reaches")
CHOKEPOINTS = ("list", "closes", "on best ways", "edit")
NAMED = 3

Row = dict[str, object]


def way_lines(graph: Graph, paths: Sequence[Path]) -> Iterator[str]:
    """Each path as a paragraph: its ends, then one line for each step."""
    for number, path in enumerate(paths, 1):
        steps = f"{len(path.hops)} step{'s' * (len(path.hops) != 1)}"
        ends = f"{full_name(graph, path.source)} → {full_name(graph, path.target)}"
        yield printable(f"{number}. {path.verdict}, {steps}: {ends}")
        yield from (printable(f"   - {sentence(graph, hop)}") for hop in path.hops)
        if path.conditions:
            yield printable(f"   provided that {'; '.join(path.conditions)}")


def way_row(graph: Graph, path: Path) -> Row:
    way = [full_name(graph, path.source)]
    for hop in path.hops:
        way.append(f"-{hop.type}{f' {hop.key}' if hop.key else ''}-> {full_name(graph, hop.target)}")
    return {
        "source": path.source,
        "target": path.target,
        "verdict": path.verdict,
        "hops": len(path.hops),
        "way": " ".join(way),
        "conditions": "; ".join(path.conditions),
    }


def blast_row(graph: Graph, blast: Blast, row: Reached) -> Row:
    path = blast.path(row)
    between = [full_name(graph, node) for node in path.way[1:-1]]
    return {
        "group": row.group,
        "tier": row.tier,
        "name": full_name(graph, row.id),
        "level": row.level,
        "verdict": path.verdict,
        "hops": len(path.hops),
        "by way of": " → ".join(between),
    }


def blast_document(graph: Graph, blast: Blast) -> dict[str, Any]:
    """Everything reached, with the best way to each."""
    reached = [
        {
            "id": row.id,
            "group": row.group,
            "level": row.level,
            "account_id": row.account_id,
            "tier": row.tier,
            "certain_hops": row.certain,
            "possible_hops": row.possible,
            "path": _path(graph, blast.path(row)),
        }
        for row in blast.rows
    ]
    return _document(graph, source=blast.source, reached=reached)


def exposure_rows(graph: Graph, exposure: Exposure) -> list[Row]:
    gates: list[Row] = [
        {
            "who": _some(graph, gate.certain + gate.possible),
            "verdict": "certain" if gate.certain else "possible",
            "first avoidable step": sentence(graph, gate.hop),
            "reaches": _some(graph, gate.targets),
        }
        for gate in exposure.gates
    ]
    by_right: list[Row] = [
        {
            "who": full_name(graph, one.id),
            "verdict": "by right",
            "first avoidable step": f"expected: {one.reason}" if one.reason else "not expected by the settings",
            "reaches": _some(graph, one.outcomes),
        }
        for one in exposure.administrators
    ]
    return gates + by_right


def exposure_document(graph: Graph, exposure: Exposure) -> dict[str, Any]:
    """The first avoidable steps with all who go through each and one way as an example, and the administrators."""
    gates = [
        {
            "step": _hop(graph, gate.hop),
            "certain": gate.certain,
            "possible": gate.possible,
            "targets": gate.targets,
            "example": _path(graph, gate.path((gate.certain + gate.possible)[0])),
        }
        for gate in exposure.gates
    ]
    administrators = [{"id": a.id, "outcomes": a.outcomes, "reason": a.reason} for a in exposure.administrators]
    return _document(graph, steps=gates, administrators=administrators)


def chokepoint_rows(found: ChokePoints) -> list[Row]:
    lists = (("alone", found.edits), ("plan", found.plan))
    return [
        {"list": name, "closes": edit.closes, "on best ways": edit.ways, "edit": edit.text}
        for name, edits in lists
        for edit in edits
    ]


def chokepoints_document(graph: Graph, found: ChokePoints) -> dict[str, Any]:
    return _document(
        graph,
        unit=found.unit,
        demands=found.demands,
        by_right=found.by_right,
        edits=[_edit(edit) for edit in found.edits],
        plan=[_edit(edit) for edit in found.plan],
        closed=found.closed,
        bound=found.bound,
        minimum_cut=[_hop(graph, hop) for hop in found.cut],
    )


def closing(found: ChokePoints) -> str:
    """What the plan is worth, and how far it may be from the best one."""
    rights = f"; {found.by_right} more are administrators' rights" if found.by_right else ""
    if not found.demands:
        return f"nothing to close{rights}"
    plan = f"{len(found.plan)} edit{'s' * (len(found.plan) != 1)} close {found.closed} of {found.demands} {found.unit}"
    gap = "no other plan of as many closes more" if found.bound == found.closed else f"at most {found.bound} could be"
    return f"{plan}; {gap}; {len(found.cut)} steps cut all of them{rights}"


def _edit(edit: Edit) -> dict[str, Any]:
    places = [{"kind": p.kind, "owner": p.owner, "statement": p.statement} for p in edit.places]
    return {"text": edit.text, "places": places, "closes": edit.closes, "ways": edit.ways}


def _document(graph: Graph, **content: object) -> dict[str, Any]:
    return {"snapshot": graph.snapshot_id, "coverage": coverage_rows(graph), **content}


def _path(graph: Graph, path: Path) -> dict[str, Any]:
    found: dict[str, Any] = paths_document(graph, [path])["paths"][0]
    return found


def _hop(graph: Graph, hop: Hop) -> dict[str, Any]:
    return {
        "from": hop.source,
        "to": hop.target,
        "kind": hop.type,
        "technique": hop.key if hop.type.endswith("_ESCALATE") else "",
        "text": sentence(graph, hop),
        "proof": hop.proof,
    }


def _some(graph: Graph, ids: Sequence[str]) -> str:
    names = ", ".join(full_name(graph, i) for i in ids[:NAMED])
    return names + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
