"""`trustdrift techniques`: what escalation is searched for, for people and programs, and its rendered document."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from cli.cataloguing import EXISTS, render
from graph.techniques import techniques
from tests.conftest import ROOT
from trustdrift import app


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["techniques", *arguments])


def test_every_technique_is_listed_as_json_with_what_it_needs() -> None:
    rows = {row["id"]: row for row in json.loads(run("--format", "json").stdout)}
    assert list(rows) == list(techniques())
    assert rows["iam-014"]["permissions"] == ["iam:AttachRolePolicy", "sts:AssumeRole"]
    assert all(row["fix"] and row["detect"] and row["source"] for row in rows.values())


def test_a_table_names_those_of_one_service() -> None:
    shown = run("--service", "ssm").stdout
    assert [line.split()[0] for line in shown.splitlines()] == ["id", "ssm-001", "ssm-002", "ssm-automation"]


def test_an_unknown_service_is_answered_with_those_there_are() -> None:
    answer = run("--service", "iamm")
    assert answer.exit_code == 2
    assert "`iamm`" in answer.stderr
    assert "lambda," in answer.stderr


def test_an_unknown_format_is_a_usage_error() -> None:
    assert run("--format", "yaml").exit_code == 2


@pytest.mark.parametrize("name", sorted(EXISTS))
def test_what_must_exist_is_said(name: str) -> None:
    row = next(t for t in techniques().values() if t.exists == name)
    assert f"- {EXISTS[name]}\n" in render([row])


def test_markdown_is_the_document_in_docs() -> None:
    rendered = render(list(techniques().values()))
    assert run("--format", "md").stdout == rendered
    assert (ROOT / "docs" / "TECHNIQUES.md").read_text(encoding="utf-8") == rendered, "run `make docs`"
