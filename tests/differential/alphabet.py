"""The words that generated cases are made of: so few of them that policies and requests meet all the time."""

from __future__ import annotations

from dataclasses import dataclass

HOME, OTHER, MANAGEMENT = "111111111111", "222222222222", "999999999999"
NETWORK = "vpce-1"


@dataclass(frozen=True)
class Target:
    """What a request asks for. `policy` says what the resource itself may carry: `none`, `optional`, or `explicit`
    for a trust or key policy, which is always there. `callers` are the kinds of principals that may ask."""

    action: str
    resource: str
    policy: str = "none"
    callers: tuple[str, ...] = ("user", "role", "session", "federated", "root", "service linked")
    weight: float = 10


ANYONE = ("user", "role", "session", "federated", "root", "service linked", "service", "anonymous")
WEB = ("web identity",)

TARGETS = (
    Target("s3:GetObject", "arn:aws:s3:::logs/a.txt", "optional", ANYONE, 20),
    Target("s3:PutObject", "arn:aws:s3:::logs/own/ann", "optional", ANYONE),
    Target("s3:ListBucket", "arn:aws:s3:::logs", "optional", ANYONE),
    Target("s3:ListAllMyBuckets", "*"),
    Target("sqs:SendMessage", "arn:aws:sqs:eu-west-1:{account}:jobs", "optional", ANYONE),
    Target("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:{account}:table/logs", "optional"),
    Target("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:{account}:secret:db-aB3dE6", "optional"),
    Target("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:{account}:function:work:1", "optional", ANYONE),
    Target("kms:Decrypt", "arn:aws:kms:eu-west-1:{account}:key/1234", "explicit"),
    Target("kms:CreateAlias", "arn:aws:kms:eu-west-1:{account}:alias/aws/s3", weight=0.4),
    Target("sts:AssumeRole", "arn:aws:iam::{account}:role/target", "explicit"),
    Target("sts:AssumeRole", "arn:aws:iam::{account}:role/path/target", "explicit", ("service",), 2),
    Target("sts:AssumeRoleWithWebIdentity", "arn:aws:iam::{account}:role/target", "explicit", WEB, 4),
    Target("sts:AssumeRoleWithSAML", "arn:aws:iam::{account}:role/target", "explicit", ("saml",), 3),
    Target("sts:GetCallerIdentity", "*", weight=0.4),
    Target("iam:PassRole", "arn:aws:iam::{account}:role/target"),
    Target("iam:AttachRolePolicy", "arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/a", weight=0.4),
    Target("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/ReadOnlyAccess", weight=0.4),
    Target("ec2:StartInstances", "arn:aws:ec2:eu-west-1:{account}:instance/i-1"),
)

CALLERS = {  # kind -> the principals of that kind, in any account
    "user": ("arn:aws:iam::{account}:user/ann", "arn:aws:iam::{account}:user/team/bob"),
    "role": ("arn:aws:iam::{account}:role/app", "arn:aws:iam::{account}:role/team/app"),
    "session": ("arn:aws:sts::{account}:assumed-role/app/one", "arn:aws:sts::{account}:assumed-role/app/two"),
    "federated": ("arn:aws:sts::{account}:federated-user/ann",),
    "service linked": ("arn:aws:iam::{account}:role/aws-service-role/sns.amazonaws.com/AWSServiceRoleForSNS",),
    "root": ("arn:aws:iam::{account}:root",),
    "service": ("lambda.amazonaws.com", "s3.amazonaws.com"),
    "saml": ("arn:aws:iam::{account}:saml-provider/corp",),
    "web identity": ("arn:aws:iam::{account}:oidc-provider/token.example.com",),
}
CALLER_WEIGHTS = {
    "user": 8,
    "role": 6,
    "session": 10,
    "federated": 2,
    "root": 0.06,
    "service linked": 0.1,
    "service": 3,
    "anonymous": 3,
}

WITHOUT_RCPS = ("ec2", "iam", "lambda")  # of the services here, those that no resource control policy binds

NAMED = (  # Principal elements of resource policies
    "*",
    {"AWS": "*"},
    {"AWS": HOME},
    {"AWS": f"arn:aws:iam::{HOME}:root"},
    {"AWS": [f"arn:aws:iam::{HOME}:user/ann", f"arn:aws:iam::{OTHER}:root"]},
    {"AWS": f"arn:aws:iam::{HOME}:user/team/bob"},
    {"AWS": f"arn:aws:iam::{HOME}:role/app"},
    {"AWS": [f"arn:aws:iam::{HOME}:role/team/app", f"arn:aws:iam::{HOME}:role/other"]},
    {"AWS": f"arn:aws:sts::{HOME}:assumed-role/app/one"},
    {"AWS": [f"arn:aws:sts::{HOME}:federated-user/ann", OTHER]},
    {"Service": ["lambda.amazonaws.com", "s3.amazonaws.com"]},
    {"Service": "lambda.amazonaws.com", "AWS": OTHER},
    {"Federated": [f"arn:aws:iam::{HOME}:oidc-provider/token.example.com", f"arn:aws:iam::{HOME}:saml-provider/corp"]},
)

RESOURCES = (  # besides those that are made of the request's own ARN
    "arn:aws:s3:::logs/*",
    "arn:aws:s3:::logs*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::*/own/${aws:username}",
    "arn:aws:s3:::logs/own/${aws:PrincipalTag/team, 'ann'}",
    "arn:aws:s3:::logs/${*}",
    "arn:aws:s3:::l?gs/a.txt",
    "arn:*:s3:::logs/a*t",
    "arn:aws:*:*:*:*",
    "arn:aws:*:eu-*:111111111111:*",
    "arn:aws:sqs:eu-west-1:111111111111:jobs",
    "arn:aws:kms:*:*:key/*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::222222222222:role/t*",
    "arn:aws:dynamodb:*:*:table/*",
    "arn:aws:lambda:*:*:function:*",
    "arn:aws:secretsmanager:eu-west-1:*:secret:db-??????",
    "arn:aws:ec2:*:*:instance/${aws:PrincipalTag/instance}",
)
RARE_RESOURCES = (  # wildcards and variables where they do not belong, and letters in the wrong case
    "arn:aws:s3:::",
    "arn:aws:ec2:*:*:*/*",
    "arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:jobs",
    "ARN:AWS:S3:::logs/a.txt",
    "arn:aws:S3:::logs/a.txt",
    "arn:aws:s3:::LOGS/a.txt",
    "arn:aws:s3:::logs/${aws:PrincipalTag/team}/*",
)
# Fewer fields than an ARN has. Session and resource control policies take none ("do not support incomplete ARNs",
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html), service control policies the second kind only.
SHORT_RESOURCES = (
    "arn:aws:s3",
    "arn:aws:sqs:eu-west-1",
    "arn:aws:kms:eu-west-1:111111111111",
    "arn:aws:sqs:*:111111111111",
)
OPEN_RESOURCES = ("arn:aws:sqs:*", "arn:aws:ec2:*", "arn:aws:*", "arn:*", "arn:aws:kms:eu-west-1:*", "arn:aws:s3*")
SHORT = {
    "identity": SHORT_RESOURCES + OPEN_RESOURCES,
    "boundary": SHORT_RESOURCES + OPEN_RESOURCES,
    "resource": SHORT_RESOURCES + OPEN_RESOURCES,
    "scp": OPEN_RESOURCES,
}


@dataclass(frozen=True)
class Key:
    """A condition key: what a request may carry in it, what policies compare it with, and by which operators."""

    name: str
    family: str
    carried: tuple[str, ...]
    compared: tuple[str, ...]
    several: bool = False


OPERATORS = {
    "text": (
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ),
    "number": (
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ),
    "date": (
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ),
    "bool": ("Bool",),
    "address": ("IpAddress", "NotIpAddress"),
    "arn": ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "StringLike", "StringEquals"),
    "binary": ("BinaryEquals",),
}

_TAGS = ("ann", "red", "RED", "i-1", "a*")
_TAG_VALUES = ("red", "Red", "r*", "r?d", "${aws:PrincipalTag/team}", "${aws:RequestTag/env, 'red'}", "a${*}", "*")
_DATES = ("2024-01-01T00:00:00Z", "2024-06-01T12:00:00Z", "2025-01-01T00:00:00+02:00")
_PATHS = ("o-1/r-1/ou-1/", "o-1/r-1/ou-1/ou-2/")

KEYS = (
    Key("aws:PrincipalTag/team", "text", _TAGS[:4], _TAG_VALUES),
    Key("aws:RequestTag/env", "text", _TAGS, _TAG_VALUES),
    Key("aws:ResourceTag/team", "text", _TAGS, _TAG_VALUES),
    Key("aws:PrincipalTag/instance", "text", ("i-1", "i-2", "*"), ("i-1", "i-*", "${aws:PrincipalTag/instance}")),
    Key("aws:PrincipalOrgID", "text", ("o-1",), ("o-1", "o-2", "o-*")),
    Key("aws:SourceVpce", "text", (NETWORK, "vpce-2"), (NETWORK, "vpce-*")),
    Key("s3:prefix", "text", ("", "own/ann", "own/*"), ("own/${aws:username}", "own/*", "", "own/${*}")),
    Key("sts:ExternalId", "text", ("secret",), ("secret", "Secret", "s*")),
    Key("aws:TagKeys", "text", ("env", "team", "Env"), ("env", "team", "e*"), several=True),
    Key("aws:PrincipalOrgPaths", "text", _PATHS, ("o-1/r-1/*", "o-1/*/ou-1/*", _PATHS[1]), several=True),
    Key("s3:max-keys", "number", ("1", "10", "-3", "2.5", "10.0"), ("1", "10", "2.5", "0")),
    Key("aws:MultiFactorAuthAge", "number", ("0", "3600"), ("3600", "3599.9")),
    Key("aws:CurrentTime", "date", _DATES, (*_DATES, "2024-06-01")),
    Key("aws:TokenIssueTime", "date", _DATES, (*_DATES, "2024-12-31T22:00:00Z")),
    Key("aws:EpochTime", "date", ("1704067200",), ("1704067200", "2024-01-01T00:00:00Z")),
    Key("aws:SecureTransport", "bool", ("true", "false"), ("true", "false", "TRUE")),
    Key("aws:MultiFactorAuthPresent", "bool", ("true", "false"), ("true", "false")),
    Key("aws:ViaAWSService", "bool", ("true", "false"), ("true", "False")),
    Key(
        "aws:SourceIp",
        "address",
        ("203.0.113.7", "198.51.100.1", "2001:db8::7"),
        ("203.0.113.0/24", "203.0.113.7", "0.0.0.0/0", "2001:db8::/32", "::/0", "2001:DB8:0::7", "203.0.113.9/24"),
    ),
    Key(
        "aws:SourceArn",
        "arn",
        (f"arn:aws:s3:::{HOME}", f"arn:aws:lambda:eu-west-1:{HOME}:function:work"),
        ("arn:aws:s3:::*", f"arn:aws:lambda:*:{HOME}:function:*", "arn:aws:*", "arn:*:*:*:*:*", "arn:aws:s3:::1*1"),
    ),
    Key(
        "aws:PrincipalArn",
        "arn",
        (),
        (
            f"arn:aws:iam::{HOME}:role/app",
            "arn:aws:iam::*:role/*",
            f"arn:aws:iam::{HOME}:*",
            "arn:aws:iam::${aws:PrincipalAccount}:user/*",
            f"arn:aws:iam::{HOME}:user/${{aws:username}}",
        ),
    ),
    Key("aws:PrincipalAccount", "text", (), (HOME, OTHER, "${aws:ResourceAccount}")),
    Key("aws:PrincipalType", "text", (), ("User", "AssumedRole", "*")),
    Key("aws:username", "text", (), ("ann", "Ann", "a*", "${aws:PrincipalTag/team}")),
    Key("aws:ResourceAccount", "text", (), (HOME, OTHER, "${aws:PrincipalAccount}")),
    Key("ec2:UserData", "binary", ("aGVsbG8=", "d29ybGQ="), ("aGVsbG8=",)),
)
