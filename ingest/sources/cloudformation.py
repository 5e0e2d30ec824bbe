"""CloudFormation stacks and stack sets with their roles; templates, parameters and outputs are never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from ingest.snapshot import Stack, StackSet, Unseen
from ingest.sources.answers import Answers
from ingest.sources.declare import (
    Ask,
    Asks,
    Call,
    Response,
    Shape,
    Source,
    Tag,
    account_in,
    each,
    region_in,
    tags_of,
)


class StackShape(Shape, frozen=True):
    stack_id: str
    stack_name: str
    stack_status: str = ""
    role_arn: str | None = msgspec.field(name="RoleARN", default=None)
    tags: list[Tag] = []


class Stacks(Response, frozen=True):
    stacks: list[StackShape]

    def told(self) -> Iterable[str]:
        return (stack.stack_id for stack in self.stacks)


class Summary(Shape, frozen=True):
    stack_set_name: str
    stack_set_id: str
    status: str = "ACTIVE"
    permission_model: str = ""


class Summaries(Response, frozen=True):
    summaries: list[Summary]


class StackSetShape(Shape, frozen=True):
    stack_set_name: str
    arn: str = msgspec.field(name="StackSetARN")
    administration_role_arn: str | None = msgspec.field(name="AdministrationRoleARN", default=None)
    execution_role_name: str | None = None
    tags: list[Tag] = []


class DescribedStackSet(Response, frozen=True):
    stack_set: StackSetShape

    def told(self) -> Iterable[str]:
        return (self.stack_set.arn,)

    def argument(self) -> str:
        return self.stack_set.stack_set_name


class InstanceShape(Shape, frozen=True):
    stack_set_id: str
    account: str


class StackInstances(Response, frozen=True):
    summaries: list[InstanceShape]

    def argument(self) -> str:
        return next((instance.stack_set_id.partition(":")[0] for instance in self.summaries), "")


DESCRIBE_STACKS = Call("cloudformation", "describe-stacks", Stacks)
LIST_STACK_SETS = Call(
    "cloudformation", "list-stack-sets", Summaries, asks=Asks(lambda answers: [Ask({"Status": "ACTIVE"})])
)


def _names(page: Summaries) -> Iterator[str]:
    return (summary.stack_set_name for summary in page.summaries if summary.status == "ACTIVE")


DESCRIBE_STACK_SET = Call(
    "cloudformation",
    "describe-stack-set",
    DescribedStackSet,
    takes="stack set",
    asks=each(LIST_STACK_SETS, _names, "StackSetName"),
    per=StackSet,
)
LIST_STACK_INSTANCES = Call(
    "cloudformation",
    "list-stack-instances",
    StackInstances,
    takes="stack set",
    asks=each(LIST_STACK_SETS, _names, "StackSetName"),
    per=StackSet,
)


def stacks(answers: Answers) -> Iterator[Stack]:
    for one in (stack for page in answers.all(DESCRIBE_STACKS) for stack in page.stacks):
        yield Stack(
            arn=one.stack_id,
            name=one.stack_name,
            account_id=account_in(one.stack_id),
            region=region_in(one.stack_id),
            tags=tags_of(one.tags),
            role_arn=one.role_arn or None,
            status=one.stack_status,
        )


def stack_sets(answers: Answers) -> Iterator[StackSet]:
    answers.expect_answers(DESCRIBE_STACK_SET)
    for one in (summary for page in answers.all(LIST_STACK_SETS) for summary in page.summaries):
        if one.status == "ACTIVE":
            yield _stack_set(answers, one)


@dataclass(frozen=True)
class _Roles:
    """What describing a stack set tells, or why it does not."""

    administration: str | Unseen | None
    execution: str | Unseen | None
    tags: dict[str, str] | None = None


def _stack_set(answers: Answers, one: Summary) -> StackSet:
    found = answers.detail(DESCRIBE_STACK_SET, [one.stack_set_name], lambda page: page.stack_set)
    roles = _Roles(found, found) if not isinstance(found, StackSetShape) else _roles(found)
    return StackSet(
        arn=answers.arn("cloudformation", f"stackset/{one.stack_set_id}"),
        name=one.stack_set_name,
        account_id=answers.account,
        region=answers.region,
        tags=roles.tags,
        administration_role_arn=roles.administration,
        execution_role=roles.execution,
        permission_model=one.permission_model,
        accounts=answers.listed(
            LIST_STACK_INSTANCES, [one.stack_set_name], lambda page: (i.account for i in page.summaries)
        ),
    )


def _roles(found: StackSetShape) -> _Roles:
    return _Roles(found.administration_role_arn or None, found.execution_role_name or None, tags_of(found.tags))


SOURCES = (
    Source("cloudformation.stacks", stacks, required=(DESCRIBE_STACKS,)),
    Source(
        "cloudformation.stack_sets",
        stack_sets,
        required=(LIST_STACK_SETS,),
        details=(DESCRIBE_STACK_SET, LIST_STACK_INSTANCES),
    ),
)
