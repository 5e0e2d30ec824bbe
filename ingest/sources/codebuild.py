"""CodeBuild projects and their roles; environment variables and build specifications are never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import BuildProject
from ingest.sources.answers import Answers
from ingest.sources.batches import expect_each, in_batches
from ingest.sources.declare import Call, Response, Shape, Source, account_in, region_in

# https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetProjects.html
AT_ONCE = 100


class BuildShape(Shape, frozen=True, rename="camel"):
    """A part of an answer."""


class BuildTag(BuildShape, frozen=True):
    key: str
    value: str = ""


class BatchConfig(BuildShape, frozen=True):
    service_role: str | None = None


class ProjectShape(BuildShape, frozen=True):
    name: str
    arn: str
    service_role: str | None = None
    build_batch_config: BatchConfig = BatchConfig()
    tags: list[BuildTag] = []


class ProjectNames(Response, frozen=True, rename="camel"):
    projects: list[str]


class Projects(Response, frozen=True, rename="camel"):
    projects: list[ProjectShape]
    projects_not_found: list[str] = []

    def told(self) -> Iterable[str]:
        return (project.arn for project in self.projects)


LIST_PROJECTS = Call("codebuild", "list-projects", ProjectNames)
BATCH_GET_PROJECTS = Call(
    "codebuild",
    "batch-get-projects",
    Projects,
    asks=in_batches(LIST_PROJECTS, lambda page: page.projects, "names", AT_ONCE),
    per=BuildProject,
)


def projects(answers: Answers) -> Iterator[BuildProject]:
    pages = answers.all(BATCH_GET_PROJECTS)
    found = [project for page in pages for project in page.projects]
    told = (*(project.name for project in found), *(name for page in pages for name in page.projects_not_found))
    expect_each(answers, BATCH_GET_PROJECTS, (n for page in answers.all(LIST_PROJECTS) for n in page.projects), told)
    for one in found:
        yield BuildProject(
            arn=one.arn,
            name=one.name,
            account_id=account_in(one.arn),
            region=region_in(one.arn),
            tags={tag.key: tag.value for tag in one.tags},
            role_arn=one.service_role or None,
            batch_role_arn=one.build_batch_config.service_role or None,
        )


SOURCES = (Source("codebuild.projects", projects, required=(LIST_PROJECTS,), details=(BATCH_GET_PROJECTS,)),)
