"""The container files, read as text: they cannot be run where there is no container engine."""

from __future__ import annotations

import re
import shlex
import tomllib
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml

from settings import load_settings
from tests.conftest import ROOT
from tests.neo4j_server import LONG_TERM

COMPOSE = "docker-compose.yml"
OURS = ("watcher", "app")
SERVICES = ("neo4j", *OURS)
# A test's server is small, and keeps no log of transactions that nobody reads.
SIZES = ("server.memory.", "db.tx_log.")
LOCK_OUT = "dbms.security.auth_max_failed_attempts"  # tests give wrong passwords on purpose
SECRET_WORDS = re.compile(r"password|secret|token|auth|credential|access_key|external_id", re.IGNORECASE)


@cache
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / COMPOSE).read_text(encoding="utf-8"))


def service(name: str) -> dict[str, Any]:
    return compose()["services"][name]


@cache
def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage of the Dockerfile."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    found: list[list[tuple[str, str]]] = []
    for word, rest in lines:
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def instructions(word: str, stage: int = -1) -> list[str]:
    return [rest for found, rest in stages()[stage] if found == word]


def neo4j_settings() -> dict[str, str]:
    """What the image makes of its environment: `__` is an underscore, `_` a dot."""
    return {
        name.removeprefix("NEO4J_").replace("__", "\0").replace("_", ".").replace("\0", "_"): value
        for name, value in service("neo4j")["environment"].items()
        if name[6:7].islower()
    }


def settings_of_tests() -> dict[str, str]:
    lines = (ROOT / "tests" / "neo4j" / "neo4j.conf").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_there_are_three_services():
    assert set(compose()["services"]) == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_more_than_it_needs(name):
    found = service(name)
    uid = found["user"].split(":")[0]
    assert found["cap_drop"] == ["ALL"]
    assert "cap_add" not in found
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "pid", "ipc", "devices", "userns_mode"} & set(found)
    assert uid.isdigit()
    assert int(uid) > 0
    assert set(found["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert not [v for v in found["volumes"] if "docker.sock" in v]


@pytest.mark.parametrize("name", OURS)
def test_ours_write_to_their_volumes_alone(name):
    found = service(name)
    assert found["read_only"] is True
    assert [mount.split(":")[0] for mount in found["tmpfs"]] == ["/tmp"]
    assert "noexec" in found["tmpfs"][0]
    for volume in found["volumes"]:
        source, _, mode = volume.split(":")[0], volume.split(":")[1], volume.split(":")[2:]
        assert source in compose()["volumes"] or mode == ["ro"]
    written = {v.split(":")[1] for v in found["volumes"] if not v.endswith(":ro")}
    settings = found["environment"]
    assert settings["TRUSTDRIFT_STATE__PATH"] in written
    assert settings["TRUSTDRIFT_ARTEFACTS__PATH"] in written
    assert settings["TRUSTDRIFT_SNAPSHOTS__URL"].removeprefix("file://") in written


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_alone(name):
    found = service(name)
    assert [port for port in found.get("ports", []) if not port.startswith("127.0.0.1:")] == []
    assert found.get("network_mode") in (None, "host")
    if found.get("network_mode") == "host":
        assert found["environment"]["TRUSTDRIFT_APP__ADDRESS"] == "127.0.0.1"
        assert "ports" not in found


def test_neo4j_has_no_way_out():
    networks = compose()["networks"]
    assert networks["graph"] == {"internal": True}
    for name in service("neo4j")["networks"]:
        outwards = networks[name].get("driver_opts", {}).get("com.docker.network.bridge.enable_ip_masquerade")
        assert networks[name].get("internal") or outwards == "false"


def test_the_watcher_reaches_neo4j_and_aws():
    shared = set(service("watcher")["networks"]) & set(service("neo4j")["networks"])
    assert shared == {"graph"}
    assert [n for n in service("watcher")["networks"] if not compose()["networks"][n].get("internal")] == ["aws"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_in_an_environment(name):
    environment = service(name)["environment"]
    told = {key: value for key, value in environment.items() if SECRET_WORDS.search(key) and "security" not in key}
    assert {key for key, value in told.items() if not re.fullmatch(r"/run/secrets/\w+", value)} == set()
    assert {value.rpartition("/")[2] for value in environment.values() if value.startswith("/run/secrets/")} <= set(
        service(name)["secrets"]
    )
    assert not re.search(r"\$\{", str(environment)), "a shell's variable may hold a secret"


def test_secrets_are_files_that_git_and_the_image_leave_out():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    allowed = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"]
    for secret in compose()["secrets"].values():
        assert list(secret) == ["file"]
        top = PurePosixPath(secret["file"]).parts[0]
        assert ".trustdrift*/" in ignored
        assert top == ".trustdrift"
        assert f"!{top}" not in allowed


@pytest.mark.parametrize("name", SERVICES)
def test_health_is_asked_for(name):
    check = service(name)["healthcheck"]
    asked = " ".join(check["test"])
    assert "/healthz" in asked or "cypher-shell" in asked
    assert set(check) == {"test", "interval", "timeout", "retries", "start_period"}


def test_neo4j_is_asked_with_a_password_that_no_process_list_shows():
    command = service("neo4j")["healthcheck"]["test"][1]
    assert "cat /run/secrets/neo4j_password" in command
    assert "-p" not in shlex.split(command)
    assert "--password" not in command


@pytest.mark.parametrize("name", OURS)
def test_ours_wait_for_a_healthy_neo4j(name):
    assert service(name)["depends_on"] == {"neo4j": {"condition": "service_healthy"}}


def test_neo4j_is_the_version_that_is_tested():
    assert service("neo4j")["image"] == f"neo4j:{LONG_TERM}-community"


def test_neo4j_is_set_as_the_tested_one_is():
    tested = {k: v for k, v in settings_of_tests().items() if not k.startswith((*SIZES, LOCK_OUT))}
    assert tested
    assert {k: neo4j_settings().get(k) for k in tested} == tested
    assert LOCK_OUT not in neo4j_settings()
    assert neo4j_settings()["dbms.security.allow_csv_import_from_file_urls"] == "false"


def test_our_settings_are_settings(monkeypatch, tmp_path):
    """Each environment is one that the settings take; the password comes from its file."""
    secret = tmp_path / "password"
    secret.write_text("from the file\n")
    for name in OURS:
        for key, value in service(name)["environment"].items():
            monkeypatch.setenv(key, value)
        monkeypatch.setenv("TRUSTDRIFT_STORE__PASSWORD_FILE", str(secret))
        monkeypatch.chdir(tmp_path)
        assert load_settings().store.auth == ("neo4j", "from the file")


def test_the_image_is_built_in_stages_from_one_tagged_base():
    bases = [stage[0][1].split()[0] for stage in stages()]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", bases[0])


def test_only_hashed_requirements_are_installed():
    installs = [line for line in instructions("RUN", 0) if "pip" in line]
    assert [line for line in installs if "--require-hashes" not in line and "--no-deps" not in line] == []
    assert not [line for stage in stages() for word, line in stage if word == "RUN" and re.search("curl|wget", line)]


def test_the_image_runs_as_nobody_in_particular():
    assert instructions("USER") == ["10001:10001"]
    assert {service(name)["user"] for name in OURS} == {"10001:10001"}
    assert stages()[-1].index(("USER", "10001:10001")) > max(
        i for i, (word, _) in enumerate(stages()[-1]) if word in ("COPY", "RUN")
    )
    assert instructions("ENTRYPOINT") == ['["trustdrift"]']


def test_no_secret_is_in_the_image():
    assert [
        line for stage in stages() for word, line in stage if word in ("ENV", "ARG") and SECRET_WORDS.search(line)
    ] == []
    assert not [line for stage in stages() for word, line in stage if word == "ADD"]


def test_the_image_holds_what_is_installed_and_nothing_else():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packaged = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    assert rules[0] == "*"
    assert {line[1:] for line in rules if line[0] == "!"} == {
        *packaged, "pyproject.toml", "requirements.txt", "README.md", ".streamlit",
    }  # fmt: skip
    assert [line for line in rules if line[0] == "!" and not (ROOT / line[1:]).exists()] == []
