"""One file of a stranger becomes the answers in it and the problems with it. It never raises for contents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ingest import strict_json
from ingest.files.reading import MAX_BYTES, Problem, Unreadable, read_text
from ingest.files.sniffing import AnyCall, Catalogue, Found, Sniffer, argument_in_path, squeeze
from ingest.snapshot import Reason, State
from ingest.sources import credential_report
from ingest.sources.answers import Answer
from ingest.sources.declare import Response
from ingest.sources.place import Place, place_in_text, place_of, place_of_path
from ingest.sources.refusals import Refusal, one_line, refusal_in_text
from ingest.sources.shaping import shape, truncated

UNTOLD = (
    "cannot tell which {call.takes} this answer of `{call.name}` is about: "
    "name the file `{call.operation}-…`, or put it in a folder of that name"
)


@dataclass
class Imported:
    """What came of one file."""

    answers: list[Answer]
    problems: list[Problem]


def import_file(path: Path, name: PurePosixPath, catalogue: Catalogue, limit: int = MAX_BYTES) -> Imported:
    """Reads one file. `name` is its path below the folder that was given, with that folder's name first."""
    file = _File(name, catalogue)
    try:
        text = read_text(path, limit)
    except Unreadable as error:
        return file.broken("", error.line, error.column, error.reason, ours=error.missing)
    if (report := credential_report.from_csv(text)) is not None:
        return file.answers_in(report)
    if not text.lstrip().startswith(("{", "[")):
        return file.other_text(text)
    try:
        value = strict_json.loads(text)
    except strict_json.Malformed as error:
        return file.broken(text, error.line, error.column, f"not valid JSON, {error.reason}: dump it again")
    return file.answers_in(credential_report.from_answer(value))


class _File:
    """A file's name and what it tells about its contents."""

    def __init__(self, name: PurePosixPath, catalogue: Catalogue) -> None:
        self.name, self.catalogue = name, catalogue
        self.label = one_line(str(PurePosixPath(*name.parts[1:] or name.parts)))
        self.place = place_of_path(name)

    def problem(self, reason: str, line: int = 1, column: int = 1, *, warning: bool = False) -> Problem:
        return Problem(self.label, line, column, one_line(reason), warning)

    def answers_in(self, value: Any) -> Imported:
        sniffer = Sniffer.at(self.catalogue, self.name)
        imported = Imported([], [])
        for found in sniffer.find(value):
            self._add(found, imported)
        imported.problems += [self.problem(reason) for reason in dict.fromkeys(sniffer.ambiguous)]
        if not imported.answers and not imported.problems:
            return self._unrecognised(value, sniffer)
        return imported

    def _unrecognised(self, value: Any, sniffer: Sniffer) -> Imported:
        """JSON that no call answers is no concern of ours, unless the file is named after a call."""
        if not sniffer.named:
            return Imported([], [self.problem("unrecognised: no importer knows this JSON", warning=True)])
        call = sniffer.named[0]
        empty = " (an empty answer is not one)" if not value else ""
        return self.broken("", 1, 1, f"not an answer of `{call.name}`{empty}: dump it again")

    def broken(self, text: str, line: int, column: int, reason: str, *, ours: bool = False) -> Imported:
        """A file that cannot be read fails the shards that it would have fed, where its name or text tells them;
        one that nothing tells to be `ours` is only mentioned."""
        calls = self.catalogue.named_in(self.name) or self.catalogue.with_keys_in(text)
        refusal = Refusal(State.FAILED, Reason.MALFORMED, one_line(f"{self.label}: {reason}"))
        place = self.place.or_else(place_in_text(text))
        ours = ours or bool(calls) or self.name.suffix.lower() == ".json"
        return Imported(
            [self._refused(call, refusal, place) for call in calls],
            [self.problem(reason, line, column, warning=not ours)],
        )

    def other_text(self, text: str) -> Imported:
        """Not JSON: the CLI's error message in place of an answer, or a file of another kind."""
        refusal = refusal_in_text(text)
        calls = self._refused_calls(refusal) if refusal else []
        if refusal and calls:
            place = self.place.or_else(place_in_text(text))
            return Imported([self._refused(call, refusal, place) for call in calls], [])
        return self.broken(text, 1, 1, ("not JSON" if text.strip() else "empty file") + ": dump it again")

    def _refused_calls(self, refusal: Refusal) -> list[AnyCall]:
        """The operation that the message names, of the service that it names; else what the path names."""
        if not refusal.operation:
            return self.catalogue.named_in(self.name)
        told = self.catalogue.called(squeeze(refusal.operation), self.name)
        return [call for call in told if not refusal.service or call.action_prefix == refusal.service]

    def _refused(self, call: AnyCall, refusal: Refusal, place: Place) -> Answer:
        argument = argument_in_path(call, self.name) if call.takes else ""
        return Answer(call, argument, place, self.label, refusal=refusal)

    def _add(self, found: Found, imported: Imported) -> None:
        call, argument, value = found
        if value is None or isinstance(value, Refusal):
            if value is not None and value.reason is Reason.MALFORMED:
                imported.problems.append(self.problem(_about(argument) + value.detail))
            imported.answers.append(Answer(call, argument, self.place, self.label, refusal=value))
            return
        shaped = shape(value, call.response)
        imported.problems += [self.problem(_about(argument) + reason) for reason in (*shaped.lost, *shaped.notes)]
        if shaped.response is None:
            refusal = Refusal(State.FAILED, Reason.MALFORMED, one_line("; ".join(shaped.lost)))
            imported.answers.append(Answer(call, argument, self.place, self.label, refusal=refusal))
        elif call.takes and not call.items_tell and not self._argument(call, argument, shaped.response):
            imported.problems.append(self.problem(UNTOLD.format(call=call)))
        else:
            about = self._argument(call, argument, shaped.response)
            place = self._place(call, argument, shaped.response)
            more, lost = truncated(value), tuple(shaped.lost)
            imported.answers.append(Answer(call, about, place, self.label, shaped.response, truncated=more, lost=lost))

    def _argument(self, call: AnyCall, wrapping: str, response: Response) -> str:
        """What an answer is about: said by what wraps it, by its contents, or by the file's name."""
        return (wrapping or response.argument() or argument_in_path(call, self.name)) if call.takes else ""

    def _place(self, call: AnyCall, wrapping: str, response: Response) -> Place:
        """Contents know best whose they are, unless they may show what others own. A file that holds the answers of
        several accounts is wrapped by them."""
        told = place_of(response.told())
        place = self.place.or_else(told) if call.shared else told.or_else(self.place)
        return place if call.takes else place.or_else(place_of_path(PurePosixPath(wrapping)))


def _about(argument: str) -> str:
    return f"`{argument}`: " if argument else ""
