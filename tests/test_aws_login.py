"""What is said where AWS cannot be read at all: one sentence for each kind, and what to do."""

from __future__ import annotations

import pytest
from botocore import exceptions as aws

from ingest.aws.errors import AwsError, login_problem

PROFILE = "audit"


def refused(code: str, message: str = "") -> aws.ClientError:
    return aws.ClientError({"Error": {"Code": code, "Message": message}}, "GetCallerIdentity")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (aws.NoCredentialsError(), "no AWS credentials .* run `aws sso login --profile audit`"),
        (aws.UnauthorizedSSOTokenError(), "the SSO session of profile `audit` has expired: run `aws sso login"),
        (aws.SSOTokenLoadError(error_msg="no token"), "the SSO session of profile `audit` has expired"),
        (aws.TokenRetrievalError(provider="sso", error_msg="x"), "the SSO session of profile `audit` has expired"),
        (aws.CredentialRetrievalError(provider="p", error_msg="x"), "gives no credentials .* mend it"),
        (aws.ProfileNotFound(profile="audit"), "there is no profile `audit`"),
        (refused("ExpiredToken"), "have expired: log in again"),
        (refused("InvalidClientTokenId"), "does not accept the credentials .* log in again"),
        (refused("SignatureDoesNotMatch"), "does not accept the credentials"),
        (refused("SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2"), "set its clock"),
        (refused("RequestTimeTooSkewed"), "set its clock"),
        (refused("AccessDenied"), "allow sts:GetCallerIdentity"),
        (aws.EndpointConnectionError(endpoint_url="https://sts"), "`https://sts` cannot be reached .* check"),
        (aws.ConnectTimeoutError(endpoint_url="https://sts"), "`https://sts` cannot be reached"),
    ],
)
def test_a_sentence_says_what_to_do(error, said):
    with pytest.raises(AwsError, match=said):
        raise login_problem(error, PROFILE)
