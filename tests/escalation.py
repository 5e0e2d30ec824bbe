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

Case = dict[str, Any]
Answer = dict[str, Any]
FULL_ACCESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ENABLED = {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}
NO_POLICY = {"Error": {"Code": "NoSuchBucketPolicy", "Message": "The bucket policy does not exist"}}
HOME = "us-east-1"
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


# -- the dump
def write_dump(case: Case, folder: Path) -> None:
    """The case as the AWS CLI would have printed it."""
    for account, content in case["accounts"].items():
        base = folder / "accounts" / account / "iam"
        _write(base / "get-account-authorization-details.json", content["gaad"])
        known = {_name(arn): c for arn, c in (content.get("credentials") or {}).items()}
        keys = {u: _keys(u, c["access_keys"]) for u, c in known.items()}
        logins = {u: _login(u, c["login_profile"]) for u, c in known.items()}
        buckets = [r["arn"].split(":::")[1] for r in content["resources"] if r["type"] == "s3:bucket"]
        _write(base.parent / "s3" / "list-buckets.json", {"Buckets": [{"Name": b} for b in buckets]})
        _write(base.parent / "s3" / "get-bucket-policy.json", dict.fromkeys(buckets, NO_POLICY))
        _write_workloads(account, content, base.parent)
        everyone = [u["UserName"] for u in content["gaad"]["UserDetailList"]]
        _write(base / "list-access-keys.json", {u: keys.get(u, _keys(u, 0)) for u in everyone})
        _write(base / "get-login-profile.json", {u: logins.get(u, _login(u, False)) for u in everyone})
    if case["organization"]:
        _write_organization(case, folder / "organizations")


def _write_workloads(account: str, content: dict[str, Any], folder: Path) -> None:
    """Instances and functions, each in its region, and none where the case has none."""
    profiles = {
        p["InstanceProfileName"]: p for r in content["gaad"]["RoleDetailList"] for p in r["InstanceProfileList"]
    }
    found: dict[str, dict[str, list[Any]]] = {HOME: {"ec2:instance": [], "lambda:function": []}}
    for one in content["resources"]:
        if one["type"] in found[HOME]:
            here = found.setdefault(one["arn"].split(":")[3], {kind: [] for kind in found[HOME]})
            here[one["type"]].append(one)
    for region, kinds in found.items():
        instances = [_instance(one, profiles) for one in kinds["ec2:instance"]]
        functions = [
            {"FunctionName": one["arn"].split(":")[-1], "FunctionArn": one["arn"], "Role": one["role_arn"]}
            for one in kinds["lambda:function"]
        ]
        reservation = {"ReservationId": "r-0", "OwnerId": account, "Instances": instances}
        _write(folder / region / "ec2" / "describe-instances.json", {"Reservations": [reservation]})
        _write(folder / region / "lambda" / "list-functions.json", {"Functions": functions})


def _instance(one: dict[str, Any], profiles: dict[str, Any]) -> dict[str, Any]:
    running = {"InstanceId": _name(one["arn"]), "State": {"Code": 16, "Name": "running"}}
    profile = profiles.get(one.get("instance_profile"))
    return {**running, "IamInstanceProfile": {"Arn": profile["Arn"], "Id": "AIPA"}} if profile else running


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _keys(user: str, count: int) -> dict[str, Any]:
    rows = [{"UserName": user, "AccessKeyId": f"AKIA{user[:8].upper()}{i}", "Status": "Active"} for i in range(count)]
    return {"AccessKeyMetadata": rows}


def _login(user: str, exists: bool) -> dict[str, Any]:
    if exists:
        return {"LoginProfile": {"UserName": user, "CreateDate": "2025-01-01T00:00:00+00:00"}}
    return {"Error": {"Code": "NoSuchEntity", "Message": f"Login Profile for User {user} cannot be found."}}


def _write_organization(case: Case, folder: Path) -> None:
    """Each account lies in a unit of its own, which carries what the case attaches to the root."""
    organization = case["organization"]
    management = organization["management_account"]
    arn = f"arn:aws:organizations::{management}"
    accounts = {
        a: {"Id": a, "Arn": f"{arn}:account/o-case/{a}", "Name": a, "Status": "ACTIVE"}
        for a in sorted({*case["accounts"], management})
    }
    units = {a: {"Id": f"ou-case-{a}", "Arn": f"{arn}:ou/o-case/ou-case-{a}", "Name": f"of {a}"} for a in accounts}
    policies, targets = _attachments(organization["scps"], accounts)
    about = {"Id": "o-case", "Arn": f"{arn}:organization/o-case", "MasterAccountId": management}
    root = {"Id": "r-case", "Arn": f"{arn}:root/o-case/r-case", "Name": "Root", "PolicyTypes": [ENABLED]}
    for name, content in {
        "describe-organization": {"Organization": about},
        "list-roots": {"Roots": [root]},
        "list-accounts": {"Accounts": list(accounts.values())},
        "list-organizational-units-for-parent": {"r-case": {"OrganizationalUnits": list(units.values())}},
        "list-accounts-for-parent": {units[a]["Id"]: {"Accounts": [accounts[a]]} for a in accounts},
        "list-policies": {"Policies": [_summary(i) for i in policies]},
        "describe-policy": {
            i: {"Policy": {"PolicySummary": _summary(i), "Content": json.dumps(d)}} for i, d in policies.items()
        },
        "list-policies-for-target": {t: {"Policies": [_summary(i) for i in ids]} for t, ids in targets.items()},
    }.items():
        _write(folder / f"{name}.json", content)


def _attachments(scps: dict[str, Any], accounts: Iterable[str]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Policies by id, and their ids by target."""
    policies: dict[str, Any] = {"p-full": FULL_ACCESS}
    targets: dict[str, list[str]] = {"r-case": ["p-full"]}
    for account in accounts:
        levels = [level["policies"] for level in scps.get(account, [])] or [[FULL_ACCESS]] * 2
        for target, documents in zip((f"ou-case-{account}", account), levels, strict=True):
            targets[target] = [f"p-{target}-{i}" for i in range(len(documents))]
            policies.update(zip(targets[target], documents, strict=True))
    return policies, targets


def _summary(policy_id: str) -> dict[str, Any]:
    return {
        "Id": policy_id,
        "Arn": f"arn:aws:organizations::1:policy/o-case/service_control_policy/{policy_id}",
        "Name": policy_id,
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": False,
    }


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
