"""What the AWS CLI prints instead of an answer, and which state and reason of a shard that is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ingest.snapshot import Reason, State

CLI_ERROR = re.compile(
    r"An error occurred \((?P<code>[\w.]+)\) when calling the (?P<operation>\w+) operation"
    r"(?: \(reached max retries: \d+\))?: ?(?P<message>.*)",
    re.DOTALL,
)
ACTION = re.compile(r"not authorized to perform: (?P<service>[\w-]+):\w+")
DETAIL_LENGTH = 300

DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedException",
    "NotAuthorized",
    "NotAuthorizedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "AccessDeniedFault",
    "AccessDeniedForDependencyException",
    "InsufficientPrivilegesException",
    "Forbidden",
    "403",
}
THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "SlowDown",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
}
TIMED_OUT = {"RequestTimeout", "RequestTimeoutException", "ReadTimeoutError", "ConnectTimeoutError"}
NOT_OPTED_IN = {
    "OptInRequired",
    "AuthFailure",
    "InvalidRegionException",
    "RegionDisabledException",
    "SubscriptionRequiredException",
    "UnrecognizedClientException",
}
ABSENT = {
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "NoSuchTagSetError",
    "NoSuchEntity",
    "NoSuchEntityException",
    "ResourceNotFoundException",
    "NoSuchBucket",
    "PolicyNotFoundException",
    "RepositoryPolicyNotFoundException",
    "AWSOrganizationsNotInUseException",
    "PolicyTypeNotEnabledException",
}

BY_CODE = (
    (DENIED, State.DENIED, Reason.DENIED),
    (THROTTLED, State.FAILED, Reason.THROTTLED),
    (TIMED_OUT, State.FAILED, Reason.TIMEOUT),
    (NOT_OPTED_IN, State.SKIPPED, Reason.NOT_OPTED_IN),
)
SCP_WORDS = ("explicit deny in a service control policy", "no service control policy allows")

# Errors that the CLI prints without a code, since no service answered.
BY_WORDS = (
    (re.compile(r"(Read|Connect) timeout on endpoint URL", re.I), State.FAILED, Reason.TIMEOUT),
    (re.compile(r"Could not connect to the endpoint URL", re.I), State.FAILED, Reason.ERROR),
    (
        re.compile(
            r"Unable to locate credentials|session .*has expired|Token has expired|config profile \(.*\) could not"
            r"|aws configure|Unable to parse config",
            re.I,
        ),
        State.FAILED,
        Reason.ERROR,
    ),
)


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer. `absent` where AWS says that the thing asked about does not exist, which is an answer."""

    state: State
    reason: Reason
    detail: str
    absent: bool = False
    operation: str = ""
    service: str = ""


def refusal_in_text(text: str) -> Refusal | None:
    """Reads the CLI's error message; None where the text is none."""
    if found := CLI_ERROR.search(text):
        action = ACTION.search(found["message"])
        return refusal(found["code"], found["message"], found["operation"], action["service"] if action else "")
    for words, state, reason in BY_WORDS:
        if words.search(text):
            return Refusal(state, reason, one_line(text))
    return None


def refusal_in_answer(value: Any) -> Refusal | None:
    """Reads `{"Error": {"Code": …, "Message": …}}`, as it stands for one argument of a call."""
    error = value.get("Error") if isinstance(value, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("Code"), str):
        return None
    return refusal(error["Code"], str(error.get("Message", "")))


def refusal(code: str, message: str, operation: str = "", service: str = "") -> Refusal:
    code = code.removeprefix("Client.")
    detail = one_line(f"{code}: {message}")
    by_scp = code in DENIED and any(words in message for words in SCP_WORDS)
    state, reason = next(((s, r) for codes, s, r in BY_CODE if code in codes), (State.FAILED, Reason.ERROR))
    return Refusal(state, Reason.SCP_DENIED if by_scp else reason, detail, code in ABSENT, operation, service)


def one_line(text: str) -> str:
    """Text of strangers for people: printable, on one line, short."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= DETAIL_LENGTH else line[: DETAIL_LENGTH - 1] + "…"
