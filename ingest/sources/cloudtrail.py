"""CloudTrail trails and the buckets they write to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ingest.snapshot import Trail
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Response, Shape, Source, account_in


class TrailShape(Shape, frozen=True):
    name: str
    arn: str = msgspec.field(name="TrailARN")
    bucket: str = msgspec.field(name="S3BucketName")
    home_region: str = ""
    is_organization_trail: bool = False
    is_multi_region_trail: bool = False


class Trails(Response, frozen=True):
    trails: list[TrailShape] = msgspec.field(name="trailList")

    def told(self) -> Iterable[str]:
        for trail in self.trails:
            yield trail.arn
            yield trail.home_region


DESCRIBE_TRAILS = Call("cloudtrail", "describe-trails", Trails, shared=True)


def trails(answers: Answers) -> Iterator[Trail]:
    """An organization's trail is shown to each account of it, a trail of all regions in each region."""
    for one in (t for page in answers.all(DESCRIBE_TRAILS) for t in page.trails):
        yield Trail(
            arn=one.arn,
            name=one.name,
            account_id=account_in(one.arn),
            region=one.home_region,
            bucket=one.bucket,
            is_organization_trail=one.is_organization_trail,
            is_multi_region=one.is_multi_region_trail,
        )


SOURCES = (Source("cloudtrail.trails", trails, required=(DESCRIBE_TRAILS,)),)
