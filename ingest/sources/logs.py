"""CloudWatch log groups, and the resource policies that open them to others; what is logged is never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ingest.snapshot import LogGroup, LogPolicy
from ingest.sources.answers import Answers
from ingest.sources.declare import Call, Document, Response, Shape, Source, account_in, region_in


class GroupShape(Shape, frozen=True, rename="camel"):
    log_group_name: str
    arn: str  # ends with `:*`, which stands for the streams in it
    kms_key_id: str | None = None
    retention_in_days: int | None = None
    deletion_protection_enabled: bool = False


class Groups(Response, frozen=True):
    groups: list[GroupShape] = msgspec.field(name="logGroups")

    def told(self) -> Iterable[str]:
        return (group.arn for group in self.groups)


class PolicyShape(Shape, frozen=True, rename="camel"):
    policy_name: str
    policy_document: Document
    policy_scope: str = "ACCOUNT"
    resource_arn: str = ""


class Policies(Response, frozen=True):
    policies: list[PolicyShape] = msgspec.field(name="resourcePolicies")


DESCRIBE_GROUPS = Call("logs", "describe-log-groups", Groups)
DESCRIBE_POLICIES = Call("logs", "describe-resource-policies", Policies)


def groups(answers: Answers) -> Iterator[LogGroup]:
    """Tags would cost a call for each of a great many groups: they are not asked for."""
    for one in (group for page in answers.all(DESCRIBE_GROUPS) for group in page.groups):
        arn = one.arn.removesuffix(":*")
        yield LogGroup(
            arn=arn,
            name=one.log_group_name,
            account_id=account_in(arn),
            region=region_in(arn),
            kms_key=one.kms_key_id,
            retention_days=one.retention_in_days,
            deletion_protection=one.deletion_protection_enabled,
        )


def policies(answers: Answers) -> Iterator[LogPolicy]:
    for one in (policy for page in answers.all(DESCRIBE_POLICIES) for policy in page.policies):
        yield LogPolicy(
            account_id=answers.account,
            region=answers.region,
            name=f"{one.policy_name} {one.resource_arn}".strip(),
            policy=one.policy_document.seen,
        )


SOURCES = (
    Source("logs.groups", groups, required=(DESCRIBE_GROUPS,)),
    Source("logs.policies", policies, required=(DESCRIBE_POLICIES,)),
)
