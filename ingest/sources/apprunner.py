"""App Runner services and their instance roles; the environment and the role that fetches images are never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import AppRunnerService
from ingest.sources.answers import Answers
from ingest.sources.declare import Ask, Asks, Call, Response, Shape, Source, account_in, each, region_in


class ServiceSummary(Shape, frozen=True):
    service_name: str
    service_arn: str
    status: str = ""


class Services(Response, frozen=True):
    service_summary_list: list[ServiceSummary]
    next_token: str = ""

    def told(self) -> Iterable[str]:
        return (service.service_arn for service in self.service_summary_list)


class InstanceConfiguration(Shape, frozen=True):
    instance_role_arn: str = ""


class ServiceShape(Shape, frozen=True):
    service_arn: str
    service_id: str
    instance_configuration: InstanceConfiguration = InstanceConfiguration()


class DescribedService(Response, frozen=True):
    service: ServiceShape

    def told(self) -> Iterable[str]:
        return (self.service.service_arn,)

    def argument(self) -> str:
        return self.service.service_arn


def _pages(answers: Answers) -> Iterator[Ask]:
    """The SDK knows no pages of this call."""
    yield Ask()
    for token in (page.next_token for page in answers.all(LIST_SERVICES)):
        if token:
            yield Ask({"NextToken": token}, label=token)


LIST_SERVICES: Call[Services] = Call("apprunner", "list-services", Services, asks=Asks(_pages))
DESCRIBE_SERVICE = Call(
    "apprunner",
    "describe-service",
    DescribedService,
    takes="service",
    asks=each(LIST_SERVICES, lambda page: (service.service_arn for service in page.service_summary_list), "ServiceArn"),
    per=AppRunnerService,
)


def services(answers: Answers) -> Iterator[AppRunnerService]:
    for one in (s for page in answers.all(LIST_SERVICES) for s in page.service_summary_list):
        yield AppRunnerService(
            arn=one.service_arn,
            name=one.service_name,
            account_id=account_in(one.service_arn),
            region=region_in(one.service_arn),
            role_arn=answers.detail(
                DESCRIBE_SERVICE,
                [one.service_arn],
                lambda page: page.service.instance_configuration.instance_role_arn,
            )
            or None,
            state=one.status,
        )


SOURCES = (Source("apprunner.services", services, required=(LIST_SERVICES,), details=(DESCRIBE_SERVICE,)),)
