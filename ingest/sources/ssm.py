"""Systems Manager: which machines it reaches; parameters and documents are never read."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.snapshot import ManagedInstance
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source


class InformationShape(Shape, frozen=True):
    instance_id: str
    ping_status: str = ""
    platform_type: str = ""


class Information(Response, frozen=True):
    instance_information_list: list[InformationShape]


DESCRIBE_INFORMATION = Call("ssm", "describe-instance-information", Information)


def instances(answers: Answers) -> Iterator[ManagedInstance]:
    for one in (i for page in answers.all(DESCRIBE_INFORMATION) for i in page.instance_information_list):
        yield ManagedInstance(
            id=one.instance_id,
            account_id=answers.account,
            region=answers.region,
            ping_status=one.ping_status,
            platform=one.platform_type,
        )


SOURCES = (Source("ssm.instances", instances, required=(DESCRIBE_INFORMATION,)),)
