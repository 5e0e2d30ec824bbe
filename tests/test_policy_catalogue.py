"""The catalogue of actions: as fresh as its source, cheap to load, and exact about what a pattern covers."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import Statement
from policy.catalogue import catalogue
from policy.catalogue.file import FILE, decode, encode
from policy.language.match import action_matches
from tests.conftest import ROOT
from tests.require import repetitions, require

LIST = catalogue()
LOAD_LIMIT = 0.05  # seconds of CPU
SIZE_LIMIT = 400_000  # bytes
TINY = "s3:GetPut*?kA"


def names(pattern: str) -> set[str]:
    return set(LIST.names(LIST.bits(pattern)))


def test_the_file_is_what_its_command_would_make():
    from policy.catalogue.generate import SOURCE, content

    try:
        installed = version(SOURCE)
    except PackageNotFoundError:
        installed = "none"
    require(SOURCE, LIST.version == f"{SOURCE} {installed}", f"made from {LIST.version}, installed is {installed}")
    found = decode(FILE.read_bytes())
    assert found == content(), "run `make catalogue`"
    assert encode(found) == FILE.read_bytes(), "the compression is another: run `make catalogue`"


def test_the_file_is_small():
    assert FILE.stat().st_size < SIZE_LIMIT


def test_loading_is_cheap_and_needs_no_policy_sentry():
    program = (
        "import sys, time, policy\n"
        "start = time.process_time()\n"
        "from policy.catalogue import catalogue\n"
        "catalogue().bits('s3:*')\n"
        "print(time.process_time() - start)\n"
        "assert not {'policy_sentry', 'policy.catalogue.generate'} & set(sys.modules)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    assert min(float(done.stdout) for done in runs) < LOAD_LIMIT


def test_actions_are_sorted_and_lower_case():
    assert list(LIST.actions) == sorted({action.lower() for action in LIST.spelt})
    assert len(LIST.actions) == 20_455


@pytest.mark.parametrize(
    "action, level",
    [
        ("s3:GetObject", "Read"),
        ("s3:PutBucketPolicy", "Permissions management"),
        ("IAM:PASSROLE", "Permissions management"),
        ("s3:NoSuchAction", None),
        ("nothing", None),
        ("", None),
    ],
)
def test_levels(action, level):
    assert LIST.level(action) == level


def test_what_an_action_works_on():
    found = {one.name: one.pattern for one in LIST.resource_types("s3:getobject")}
    assert found["object"] == "arn:*:s3:::*/*"
    assert LIST.spelling("s3:getobject") == "s3:GetObject"
    assert [one.name for one in LIST.resource_types("iam:PassRole") if one.required] == ["role"]
    assert LIST.resource_types("s3:NoSuchAction") == ()


def test_what_may_be_asked_of_a_request():
    assert "iam:PassedToService" in LIST.condition_keys("iam:PassRole")
    assert "aws:ResourceTag/${TagKey}" in LIST.condition_keys("s3:GetObject")
    assert LIST.condition_keys("s3:NoSuchAction") == ()


def test_an_action_that_is_not_listed_is_no_error():
    assert LIST.bits("s3:NoSuchAction") == LIST.bits("nosuchservice:*") == LIST.bits("") == LIST.bits("s3") == 0
    assert LIST.spelling("s3:NoSuchAction") == "s3:NoSuchAction"


def some_patterns() -> st.SearchStrategy[str]:
    """Real actions with pieces replaced by wildcards, and short texts that are nearly patterns."""
    real = st.builds(
        lambda action, start, size, wild: action[:start] + wild + action[start + size :],
        st.sampled_from(LIST.spelt),
        st.integers(0, 40),
        st.integers(0, 12),
        st.sampled_from(("*", "?", "**", "*?", "?*", "", "*e*", "???", "K", "\u212a")),
    )
    return real | st.text(TINY, max_size=8) | st.text(max_size=6).map(lambda text: f"s3:{text}*")


@settings(max_examples=repetitions(60), deadline=None)
@given(some_patterns())
def test_bits_cover_what_the_matcher_covers(pattern):
    wanted = sum(1 << n for n, action in enumerate(LIST.actions) if action_matches(pattern.lower(), action))
    assert LIST.bits(pattern) == wanted


@settings(max_examples=repetitions(60), deadline=None)
@given(st.lists(some_patterns(), min_size=1, max_size=3), st.booleans())
def test_bits_of_a_statement_are_the_actions_it_speaks_of(patterns, negated):
    listed = {"not_actions" if negated else "actions": tuple(patterns)}
    statement = Statement("Allow", **listed)
    bits = LIST.bits_of(statement)
    for n in range(0, len(LIST.actions), 97):
        assert bool(bits >> n & 1) == statement.covers_action(LIST.actions[n])


def test_cells_divide_everything():
    found = list(LIST.split(LIST.everything))
    assert sum(cell.bits.bit_count() for cell in found) == len(LIST.actions)
    assert {cell.level for cell in found} == {"List", "Read", "Write", "Tagging", "Permissions management"}
    only = next(LIST.split(LIST.bits("s3:GetObject")))
    assert (only.service, only.level, LIST.names(only.bits)) == ("s3", "Read", ("s3:GetObject",))


def test_names_are_those_of_the_bits():
    assert names("s3:Get*Acl") == {"s3:GetBucketAcl", "s3:GetObjectAcl", "s3:GetObjectVersionAcl"}
    assert LIST.names(0) == ()
