"""What goes wrong between us and AWS: as the state of a shard, or as a sentence where nothing can be read at all."""

from __future__ import annotations

import re

from botocore import exceptions as aws

from ingest.snapshot import Reason, State
from ingest.sources.refusals import Refusal, one_line, refusal

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
SKEWED = frozenset({"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"})
WRONG = frozenset({"InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException", "AuthFailure"})
SKEW_WORDS = re.compile(r"signature expired|signature not yet current|is now earlier than|is now later than", re.I)

# In order: a timeout is a connection error too.
BY_KIND: tuple[tuple[tuple[type[Exception], ...], State, Reason], ...] = (
    ((aws.ReadTimeoutError, aws.ConnectTimeoutError), State.FAILED, Reason.TIMEOUT),
    ((aws.PaginationError,), State.FAILED, Reason.MALFORMED),
    ((aws.BotoCoreError,), State.FAILED, Reason.ERROR),
)


class AwsError(Exception):
    """AWS cannot be read at all. The message is one sentence; its last clause says what to do next."""


def code_of(error: Exception) -> str:
    """The service's error code; empty where no service answered."""
    return str(error.response["Error"].get("Code", "")) if isinstance(error, aws.ClientError) else ""


def message_of(error: aws.ClientError) -> str:
    return str(error.response["Error"].get("Message", ""))


def refusal_of(error: Exception) -> Refusal:
    """The state and reason that an error gives a shard."""
    if isinstance(error, aws.ClientError):
        return refusal(code_of(error), message_of(error), error.operation_name)
    state, reason = next(((s, r) for kinds, s, r in BY_KIND if isinstance(error, kinds)), (State.FAILED, Reason.ERROR))
    return Refusal(state, reason, one_line(f"{type(error).__name__}: {error}"))


def login_problem(error: Exception, profile: str) -> AwsError:
    """The sentence for credentials that do not work."""
    named = f"profile `{profile}`" if profile else "the default profile"
    option = f" --profile {profile}" if profile else ""
    if isinstance(error, aws.ProfileNotFound):
        missing = error.kwargs.get("profile", profile)
        return AwsError(
            f"there is no profile `{missing}` in the AWS configuration: set another in `aws.profile` or AWS_PROFILE"
        )
    if isinstance(error, aws.SSOError | aws.TokenRetrievalError):
        return AwsError(f"the SSO session of {named} has expired: run `aws sso login{option}`")
    if isinstance(error, aws.NoCredentialsError | aws.PartialCredentialsError):
        return AwsError(
            f"no AWS credentials in the environment or in {named}: run `aws sso login{option}`, "
            "set AWS_PROFILE, or collect files with --from DIR"
        )
    if isinstance(error, aws.CredentialRetrievalError):
        return AwsError(f"{named} gives no credentials ({one_line(str(error))}): mend it in the AWS configuration")
    if isinstance(error, aws.ClientError):
        return _refused_login(error, named)
    return unreachable(error)


def unreachable(error: Exception) -> AwsError:
    where = getattr(error, "kwargs", {}).get("endpoint_url", "AWS")
    return AwsError(
        f"`{where}` cannot be reached ({type(error).__name__}): "
        "check the network, HTTPS_PROXY, AWS_ENDPOINT_URL and the region"
    )


def _refused_login(error: aws.ClientError, named: str) -> AwsError:
    code = code_of(error)
    if code in SKEWED or SKEW_WORDS.search(message_of(error)):
        return AwsError("AWS refuses the time of this machine: set its clock (NTP), then run it again")
    if code in EXPIRED:
        return AwsError(f"the credentials of {named} have expired: log in again")
    if code in WRONG:
        return AwsError(f"AWS does not accept the credentials of {named} ({code}): log in again or name another one")
    return AwsError(f"AWS does not say who {named} is ({code}): allow sts:GetCallerIdentity or use other credentials")
