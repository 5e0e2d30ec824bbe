"""What is typed in a question about permissions: names that are not there, that are several, and odd actions."""

from __future__ import annotations

import pytest

import ingest.snapshot as facts
from graph.estate import Estate
from queries.permissions import ask, asked, subject
from queries.permissions.actions import about_action, about_resource, action_of
from queries.where import Unresolved
from tests.fact_samples import MANAGEMENT, PROD, document, iam, snapshot_of, user

BUCKET = "arn:aws:s3:::papers"


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("arn:aws:iam:user/ann", "is no ARN"),
        (f"arn:aws:iam::{PROD}:policy/p", "is no principal"),
        (f"arn:aws:s3::{PROD}:user/x", "is no principal"),
        ("an", "did you mean `ann`"),
        ("account:nowhere", "no account is called"),
        ("ops", "name one of its users"),
        (" ", "no user or role"),
    ],
)
def test_a_principal_that_cannot_be_found_says_what_to_do(text, advice):
    group = facts.Group(arn=iam("group", "ops"), name="ops", account_id=PROD)
    with pytest.raises(Unresolved, match=advice):
        subject(_estate(user("ann"), user("ben"), group), text)


def test_names_are_unique_or_the_arns_are_offered():
    estate = _estate(user("ann"), facts.User(arn=iam("user", "ann", MANAGEMENT), name="ann", account_id=MANAGEMENT))
    with pytest.raises(Unresolved, match=f"names 2 of them .*{MANAGEMENT}.*{PROD}"):
        subject(estate, "ann")
    assert subject(estate, f"{PROD}/Ann").arn == iam("user", "ann")


def test_odd_actions_are_told_and_still_asked():
    assert [*about_action("s3:GetObject")] == []
    assert "did you mean `s3:GetObject`" in " ".join(about_action("s3:GetObjct"))
    assert "`s3`" in " ".join(about_action("s33:GetObject"))
    assert action_of("S3:GETOBJECT") == "s3:GetObject"
    assert [*about_resource("s3:GetObject", f"{BUCKET}/a")] == []
    assert "does not ask for it" in " ".join(about_resource("s3:GetObject", BUCKET))
    for text in ("s3:*", "GetObject", "s3:", "s3:Get?bject", ""):
        with pytest.raises(Unresolved):
            action_of(text)
    allowed = document({"Effect": "Allow", "Action": "new:*", "Resource": "*"})
    estate = _estate(user("ann", inline=(facts.InlinePolicy("own", allowed),)))
    assert ask(subject(estate, "ann"), "new:Thing", asked(estate, "*", "new:Thing", PROD)).word == "yes"


def _estate(*records: facts.Record) -> Estate:
    return Estate(snapshot_of(records))
