"""The documentation says what is so: its commands run, its links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import BY_NAME, PAGES, ROOT
from twiceshy.estate.load import load_estate

each_page = pytest.mark.parametrize("name", BY_NAME)
DECISIONS = [name for name in BY_NAME if "decisions/0" in name]
PROGRAMS = Path(sys.executable).parent

_MENTIONED = re.compile(
    r"(?<![\w/.])((?:src|docs|scripts|tests|examples|requirements)/[\w./-]*\w/?)"
)
_OUTSIDE = re.compile(r"https?://(?![\w.-]*\bexample\.(?:org|com|net)\b)[\w.-]+\.[a-z]{2,}")
"""An address that is no example's: what a page says must not hang on somebody else's server."""
_SECTIONS = ("Status", "Context", "Decision", "Consequences", "How we would notice it was wrong")


@each_page
def test_every_link_leads_somewhere(name: str) -> None:
    assert not [link for link in BY_NAME[name].links if not link.exists()]


@each_page
def test_every_path_that_is_mentioned_exists(name: str) -> None:
    mentioned = set(_MENTIONED.findall(BY_NAME[name].text))
    assert not [path for path in mentioned if not (ROOT / path).exists()]


@each_page
def test_no_page_sends_a_reader_to_somebody_elses_server(name: str) -> None:
    assert not _OUTSIDE.findall(BY_NAME[name].text)


def test_every_page_is_reached_from_the_readme() -> None:
    by_path = {page.path: page for page in PAGES}
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path not in by_path:
            continue
        reached.add(path)
        for link in by_path[path].links:
            waiting += link.glob("*.md") if link.is_dir() else [link]
    assert not [page.name for page in PAGES if page.path not in reached]


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_has_its_sections(name: str) -> None:
    headings = re.findall(r"^## (.*)$", BY_NAME[name].text, re.MULTILINE)
    assert tuple(headings) == _SECTIONS


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(Path(name).name[:4]) for name in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", [page.name for page in PAGES if page.commands])
def test_its_commands_end_as_it_says(tmp_path: Path, name: str) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("*.py"))
    menu = (ROOT / "Makefile").read_text(encoding="utf-8")
    left_in = tmp_path / "left-in"
    left_in.write_text(str(tmp_path), encoding="utf-8")
    for command in BY_NAME[name].commands:
        if command.line.startswith("make "):
            assert re.search(rf"^{command.line.split()[1]}:", menu, re.MULTILINE)
            continue
        ended = subprocess.run(
            ["bash", "-c", f"trap 'pwd > {left_in}' EXIT; {command.line}"],
            cwd=left_in.read_text(encoding="utf-8").strip(),
            env={**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == command.code, (command.line, ended.stdout, ended.stderr)


def test_the_readme_has_a_tour() -> None:
    verbs = re.findall(r"^\$ twiceshy (\w+)", BY_NAME["README.md"].text, re.MULTILINE)
    assert verbs == ["read", "propose", "check", "attest", "status", "review"]


def test_the_readme_shows_what_the_main_job_prints() -> None:
    text = BY_NAME["README.md"].text
    screens = re.findall(r"<!-- screen -->\n```text\n(.*?)```", text, re.DOTALL)
    printed = subprocess.run(
        [sys.executable, "-m", "examples"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    real = {_without_numbers(line) for line in printed.splitlines()}
    shown = [_without_numbers(line) for screen in screens for line in screen.splitlines()]
    assert shown
    assert not [line for line in shown if line not in real]


def _without_numbers(line: str) -> str:
    """Dates and ports differ from run to run."""
    return re.sub(r"\d+", "0", line).strip()


def test_the_json_page_has_every_field() -> None:
    example = ROOT / "examples" / "reports" / "web-renewal-2024.md"
    read = subprocess.run(
        [PROGRAMS / "twiceshy", "read", example, "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(read.stdout)
    parts = [report, report["measures"]]
    parts += [report[name][0] for name in ("timeline", "false_leads", "actions", "findings")]
    fields = {field for part in parts for field in part}
    text = BY_NAME["docs/report-json.md"].text
    assert not [name for name in fields if f"`{name}`" not in text and f"`{name}[]`" not in text]


def test_the_estate_page_is_a_valid_estate(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", BY_NAME["docs/estate.md"].text, re.DOTALL)
    assert example is not None
    for report in ("reports/some.md", "old/outage.md"):
        (tmp_path / report).parent.mkdir()
        (tmp_path / report).write_text("# Outage\n", encoding="utf-8")
    (tmp_path / "twiceshy.yaml").write_text(example[1], encoding="utf-8")
    assert list(load_estate(tmp_path / "twiceshy.yaml").guards) == ["mail-certificate"]


@pytest.mark.parametrize("script", ["generate_docs.py", "generate_rules_page.py"])
def test_the_generated_pages_are_current(script: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_kind_has_a_page() -> None:
    folders = {path.parent.name for path in (ROOT / "src/twiceshy/kinds").glob("*/__init__.py")}
    assert {path.stem for path in (ROOT / "docs/kinds").glob("*.md")} == folders | {"index"}
