"""S3 buckets with their policies and public access blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.snapshot import Bucket, PublicAccessBlock
from ingest.sources.answers import Answers
from ingest.sources.declare import Ask, Asks, Call, Document, Response, Shape, Source, Tag, tags_of

OLD_LOCATIONS = {"": "us-east-1", "EU": "eu-west-1"}  # what GetBucketLocation answers for these regions


class BucketShape(Shape, frozen=True):
    name: str
    bucket_region: str = ""


class Buckets(Response, frozen=True):
    buckets: list[BucketShape]


class BucketPolicy(Response, frozen=True):
    policy: Document

    def argument(self) -> str:
        buckets = set(re.findall(r'"arn:aws[a-z-]*:s3:::([a-z0-9.-]+)', self.policy.text))
        return buckets.pop() if len(buckets) == 1 else ""


class BlockShape(Shape, frozen=True):
    block_public_acls: bool
    ignore_public_acls: bool
    block_public_policy: bool
    restrict_public_buckets: bool


class AccessBlock(Response, frozen=True):
    public_access_block_configuration: BlockShape


class Tagging(Response, frozen=True):
    tag_set: list[Tag]


class Location(Response, frozen=True):
    location_constraint: str | None


LIST_BUCKETS = Call("s3api", "list-buckets", Buckets, permission="s3:ListAllMyBuckets")


def _each_bucket(answers: Answers) -> Iterator[Ask]:
    """A bucket is best asked about in its own region; where that is not told, the API redirects."""
    for bucket in (b for page in answers.all(LIST_BUCKETS) for b in page.buckets):
        yield Ask({"Bucket": bucket.name}, bucket.name, region=bucket.bucket_region)


EACH_BUCKET = Asks(_each_bucket, lambda: (LIST_BUCKETS,))
GET_POLICY = Call(
    "s3api",
    "get-bucket-policy",
    BucketPolicy,
    takes="bucket",
    asks=EACH_BUCKET,
    per=Bucket,
)
GET_ACCESS_BLOCK = Call(
    "s3api",
    "get-public-access-block",
    AccessBlock,
    takes="bucket",
    asks=EACH_BUCKET,
    permission="s3:GetBucketPublicAccessBlock",
    per=Bucket,
)
GET_TAGGING = Call(
    "s3api",
    "get-bucket-tagging",
    Tagging,
    takes="bucket",
    asks=EACH_BUCKET,
    per=Bucket,
)
GET_LOCATION = Call(
    "s3api",
    "get-bucket-location",
    Location,
    takes="bucket",
    asks=EACH_BUCKET,
    per=Bucket,
)
DETAILS = (GET_POLICY, GET_ACCESS_BLOCK, GET_TAGGING, GET_LOCATION)


def buckets(answers: Answers) -> Iterator[Bucket]:
    """Buckets that were listed or asked about."""
    regions = {b.name: b.bucket_region for page in answers.all(LIST_BUCKETS) for b in page.buckets}
    for call in DETAILS:
        regions.update({name: "" for name in answers.arguments(call) if name not in regions})
    answers.expect_answers(GET_TAGGING)
    for name, region in regions.items():
        yield _bucket(answers, name, region)


def _bucket(answers: Answers, name: str, region: str) -> Bucket:
    location = answers.detail(GET_LOCATION, [name], lambda page: page.location_constraint or "")
    if isinstance(location, str):
        region = region or OLD_LOCATIONS.get(location, location)
    tags = answers.tags(GET_TAGGING, [name], lambda page: tags_of(page.tag_set))
    return Bucket(
        arn=f"arn:{answers.partition}:s3:::{name}",
        name=name,
        account_id=answers.account,
        region=region,
        tags=tags,
        policy=answers.detail(GET_POLICY, [name], lambda page: page.policy.seen),
        public_access_block=answers.detail(
            GET_ACCESS_BLOCK, [name], lambda page: block_of(page.public_access_block_configuration)
        ),
    )


def block_of(block: BlockShape) -> PublicAccessBlock:
    return PublicAccessBlock(
        block.block_public_acls, block.ignore_public_acls, block.block_public_policy, block.restrict_public_buckets
    )


SOURCES = (Source("s3.buckets", buckets, required=(LIST_BUCKETS,), details=DETAILS),)
