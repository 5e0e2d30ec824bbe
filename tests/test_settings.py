"""Settings: file, environment and flags; what is wrong is named with its place and a way out."""

from __future__ import annotations

import contextlib
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import FILE_NAME, Settings, SettingsError, load_settings, template


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    """An empty working directory and no TRUSTDRIFT_ variables."""
    import os

    for name in [n for n in os.environ if n.startswith("TRUSTDRIFT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(text: str) -> Path:
    path = Path(FILE_NAME)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_lie_in_the_working_directory(tmp_path):
    settings = load_settings()
    assert settings.store.url == f"embedded://{tmp_path}/.trustdrift/graph"
    assert settings.snapshots.url == f"file://{tmp_path}/.trustdrift/snapshots"
    assert settings.state.path == tmp_path / ".trustdrift/state"
    assert settings.jewels is None


def test_the_environment_wins_over_the_file_and_a_flag_over_both(monkeypatch):
    write('[app]\nport = 9001\naddress = "127.0.0.2"\n')
    assert load_settings().app.port == 9001
    monkeypatch.setenv("TRUSTDRIFT_APP__PORT", "9002")
    assert load_settings().app.port == 9002
    flagged = load_settings(flags={"app": {"port": 9003}})
    assert (flagged.app.port, flagged.app.address) == (9003, "127.0.0.2")


def test_relative_paths_start_from_the_folder_of_the_file(tmp_path):
    folder = tmp_path / "team"
    folder.mkdir()
    (folder / "my.toml").write_text('[state]\npath = "decisions"\n[store]\nurl = "embedded:///./g"\n')
    settings = load_settings(folder / "my.toml")
    assert settings.state.path == folder / "decisions"
    assert settings.store.url == f"embedded://{folder}/g"


def test_other_addresses_stay_as_they_are():
    write('[store]\nurl = "embedded:///var/lib/trustdrift"\n[snapshots]\nurl = "s3://bucket/.x"\n')
    assert load_settings().store.url == "embedded:///var/lib/trustdrift"
    assert load_settings().snapshots.url == "s3://bucket/.x"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "bolt://user:secret@graph.example:7687",
            "a store's address holds no user or password: set `user` and `password_file`",
        ),
        ("mysql://there", "`mysql` is no kind of store: use embedded:///PATH, or neo4j+s://HOST:7687"),
    ],
)
def test_a_store_that_cannot_be_used_is_refused(url, said):
    write(f'[store]\nurl = "{url}"\n')
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value) == f"trustdrift.toml:2: `store.url`: {said}"


def test_the_password_of_a_server_comes_from_a_file_or_the_environment(monkeypatch, tmp_path):
    write('[store]\nurl = "neo4j+s://graph.example:7687"\npassword_file = "secret.txt"\n')
    with pytest.raises(SettingsError, match="cannot be read"):
        _ = load_settings().store.auth
    (tmp_path / "secret.txt").write_text("s3cret\n")
    assert load_settings().store.auth == ("neo4j", "s3cret")
    write('[store]\nuser = "reader"\n')
    monkeypatch.setenv("TRUSTDRIFT_STORE__PASSWORD", "other")
    assert load_settings().store.auth == ("reader", "other")
    assert "other" not in repr(load_settings()) + load_settings().model_dump_json()


def test_a_password_in_the_file_is_refused_and_not_repeated():
    write('[store]\npassword = "hunter2"\n')
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "store.password_file" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_organizations_are_named_tables():
    write('[organizations.main]\nmanagement_account = "111111111111"\n[aws]\nregions = ["eu-west-1"]\n')
    settings = load_settings()
    assert settings.organizations["main"].management_account == "111111111111"
    assert settings.aws.regions == ["eu-west-1"]


def test_a_folder_is_no_settings_file(tmp_path):
    with pytest.raises(SettingsError, match=r"is a folder: name the file in it, `--config .*trustdrift\.toml`"):
        load_settings(tmp_path)


def test_the_tests_own_variables_are_no_settings(monkeypatch):
    for name in ("REQUIRE", "CASES", "SOAK"):
        monkeypatch.setenv(f"TRUSTDRIFT_{name}", "1")
    load_settings()


MISTAKES = [
    ('[store]\nulr = "x"\n', "trustdrift.toml:2: unknown setting `store.ulr`: did you mean `url`?"),
    ("[stoer]\n", "trustdrift.toml:1: unknown setting `stoer`: did you mean `store`?"),
    ("[zzz]\n", "trustdrift.toml:1: unknown setting `zzz`: use one of `app`, "),
    ("[app]\naddress = '127.0.0.1'\nport = 'many'\n", "trustdrift.toml:3: `app.port`: input should be a valid integer"),
    ("[app]\nport = 70000\n", "trustdrift.toml:2: `app.port`: input should be less than or equal to 65535"),
    ("[app]\nauth = 'magic'\n", "trustdrift.toml:2: `app.auth`: input should be 'none', 'oidc' or 'proxy'"),
    ("x = 1\n[app\n", "trustdrift.toml: not valid TOML:"),
    (
        "[[jewels]]\ntier = 0\nmatch = { arn = '*' }\n[[jewels]]\ntier = 7\nmatch = { arn = '*' }\n",
        "trustdrift.toml:5: `jewels.1.tier`: input should be less than or equal to 3",
    ),
    (
        "[[jewels]]\ntier = 0\nmatch = { tags = { a = 'b' } }\n",
        "trustdrift.toml:3: unknown setting `jewels.0.match.tags`",
    ),
    ("[vendors]\n12 = 'Datadog'\n", "trustdrift.toml:2: `vendors.12`: string should match pattern"),
    ("store = 3\n", "trustdrift.toml:1: `store`: input should be a valid dictionary"),
]


@pytest.mark.parametrize(("text", "sentence"), MISTAKES)
def test_a_mistake_in_the_file_is_one_sentence_with_its_line(text, sentence):
    write(text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "TRUSTDRIFT_STROE__URL",
            "x",
            "unknown setting `TRUSTDRIFT_STROE__URL`: did you mean `TRUSTDRIFT_STORE__URL`?",
        ),
        ("TRUSTDRIFT_STORE__ULR", "x", "unknown setting `store.ulr`: did you mean `url`?"),
        ("TRUSTDRIFT_REQUIER", "x", "unknown setting `TRUSTDRIFT_REQUIER`: did you mean `TRUSTDRIFT_REQUIRE`?"),
        ("TRUSTDRIFT_APP__PORT", "many", "`app.port`: input should be a valid integer"),
        ("TRUSTDRIFT_JEWELS", "{nonsense", "`jewels`: input should be a valid list"),
        ("TRUSTDRIFT_VENDORS", "{nonsense", 'error parsing value for field "vendors"'),
    ],
)
def test_a_mistake_in_the_environment_is_named_as_such(monkeypatch, name, value, sentence):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"environment: {sentence}")


def test_a_named_file_must_be_there():
    with pytest.raises(SettingsError, match="run `trustdrift init`"):
        load_settings(Path("other.toml"))


def test_a_file_that_is_no_text_is_refused():
    Path(FILE_NAME).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="save it as UTF-8"):
        load_settings()


def test_the_template_says_nothing_until_something_is_uncommented():
    without = load_settings().model_dump()
    write(template())
    assert load_settings().model_dump() == without


def test_the_template_with_everything_uncommented_is_valid_and_complete():
    uncommented = re.sub(r"^#(?! )", "", template(), flags=re.MULTILINE)
    write(uncommented)
    settings = load_settings()
    assert set(tomllib.loads(uncommented)) == set(Settings.model_fields)
    assert settings.jewels is not None
    assert settings.vendors == {"464622532012": "Datadog"}


def test_build_options_follow_the_settings():
    write(
        "[[jewels]]\ntier = 1\nmatch = { tag = { data = 'restricted' } }\n[vendors]\n464622532012 = 'Datadog'\n"
        "[teams]\ndefault = 'sec'\n[[expect]]\nrole = 'A*'\nreason = 'r'\n"
    )
    options = load_settings().build_options()
    assert options.jewels is not None
    assert options.jewels[0].match.tag == {"data": "restricted"}
    assert (options.vendors, options.default_team) == ({"464622532012": "Datadog"}, "sec")
    assert options.expected[0].role == "A*"


@given(st.text(max_size=60))
def test_no_file_makes_it_raise_anything_else(text):
    write(text)
    with contextlib.suppress(SettingsError):
        load_settings()
