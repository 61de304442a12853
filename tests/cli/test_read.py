from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPORT = """# Mail outage

## Issue Summary
- Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
- Impact: The email service was down. Approximately 70% of users were affected.

## Timeline
- 13:00 UTC: Users reported missing mail.
- 13:20 UTC: Initial assumption was that the email provider was experiencing issues.
- 13:30 UTC: The provider confirmed no issues on their end.
- 14:00 UTC: DevOps team identified that the SSL certificate had expired.
- 14:45 UTC: The new certificate was installed.
- 15:00 UTC: Mail was restored.

## Root Cause
The SSL certificate on the email server had expired – for the second time.

## Action Items
- Alert 21 days before a certificate expires
"""
SHOP = REPORT.replace("Mail outage", "Shop outage").replace("June 7", "July 9")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mail.md").write_text(REPORT, encoding="utf-8")
    (tmp_path / "shop.md").write_text(SHOP, encoding="utf-8")
    return tmp_path


def twiceshy(
    *arguments: str, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", "from twiceshy.cli.main import main; main()", "read", *arguments],
        input=stdin,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )


def read_json(*arguments: str, stdin: bytes = b"") -> Any:
    done = twiceshy(*arguments, "--format", "json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_file_as_json_is_the_report_itself(folder: Path) -> None:
    value = read_json(str(folder / "mail.md"))

    assert value["title"] == "Mail outage"
    assert value["cause_class"] == "certificate_expired"
    assert "reports" not in value


def test_standard_input_as_json_is_the_report_itself() -> None:
    value = read_json("-", stdin=REPORT.encode())

    assert value["path"] == "<stdin>"


def test_several_files_or_a_folder_as_json_are_reports_and_their_comparison(folder: Path) -> None:
    both = read_json(str(folder / "mail.md"), str(folder / "shop.md"))
    below = read_json(str(folder))

    assert both == below
    assert [report["id"] for report in both["reports"]] == ["mail", "shop"]
    assert both["comparison"]["recurring_causes"][0]["family"] == "certificate"


def test_a_folder_with_one_report_has_the_same_shape_as_one_with_many(folder: Path) -> None:
    (folder / "shop.md").unlink()

    assert read_json(str(folder)).keys() == {"reports", "comparison"}


def test_a_promise_of_an_earlier_report_is_found_when_both_are_read(folder: Path) -> None:
    _, shop = read_json(str(folder))["reports"]

    assert "AC005" in {finding["rule"] for finding in shop["findings"]}


def test_the_text_fits_a_hundred_columns_and_has_no_escape_codes_in_a_pipe(folder: Path) -> None:
    text = twiceshy(str(folder), PYTHONUTF8="1").stdout.decode()

    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text
    assert "WHERE THE MINUTES WENT" in text
    assert "2 reports compared" in text


def test_an_ascii_locale_gets_ascii(folder: Path) -> None:
    done = twiceshy(str(folder), PYTHONIOENCODING="ascii", LANG="C")

    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert b"had expired - for the second" in done.stdout or b"expired" in done.stdout


def _on_a_terminal(*arguments: str, **environment: str) -> str:
    main, worker = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from twiceshy.cli.main import main; main()", "read", *arguments],
        stdout=worker,
        stderr=worker,
        env={**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1", **environment},
    )
    os.close(worker)
    seen = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:  # Linux ends a pseudo-terminal with EIO
            break
        if not piece:
            break
        seen += piece
    os.close(main)
    assert process.wait(timeout=60) == 0
    return seen.decode()


def test_a_terminal_gets_colour_unless_it_wants_none(folder: Path) -> None:
    path = str(folder / "mail.md")

    assert "\x1b[1m" in _on_a_terminal(path, NO_COLOR="")
    assert "\x1b" not in _on_a_terminal(path, NO_COLOR="1")


def test_what_a_report_says_cannot_steer_the_terminal(folder: Path) -> None:
    (folder / "mail.md").write_text(
        REPORT.replace("missing mail", "missing \x1b]0;owned\x07\x1b[2J mail \u202egnp.exe"),
        encoding="utf-8",
    )

    text = _on_a_terminal(str(folder / "mail.md"), NO_COLOR="1")
    assert not set(text) & {"\x1b", "\x07", "\u202e"}


def test_markdown_of_a_report_is_a_report_again(folder: Path) -> None:
    written = twiceshy(str(folder / "mail.md"), "--format", "markdown").stdout
    again = read_json("-", stdin=written)

    assert again["start"] == "2024-06-07T13:00:00+00:00"
    assert len(again["timeline"]) == 6


def test_sarif_names_every_rule_and_points_at_the_line(folder: Path) -> None:
    done = twiceshy(str(folder), "--format", "sarif")
    (run,) = json.loads(done.stdout)["runs"]

    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules)) > 20
    assert run["results"]
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (place,) = result["locations"]
        assert place["physicalLocation"]["region"]["startLine"] >= 1
        assert place["physicalLocation"]["artifactLocation"]["uri"].endswith(".md")


def test_the_exit_code_follows_the_worst_finding_only_when_asked(folder: Path) -> None:
    path = str(folder / "mail.md")

    assert twiceshy(path).returncode == 0
    assert twiceshy(path, "--fail-on", "warning").returncode == 1
    assert twiceshy(path, "--fail-on", "error").returncode == 0


def test_output_goes_to_a_file_but_never_over_a_report(folder: Path) -> None:
    path, out = str(folder / "mail.md"), folder / "out.json"

    assert twiceshy(path, "--format", "json", "-o", str(out)).stdout == b""
    assert json.loads(out.read_bytes())["title"] == "Mail outage"
    refused = twiceshy(path, "--format", "markdown", "-o", path)
    assert refused.returncode == 3
    assert b"would be overwritten" in refused.stderr
    assert (folder / "mail.md").read_text(encoding="utf-8") == REPORT


def test_a_missing_file_is_one_clear_error(folder: Path) -> None:
    done = twiceshy(str(folder / "mial.md"))

    assert done.returncode == 3
    assert b"did you mean" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("shape", ["text", "json", "markdown", "sarif"])
def test_any_bytes_are_read_without_a_traceback(tmp_path: Path, shape: str) -> None:
    for number, junk in enumerate([b"", b"\0" * 1000, bytes(range(256)) * 20, b"\xff\xfe#\0"]):
        (tmp_path / f"{number}.md").write_bytes(junk)

    done = twiceshy(str(tmp_path), "--format", shape)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""


def test_nothing_heavy_is_imported_for_reading(folder: Path) -> None:
    # The command line library loads its own validation library; everything else stays out.
    heavy = "rich,sqlalchemy,cryptography,asyncio,markdown_it,httpx,ruamel,asyncssh,alembic,dns"
    script = (
        "import sys; sys.argv = ['twiceshy', 'read', sys.argv[1]]\n"
        "from twiceshy.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"found = [name for name in {heavy.split(',')!r} if name in sys.modules]\n"
        "sys.exit(f'imported {found}' if found else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder / "mail.md")],
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
