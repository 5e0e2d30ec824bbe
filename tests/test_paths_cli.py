"""The verbs paths, blast, exposed and chokepoints as a user types them, on the demo organization."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pytest
import typer
from typer.testing import CliRunner

import demo
from cli import collecting, paths, questions
from cli.context import Invocation
from cli.exits import Verbs

CLEAN, ERROR, USAGE, INCOMPLETE = 0, 1, 2, 4
VERBS = (collecting.collect, questions.snapshots, paths.paths, paths.blast, paths.exposed, paths.chokepoints)
CI, LEDGER = "payments-prod/ci-deploy", "arn:aws:rds:eu-west-1:210000000055:cluster:ledger"


class Said(NamedTuple):
    """How a verb ended, and what it wrote where."""

    code: int
    stdout: str
    stderr: str


Run = Callable[..., Said]


def _invoked(ctx: typer.Context, config: Annotated[Path | None, typer.Option()] = None) -> None:
    ctx.obj = Invocation(config)


def _app() -> typer.Typer:
    app = typer.Typer(cls=Verbs, add_completion=False, callback=_invoked)
    for verb in VERBS:
        app.command()(verb)
    return app


@pytest.fixture(scope="module")
def harborline(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The verbs in a folder with the two snapshots of the demo organization, in this process."""
    folder = tmp_path_factory.mktemp("harborline")
    places = f'snapshots.url = "file://{folder}/snapshots"\nartefacts.path = "{folder}/artefacts"\n'
    (folder / "trustdrift.toml").write_text(places + demo.settings_file().read_text())
    app = _app()

    def run(*arguments: object) -> Said:
        found = CliRunner().invoke(app, ["--config", str(folder / "trustdrift.toml"), *map(str, arguments)])
        return Said(found.exit_code, found.stdout, found.stderr)

    for source, at in ((demo.baseline_dir(), demo.BASELINE_TAKEN_AT), (demo.week_dir(), demo.WEEK_TAKEN_AT)):
        assert run("collect", "--from", source, "--taken-at", at).code in (CLEAN, INCOMPLETE)
    return run


@pytest.fixture(scope="module")
def week(harborline: Run) -> str:
    """The id of the later snapshot."""
    rows = json.loads(harborline("snapshots", "--format", "json").stdout)
    return str(max(rows, key=lambda row: row["taken_at"])["id"])


@pytest.fixture(scope="module")
def ask(harborline: Run, week: str) -> Run:
    """A verb about the later snapshot; what was not seen makes every answer incomplete."""

    def run(*arguments: object) -> Said:
        found = harborline(*arguments, "--as-of", week)
        assert found.code == INCOMPLETE, found.stderr
        assert "a way may hide there" in found.stderr
        return found

    return run


def document(ask: Run, *arguments: object) -> Any:
    found = json.loads(ask(*arguments, "--format", "json").stdout)
    assert found["coverage"]
    assert found["snapshot"]
    return found


# -- paths
def test_a_way_is_told_step_by_step(ask: Run) -> None:
    lines = ask("paths", "--from", "ci", "--to", LEDGER).stdout.splitlines()
    assert lines[0].startswith("1. certain, 3 steps: ")
    assert lines[1].endswith(f"can take the role {CI}")
    assert "pass a role to a new function and invoke it (lambda-001)" in lines[2]
    assert lines[3].strip() == "- payments-prod/ledger-admin can read payments-prod/ledger"


def test_paths_as_json_are_as_others_read_them(ask: Run) -> None:
    found = document(ask, "paths", "--from", "internet", "--to", "jewels", "--limit", "9")
    assert found.keys() == {"snapshot", "coverage", "paths"}
    assert len(found["paths"]) == 9
    for path in found["paths"]:
        assert path.keys() == {"source", "target", "verdict", "conditions", "hops"}
        assert (path["hops"][0]["from"], path["hops"][-1]["to"]) == (path["source"], path["target"])
    verdicts = [path["verdict"] for path in found["paths"]]
    assert verdicts == sorted(verdicts)


def test_more_ways_on_demand_and_fewer(ask: Run) -> None:
    asked = ("paths", "--from", "internet", "--to", LEDGER, "--format", "jsonl")
    one, usual, every = (ask(*asked, *more).stdout.count("\n") for more in (("-k", "1"), (), ("--all",)))
    assert one < usual < every
    assert '"possible"' not in ask(*asked, "--certain").stdout
    assert ask(*asked, "--max-hops", "1").stdout == ""
    assert "20 of more" in ask("paths", "--from", "exposed", "--to", "jewels").stderr


def test_the_same_question_about_an_earlier_snapshot_has_another_answer(harborline: Run, week: str) -> None:
    rows = json.loads(harborline("snapshots", "--format", "json").stdout)
    earlier = next(row["id"] for row in rows if row["id"] != week)
    found = harborline("paths", "--from", "ci", "--to", LEDGER, "--as-of", earlier[:8])
    assert "no path from `ci`" in found.stderr


def test_a_zone_may_be_asked_for(ask: Run) -> None:
    assert json.loads(ask("paths", "--from", CI, "--to", "zone:prod", "--format", "json").stdout)["paths"]


# -- blast, exposed, chokepoints
def test_the_blast_of_a_pipeline_begins_with_the_jewel(ask: Run) -> None:
    rows = document(ask, "blast", CI)["reached"]
    assert (rows[0]["id"], rows[0]["group"], rows[0]["level"], rows[0]["tier"]) == (LEDGER, "jewel", "read", 0)
    assert [hop["kind"] for hop in rows[0]["path"]["hops"]] == ["CAN_ESCALATE", "CAN_ACCESS"]
    assert ask("blast", CI).stdout.splitlines()[1].split()[:3] == ["jewel", "0", "payments-prod/ledger"]


def test_exposure_names_steps_and_administrators(ask: Run) -> None:
    found = document(ask, "exposed")
    texts = {step["step"]["text"]: step for step in found["steps"]}
    ledger = texts["payments-prod/ledger-admin can read payments-prod/ledger"]
    assert len(ledger["certain"]) == 3
    assert ledger["example"]["hops"]
    reasons = {one["reason"] for one in found["administrators"]}
    assert {"", "Control Tower", "the root user of its account"} <= reasons
    assert "by right" in ask("exposed", "--format", "csv").stdout


def test_choke_points_say_what_they_close_and_how_good_the_plan_is(ask: Run) -> None:
    found = document(ask, "chokepoints", "--from", "ci", "--to", LEDGER)
    assert (found["demands"], found["closed"], found["bound"], len(found["minimum_cut"])) == (1, 1, 1, 1)
    texts = [edit["text"] for edit in found["edits"]]
    assert any("of the trust policy of payments-prod/ci-deploy" in text for text in texts)
    assert any("(PassFunctionRoles) of policy" in text for text in texts)
    assert all(edit["closes"] == 1 for edit in found["edits"])
    told = ask("chokepoints", "--budget", "3")
    assert "3 edits close" in told.stderr
    assert told.stdout.count("\nplan") == 3
    assert "nothing to close" in ask("chokepoints", "--from", "ci", "--to", "org-admin").stderr


@pytest.mark.parametrize(
    ("arguments", "code", "advice"),
    [
        (("paths", "--from", "nobody-here", "--to", "admin"), ERROR, "no node is called `nobody-here`"),
        (("paths", "--from", "zone:prd", "--to", "admin"), ERROR, "use `zone:prod`"),
        (("paths", "--from", "ci", "--to", "admin", "--max-hops", "0"), USAGE, "--max-hops"),
        (("paths", "--from", "ci", "--to", "admin", "-k", "0"), USAGE, "-k"),
        (("paths", "--from", "ci"), USAGE, "--to"),
        (("blast", "ci-deplyo"), ERROR, "did you mean `ci-deploy`"),
        (("blast", "exposed"), USAGE, "name one of them"),
        (("chokepoints", "--budget", "0"), USAGE, "--budget"),
        (("chokepoints", "--from", "terraform-apply"), ERROR, "names 2 nodes"),
        (("exposed", "--as-of", "ffffffff"), ERROR, "ffffffff"),
        (("exposed",), ERROR, "no graph is loaded yet"),
    ],
)
def test_bad_input_is_one_sentence(
    harborline: Run, week: str, arguments: tuple[str, ...], code: int, advice: str
) -> None:
    at = () if arguments[0] == "exposed" else ("--as-of", week)
    found = harborline(*arguments, *at)
    assert (found.code, found.stdout) == (code, "")
    assert advice in " ".join(found.stderr.replace("│", " ").split())
    assert "Traceback" not in found.stderr
