"""The verbs that ask who may do what: can, access, whocan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import workspace
from cli.exits import ExitCode, leave
from cli.line import Output
from cli.questions import FOR_PEOPLE, RowForm
from cli.tables import RowFormat, as_json, rows_as
from cli.terminal import deliver, note, printable

if TYPE_CHECKING:
    from graph.estate import Estate
    from policy.effective import Effective, Row
    from queries.permissions import Answer, Found, Granted, Subject

PLACED = ("user", "role", "root", "account", "federated_user")  # kinds of which there are some of others' too
NAMES_SHOWN = 3  # actions or people named in a cell
CAN = ("principal", "action", "resource", "answer", "summary", "blocked_by", "conditions", "choices", "as_of", "unseen")
WHO = ("principal", "name", "kind", "account_id", "answer", "people", "conditions", "choices", "as_of")
WHO_SHOWN = ("answer", "kind", "principal", "people", "provided that")

Who = Annotated[str, typer.Argument(help="An ARN, a unique name, ACCOUNT/NAME, `account:ID` (its root), a service.")]
Action = Annotated[str, typer.Argument(help="An action, such as s3:GetObject.")]
Resource = Annotated[str, typer.Argument(help="An ARN, a unique name, ACCOUNT/NAME, or `*`.")]
Context = Annotated[
    list[str] | None,
    typer.Option("--context", help="A condition key that is known, as KEY=VALUE; again for several values."),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="A snapshot's id, or its beginning; else the latest.", metavar="SNAPSHOT")
]
Explain = Annotated[bool, typer.Option("--explain", help="Show what each layer says and which statements decide.")]


class Level(StrEnum):
    LIST = "list"
    READ = "read"
    WRITE = "write"
    TAGGING = "tagging"
    PERMISSIONS = "permissions"


def can(
    ctx: typer.Context,
    principal: Who,
    action: Action,
    resource: Resource,
    context: Context = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="A key that neither you nor the snapshot gives is absent, not unknown.")
    ] = False,
    as_of: AsOf = None,
    explain: Explain = False,
    form: RowForm = RowFormat.TABLE,
    output: Output = None,
) -> None:
    """Answer whether a principal may take an action on a resource: yes, no, possible, or unknown.

    All policies that bind it are asked: its own, its boundary, SCPs and RCPs, and the resource's policy. Exit code 4
    where the answer is open for want of data.
    """
    from queries.permissions import ask, asked, subject
    from queries.permissions.actions import about_action, about_resource, action_of

    given, named = _context(context), action_of(action)
    _note(about_action(named))
    estate = _estate(ctx, as_of)
    who = subject(estate, principal)
    what = asked(estate, resource, named, who.account_id)
    answer = ask(who, named, what, given, complete)
    _note(about_resource(named, what.arn))
    deliver(_answered(answer, form, explain), output)
    leave(*_incomplete(answer.is_incomplete))


def whocan(
    ctx: typer.Context,
    action: Action,
    resource: Resource,
    context: Context = None,
    certain: Annotated[bool, typer.Option("--certain", help="Only those for whom nothing is open.")] = False,
    as_of: AsOf = None,
    explain: Explain = False,
    form: RowForm = RowFormat.TABLE,
    output: Output = None,
) -> None:
    """List everyone who may take an action on a resource, and who stands behind each.

    Users, roles and root users of all accounts, and outsiders that the resource's policy names: other accounts,
    services, identity providers, anyone. Exit code 4 where not all was seen.
    """
    from queries.permissions import Found, asked, who_can
    from queries.permissions.actions import about_action, about_resource, action_of
    from queries.permissions.answer import YES

    given, named = _context(context), action_of(action)
    _note(about_action(named))
    estate = _estate(ctx, as_of)
    what = asked(estate, resource, named)
    found = who_can(estate, named, what, given)
    if certain:
        found = Found(tuple(one for one in found.granted if one.answer.word == YES), found.unseen)
    _note(about_resource(named, what.arn))
    deliver(_who(found, estate, named, what.arn, form, explain), output)
    _note(f"not seen: {one}" for one in found.unseen)
    if not found.granted:
        note(f"nobody that was seen {'certainly ' if certain else ''}can `{named}` on `{what.arn}`")
    leave(*_incomplete(bool(found.unseen)))


def access(
    ctx: typer.Context,
    principal: Who,
    service: Annotated[str, typer.Option(help="Only actions of this service, such as s3.")] = "",
    level: Annotated[Level | None, typer.Option(help="Only actions of this access level.")] = None,
    since: Annotated[
        str, typer.Option(help="Show only what changed since a snapshot, by its id.", metavar="SNAPSHOT")
    ] = "",
    as_of: AsOf = None,
    explain: Annotated[bool, typer.Option("--explain", help="Name every action, service by service.")] = False,
    form: RowForm = RowFormat.TABLE,
    output: Output = None,
) -> None:
    """List all that a principal can do by its own policies, by service and access level.

    What another account's resource grants it by its own policy is not in it: ask `can` or `whocan` for that. Exit code
    4 where the principal was not seen, or not this time.
    """
    from queries.permissions import subject
    from queries.permissions.access import of_service

    wanted = of_service(service) if service else ""
    estate = _estate(ctx, as_of)
    who = subject(estate, principal)
    if since:
        deliver(_changes(_estate(ctx, since), who, wanted, _level(level), form, explain), output)
    else:
        deliver(_access(who, wanted, _level(level), form, explain), output)
    _note(_reservations(who))
    leave(*_incomplete(bool(who.unseen or who.stale)))


def _estate(ctx: typer.Context, snapshot_id: str | None) -> Estate:
    from graph.estate import Estate

    return Estate(workspace(ctx).snapshot(snapshot_id))


def _incomplete(is_so: bool) -> Iterable[ExitCode]:
    return (ExitCode.INCOMPLETE,) if is_so else ()


def _note(lines: Iterable[str]) -> None:
    for line in lines:
        note(line, style="yellow")


def _context(given: Iterable[str] | None) -> dict[str, tuple[str, ...]]:
    """The keys that were typed, in lower case. Raises BadParameter."""
    found: dict[str, tuple[str, ...]] = {}
    for text in given or ():
        key, equals, value = text.partition("=")
        if not equals or ":" not in key:
            raise typer.BadParameter(f"`--context {text}` is no condition key: write it as `aws:SourceIp=203.0.113.7`")
        found[key.lower()] = (*found.get(key.lower(), ()), value)
    return found


def _level(level: Level | None) -> str:
    """The level as the catalogue writes it."""
    return "Permissions management" if level is Level.PERMISSIONS else level.capitalize() if level else ""


# -- can
def _answered(answer: Answer, form: RowFormat, explain: bool) -> str:
    if form is RowFormat.JSON:
        return as_json(answer.document())
    if form is not RowFormat.TABLE:
        return rows_as(form, CAN, [_flat(answer.document())])
    return "\n".join(map(printable, _told(answer, explain)))


def _told(answer: Answer, explain: bool) -> list[str]:
    return [
        answer.summary,
        *(answer.details if explain else ()),
        *(f"not seen: {sentence}" for sentence in answer.unseen),
    ]


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    """An answer with what people look for in its verdict beside the rest."""
    verdict = document["verdict"]
    return {**document, **{key: verdict[key] for key in ("blocked_by", "conditions", "choices")}}


# -- whocan
def _who(found: Found, estate: Estate, action: str, resource: str, form: RowFormat, explain: bool) -> str:
    if form is RowFormat.JSON:
        asked = {"snapshot": estate.snapshot.id, "action": action, "resource": resource}
        return as_json({**asked, "unseen": list(found.unseen), "who": [one.document() for one in found.granted]})
    if form not in FOR_PEOPLE:
        return rows_as(form, WHO, [_flat(one.document()) for one in found.granted])
    if explain and form is RowFormat.TABLE:
        return "\n".join(printable(line) for one in found.granted for line in _explained(one))
    return rows_as(form, WHO_SHOWN, [_shown(one) for one in found.granted])


def _explained(one: Granted) -> list[str]:
    behind = [f"  behind it: {', '.join(one.people)}"] if one.people else []
    return [f"{one.name}: {one.answer.summary}", *behind, *one.answer.details]


def _shown(one: Granted) -> dict[str, str]:
    verdict = one.answer.verdict
    sent = " and ".join(f"`{key}` = {value}" for key, value in verdict.choices)
    old = f"it is still as on {one.answer.as_of}" if one.answer.as_of else ""
    kind = f"{one.kind}, outside" if one.kind in PLACED and not one.is_ours else one.kind
    provided = "; ".join(filter(None, (*verdict.conditions, sent and f"it sends {sent}", old)))
    cells = (one.answer.word, kind, one.name, _some(one.people), provided)
    return dict(zip(WHO_SHOWN, cells, strict=True))


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


# -- access
def _access(who: Subject, service: str, level: str, form: RowFormat, explain: bool) -> str:
    from queries.permissions.access import ACCESS, access_rows, effective_of, merged_rows, only

    found = effective_of(who)
    rows = only(found.rows, service, level)
    if form is RowFormat.JSON:
        return as_json(_document(who, found, rows))
    if form not in FOR_PEOPLE:
        return rows_as(form, ACCESS, [*access_rows(rows)])
    shown = access_rows(rows) if explain or service else merged_rows(rows)
    columns = [one for one in ACCESS if one != "sends"]
    if found.unlisted:
        note(f"granted, but not in the catalogue of {found.catalogue}: {', '.join(found.unlisted)}")
    return rows_as(form, columns, [_brief(row, explain) for row in shown])


def _document(who: Subject, found: Effective, rows: Iterable[Row]) -> dict[str, Any]:
    about = {"principal": who.arn, "as_of": who.stale, "unseen": who.unseen, "catalogue": found.catalogue}
    return {**about, "unlisted": list(found.unlisted), "rows": [_structured(row) for row in rows]}


def _structured(row: Row) -> dict[str, Any]:
    import msgspec

    from graph.proof import WORDS

    written: dict[str, Any] = msgspec.to_builtins(row)
    written["grant"]["truth"] = WORDS[row.grant.truth]
    return written


def _changes(before: Estate, who: Subject, service: str, level: str, form: RowFormat, explain: bool) -> str:
    from queries.permissions import changed
    from queries.permissions.access import CHANGES, change_rows

    found = changed(before, who)
    rows = [*change_rows(found, service, level)]
    note(f"since {before.snapshot.taken_at}: {found.text}")
    return rows_as(form, CHANGES, [_brief(row, explain) for row in rows] if form in FOR_PEOPLE else rows)


def _brief(row: Mapping[str, Any], explain: bool) -> dict[str, Any]:
    """A row for people: a few actions by name, more by number."""
    actions = row["actions"]
    if isinstance(actions, str):
        return dict(row)
    short = explain or len(actions) <= NAMES_SHOWN
    return {**row, "actions": ", ".join(one.partition(":")[2] for one in actions) if short else f"{len(actions):,}"}


def _reservations(who: Subject) -> Iterable[str]:
    if who.unseen:
        yield f"not seen: {who.unseen}: it may do more or less than this"
    if who.stale:
        yield f"last seen on {who.stale}: it may do more or less since"
