"""Lint over the catalogue: every file follows the form and stays in the dialect that both engines speak."""

from __future__ import annotations

import re

import pytest

from graph.schema import LABELS, RELATIONSHIPS, SECONDARY_LABELS
from ingest.snapshot import COLLECTORS
from queries.catalog import CHECKS, QUESTIONS, CatalogError, Query, bind, checks, query, questions, read_query

ALL = [*checks().values(), *questions().values()]
BY_ID = pytest.mark.parametrize("found", ALL, ids=lambda q: q.id)
FORBIDDEN = {
    r"\bapoc\.": "APOC",
    r"\bgds\.": "GDS",
    r"\bSHORTEST\s+\d": "SHORTEST k",
    r"\bCALL\b": "CALL",
    r"\b(CREATE|MERGE|SET|DELETE|REMOVE|FOREACH|LOAD|DROP)\b": "a write",
    r"\*\s*\d*\s*\.\.\s*\]": "an unbounded variable length",
    r"\*\s*\]": "an unbounded variable length",
    r"\)\s*\{\d*,\d*\}": "a quantified path pattern",
    r"\belementId\b|\bid\(": "an engine's own identity",
    r"/\*": "a block comment",
    r"shortestPath\([^)]*\)[^)]*\{": "a property map in shortestPath",
    r"shortestPath\(\(.*?\)\)\s*\n?\s*WHERE": "a WHERE on shortestPath",
}


@BY_ID
def test_a_query_stays_in_the_shared_dialect(found: Query) -> None:
    for pattern, what in FORBIDDEN.items():
        assert not re.search(pattern, found.body), f"{found.id} uses {what}"


@BY_ID
def test_columns_are_aliased_and_match_the_header(found: Query) -> None:
    returned = re.split(r"\bRETURN\b(?:\s+DISTINCT\b)?", found.body)[-1]
    returned = re.split(r"\bORDER BY\b", returned)[0]
    assert tuple(re.findall(r"\bAS (\w+)", returned)) == found.columns
    assert "ORDER BY" in found.body, "rows come in a stated order"


@BY_ID
def test_labels_and_relationships_are_those_of_the_schema(found: Query) -> None:
    steps = re.findall(r"\[\w*:([A-Z_0-9|]+)", found.body)
    types = {t for group in steps for t in group.split("|")}
    assert types <= RELATIONSHIPS.keys()
    rest = re.sub(r"'[^']*'|\[\w*:[^\]]*\]", "", found.body)
    assert set(re.findall(r":([A-Z]\w+)", rest)) <= {*LABELS, *SECONDARY_LABELS}


@BY_ID
def test_every_parameter_is_declared(found: Query) -> None:
    used = set(re.findall(r"\$(\w+)", found.body))
    assert used - {"now"} == set(found.parameters)


@BY_ID
def test_headers_are_whole(found: Query) -> None:
    assert found.title[0].isupper()
    assert len(found.description) > 30
    assert found.engine in ("any", "neo4j")
    assert set(found.reads) <= COLLECTORS.keys()
    assert set(found.absence) <= set(found.reads)


def test_checks_say_what_is_found_and_how_to_mend_it() -> None:
    assert len(checks()) >= 12
    for check in checks().values():
        assert check.severity
        assert check.fix.endswith(".")
        assert all(ref.startswith("https://docs.aws.amazon.com/") for ref in check.references)
        assert check.references
        fields = set(re.findall(r"\{(\w+)\}", check.sentence))
        assert fields <= {*check.columns, "account"}
        assert {"account_id", check.subject} <= set(check.columns)


def test_there_are_thirty_two_questions_and_their_ids_are_their_file_names() -> None:
    assert len(questions()) == 32
    files = [*CHECKS.glob("*.cypher"), *QUESTIONS.glob("*.cypher")]
    assert {re.sub(r"^\d+-", "", f.stem) for f in files} == {q.id for q in ALL}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("RETURN 1 AS x", "no valid header"),
        ('// id = "x"\n// title = \nRETURN 1', "no valid header"),
        (
            '// id = "x"\n// title = "X"\n// description = "d"\n// columns = ["x"]\n// colour = "red"\nRETURN 1',
            "colour",
        ),
        (
            '// id = "x"\n// title = "X"\n// description = "d"\n// columns = ["x"]\n// severity = "dire"\nRETURN 1',
            "dire",
        ),
        (
            '// id = "x"\n// title = "X"\n// description = "d"\n// columns = ["x"]\n// severity = "low"\nRETURN 1',
            "subject",
        ),
    ],
)
def test_a_file_out_of_form_is_refused(text: str, said: str) -> None:
    with pytest.raises(CatalogError, match=said):
        read_query(text, "x.cypher")


def test_an_unknown_query_or_parameter_says_what_was_meant() -> None:
    with pytest.raises(CatalogError, match="did you mean `missing-mfa`"):
        query("mising-mfa")
    with pytest.raises(CatalogError, match="has no parameter `ports`"):
        bind(checks()["open-ingress"], "2026-01-01T00:00:00Z", {"ports": 1})
    with pytest.raises(CatalogError, match="it has `max_idle_days`"):
        bind(checks()["unused-role"], "2026-01-01T00:00:00Z", {"days": 1})
    assert bind(checks()["unused-role"], "2026-01-01T00:00:00Z", {"max_idle_days": 1}) == {
        "max_idle_days": 1,
        "now": "2026-01-01T00:00:00Z",
    }


def test_an_empty_parameter_has_to_be_given() -> None:
    text = 'id = "x"\ntitle = "X"\ndescription = "d"\ncolumns = ["x"]\n[parameters]\nuser_name = ""'
    asked = read_query("\n".join(f"// {line}" for line in text.splitlines()) + "\nRETURN $user_name AS x", "x.cypher")
    with pytest.raises(CatalogError, match=r"^`user_name` is needed: give `--set user_name=NAME`$"):
        bind(asked, "2026-01-01T00:00:00Z")
    assert bind(asked, "2026-01-01T00:00:00Z", {"user_name": "maya"}) == {"user_name": "maya"}
