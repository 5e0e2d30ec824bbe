"""A folder of files becomes the shards of a snapshot, whatever the number of workers and the order of files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.files.importing import Imported, import_file
from ingest.files.reading import MAX_BYTES, Problem, files_below
from ingest.files.sniffing import Catalogue
from ingest.snapshot import Scope, ShardInput, State
from ingest.snapshot.codec import garbage_collector_off
from ingest.sources.answers import Answer, Answers
from ingest.sources.declare import ONCE, Call
from ingest.sources.organizations import DESCRIBE_ORGANIZATION
from ingest.sources.place import Place
from ingest.sources.refusals import one_line
from ingest.sources.sharding import settle, shard_of
from ingest.sources.table import CALLS, SCOPE_OF, SOURCES

Progress = Callable[[int, int], None]
CATALOGUE = Catalogue(CALLS)
# Calls that follow from one that is made once: a file of that tells whether there was anything to ask about.
FOLLOWING = tuple(call for call in CALLS if call.asks and all(before.asks is ONCE for before in call.asks.after()))


@dataclass(frozen=True)
class Collected:
    """Shards by scope, and what was wrong with the files."""

    shards: dict[Scope, ShardInput] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Whether anything was seen at all."""
        return any(shard.state in (State.SEEN, State.PARTIAL) for shard in self.shards.values())


def collect_files(
    path: Path, workers: int = 1, on_progress: Progress | None = None, limit: int = MAX_BYTES
) -> Collected:
    """Imports a folder, or a single file, of what the AWS CLI printed.

    `workers` threads read files side by side, which helps where the disk is far away; `on_progress` is called with
    the number of files done and their total; `limit` is the size in bytes above which a file is not read.
    Whatever is wrong with a file is a Problem and, where it can be told, the state of the shards it would have fed.
    """
    with garbage_collector_off():
        files = list(files_below(path))
        imported = list(_import_all(path, files, workers, on_progress, limit))
        problems = [problem for one in imported for problem in one.problems]
        if not files:
            problems.append(Problem(one_line(path.name), 1, 1, "no files: give the folder that the dumps are in"))
        answers, lost = _placed([answer for one in imported for answer in one.answers])
        shards = dict(_shards(answers, problems))
    return Collected(dict(sorted(shards.items())), sorted({*problems, *lost}))


def _import_all(
    root: Path, files: list[Path], workers: int, on_progress: Progress | None, limit: int
) -> Iterator[Imported]:
    names = [_name(root, file) for file in files]
    with ThreadPoolExecutor(max_workers=max(1, workers)) as executor:
        results = executor.map(import_file, files, names, [CATALOGUE] * len(files), [limit] * len(files))
        for done, imported in enumerate(results, 1):
            if on_progress:
                on_progress(done, len(files))
            yield imported


def _name(root: Path, file: Path) -> PurePosixPath:
    """A file's path below the folder given, that folder's name first; of a single file the folders around it."""
    parts = (root.resolve().name, *file.relative_to(root).parts) if file != root else root.absolute().parts[-4:]
    return PurePosixPath(*parts)


def _placed(answers: list[Answer]) -> tuple[list[Answer], list[Problem]]:
    """Gives every answer the account, region and partition that its scope needs."""
    known = _Known.of(answers)
    placed, lost = [], []
    for answer in answers:
        scope = SCOPE_OF[answer.call]
        place = known.place(answer.place, scope)
        if missing := _missing(place, scope):
            lost.append(
                Problem(
                    answer.label,
                    1,
                    1,
                    f"cannot tell the {missing} of this answer of `{answer.call.name}`: "
                    f"put the file in a folder named after the {missing}",
                )
            )
        else:
            placed.append(replace(answer, place=place))
    return placed, lost


def _missing(place: Place, scope: str) -> str:
    """An organization may stay nameless: the repository knows which one it was before."""
    if scope == "organization":
        return ""
    return "account" if not place.account else "region" if scope == "region" and not place.region else ""


@dataclass(frozen=True)
class _Known:
    """What the collection as a whole says about places."""

    management: str
    only: Place
    partitions: Mapping[str, str]

    @classmethod
    def of(cls, answers: list[Answer]) -> _Known:
        of_accounts = [a.place for a in answers if SCOPE_OF[a.call] != "organization"] or [a.place for a in answers]
        return cls(
            _one(a.place.account for a in answers if a.call == DESCRIBE_ORGANIZATION)
            or _one(a.place.account for a in answers if SCOPE_OF[a.call] == "organization"),
            Place(_one(p.account for p in of_accounts), _one(p.region for p in of_accounts)),
            {a.place.account: a.place.partition for a in reversed(answers) if a.place.partition},
        )

    def place(self, place: Place, scope: str) -> Place:
        account = place.account or self.only.account
        if scope == "organization":
            account = self.management or account
        region = (place.region or self.only.region) if scope == "region" else ""
        return Place(account, region, place.partition or self.partitions.get(account, ""))


def _one(names: Iterable[str]) -> str:
    """The only name there is, or none."""
    distinct = set(names) - {""}
    return distinct.pop() if len(distinct) == 1 else ""


def _shards(answers: list[Answer], problems: list[Problem]) -> Iterator[tuple[Scope, ShardInput]]:
    places: dict[tuple[str, str], dict[Call[Any], list[Answer]]] = defaultdict(lambda: defaultdict(list))
    for answer in answers:
        places[answer.place.account, answer.place.region][answer.call].append(answer)
    for (account, region), by_call in places.items():
        settle(FOLLOWING, Answers(next(iter(by_call.values()))[0].place, by_call), by_call)
        for source in SOURCES:
            if any(call in by_call for call in source.calls):
                scope = Scope(account, region, source.collector)
                place = next(answers[0].place for call, answers in by_call.items() if call in source.calls)
                shard, differing = shard_of(source, by_call, place)
                problems.extend(_differ(scope, key) for key in differing)
                yield scope, shard


def _differ(scope: Scope, key: str) -> Problem:
    place = " ".join(filter(None, (scope.account_id, scope.region, scope.collector)))
    reason = f"two answers differ about `{key}`, the first was kept: remove the older file"
    return Problem(place, 1, 1, one_line(reason), warning=True)
