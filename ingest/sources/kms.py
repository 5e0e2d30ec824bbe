"""KMS keys with their policies, grants, aliases and tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import Key, KeyGrant, Unseen
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Document, Response, Shape, Source, account_in, each, region_in


class KeyShape(Shape, frozen=True):
    key_id: str
    key_arn: str


class Keys(Response, frozen=True):
    keys: list[KeyShape]

    def told(self) -> Iterable[str]:
        return (key.key_arn for key in self.keys)


class Metadata(Shape, frozen=True):
    key_id: str
    arn: str
    key_manager: str = "CUSTOMER"
    key_state: str = "Enabled"


class DescribedKey(Response, frozen=True):
    key_metadata: Metadata

    def told(self) -> Iterable[str]:
        return (self.key_metadata.arn,)

    def argument(self) -> str:
        return self.key_metadata.arn


class Alias(Shape, frozen=True):
    alias_name: str
    alias_arn: str
    target_key_id: str = ""


class Aliases(Response, frozen=True):
    aliases: list[Alias]

    def told(self) -> Iterable[str]:
        return (alias.alias_arn for alias in self.aliases)


class KeyPolicy(Response, frozen=True):
    policy: Document
    policy_name: str = ""


class Constraints(Shape, frozen=True):
    encryption_context_subset: dict[str, str] = {}
    encryption_context_equals: dict[str, str] = {}


class GrantShape(Shape, frozen=True):
    key_id: str
    grant_id: str
    grantee_principal: str = ""
    operations: list[str] = []
    constraints: Constraints = Constraints()


class Grants(Response, frozen=True):
    grants: list[GrantShape]

    def told(self) -> Iterable[str]:
        return (grant.key_id for grant in self.grants)

    def argument(self) -> str:
        keys = {grant.key_id for grant in self.grants}
        return keys.pop() if len(keys) == 1 else ""


class KeyTag(Shape, frozen=True):
    tag_key: str
    tag_value: str = ""


class KeyTags(Response, frozen=True):
    tags: list[KeyTag]


INFRASTRUCTURE = ":assumed-role/aws:"  # EC2's own sessions, one an instance

LIST_KEYS = Call("kms", "list-keys", Keys)
EACH_KEY = each(LIST_KEYS, lambda page: (key.key_arn for key in page.keys), "KeyId")
DESCRIBE_KEY = Call(
    "kms",
    "describe-key",
    DescribedKey,
    takes="key",
    asks=EACH_KEY,
    per=Key,
)
LIST_ALIASES = Call("kms", "list-aliases", Aliases)
GET_POLICY = Call(
    "kms",
    "get-key-policy",
    KeyPolicy,
    takes="key",
    asks=each(LIST_KEYS, lambda page: (key.key_arn for key in page.keys), "KeyId", PolicyName="default"),
    per=Key,
)
LIST_GRANTS = Call(
    "kms",
    "list-grants",
    Grants,
    takes="key",
    asks=EACH_KEY,
    per=Key,
)
LIST_TAGS = Call(
    "kms",
    "list-resource-tags",
    KeyTags,
    takes="key",
    asks=EACH_KEY,
    per=Key,
)


def keys(answers: Answers) -> Iterator[Key]:
    arns = {key.key_id: key.key_arn for page in answers.all(LIST_KEYS) for key in page.keys}
    arns |= {page.key_metadata.key_id: page.key_metadata.arn for page in answers.all(DESCRIBE_KEY)}
    answers.expect_answers(DESCRIBE_KEY)
    answers.expect_answers(LIST_TAGS)
    for identifier, arn in arns.items():
        yield _key(answers, identifier, arn)


def _key(answers: Answers, identifier: str, arn: str) -> Key:
    described = answers.detail(DESCRIBE_KEY, [arn], lambda page: page.key_metadata)
    tags = answers.tags(LIST_TAGS, [arn], lambda page: {t.tag_key: t.tag_value for t in page.tags})
    aliases = answers.listed(
        LIST_ALIASES, [], lambda page: (a.alias_name for a in page.aliases if a.target_key_id == identifier)
    )
    metadata = described if isinstance(described, Metadata) else Metadata(identifier, arn)
    first = aliases[0].removeprefix("alias/") if aliases and not isinstance(aliases, Unseen) else identifier
    return Key(
        arn=arn,
        name=first,
        account_id=account_in(arn),
        region=region_in(arn),
        tags=tags,
        manager=metadata.key_manager,
        state=metadata.key_state,
        policy=answers.detail(GET_POLICY, [arn], lambda page: page.policy.seen) or Unseen(),
        aliases=aliases,
        grants=_grants(answers, arn),
    )


def _grants(answers: Answers, arn: str) -> tuple[KeyGrant, ...] | Unseen:
    """Those of users, roles and accounts. AWS's services have theirs for each volume and database that the key
    encrypts, so that these come and go by themselves.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    found = answers.pages(LIST_GRANTS, [arn])
    if isinstance(found, Unseen):
        return found
    grants = {one.grant_id: one for page in found or () for one in page.grants if _is_of_people(one.grantee_principal)}
    return tuple(_grant(grants[identifier]) for identifier in sorted(grants))


def _is_of_people(grantee: str) -> bool:
    return grantee.startswith("arn:") and INFRASTRUCTURE not in grantee


def _grant(one: GrantShape) -> KeyGrant:
    return KeyGrant(
        id=one.grant_id,
        grantee=one.grantee_principal,
        operations=tuple(sorted(one.operations)),
        within=one.constraints.encryption_context_subset,
        exactly=one.constraints.encryption_context_equals,
    )


SOURCES = (
    Source(
        "kms.keys",
        keys,
        required=(LIST_KEYS,),
        details=(DESCRIBE_KEY, LIST_ALIASES, GET_POLICY, LIST_GRANTS, LIST_TAGS),
    ),
)
