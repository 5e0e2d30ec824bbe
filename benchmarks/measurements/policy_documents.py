"""From an organization's dumps of IAM to parsed documents whose actions are bits of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.meter import cpu_seconds
from ingest.snapshot.codec import garbage_collector_off
from policy.catalogue import catalogue
from policy.language.document import Document, Library

DUMPS = "accounts/*/iam/get-account-authorization-details.json"


class Inline(msgspec.Struct, rename="pascal"):
    policy_document: msgspec.Raw


class User(msgspec.Struct, rename="pascal"):
    user_policy_list: list[Inline] = []


class Group(msgspec.Struct, rename="pascal"):
    group_policy_list: list[Inline] = []


class Role(msgspec.Struct, rename="pascal"):
    assume_role_policy_document: msgspec.Raw
    role_policy_list: list[Inline] = []


class PolicyVersion(msgspec.Struct, rename="pascal"):
    document: msgspec.Raw
    is_default_version: bool


class ManagedPolicy(msgspec.Struct, rename="pascal"):
    policy_version_list: list[PolicyVersion]


class Dump(msgspec.Struct, rename="pascal"):
    """`aws iam get-account-authorization-details`, its documents left as text until they prove new."""

    user_detail_list: list[User]
    group_detail_list: list[Group]
    role_detail_list: list[Role]
    policies: list[ManagedPolicy]

    def documents(self) -> Iterator[msgspec.Raw]:
        for user in self.user_detail_list:
            yield from (policy.policy_document for policy in user.user_policy_list)
        for group in self.group_detail_list:
            yield from (policy.policy_document for policy in group.group_policy_list)
        for role in self.role_detail_list:
            yield role.assume_role_policy_document
            yield from (policy.policy_document for policy in role.role_policy_list)
        for managed in self.policies:
            yield from (version.document for version in managed.policy_version_list if version.is_default_version)


def measure(bench: Bench) -> Iterator[Figure]:
    dumps = [file.read_bytes() for file in sorted(Path(bench.estate).glob(DUMPS))]
    catalogue()  # once in the life of a process, with a goal of its own
    library = Library()
    with garbage_collector_off():
        reading, documents = cpu_seconds(lambda: parsed(dumps, library))
        compiling, _ = cpu_seconds(lambda: compiled(documents))
    seconds, size = reading + compiling, sum(map(len, dumps)) / 1e6
    yield Figure("policy.parse", seconds, "s")
    yield Figure("policy.parse.compile", compiling, "s")
    yield Figure("policy.parse.rate", size / seconds, "MB/s")
    yield Figure("policy.documents", len(documents), "documents")
    yield Figure("policy.documents.distinct", len(library), "documents")


def parsed(dumps: Sequence[bytes], library: Library) -> list[Document]:
    """The documents of the dumps, equal texts as one object."""
    decoder = msgspec.json.Decoder(Dump)
    return [library.document(bytes(text)) for dump in dumps for text in decoder.decode(dump).documents()]


def compiled(documents: Iterable[Document]) -> dict[tuple[tuple[str, ...], tuple[str, ...]], int]:
    """The actions that statements speak of, as bits of the catalogue, by their Action and NotAction."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
    for document in dict.fromkeys(documents):
        for statement in document.statements:
            words = (statement.actions, statement.not_actions)
            if words not in found:
                found[words] = catalogue().bits_of(statement)
    return found
