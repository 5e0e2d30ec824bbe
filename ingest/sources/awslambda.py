"""Lambda functions, their roles and who may invoke them; environment values are never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.snapshot import Function
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Document, Response, Shape, Source, account_in, each, region_in


class VpcConfig(Shape, frozen=True):
    vpc_id: str = ""
    subnet_ids: list[str] = []
    security_group_ids: list[str] = []


class FunctionShape(Shape, frozen=True):
    function_name: str
    function_arn: str
    role: str
    runtime: str = ""
    vpc_config: VpcConfig = VpcConfig()


class Functions(Response, frozen=True):
    functions: list[FunctionShape]

    def told(self) -> Iterable[str]:
        return (function.function_arn for function in self.functions)


class FunctionPolicy(Response, frozen=True):
    policy: Document
    revision_id: str = ""


class FunctionTags(Response, frozen=True):
    tags: dict[str, str]


LIST_FUNCTIONS = Call("lambda", "list-functions", Functions)
GET_POLICY = Call(
    "lambda",
    "get-policy",
    FunctionPolicy,
    takes="function",
    asks=each(LIST_FUNCTIONS, lambda page: (f.function_arn for f in page.functions), "FunctionName"),
    per=Function,
)
LIST_TAGS = Call(
    "lambda",
    "list-tags",
    FunctionTags,
    takes="function",
    common=True,
    asks=each(LIST_FUNCTIONS, lambda page: (f.function_arn for f in page.functions), "Resource"),
    per=Function,
)


def functions(answers: Answers) -> Iterator[Function]:
    answers.expect_answers(LIST_TAGS)
    for one in (f for page in answers.all(LIST_FUNCTIONS) for f in page.functions):
        tags = answers.tags(LIST_TAGS, [one.function_arn, one.function_name], lambda page: page.tags)
        yield Function(
            arn=one.function_arn,
            name=one.function_name,
            account_id=account_in(one.function_arn),
            region=region_in(one.function_arn),
            tags=tags,
            role_arn=one.role,
            runtime=one.runtime,
            vpc_id=one.vpc_config.vpc_id,
            subnet_ids=tuple(sorted(one.vpc_config.subnet_ids)),
            groups=tuple(sorted(one.vpc_config.security_group_ids)),
            policy=answers.detail(GET_POLICY, [one.function_arn, one.function_name], lambda page: page.policy.seen),
        )


SOURCES = (Source("lambda.functions", functions, required=(LIST_FUNCTIONS,), details=(GET_POLICY, LIST_TAGS)),)
