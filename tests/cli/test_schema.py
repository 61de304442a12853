from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from twiceshy.estate.schema import DIALECT, estate_schema

COMMAND = (sys.executable, "-c", "from twiceshy.cli.main import main; main()", "schema")


def schema(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*COMMAND, *arguments), cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )


def test_it_prints_the_schema(tmp_path: Path) -> None:
    ended = schema(cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout) == json.loads(json.dumps(estate_schema()))
    assert json.loads(ended.stdout)["$schema"] == DIALECT


def test_it_writes_to_a_file(tmp_path: Path) -> None:
    ended = schema("-o", "twiceshy.schema.json", cwd=tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert json.loads((tmp_path / "twiceshy.schema.json").read_text())["$schema"] == DIALECT


@pytest.mark.parametrize("file", [".", "no/such/folder/schema.json"])
def test_a_file_that_cannot_be_is_wrong_usage(tmp_path: Path, file: str) -> None:
    ended = schema("-o", file, cwd=tmp_path)
    assert ended.returncode == 3
    assert ended.stderr.startswith("error: ")
    assert "hint: " in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    ended = schema("-o", "/dev/full", cwd=tmp_path)
    assert ended.returncode == 4
    assert ended.stderr.startswith("error: cannot write /dev/full: No space left on device\n")


def test_help_says_how_editors_find_it(tmp_path: Path) -> None:
    ended = subprocess.run(
        (*COMMAND, "--help"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert "yaml-language-server" in ended.stdout
