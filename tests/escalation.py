"""Escalation cases: accounts as dumps, a principal, and whether it becomes administrator or reaches a resource."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ingest.snapshot as facts
from graph.build import build
from graph.edges.escalation import ORG_ADMIN
from graph.model import Edge, Graph
from graph.options import BuildOptions
from graph.reach import Reach, networks
from graph.techniques import techniques
from ingest.files import collect_files
from ingest.snapshot import Shard, Snapshot
from tests.escalation_dump import write_dump

Case = dict[str, Any]
Answer = dict[str, Any]
TAKEN_AT = "2026-01-01T00:00:00Z"


def answer(case: Case, folder: Path) -> Answer:
    """`{id, reachable, verdict, techniques, path}` of one case; `folder` is empty and keeps the dump."""
    write_dump(case, folder)
    collected = collect_files(folder)
    shards = {
        scope: Shard(facts.Coverage(scope, shard.state, shard.reason), tuple(shard.records))
        for scope, shard in collected.shards.items()
    }
    graph = build(Snapshot("case", TAKEN_AT, shards), BuildOptions())
    certain, possible = (network.search(goals(case, graph)) for network in networks(graph))
    verdict = "certain" if certain.hops(case["principal"]) is not None else "possible"
    path = (certain if verdict == "certain" else possible).path(case["principal"])
    return {
        "id": case["id"],
        "reachable": path is not None,
        "verdict": verdict if path is not None else None,
        "techniques": used(graph, possible, case["principal"]),
        "path": [{"from": e.source, "kind": e.type, "to": e.target, "technique": e.key} for e in path or []],
    }


def goals(case: Case, graph: Graph) -> list[str]:
    goal = case["expect"]["goal"]
    if goal["kind"] == "admin":
        return [n.id for n in graph.of("Outcome")]
    arn = goal["resource"].split("/")[0]
    return [n for n in graph.nodes if n == arn] or [ORG_ADMIN]


def used(graph: Graph, reach: Reach, start: str) -> list[str]:
    """Techniques on any edge of any path from the principal to the goal."""
    seen, ahead = {start}, [start]
    found: set[str] = set()
    while ahead:
        for edge in graph.out(ahead.pop()):
            if reach.hops(edge.target) is not None:
                found |= _technique(edge)
                if edge.target not in seen:
                    seen.add(edge.target)
                    ahead.append(edge.target)
    return sorted(found)


def _technique(edge: Edge) -> set[str]:
    if edge.type.endswith("_ASSUME"):
        return {"sts-001"}
    return {edge.key} if edge.type.endswith("_ESCALATE") else set()


def run(files: Iterable[Path], answers: Path | None, is_ruled: Callable[[Case, Answer], bool]) -> int:
    """Scores case files and prints what is missed, then recall and false alarms. 0 where all agree or are ruled."""
    scored = [c for f in files for c in map(json.loads, f.open()) if c["expect"]["reachable"] is not None]
    given = []
    for case in scored:
        with TemporaryDirectory() as folder:
            given.append(answer(case, Path(folder)))
    if answers is not None:
        answers.write_text("".join(json.dumps(one) + "\n" for one in given), encoding="utf-8")
    pairs = list(zip(scored, given, strict=True))
    wrong = [(c, g) for c, g in pairs if c["expect"]["reachable"] != g["reachable"]]
    ruled = [c for c, g in wrong if is_ruled(c, {"decision": g["verdict"]})]
    for case, one in wrong:
        print(f"{case['id']}: {'false alarm' if one['reachable'] else 'missed'} {case['expect']['technique'] or ''}")
    unnamed = [c for c, g in pairs if c["expect"]["reachable"] and g["reachable"] and not is_named(c, g)]
    for case in unnamed:
        print(f"{case['id']}: reached without {case['expect']['technique']}")
    positives = [c for c in scored if c["expect"]["reachable"]]
    missed = [c for c, _ in wrong if c["expect"]["reachable"]]
    print(
        f"escalation: recall {len(positives) - len(missed)} of {len(positives)}, "
        f"false alarms {len(wrong) - len(missed)} of {len(scored) - len(positives)}, {len(ruled)} ruled"
    )
    return 0 if len(ruled) == len(wrong) and not unnamed else 1


def is_named(case: Case, given: Answer) -> bool:
    """Whether a technique that the case says is present is among the answer's: by what it needs, as ids drift."""
    declared = techniques()
    needed = [{need.action for need in declared[used].needs} for used in given["techniques"]]
    return not case["expect"]["technique_present"] or set(case["expect"]["technique_permissions"]) in needed


def within_reach(case: Case) -> bool:
    """Whether the techniques declared so far include those of the case."""
    wanted = set(case["expect"].get("technique") or ())
    return bool(wanted) and wanted <= set(techniques())
