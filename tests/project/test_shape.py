"""The shape of the tree: what every module has, and how large it may be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "twiceshy"
LARGEST_LINES = 400

_IMPORT_NAMES = {"dnspython": "dns", "ruamel-yaml": "ruamel"}
_IMPORTED_BY_OTHERS = {
    "psycopg": "by SQLAlchemy, for a postgresql+psycopg URL",
    "ruamel-yaml-clib": "by ruamel.yaml, for its C parser",
    "tzdata": "by zoneinfo, where the system has no zones",
}


def modules() -> list[Path]:
    return sorted(SOURCES.glob("**/*.py"))


def test_every_module_says_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if not ast.get_docstring(ast.parse(path.read_bytes()))
    ]
    assert not silent


def test_no_module_is_too_large_to_feel_at_home_in() -> None:
    lines = {
        path.relative_to(ROOT).as_posix(): path.read_bytes().count(b"\n") for path in modules()
    }
    assert not {path: count for path, count in lines.items() if count > LARGEST_LINES}


@pytest.mark.parametrize("name", ["run.lock", "dev.lock"])
def test_each_locked_package_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert not re.findall(r"https?:|--(?:extra-)?index|--find-links", text)
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    without = [one.split()[0] for one in entries if "--hash=sha256:" not in one]
    unpinned = [one.split()[0] for one in entries if not re.match(r"[a-z0-9._-]+==", one)]
    assert (without, unpinned) == ([], [])
    assert len(entries) > 10


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def test_what_runs_is_what_was_tested() -> None:
    assert locked("run.lock").items() <= locked("dev.lock").items()


def dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[\[<>=; ]", one)[0] for one in project["dependencies"]]
    return [re.sub(r"[-_.]+", "-", name).lower() for name in names]


def imported() -> Iterator[str]:
    for path in [*modules(), *(ROOT / "examples").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0]


def test_every_dependency_is_imported_and_locked() -> None:
    used = set(imported())
    idle = [
        name
        for name in dependencies()
        if _IMPORT_NAMES.get(name, name) not in used and name not in _IMPORTED_BY_OTHERS
    ]
    assert not idle
    assert set(dependencies()) <= set(locked("run.lock"))


def test_the_dependency_record_has_a_row_for_each() -> None:
    record = (ROOT / "docs/decisions/0008-dependencies.md").read_text(encoding="utf-8")
    rows = re.sub(r"[-_.]+", "-", record.lower())
    named = [name for name in dependencies() if name != "ruamel-yaml-clib"]
    assert not [name for name in named if not re.search(rf"^\|[^|]*{name}", rows, re.MULTILINE)]


def test_the_menu_lists_every_recipe() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    menu = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  make ([\w-]+) +\S", menu, re.MULTILINE)
    declared = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert declared is not None
    assert set(listed) == recipes == set(declared[1].split())
    assert {"run", "test", "lint", "fix", "bench", "docs"} <= recipes


def test_ci_calls_the_same_recipe() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", ["read", "propose", "check", "status", "attest", "schema"])
def test_each_verb_says_what_it_does(verb: str) -> None:
    program = Path(sys.executable).with_name("twiceshy")
    told = subprocess.run([program, verb, "--help"], capture_output=True, text=True, check=True)
    assert "Usage" in told.stdout
