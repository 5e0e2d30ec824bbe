"""What a report says, in its order, before it takes a format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drift import Approval, Drift, DriftItem
from queries.catalog import checks
from queries.checks import OPEN, Finding
from queries.severity import rank
from report.svg import Picture, picture
from report.words import CHANGE_WORDS, clean, coverage_sentence, day, freshness, gaps, week_sentence, why

SHOWN = 10  # names, rights or findings listed before the rest is counted; JSON and CSV hold all
DRAWN = 3  # rights of one principal that are clearer drawn than listed


@dataclass(frozen=True)
class Meta:
    """What a report needs besides its facts. `now` is when it is written, ISO 8601; `names` are those of accounts."""

    now: str
    approval: Approval | None = None
    title: str = "Trustdrift report"
    names: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Section:
    """One item: what changed, why it matters, how it is known, how to mend it."""

    id: str
    severity: str
    family: str
    change: str
    title: str
    before: list[str]
    after: list[str]
    why: str
    verdict: str
    conditions: list[str]
    evidence: list[str]
    members: list[str]
    targets: list[str]
    fix: str
    picture: Picture | None


@dataclass(frozen=True)
class Rule:
    """The findings of one rule: open ones, and what could not be told."""

    rule: str
    title: str
    severity: str
    open: list[str]
    unknown: list[str]
    fix: str

    @property
    def open_shown(self) -> list[str]:
        return _capped(self.open)

    @property
    def unknown_shown(self) -> list[str]:
        return _capped(self.unknown)


@dataclass(frozen=True)
class View:
    title: str
    freshness: str
    coverage: str
    complete: bool
    baseline: str
    week: str
    numbers: list[tuple[str, int]]
    quiet: bool
    items: list[Section]
    rules: list[Rule]
    gaps: list[Mapping[str, str]]


def view(drift: Drift, findings: Sequence[Finding], coverage: Sequence[Mapping[str, str]], meta: Meta) -> View:
    """The report of a drift with the findings and the coverage of the new graph."""
    approval = meta.approval
    names = {**drift.names, **(meta.names or {})}
    said = (
        f"{clean(approval.who)}, {day(approval.at)}: {clean(approval.why)}"
        if approval
        else "nobody has approved one yet"
    )
    return View(
        title=meta.title,
        freshness=freshness(drift.current.taken_at, meta.now),
        coverage=clean(coverage_sentence(coverage, names)),
        complete=bool(coverage) and not gaps(coverage),
        baseline=said,
        week=week_sentence(drift, approval),
        numbers=_numbers(drift, findings),
        quiet=not drift.items,
        items=[section(item, drift) for item in drift.items],
        rules=_rules(findings, names),
        gaps=[_gap(row, names) for row in gaps(coverage)],
    )


def section(item: DriftItem, drift: Drift) -> Section:
    """One item in words; ids are told by name."""
    proofs = [drift.proofs[i] for i in item.evidence if i in drift.proofs]
    return Section(
        id=item.id,
        severity=item.severity,
        family=item.family,
        change=CHANGE_WORDS[item.change],
        title=_sentence(clean(item.title)),
        before=_capped([clean(t) for t in item.before]),
        after=_capped([clean(t) for t in item.after]),
        why=why(item),
        verdict=item.verdict,
        conditions=[clean(c) for c in item.conditions],
        evidence=_capped(list(dict.fromkeys(clean(p.text) for p in proofs if p.text))),
        members=_named(item.members, drift),
        targets=_named(item.targets, drift) if item.family == "path" else [],
        fix=clean(item.fix),
        picture=picture(item.path, drift.names) if _drawn(item) else None,
    )


def _drawn(item: DriftItem) -> bool:
    return bool(item.path) and (item.family == "path" or len(item.path) <= DRAWN)


def _gap(row: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    account = names.get(row["account_id"])
    told = {**row, "account": f"{account} ({row['account_id']})" if account else row["account_id"]}
    return {column: clean(value) for column, value in told.items()}


def _named(ids: Sequence[str], drift: Drift) -> list[str]:
    return _capped([clean(drift.names.get(i, i)) for i in ids])


def _capped(texts: list[str]) -> list[str]:
    return texts[:SHOWN] + ([f"and {len(texts) - SHOWN} more"] if len(texts) > SHOWN else [])


def _numbers(drift: Drift, findings: Sequence[Finding]) -> list[tuple[str, int]]:
    counts = drift.counts
    still_open = [f for f in findings if f.state == OPEN]
    return [
        ("new", counts.get("added", 0)),
        ("changed", counts.get("changed", 0)),
        ("gone", counts.get("removed", 0)),
        ("fixed", counts.get("fixed", 0)),
        ("could not be seen", counts.get("unseen", 0)),
        ("open findings", len(still_open)),
        ("unknown answers", len(findings) - len(still_open)),
    ]


def _rules(findings: Sequence[Finding], names: Mapping[str, str]) -> list[Rule]:
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.rule].append(finding)
    rules = [_rule(rule, some, names) for rule, some in by_rule.items()]
    return sorted(rules, key=lambda r: (not r.open, rank(r.severity), r.rule))


def _rule(rule: str, some: list[Finding], names: Mapping[str, str]) -> Rule:
    told = {
        state: [_told(f, names) for f in some if (f.state == OPEN) == (state == OPEN)] for state in (OPEN, "unknown")
    }
    fix = next((f.fix for f in some if f.state == OPEN), some[0].fix)
    check = checks().get(rule)
    return Rule(rule, check.title if check else rule, some[0].severity, told[OPEN], told["unknown"], clean(fix))


def _told(finding: Finding, names: Mapping[str, str]) -> str:
    account = names.get(finding.account_id, finding.account_id)
    return clean(f"{account}: {finding.title}" if account else finding.title)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
