"""SQS queues and who may use them; messages are never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import Queue
from ingest.sources.answers import Answers
from ingest.sources.declare import Ask, Asks, Call, Document, Response, Shape, Source, last_part


class Queues(Response, frozen=True):
    """Without a queue there is no `QueueUrls`, in a list that is empty and on its last page."""

    queue_urls: list[str] = []

    def told(self) -> Iterable[str]:
        return (_account_in(url) for url in self.queue_urls)


class Attributes(Shape, frozen=True):
    queue_arn: str
    policy: Document = Document("")
    kms_master_key_id: str = ""


class QueueAttributes(Response, frozen=True):
    """An attribute that is not set is not among them."""

    attributes: Attributes

    def told(self) -> Iterable[str]:
        return (self.attributes.queue_arn,)

    def argument(self) -> str:
        return self.attributes.queue_arn


class QueueTags(Response, frozen=True):
    """Without a tag there is no `Tags`."""

    tags: dict[str, str] = {}


def _account_in(url: str) -> str:
    """`https://sqs.eu-west-1.amazonaws.com/123456789012/name`: the account is the last but one."""
    return url.rsplit("/", 2)[-2] if url.count("/") > 1 else ""


def _each_queue(answers: Answers, **fixed: object) -> Iterator[Ask]:
    for url in (url for page in answers.all(LIST_QUEUES) for url in page.queue_urls):
        yield Ask({"QueueUrl": url, **fixed}, last_part(url))


def _attributes(answers: Answers) -> Iterator[Ask]:
    return _each_queue(answers, AttributeNames=["QueueArn", "Policy", "KmsMasterKeyId"])


LIST_QUEUES = Call("sqs", "list-queues", Queues, any_of=("QueueUrls",), may_be_empty=True)
GET_ATTRIBUTES = Call(
    "sqs",
    "get-queue-attributes",
    QueueAttributes,
    takes="queue",
    asks=Asks(_attributes, lambda: (LIST_QUEUES,)),
    per=Queue,
)
LIST_TAGS = Call(
    "sqs",
    "list-queue-tags",
    QueueTags,
    takes="queue",
    any_of=("Tags",),
    common=True,
    may_be_empty=True,
    asks=Asks(_each_queue, lambda: (LIST_QUEUES,)),
    per=Queue,
)


def queues(answers: Answers) -> Iterator[Queue]:
    answers.expect_answers(LIST_TAGS)
    for url in (url for page in answers.all(LIST_QUEUES) for url in page.queue_urls):
        names = [last_part(url), url]
        yield Queue(
            arn=answers.arn("sqs", names[0]),
            name=names[0],
            account_id=answers.account,
            region=answers.region,
            tags=answers.tags(LIST_TAGS, names, lambda page: page.tags),
            policy=answers.detail(GET_ATTRIBUTES, names, lambda page: page.attributes.policy.seen) or None,
            kms_key=answers.detail(GET_ATTRIBUTES, names, lambda page: page.attributes.kms_master_key_id) or None,
        )


SOURCES = (Source("sqs.queues", queues, required=(LIST_QUEUES,), details=(GET_ATTRIBUTES, LIST_TAGS)),)
