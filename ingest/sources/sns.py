"""SNS topics and who may use them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import Topic
from ingest.sources.answers import Answers
from ingest.sources.declare import (
    Call,
    Document,
    Response,
    Shape,
    Source,
    Tag,
    account_in,
    each,
    last_part,
    region_in,
    tags_of,
)


class TopicShape(Shape, frozen=True):
    topic_arn: str


class Topics(Response, frozen=True):
    topics: list[TopicShape]

    def told(self) -> Iterable[str]:
        return (topic.topic_arn for topic in self.topics)


class Attributes(Shape, frozen=True):
    topic_arn: str
    policy: Document = Document("")
    kms_master_key_id: str = ""


class TopicAttributes(Response, frozen=True):
    attributes: Attributes

    def told(self) -> Iterable[str]:
        return (self.attributes.topic_arn,)

    def argument(self) -> str:
        return self.attributes.topic_arn


class TopicTags(Response, frozen=True):
    tags: list[Tag]


LIST_TOPICS = Call("sns", "list-topics", Topics)


def _arns(page: Topics) -> Iterable[str]:
    return (topic.topic_arn for topic in page.topics)


GET_ATTRIBUTES = Call(
    "sns",
    "get-topic-attributes",
    TopicAttributes,
    takes="topic",
    asks=each(LIST_TOPICS, _arns, "TopicArn"),
    per=Topic,
)
LIST_TAGS = Call(
    "sns",
    "list-tags-for-resource",
    TopicTags,
    takes="topic",
    common=True,
    homonym=True,
    asks=each(LIST_TOPICS, _arns, "ResourceArn"),
    per=Topic,
)


def topics(answers: Answers) -> Iterator[Topic]:
    answers.expect_answers(LIST_TAGS)
    for arn in (topic.topic_arn for page in answers.all(LIST_TOPICS) for topic in page.topics):
        yield Topic(
            arn=arn,
            name=last_part(arn),
            account_id=account_in(arn),
            region=region_in(arn),
            tags=answers.tags(LIST_TAGS, [arn], lambda page: tags_of(page.tags)),
            policy=answers.detail(GET_ATTRIBUTES, [arn], lambda page: page.attributes.policy.seen) or None,
            kms_key=answers.detail(GET_ATTRIBUTES, [arn], lambda page: page.attributes.kms_master_key_id) or None,
        )


SOURCES = (Source("sns.topics", topics, required=(LIST_TOPICS,), details=(GET_ATTRIBUTES, LIST_TAGS)),)
