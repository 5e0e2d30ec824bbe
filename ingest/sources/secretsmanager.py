"""Secrets Manager: descriptions of secrets and who may read them; never a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ingest.snapshot import Secret
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Document, Response, Shape, Source, Tag, account_in, each, region_in, tags_of


class SecretShape(Shape, frozen=True):
    name: str
    arn: str = msgspec.field(name="ARN")
    kms_key_id: str | None = None
    rotation_enabled: bool = False
    tags: list[Tag] = []


class Secrets(Response, frozen=True):
    secret_list: list[SecretShape]

    def told(self) -> Iterable[str]:
        return (secret.arn for secret in self.secret_list)


class SecretPolicy(Response, frozen=True):
    """Without a policy the answer is the secret's ARN and name alone."""

    arn: str = msgspec.field(name="ARN")
    name: str
    resource_policy: Document = Document("")

    def told(self) -> Iterable[str]:
        return (self.arn,)

    def argument(self) -> str:
        return self.arn


LIST_SECRETS = Call("secretsmanager", "list-secrets", Secrets)
GET_POLICY = Call(
    "secretsmanager",
    "get-resource-policy",
    SecretPolicy,
    takes="secret",
    asks=each(LIST_SECRETS, lambda page: (secret.arn for secret in page.secret_list), "SecretId"),
    per=Secret,
)


def secrets(answers: Answers) -> Iterator[Secret]:
    for one in (s for page in answers.all(LIST_SECRETS) for s in page.secret_list):
        policy = answers.detail(GET_POLICY, [one.arn, one.name], lambda page: page.resource_policy.seen)
        yield Secret(
            arn=one.arn,
            name=one.name,
            account_id=account_in(one.arn),
            region=region_in(one.arn),
            tags=tags_of(one.tags),
            policy=policy or None,
            kms_key=one.kms_key_id,
            rotation_enabled=one.rotation_enabled,
        )


SOURCES = (Source("secretsmanager.secrets", secrets, required=(LIST_SECRETS,), details=(GET_POLICY,)),)
