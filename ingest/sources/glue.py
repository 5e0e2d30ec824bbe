"""Glue jobs and development endpoints with their roles; arguments, scripts and keys are never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import DevEndpoint, GlueJob
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source


class JobShape(Shape, frozen=True):
    name: str
    role: str


class Jobs(Response, frozen=True):
    jobs: list[JobShape]

    def told(self) -> Iterable[str]:
        return (job.role for job in self.jobs)


class EndpointShape(Shape, frozen=True):
    endpoint_name: str
    role_arn: str
    public_address: str | None = None
    status: str = ""


class Endpoints(Response, frozen=True):
    dev_endpoints: list[EndpointShape]

    def told(self) -> Iterable[str]:
        return (endpoint.role_arn for endpoint in self.dev_endpoints)


GET_JOBS = Call("glue", "get-jobs", Jobs)
GET_DEV_ENDPOINTS = Call("glue", "get-dev-endpoints", Endpoints)


def jobs(answers: Answers) -> Iterator[GlueJob]:
    for one in (job for page in answers.all(GET_JOBS) for job in page.jobs):
        yield GlueJob(
            arn=answers.arn("glue", f"job/{one.name}"),
            name=one.name,
            account_id=answers.account,
            region=answers.region,
            role_arn=_role(answers, one.role),
        )


def _role(answers: Answers, role: str) -> str:
    """A job may name its role by name."""
    return role if role.startswith("arn:") else answers.arn("iam", f"role/{role.lstrip('/')}", regional=False)


def dev_endpoints(answers: Answers) -> Iterator[DevEndpoint]:
    for one in (endpoint for page in answers.all(GET_DEV_ENDPOINTS) for endpoint in page.dev_endpoints):
        yield DevEndpoint(
            arn=answers.arn("glue", f"devEndpoint/{one.endpoint_name}"),
            name=one.endpoint_name,
            account_id=answers.account,
            region=answers.region,
            role_arn=_role(answers, one.role_arn),
            is_public=bool(one.public_address),
            state=one.status,
        )


SOURCES = (
    Source("glue.jobs", jobs, required=(GET_JOBS,)),
    Source("glue.dev_endpoints", dev_endpoints, required=(GET_DEV_ENDPOINTS,)),
)
