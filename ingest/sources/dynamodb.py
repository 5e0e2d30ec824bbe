"""DynamoDB tables: who may use them and what guards them; items are never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ingest.snapshot import Table, Unseen
from ingest.sources.answers import Answers
from ingest.sources.declare import Ask, Asks, Call, Document, Response, Shape, Source, Tag, each, tags_of


class Tables(Response, frozen=True):
    table_names: list[str]


class Encryption(Shape, frozen=True):
    key_arn: str | None = msgspec.field(name="KMSMasterKeyArn", default=None)


class TableShape(Shape, frozen=True):
    table_name: str
    table_arn: str
    deletion_protection_enabled: bool = False
    encryption: Encryption = msgspec.field(name="SSEDescription", default=Encryption())


class DescribedTable(Response, frozen=True):
    table: TableShape

    def told(self) -> Iterable[str]:
        return (self.table.table_arn,)

    def argument(self) -> str:
        return self.table.table_name


class Recovery(Shape, frozen=True):
    point_in_time_recovery_status: str = "DISABLED"


class Backups(Shape, frozen=True):
    point_in_time_recovery_description: Recovery = Recovery()


class ContinuousBackups(Response, frozen=True):
    continuous_backups_description: Backups


class TablePolicy(Response, frozen=True):
    policy: Document
    revision_id: str = ""


class TableTags(Response, frozen=True):
    tags: list[Tag]


LIST_TABLES = Call("dynamodb", "list-tables", Tables)


def _by_name(page: Tables) -> Iterable[str]:
    return page.table_names


def _by_arn(answers: Answers) -> Iterator[Ask]:
    for name in (name for page in answers.all(LIST_TABLES) for name in page.table_names):
        yield Ask({"ResourceArn": answers.arn("dynamodb", f"table/{name}")}, name)


EACH_NAME = each(LIST_TABLES, _by_name, "TableName")
EACH_ARN = Asks(_by_arn, lambda: (LIST_TABLES,))
DESCRIBE_TABLE = Call("dynamodb", "describe-table", DescribedTable, takes="table", asks=EACH_NAME, per=Table)
DESCRIBE_BACKUPS = Call(
    "dynamodb", "describe-continuous-backups", ContinuousBackups, takes="table", asks=EACH_NAME, per=Table
)
GET_POLICY = Call("dynamodb", "get-resource-policy", TablePolicy, takes="table", homonym=True, asks=EACH_ARN, per=Table)
LIST_TAGS = Call("dynamodb", "list-tags-of-resource", TableTags, takes="table", common=True, asks=EACH_ARN, per=Table)
DETAILS = (DESCRIBE_TABLE, DESCRIBE_BACKUPS, GET_POLICY, LIST_TAGS)


def tables(answers: Answers) -> Iterator[Table]:
    answers.expect_answers(LIST_TAGS)
    answers.expect_answers(DESCRIBE_TABLE)
    answers.expect_answers(DESCRIBE_BACKUPS)
    for name in (name for page in answers.all(LIST_TABLES) for name in page.table_names):
        yield _table(answers, name)


def _table(answers: Answers, name: str) -> Table:
    described = answers.detail(DESCRIBE_TABLE, [name], lambda page: page.table)
    found = TableShape(name, "") if described is None else described  # deleted meanwhile
    backups = answers.detail(DESCRIBE_BACKUPS, [name], lambda page: page.continuous_backups_description)
    return Table(
        arn=answers.arn("dynamodb", f"table/{name}"),
        name=name,
        account_id=answers.account,
        region=answers.region,
        tags=answers.tags(LIST_TAGS, [name], lambda page: tags_of(page.tags)),
        policy=answers.detail(GET_POLICY, [name], lambda page: page.policy.seen),
        kms_key=found if isinstance(found, Unseen) else found.encryption.key_arn,
        deletion_protection=found if isinstance(found, Unseen) else found.deletion_protection_enabled,
        restorable_to_any_point=backups if isinstance(backups, Unseen) else _is_continuous(backups or Backups()),
    )


def _is_continuous(backups: Backups) -> bool:
    return backups.point_in_time_recovery_description.point_in_time_recovery_status == "ENABLED"


SOURCES = (Source("dynamodb.tables", tables, required=(LIST_TABLES,), details=DETAILS),)
