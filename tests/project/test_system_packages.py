"""The script that brings the system packages which tests run for real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.system_packages import PARTS, Part, missing

SCRIPT = Path(__file__).parents[2] / "scripts" / "system_packages.py"


def run(*arguments: str, ci: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_part_is_found_by_its_command_or_by_a_path_with_a_version_in_it(tmp_path: Path) -> None:
    (tmp_path / "15").mkdir()
    (tmp_path / "15" / "initdb").touch()
    there = Part("a", f"{tmp_path}/*/initdb", "")
    nowhere = Part("b", f"{tmp_path}/*/postgres", "")
    shell, no_command = Part("c", "sh", ""), Part("d", "no-such-command-anywhere", "")
    assert missing([there, nowhere, shell, no_command]) == [nowhere, no_command]


def test_a_set_it_does_not_know_is_refused() -> None:
    refused = run("everything", ci="")
    assert refused.returncode == 1
    assert "tests|bench" in refused.stderr


@pytest.mark.skipif(bool(missing(PARTS["tests"])), reason="a part is missing here")
def test_with_everything_there_it_is_silent() -> None:
    assert run("tests", ci="true").stdout == ""
