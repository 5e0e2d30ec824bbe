"""Small policies, requests and contexts for property tests: an alphabet so tiny that everything meets everything."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from policy import Policy, PolicySet, Principal, Request, parse

ACCOUNT, OTHER_ACCOUNT = "111111111111", "222222222222"
ROLE = Principal(f"arn:aws:iam::{ACCOUNT}:role/app", ACCOUNT, "role", {"aws:principaltag/team": ("1",)})
ACTIONS = ("s3:GetObject", "s3:PutObject", "sqs:SendMessage")
BUCKETS = ("arn:aws:s3:::a/x", "arn:aws:s3:::b/x")
UNKNOWN_KEYS = ("test:a", "test:b")
CHOSEN_KEY = "aws:useragent"
VALUES = ("1", "2")

Json = dict[str, Any]


def one_or_many(items: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return items | st.lists(items, min_size=1, max_size=3)


def conditions(keys: tuple[str, ...], values: tuple[str, ...] = VALUES) -> st.SearchStrategy[Json]:
    operators = st.sampled_from(
        ("StringEquals", "StringNotEquals", "StringLike", "StringNotLikeIfExists", "ForAllValues:StringEquals",
         "ForAnyValue:StringEquals", "StringEqualsIfExists")
    )  # fmt: skip
    compared = st.dictionaries(operators, st.dictionaries(st.sampled_from(keys), one_or_many(st.sampled_from(values))))
    null = st.dictionaries(st.sampled_from(keys), st.sampled_from(("true", "false")), min_size=1)
    return st.just({}) | compared | null.map(lambda found: {"Null": found})


def statements(
    effect: st.SearchStrategy[str],
    keys: tuple[str, ...] = (*UNKNOWN_KEYS, CHOSEN_KEY, "aws:PrincipalTag/team"),
    values: tuple[str, ...] = VALUES,
) -> st.SearchStrategy[Json]:
    actions = one_or_many(st.sampled_from((*ACTIONS, "s3:*", "*", "S3:get*")))
    resources = one_or_many(
        st.sampled_from((*BUCKETS, "*", "arn:aws:s3:::a/*", "arn:aws:s3:::${aws:PrincipalTag/team}"))
    )
    return st.builds(
        lambda effect, action, resource, condition: {"Effect": effect, **action, **resource, "Condition": condition},
        effect,
        st.builds(lambda name, value: {name: value}, st.sampled_from(("Action", "NotAction")), actions),
        st.builds(lambda name, value: {name: value}, st.sampled_from(("Resource", "NotResource")), resources),
        conditions(keys, values),
    )


ALLOW, DENY = st.just("Allow"), st.just("Deny")
ANY_STATEMENTS = st.lists(statements(ALLOW | DENY), max_size=4)
requests = st.builds(
    lambda action, resource, account: Request(ROLE, action, resource, account),
    st.sampled_from(ACTIONS),
    st.sampled_from(BUCKETS),
    st.just(ACCOUNT),
)


def document(found: list[Json]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": found})


def policy(found: list[Json], name: str = "p") -> Policy:
    return Policy(name, name, parse(document(found)))


FULL = policy([{"Effect": "Allow", "Action": "*", "Resource": "*"}], "FullAWSAccess")


def bound(found: list[Json], **others: Any) -> PolicySet:
    return PolicySet([policy(found)], **others)
