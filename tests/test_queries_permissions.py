"""Who may do what, asked of a snapshot: the list of everyone against single answers, and what was not seen is no no."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

import demo
import ingest.snapshot as facts
from graph.edges.access import targets
from graph.estate import Estate
from ingest.files import collect_files
from ingest.snapshot.repository import Repository
from policy import Truth
from policy.catalogue import catalogue
from policy.language.match import glob
from queries.permissions import Answer, ask, asked, changed, effective_of, subject, who_can
from queries.permissions.actions import about_resource
from queries.permissions.principals import subjects
from queries.where import Unresolved
from tests.fact_samples import (
    ALLOW_ALL,
    PROD,
    REGION,
    RESERVED,
    document,
    iam,
    identity_records,
    located,
    organization_records,
    role,
    scope_of,
    snapshot_of,
    user,
)

BUCKET, STRANGER = "arn:aws:s3:::papers", "999999999999"
PAPER = f"{BUCKET}/a"
READ = "s3:GetObject"
NOBODY_PUBLIC = facts.PublicAccessBlock(
    block_public_acls=False, ignore_public_acls=False, block_public_policy=False, restrict_public_buckets=False
)
NO_BLOCK = facts.AccountAccessBlock(account_id=PROD, block=None)  # nor does the account close its buckets
IDENTITIES = scope_of(user("any"))


@pytest.fixture(scope="module")
def harborline(tmp_path_factory) -> tuple[Estate, Estate]:
    """The demo organization when it was approved, and a week later when one account could not be read."""
    repository = Repository(f"file://{tmp_path_factory.mktemp('snapshots')}")
    weeks = ((demo.baseline_dir(), demo.BASELINE_TAKEN_AT), (demo.week_dir(), demo.WEEK_TAKEN_AT))
    first, second = (repository.commit(collect_files(d).shards, taken_at=at, source="") for d, at in weeks)
    return Estate(first), Estate(second)


def bucket(*statements: dict, **fields: object) -> facts.Record:
    text = document(*statements) if statements else None
    return located(facts.Bucket, BUCKET, "papers", policy=text, public_access_block=NOBODY_PUBLIC, **fields)


def allowing(principal: object, **fields: object) -> dict:
    return {"Effect": "Allow", "Principal": principal, "Action": READ, "Resource": f"{BUCKET}/*", **fields}


def inline(action: str = READ, resource: str = "*") -> tuple[facts.InlinePolicy, ...]:
    text = document({"Effect": "Allow", "Action": action, "Resource": resource})
    return (facts.InlinePolicy("own", text),)


def estate_of(*records: facts.Record, **coverage: object) -> Estate:
    return Estate(snapshot_of((*records, NO_BLOCK), **coverage))


def can(estate: Estate, who: str, action: str, resource: str, **how: object) -> Answer:
    one = subject(estate, who)
    return ask(one, action, asked(estate, resource, action, one.account_id), **how)


def names(estate: Estate, action: str, resource: str) -> dict[str, str]:
    return {one.name: one.answer.word for one in who_can(estate, action, asked(estate, resource, action)).granted}


# -- the list and the single answers
def questions(estate: Estate) -> Iterator[tuple[str, str]]:
    """An action of each access level on each resource of the demo, and every role's door."""
    for target in targets(estate):
        service = target.arn.split(":")[2]
        for cell in catalogue().split(catalogue().bits(f"{service}:*")):
            works = (a for a in catalogue().names(cell.bits) if _works_on(a, target.arn))
            yield from ((action, target.arn) for action in [*works][:1])
    yield from (("sts:AssumeRole", arn) for arn in estate.holders if ":role/" in arn)


def _works_on(action: str, arn: str) -> bool:
    return any(glob(one.pattern)(arn) for one in catalogue().resource_types(action))


def test_everyone_who_is_listed_can_and_nobody_else(harborline):
    estate = harborline[1]
    everyone, asked_for = list(subjects(estate)), list(questions(estate))[::7]
    assert len(asked_for) > 20
    for action, resource in asked_for:
        what = asked(estate, resource, action)
        listed = {one.answer.principal: one.answer for one in who_can(estate, action, what).granted}
        alone = {one.arn: ask(one, action, what) for one in everyone}
        able = {arn for arn, answer in alone.items() if answer.verdict.truth is not Truth.NO}
        ours = {arn for arn in listed if arn in alone}
        assert ours == able, (action, resource)
        assert all(listed[arn].word == alone[arn].word for arn in able)


def test_a_root_user_takes_no_role():
    trusting = role("open", trust=document({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}))
    estate = estate_of(trusting, user("ann"))
    answer = can(estate, f"account:{PROD}", "sts:AssumeRole", trusting.arn)
    assert (answer.word, answer.verdict.blocked_by) == ("no", ("service",))
    assert not any("root" in one for one in names(estate, "sts:AssumeRole", trusting.arn))
    assert f"{PROD}/ann" in names(estate, "sts:AssumeRole", trusting.arn)


def test_what_a_principal_can_it_finds_among_all_it_can_do(harborline):
    estate = harborline[0]
    one = subject(estate, "payments-prod/ci-deploy")
    listed = {action for row in effective_of(one).rows for action in row.actions}
    for action, resource in (
        ("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:210000000055:function:payments-fn-payout"),
        ("iam:PassRole", "arn:aws:iam::210000000055:role/payments-fn-payout"),
        ("s3:DeleteBucket", "harborline-payments-exports"),
        ("iam:CreateUser", "*"),
    ):
        answer = ask(one, action, asked(estate, resource, action))
        assert (answer.word == "yes") is (action in listed), action


def test_the_week_is_what_changed_for_a_principal(harborline):
    before, now = harborline
    found = changed(before, subject(now, "payments-prod/ci-deploy"))
    assert [(one.direction, one.actions) for one in found.changed] == [("wider", ("iam:PassRole",))]
    assert changed(before, subject(now, "tmp-export")).gained, "who was not there could do nothing"
    assert changed(now, subject(now, "payments-prod/ci-deploy")).text == "no action more or fewer"


# -- what was not seen
def test_a_principal_of_an_account_that_was_not_seen_is_unknown_and_never_refused():
    estate = estate_of(bucket(), denied=[IDENTITIES])
    found = can(estate, iam("user", "nobody"), READ, PAPER)
    assert (found.word, found.is_incomplete) == ("unknown", True)
    assert found.unseen == (f"the identities of account {PROD} were not seen",)


def test_what_scps_deny_is_certain_even_of_principals_that_were_not_seen():
    estate = estate_of(*organization_records(), denied=[IDENTITIES])
    assert can(estate, iam("user", "nobody"), "backup:DeleteBackupVault", "*").word == "no"


def test_a_principal_that_is_not_there_is_an_error_where_its_account_was_seen():
    with pytest.raises(Unresolved, match=r"seen whole: did you mean `.*user/ann`"):
        subject(estate_of(user("ann")), iam("user", "anne"))


def test_stale_facts_answer_neither_yes_nor_no(harborline):
    estate = harborline[1]
    for action, then in (("s3:GetObject", "no"), ("sts:GetCallerIdentity", "yes")):
        found = can(estate, "dev-sandbox/hackday", action, "*")
        assert found.word == "unknown"
        assert found.is_incomplete
        assert f"last seen on {found.as_of}, when it was: {then}" in found.summary


def test_a_list_says_whose_identities_it_lacks(harborline):
    found = who_can(harborline[1], READ, asked(harborline[1], "harborline-artifacts", READ))
    assert [one for one in found.unseen if "210000000088" in one]


def test_a_resource_that_was_not_seen_leaves_open_what_its_policy_may_say():
    estate = estate_of(user("ann", inline=inline()), user("bob"), role("door"))
    queue, instance = f"arn:aws:sqs:{REGION}:{PROD}:jobs", f"arn:aws:ec2:{REGION}:{PROD}:instance/i-1"
    for who in ("ann", "bob"):
        assert can(estate, who, "sqs:SendMessage", queue).word == "possible"
    found = can(estate, "bob", "ec2:TerminateInstances", instance)
    assert (found.word, found.is_incomplete, found.unseen != ()) == ("no", False, True), "instances have no policy"
    assert can(estate, "ann", "sts:AssumeRole", f"arn:aws:iam::{PROD}:role/gone").word == "possible"


def test_a_bucket_of_nobody_that_was_seen_needs_a_yes_of_its_own():
    estate = estate_of(user("ann", inline=inline()), user("bob"), bucket())
    assert can(estate, "ann", READ, "arn:aws:s3:::theirs/a").word == "possible"
    assert can(estate, "bob", READ, "arn:aws:s3:::theirs/a").word == "no", "across accounts both sides must allow"
    unread = estate_of(user("bob"))
    assert can(unread, "bob", READ, "arn:aws:s3:::ours/a").word == "possible", (
        "it may be ours, and its policy may allow"
    )


# -- resources
def test_objects_versions_and_aliases_answer_as_what_they_belong_to():
    key = located(
        facts.Key, f"arn:aws:kms:{REGION}:{PROD}:key/k", "ledger", aliases=("alias/ledger",), policy=ALLOW_ALL
    )
    function = located(
        facts.Function,
        f"arn:aws:lambda:{REGION}:{PROD}:function:pay",
        "pay",
        role_arn=iam("role", "web"),
        policy=document({**allowing({"AWS": STRANGER}), "Action": "lambda:InvokeFunction", "Resource": "*"}),
    )
    estate = estate_of(bucket(allowing("*")), key, function)
    assert asked(estate, PAPER, READ).arn == PAPER
    assert can(estate, "anyone", READ, PAPER).word == "yes"
    assert asked(estate, f"arn:aws:kms:{REGION}:{PROD}:alias/ledger", "kms:Decrypt").arn == key.arn
    assert names(estate, "lambda:InvokeFunction", f"{function.arn}:1")[f"account {STRANGER}"] == "yes"


def test_a_name_means_the_kind_that_the_action_works_on(harborline):
    estate = harborline[0]
    assert ":cluster:" in asked(estate, "payments-prod/ledger", "rds:DeleteDBCluster").arn
    assert ":key/" in asked(estate, "payments-prod/ledger", "kms:Decrypt").arn
    with pytest.raises(Unresolved, match="names 2 of them"):
        asked(estate, "payments-prod/ledger", "nothing:Known")


def test_only_taking_a_role_asks_its_trust_policy():
    closed = role("door", trust=document({"Effect": "Deny", "Principal": "*", "Action": "*"}))
    estate = estate_of(user("ann", inline=inline("*")), closed)
    assert can(estate, "ann", "sts:AssumeRole", closed.arn).word == "no"
    assert can(estate, "ann", "iam:DeleteRole", closed.arn).word == "yes"


# -- who else
@pytest.mark.parametrize(
    ("principal", "condition", "expected"),
    [
        ({"AWS": STRANGER}, {}, {f"account {STRANGER}": "yes"}),
        ({"AWS": f"arn:aws:iam::{STRANGER}:root"}, {}, {f"account {STRANGER}": "yes"}),
        ({"AWS": f"arn:aws:iam::{STRANGER}:role/r"}, {}, {f"arn:aws:iam::{STRANGER}:role/r": "unknown"}),
        ({"Service": "logs.amazonaws.com"}, {}, {"logs.amazonaws.com": "yes"}),
        ("*", {}, {"anyone": "yes", "any other account": "yes"}),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, {}),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-9"}}, {"any other account": "possible"}),
        ("*", {"StringEquals": {"aws:PrincipalAccount": PROD}}, {}),
        ("*", {"StringEquals": {"aws:PrincipalAccount": STRANGER}}, {"any other account": "possible"}),
        ("*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{PROD}:role/*"}}, {}),
        ({"AWS": "AIDAEXAMPLEOFAGONEUSER"}, {}, {}),
        ({"AWS": "arn:nonsense"}, {}, {}),
    ],
)
def test_outsiders_are_listed_where_the_resource_lets_them_in(principal, condition, expected):
    tree = [one for one in organization_records() if not isinstance(one, facts.PolicyTarget)]
    guarded = allowing(principal, **({"Condition": condition} if condition else {}))
    estate = estate_of(*tree, bucket(guarded))
    outside = {one.name: one.answer.word for one in who_can(estate, READ, asked(estate, PAPER, READ)).granted}
    assert {name: word for name, word in outside.items() if "root user" not in name} == expected


def test_a_session_that_a_policy_names_is_listed_beside_its_role():
    session = f"arn:aws:sts::{PROD}:assumed-role/web/nightly"
    estate = estate_of(role("web"), bucket(allowing({"AWS": session})))
    assert names(estate, READ, PAPER)[f"{PROD}/web, session nightly"] == "yes"
    assert can(estate, session, READ, PAPER).word == "yes"


FAY = f"arn:aws:sts::{PROD}:federated-user/fay"


def test_a_federated_user_that_a_policy_names_is_listed_and_what_is_not_known_of_it_is_said():
    estate = estate_of(*organization_records(), user("ann"), bucket(allowing({"AWS": FAY})))
    assert names(estate, READ, PAPER)[FAY] == "unknown", "a policy of whoever made it may deny"
    found = can(estate, FAY, "s3:PutObject", PAPER)
    assert (found.word, found.unseen) == (
        "unknown", ("who made the federated user `fay`, and with which session policy, is not known",)
    )  # fmt: skip
    ours = allowing("*", Effect="Deny", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}})
    guarded = estate_of(*organization_records(), user("ann"), bucket(allowing({"AWS": FAY}), ours))
    assert can(guarded, FAY, READ, PAPER).word == "unknown", "it belongs to the organization as its account does"


def test_a_session_of_a_role_that_was_not_seen_has_a_role_with_an_unknown_path():
    asking = {"Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{PROD}:role/team/*"}}}
    estate = estate_of(bucket(allowing({"AWS": PROD}, **asking)), denied=[IDENTITIES])
    session = f"arn:aws:sts::{PROD}:assumed-role/web/s"
    assert can(estate, session, READ, PAPER).word == "unknown"


def test_whoever_takes_a_role_may_tag_the_session():
    wanting = {"Effect": "Allow", "Action": READ, "Resource": "*",
               "Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}}  # fmt: skip
    own = (facts.InlinePolicy("own", document(wanting)),)

    def web(action: object, **tags: str) -> Estate:
        trust = document({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": action})
        return estate_of(role("web", trust=trust, inline=own, tags=tags), bucket())

    tagging = ["sts:AssumeRole", "sts:TagSession"]
    answers = [can(web(action, **tags), "web", READ, PAPER).word for action in ("sts:AssumeRole", tagging)
               for tags in ({}, {"team": "a"})]  # fmt: skip
    assert answers == ["no", "yes", "possible", "possible"]
    assert can(web(tagging, team="a"), "web", READ, PAPER, complete=True).word == "yes"
    assert can(web(tagging), "web", READ, PAPER, context={"aws:PrincipalTag/Team": ("a",)}).word == "yes"


def test_an_account_that_is_named_by_its_canonical_id_may_be_any():
    estate = estate_of(user("ann", inline=inline()), bucket(allowing({"CanonicalUser": "79a59df900b949e5"})))
    found = who_can(estate, READ, asked(estate, PAPER, READ)).granted
    (other,) = (one for one in found if one.name == "any other account")
    assert (other.answer.word, other.answer.verdict.conditions) == (
        "possible", ("`canonical user id of the account` is 79a59df900b949e5",)
    )  # fmt: skip
    assert not [one for one in found if one.name == "anyone"]


@pytest.mark.parametrize(
    ("action", "policy"), [("sts:AssumeRole", "the role's trust policy"), ("kms:Decrypt", "the key's policy")]
)
def test_of_all_roles_and_keys_nobody_knows_whether_they_agree(action, policy):
    estate = estate_of(user("ann", inline=inline("*")), user("bob"))
    found = can(estate, "ann", action, "*")
    assert (found.word, found.verdict.conditions) == ("possible", (f"policy `{policy}`, which was not seen, agrees",))
    assert set(names(estate, action, "*").values()) == {"possible"}
    assert f"up to {policy}" in " ".join(about_resource(action, "*"))
    for other in ("sts:GetSessionToken", "kms:ListKeys"):
        assert can(estate, "ann", other, "*").word == "yes"
        assert [*about_resource(other, "*")] == []


def test_people_stand_behind_the_roles_of_identity_center():
    reserved = role(RESERVED, path=f"/aws-reserved/sso.amazonaws.com/{REGION}/", inline=inline())
    people = [one for one in identity_records() if type(one).__name__.startswith(("Directory", "Permission", "Assign"))]
    estate = estate_of(*people, reserved, bucket())
    found = who_can(estate, READ, asked(estate, PAPER, READ)).granted
    assert [one.people for one in found if one.kind == "role"] == [("Maya Lindqvist (Platform)",)]
    assert subject(estate, "Admin").arn == reserved.arn, "it has the name of its permission set too"


def test_what_takes_no_resource_is_asked_in_every_account():
    estate = estate_of(user("ann", inline=inline("iam:CreateUser")), user("bob"))
    assert names(estate, "iam:CreateUser", "*") == {f"{PROD}/ann": "yes", f"{PROD}/root user": "yes"}


# -- the context of a request
def test_what_is_given_decides_and_what_is_not_is_open_or_absent():
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    statement = {"Effect": "Allow", "Action": READ, "Resource": "*", "Condition": office}
    estate = estate_of(user("ann", inline=(facts.InlinePolicy("own", document(statement)),)), bucket())
    assert can(estate, "ann", READ, PAPER).word == "possible"
    assert can(estate, "ann", READ, PAPER, context={"aws:sourceip": ("203.0.113.7",)}).word == "yes"
    assert can(estate, "ann", READ, PAPER, context={"aws:sourceip": ("198.51.100.7",)}).word == "no"
    assert can(estate, "ann", READ, PAPER, complete=True).word == "no"


@pytest.mark.parametrize("key", ["ec2:ResourceTag/team", "aws:resourcetag/team"])
def test_a_key_may_be_given_by_any_of_its_names(key):
    statement = {"Effect": "Allow", "Action": READ, "Resource": "*",
                 "Condition": {"StringEquals": {"s3:ResourceTag/team": "a"}}}  # fmt: skip
    estate = estate_of(user("ann", inline=(facts.InlinePolicy("own", document(statement)),)), bucket())
    for value, word in (("a", "yes"), ("b", "no")):
        assert can(estate, "ann", READ, PAPER, context={key: (value,)}, complete=True).word == word
        what = asked(estate, PAPER, READ)
        listed = {one.name for one in who_can(estate, READ, what, {key: (value,)}).granted}
        assert (f"{PROD}/ann" in listed) is (word == "yes")


def test_a_complete_request_still_says_what_it_says_of_itself():
    statement = {"Effect": "Allow", "Action": READ, "Resource": "*"}
    own = {**statement, "Condition": {"StringEquals": {"aws:ResourceAccount": PROD, "aws:PrincipalType": "User"}}}
    estate = estate_of(user("ann", inline=(facts.InlinePolicy("own", document(own)),)), bucket())
    assert can(estate, "ann", READ, PAPER, complete=True).word == "yes"


def test_an_answer_that_is_old_says_so_whatever_it_was():
    estate = estate_of(user("ann", inline=inline()), bucket())
    one = subject(estate, "ann")
    what = asked(estate, PAPER, READ)
    assert ask(replace(one, stale="2026-11-01"), READ, what).word == "unknown"
    assert ask(one, READ, replace(what, stale="2026-11-01")).word == "unknown"
