"""ECR repositories and who may pull from them and push to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ingest.snapshot import Repository
from ingest.sources.answers import Answers
from ingest.sources.declare import (
    Ask,
    Asks,
    Call,
    Document,
    Response,
    Shape,
    Source,
    Tag,
    account_in,
    each,
    region_in,
    tags_of,
)


class Encryption(Shape, frozen=True, rename="camel"):
    kms_key: str | None = None


class RepositoryShape(Shape, frozen=True, rename="camel"):
    repository_arn: str
    repository_name: str
    encryption_configuration: Encryption = Encryption()


class Repositories(Response, frozen=True):
    repositories: list[RepositoryShape] = msgspec.field(name="repositories")

    def told(self) -> Iterable[str]:
        return (one.repository_arn for one in self.repositories)


class RepositoryPolicy(Response, frozen=True, rename="camel"):
    policy_text: Document
    registry_id: str = ""
    repository_name: str = ""

    def told(self) -> Iterable[str]:
        return (self.registry_id,)

    def argument(self) -> str:
        return self.repository_name


class RepositoryTags(Response, frozen=True):
    tags: list[Tag] = msgspec.field(name="tags")


def _by_arn(answers: Answers) -> Iterator[Ask]:
    """About a repository's whole name, `team/web`: the last part of its ARN is another team's too."""
    for one in (r for page in answers.all(DESCRIBE_REPOSITORIES) for r in page.repositories):
        yield Ask({"resourceArn": one.repository_arn}, one.repository_name)


DESCRIBE_REPOSITORIES = Call("ecr", "describe-repositories", Repositories)
GET_POLICY = Call(
    "ecr",
    "get-repository-policy",
    RepositoryPolicy,
    takes="repository",
    asks=each(DESCRIBE_REPOSITORIES, lambda page: (r.repository_name for r in page.repositories), "repositoryName"),
    per=Repository,
)
LIST_TAGS = Call(
    "ecr",
    "list-tags-for-resource",
    RepositoryTags,
    takes="repository",
    common=True,
    homonym=True,
    asks=Asks(_by_arn, lambda: (DESCRIBE_REPOSITORIES,)),
    per=Repository,
)


def repositories(answers: Answers) -> Iterator[Repository]:
    answers.expect_answers(LIST_TAGS)
    for one in (r for page in answers.all(DESCRIBE_REPOSITORIES) for r in page.repositories):
        yield Repository(
            arn=one.repository_arn,
            name=one.repository_name,
            account_id=account_in(one.repository_arn),
            region=region_in(one.repository_arn),
            tags=answers.tags(LIST_TAGS, [one.repository_name], lambda page: tags_of(page.tags)),
            policy=answers.detail(GET_POLICY, [one.repository_name], lambda page: page.policy_text.seen),
            kms_key=one.encryption_configuration.kms_key,
        )


SOURCES = (
    Source("ecr.repositories", repositories, required=(DESCRIBE_REPOSITORIES,), details=(GET_POLICY, LIST_TAGS)),
)
