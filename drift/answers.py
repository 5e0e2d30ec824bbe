"""Drift of findings and of coverage: faults that came and went, and sources that went dark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from drift.items import SEVERITY_OF_CHANGE, SEVERITY_OF_COVERAGE, DriftItem
from drift.sight import Sight
from queries.catalog import checks
from queries.checks import OPEN, Finding, fingerprint
from queries.severity import worst
from queries.where import account_name

SENTENCES = {
    "added": "{title}: {count} new in {account}",
    "fixed": "{title}: {count} fixed in {account}",
    "unseen": "{title}: whether {count} in {account} still hold could not be seen",
}


def compare_findings(old: Sequence[Finding], new: Sequence[Finding], sight: Sight) -> Iterator[DriftItem]:
    """One item per rule, account and change. An unknown finding is no news: what is unseen is told by coverage."""
    before = {f.id: f for f in old if f.state == OPEN}
    after = {f.id: f for f in new}
    alike: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for found in after.values():
        if found.state == OPEN and found.id not in before:
            alike[("added", found.rule, found.account_id)].append(found)
    for found in before.values():
        if found.id not in after and found.rule in checks():
            alike[(_gone(found, sight), found.rule, found.account_id)].append(found)
    for (change, rule, account_id), some in sorted(alike.items()):
        yield _finding_item(change, rule, account_id, sorted(some, key=lambda f: f.subject), sight)


def compare_coverage(sight: Sight) -> Iterator[DriftItem]:
    """One item per account and source that shows less than before, for all its regions."""
    regions: dict[tuple[str, str], list[str]] = defaultdict(list)
    for account_id, region, source in sight.lost_rows():
        regions[(account_id, source)].append(region)
    for (account_id, source), where in sorted(regions.items()):
        yield _coverage_item(account_id, source, where, sight)


def _gone(finding: Finding, sight: Sight) -> str:
    reads = checks()[finding.rule].reads
    hidden = sight.lost(finding.account_id, reads) or sight.hides(finding.subject)
    return "unseen" if hidden else "fixed"


def _finding_item(change: str, rule: str, account_id: str, some: list[Finding], sight: Sight) -> DriftItem:
    graph = sight.new if change == "added" else sight.old
    check = checks().get(rule)
    said = {"title": check.title if check else rule, "count": len(some), "account": account_name(graph, account_id)}
    return DriftItem(
        id=fingerprint("finding", change, rule, account_id, *(f.id for f in some)),
        family="finding",
        change=change,
        severity=SEVERITY_OF_CHANGE.get(change) or worst(f.severity for f in some),
        title=SENTENCES[change].format(**said),
        account_id=account_id,
        subject=some[0].subject,
        target=rule,
        before=[] if change == "added" else [f.title for f in some],
        after=[f.title for f in some] if change == "added" else [],
        members=[f.subject for f in some],
        targets=[rule],
        fix=some[0].fix if change == "added" else "",
    )


def _coverage_item(account_id: str, source: str, regions: list[str], sight: Sight) -> DriftItem:
    node = sight.now((account_id, regions[0], source))
    have = node.properties if node else {"state": "skipped", "reason": "not_attempted"}
    state, since = str(have["state"]), str(have.get("at") or "")[:10]
    where = f" in {', '.join(r for r in regions if r)}" if any(regions) else ""
    seen = "could be seen only in part" if state == "partial" else "could not be seen"
    carried = f"; its facts are shown as they were last seen on {since}" if since and state != "partial" else ""
    return DriftItem(
        id=fingerprint("coverage", account_id, source, *regions),
        family="coverage",
        change="unseen",
        severity=SEVERITY_OF_COVERAGE.get(state, "medium"),
        title=f"`{source}` of {account_name(sight.new, account_id)}{where} {seen} ({_why(have)}){carried}",
        account_id=account_id,
        subject=account_id,
        target=source,
        before=["seen"],
        after=[_why(have)],
        members=[account_id],
        targets=[source],
        fix="Give the reader its permission back and collect again; whoever took it may have had something to hide.",
    )


def _why(have: Mapping[str, object]) -> str:
    state, reason = str(have.get("state")), str(have.get("reason") or "")
    return state if reason in ("", state) else f"{state}: {reason}"
