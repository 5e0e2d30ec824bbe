"""The house rules that a program can check: imports, sizes, names, and what no file may say."""

from __future__ import annotations

import ast
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.require import require

HEAVY = ("streamlit", "neo4j", "boto3", "pandas")
LONGEST_FUNCTION, LONGEST_MODULE, MEDIAN_FUNCTION = 60, 400, 12
# Spelt so that this file does not match itself.
UNWANTED = re.compile(
    r"p[y]pi\.org|python[h]osted\.|npm[j]s\.(org|com)|deb\.[d]ebian\.|repo1?\.[m]aven|/w[o]rk/|/f[a]rm/|/h[o]me/\w"
)
SETTINGS_READERS = ("settings", "cli", "ui", "tests", "trustdrift.py", "app.py", "settings.py", "benchmarks")


@cache
def files() -> list[Path]:
    """The files of the repository, new ones included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    require("git", done.returncode == 0, "not a git checkout, so what belongs to it is unknown")
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def modules() -> list[Path]:
    return [f for f in files() if f.suffix == ".py"]


def functions() -> Iterator[tuple[str, int]]:
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield f"{file.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def imported(file: Path) -> set[str]:
    """The top-level names that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def loaded_after(*arguments: str) -> list[str]:
    """The modules that are loaded when the command line ends."""
    program = (
        "import json, sys, trustdrift\n"
        f"sys.argv = ['trustdrift', *{list(arguments)!r}]\n"
        "try: trustdrift.main()\n"
        "except SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("demo", "--help"), ("query", "--help")])
def test_help_loads_nothing_heavy(arguments):
    assert not set(loaded_after(*arguments)) & set(HEAVY)


def test_the_layers_hold():
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_only_the_edges_read_settings():
    readers = {f.relative_to(ROOT).parts[0] for f in modules() if "settings" in imported(f)}
    assert readers <= set(SETTINGS_READERS)


def test_our_names_clash_with_no_installed_distribution():
    ours = {f.relative_to(ROOT).parts[0].removesuffix(".py") for f in modules()} - {"tests"}
    theirs = {n for n, owners in metadata.packages_distributions().items() if set(owners) != {"trustdrift"}}
    assert not ours & (theirs | set(sys.stdlib_module_names))


def test_functions_and_modules_are_small():
    sizes = dict(functions())
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}
    assert statistics.median(sizes.values()) <= MEDIAN_FUNCTION
    lengths = {str(f.relative_to(ROOT)): len(f.read_text(encoding="utf-8").splitlines()) for f in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_module_says_what_it_is():
    silent = [f for f in modules() if not ast.get_docstring(ast.parse(f.read_text(encoding="utf-8")))]
    assert silent == []


def test_no_file_names_a_registry_host_or_a_place_of_one_machine():
    named = []
    for file in files():
        if file.suffix not in (".png", ".svg"):
            text = file.read_text(encoding="utf-8", errors="replace")
            named += [f"{file.relative_to(ROOT)}: {m.group()}" for m in UNWANTED.finditer(text)]
    assert named == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_with_hashes_and_name_no_host(name):
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        assert re.match(r"[A-Za-z0-9._-]+==\S+", line), line
        assert "--hash=sha256:" in line, line
    assert "://" not in text
    assert "--index" not in text


def test_development_needs_all_that_running_needs():
    running, developing = (
        set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert running < developing


def test_the_reference_of_the_command_line_is_fresh():
    from cli.reference import render
    from trustdrift import app

    assert (ROOT / "docs" / "CLI.md").read_text(encoding="utf-8") == render(app), "run `make docs`"


def test_the_links_of_the_readme_lead_somewhere():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    local = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in local if not (ROOT / link).exists()] == []
