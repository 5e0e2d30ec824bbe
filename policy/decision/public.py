"""Whether a bucket's policy makes it public, as S3 reads that where it blocks public access."""

from __future__ import annotations

from policy.language.conditions import Condition
from policy.language.document import Document, Statement
from policy.language.operators import Quantifier

# Keys that keep a statement from being public where they are held to fixed values: no wildcard, no variable.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html, "The meaning of public"
PINNING = frozenset({
    "aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount",
    "aws:userid", "aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:principalaccount",
    "aws:sourceorgid", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
})  # fmt: skip
ACCESS_POINT = "s3:dataaccesspointarn"  # whose name may be a pattern, as long as its account is fixed


def is_public(document: Document) -> bool:
    """Whether an Allow names everyone and no condition holds it to fixed values."""
    return any(_is_public(one) for one in document.statements if one.effect == "Allow")


def _is_public(statement: Statement) -> bool:
    everyone = statement.not_principals is not None or "*" in (statement.principals or {}).get("AWS", ())
    return everyone and not any(map(_pins, statement.conditions))


def _pins(condition: Condition) -> bool:
    test = condition.test
    if condition.name not in PINNING or test is None or test.operator.negated or test.if_exists:
        return False
    if test.operator.family == "null" or test.quantifier is Quantifier.ALL:
        return False
    values = [one.rpartition("accesspoint/")[0] or one for one in condition.values if condition.name == ACCESS_POINT]
    is_everywhere = condition.name == "aws:sourceip" and any(one.endswith("/0") for one in condition.values)
    return bool(condition.values) and not is_everywhere and all(map(_is_fixed, values or condition.values))


def _is_fixed(value: str) -> bool:
    return not any(mark in value for mark in ("*", "?", "${"))
