"""Every page, run by Streamlit's own test harness through app.py, on each state that an estate can be in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from drift.items import CHANGES
from graph.model import Graph
from queries.checks import Finding
from settings import Settings
from tests import app_sample as sample
from ui import answers, data
from ui.asking import Question
from ui.drawing import hop_id, path_id

ROOT = Path(__file__).parent.parent
PAGES = ("overview", "paths", "drift")
HOSTILE = "<img src=x onerror=alert(1)>`\"'=cmd|![x](https://evil.example/x)\n\u202e:red[x]"
FINDING = Finding(
    id="f1", rule="key-age", severity="high", state="open", subject=sample.JENKINS, title="the key is `400` days old",
    account_id=sample.PAYMENTS, fix="Delete the key.",
)  # fmt: skip


def _empty(base: Path) -> Settings:
    return Settings().located(base)


def _without_baseline(base: Path) -> Settings:
    return sample.promote(base, sample.week())


def _full(base: Path) -> Settings:
    return sample.promote(base, sample.week(), sample.baseline(), [FINDING])


def _bare(base: Path) -> Settings:
    """One account without jewels, administrators or coverage, as a single dump gives it."""
    week = sample.week()
    nodes = {i: week.nodes[i] for i in (sample.PAYMENTS, sample.DEPLOY)}
    return sample.promote(base, Graph("graph-bare", "snapshot-bare", week.taken_at, nodes, []), sample.baseline())


def _quiet(base: Path) -> Settings:
    return sample.promote(base, sample.baseline(), sample.baseline())


def _hostile(base: Path) -> Settings:
    return sample.promote(base, sample.hostile(HOSTILE), sample.baseline())


def _damaged(base: Path) -> Settings:
    settings = _full(base)
    (settings.artefacts.path / "promoted.json").write_text("{")
    return settings


def _without_artefact(base: Path) -> Settings:
    settings = _full(base)
    (settings.artefacts.path / "graphs" / "graph-week.graph").unlink()
    return settings


STATES = (_empty, _without_baseline, _full, _bare, _quiet, _hostile, _damaged, _without_artefact)


def _open(page: str, settings: Settings, **query: str) -> AppTest:
    data.use(settings)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.run()
    app.switch_page(f"ui/screens/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _words(app: AppTest) -> str:
    shown = [e.value for kind in ("markdown", "caption", "info", "subheader", "success") for e in app.get(kind)]
    return "\n".join(str(value) for value in shown)


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    import streamlit as st

    st.cache_resource.clear()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", STATES)
def test_every_page_says_something_in_every_state(page: str, state: Callable[[Path], Settings], tmp_path: Path) -> None:
    app = _open(page, state(tmp_path))
    assert not app.exception
    assert _words(app)


@pytest.mark.parametrize(
    ("page", "state", "sentence"),
    [
        ("overview", _empty, "Nothing has been built yet"),
        ("paths", _damaged, "run `trustdrift load` again"),
        ("paths", _without_artefact, "run `trustdrift build`"),
        ("drift", _without_baseline, "No baseline has been approved"),
        ("drift", _quiet, "Nothing changed since the baseline"),
        ("overview", _quiet, "no change"),
        ("paths", _bare, "declare crown jewels in the settings"),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(
    page: str, state: Callable[[Path], Settings], sentence: str, tmp_path: Path
) -> None:
    assert sentence in _words(_open(page, state(tmp_path))).replace("\\", "")


def test_what_could_not_be_read_comes_first(tmp_path: Path) -> None:
    badges = [b.value.replace("\\", "") for b in _open("overview", _full(tmp_path)).markdown][:3]
    assert "dev-sandbox" in " ".join(badges)
    assert "Facts of 16 Nov 2026" in badges[0]


def test_numbers_of_the_drift_page_are_those_of_the_comparison(tmp_path: Path) -> None:
    app = _open("drift", _full(tmp_path))
    drift = data.estate(data.in_use()).drift
    assert {m.label.split()[-1].lower(): int(m.value) for m in app.metric} == {
        change: drift.counts.get(change, 0) for change in CHANGES
    }
    assert drift.counts["fixed"] == 1
    assert drift.counts["unseen"] >= 1
    assert "removed" not in drift.counts


def test_filter_and_item_come_from_the_address(tmp_path: Path) -> None:
    settings = _full(tmp_path)
    fixed = next(i for i in data.estate(settings).drift.items if i.change == "fixed")
    app = _open("drift", settings, change="fixed", item=fixed.id)
    assert [list(table.value["Change"]) for table in app.dataframe] == [["✓ fixed"]]
    assert "can no longer reach" in _words(app)


def test_path_and_hop_come_from_the_address(tmp_path: Path) -> None:
    settings = _full(tmp_path)
    path = answers.paths(data.estate(settings), Question("ci", "jewels")).paths[0]
    app = _open("paths", settings, **{"from": "ci", "to": "jewels", "path": path_id(path), "hop": hop_id(path.hops[1])})
    assert "can gain the rights of" in _words(app)
    assert "lambda-001" in _words(app)
    assert '"Action": "iam:PassRole"' in "".join(code.value for code in app.code)


def test_no_path_offers_what_to_ask_next(tmp_path: Path) -> None:
    app = _open("paths", _full(tmp_path), **{"from": "jewels", "to": "ci", "certain": "true"})
    assert "No path from" in _words(app)
    assert "Let possible paths in" in _words(app)


def test_an_unknown_name_is_answered_with_a_suggestion(tmp_path: Path) -> None:
    app = _open("paths", _full(tmp_path), **{"from": "ci-deplyo", "to": "jewels"})
    assert "did you mean" in _words(app)
    assert "ci-deploy" in _words(app)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", STATES)
def test_every_page_has_one_title(page: str, state: Callable[[Path], Settings], tmp_path: Path) -> None:
    assert [title.value for title in _open(page, state(tmp_path)).title] == [page.capitalize()]


def test_more_paths_than_the_table_lists_are_not_called_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _full(tmp_path)
    found = len(answers.paths(data.estate(settings), Question("exposed", "jewels")).paths)
    assert found > 1
    assert f"All {found} paths found" in _words(_open("paths", settings))
    monkeypatch.setattr(answers, "LISTED", 1)
    data.st.cache_resource.clear()
    app = _open("paths", settings)
    assert "1 of more than 1 path" in _words(app)
    assert len(app.dataframe[0].value) == 1


def test_a_part_of_one_name_stands_for_it(tmp_path: Path) -> None:
    app = _open("paths", _full(tmp_path), **{"from": "mira", "to": "warehouse"})
    assert "`mira` is read as `data-prod/Mira Lindqvist`" in _words(app)
    assert "1 path" in _words(app)


def test_names_that_a_part_could_mean_are_offered(tmp_path: Path) -> None:
    app = _open("paths", _full(tmp_path), **{"from": "le", "to": "jewels"})
    assert not app.dataframe
    offered = {button.label.replace("\\", "") for button in app.button}
    assert {"payments-prod/ledger-admin", "payments-prod/legacy-jenkins"} <= offered


def test_another_question_forgets_the_chosen_path(tmp_path: Path) -> None:
    app = _open("paths", _full(tmp_path), **{"from": "ci", "to": "jewels", "hop": "old", "path": "old"})
    assert "old" in str(app.query_params["hop"])
    app.number_input[0].set_value(5).run()
    assert {"hop", "path"}.isdisjoint(app.query_params)
