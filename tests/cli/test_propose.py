from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from twiceshy.cli.main import main
from twiceshy.estate.load import load_estate

REPORT = """\
# Postmortem: mail was down

## Issue Summary
- **Duration**: March 4, 2024, 9:00 AM - March 4, 2024, 10:30 AM (UTC)
- **Impact**: The mail service was down for 40% of users.
- **Root Cause**: The TLS certificate of the mail server had expired.

## Timeline
- **9:00 AM**: Users reported that mail was not sent.
- **9:40 AM**: The team found that the certificate had expired.
- **10:30 AM**: A new certificate was installed and mail was restored.

## Root Cause and Resolution
The TLS certificate of the mail server had expired. It was renewed and installed.

## Corrective and Preventative Measures
- Monitor certificate expiry and alert 30 days before the end.
- Train the on-call team on certificate renewal.
"""
SECOND = REPORT.replace("mail was down", "mail was down again").replace(
    "- Train the on-call team on certificate renewal.",
    "- Document the certificate renewal in a runbook.",
)
NO_REPORT = "# Shopping list\n\n- apples\n- pears\n"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


class Run(Protocol):
    def __call__(self, *arguments: str, stdin: str = "") -> Done: ...


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """The command line as it is, in this process and in the test's folder."""

    def started(*arguments: str, stdin: str = "") -> Done:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["twiceshy", "propose", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capfd.readouterr()
        code = left.value.code
        return Done(code if isinstance(code, int) else 1, out, err)

    return started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "mail-2024.md").write_text(REPORT)
    return tmp_path


def test_without_a_file_the_proposal_is_printed_and_the_summary_is_apart(
    folder: Path, run: Run
) -> None:
    done = run("reports/mail-2024.md")
    assert done.returncode == 0
    assert "version: 1" in done.stdout
    assert "because: [mail-2024#a1]" in done.stdout
    assert done.stderr.startswith("1 report, 2 actions, ")
    assert "certificate 1" in done.stderr
    assert "certificate-renewal-trained" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["reports"]


def test_a_new_file_is_written_and_loads(folder: Path, run: Run) -> None:
    done = run("reports", "-o", "twiceshy.yaml")
    assert done.returncode == 0
    assert done.stdout == ""
    assert "wrote twiceshy.yaml" in done.stderr
    estate = load_estate(folder / "twiceshy.yaml")
    assert [str(source.id) for source in estate.reports] == ["mail-2024"]
    certificate = next(guard for guard in estate.guards.values() if guard.kind == "certificate")
    assert certificate.promise.days == 30


def test_running_it_twice_changes_not_a_byte(folder: Path, run: Run) -> None:
    run("reports", "-o", "twiceshy.yaml")
    before = (folder / "twiceshy.yaml").read_bytes()
    stamp = (folder / "twiceshy.yaml").stat().st_mtime_ns
    done = run("reports", "-o", "twiceshy.yaml")
    assert "nothing to add to twiceshy.yaml" in done.stderr
    assert (folder / "twiceshy.yaml").read_bytes() == before
    assert (folder / "twiceshy.yaml").stat().st_mtime_ns == stamp


def test_a_second_report_is_merged_and_a_persons_edits_stay(folder: Path, run: Run) -> None:
    run("reports", "-o", "twiceshy.yaml")
    file = folder / "twiceshy.yaml"
    mine = file.read_text().replace("days: 30", "days: 45   # we are slow")
    file.write_text(mine + "\n# our own last words\n")
    (folder / "again.md").write_text(SECOND)
    done = run("again.md", "--estate", "twiceshy.yaml")
    assert done.returncode == 0
    text = file.read_text()
    assert "days: 45   # we are slow" in text
    assert "# our own last words" in text
    assert "[mail-2024#a1, again#a1]" in text
    estate = load_estate(file)
    assert {str(source.id) for source in estate.reports} == {"mail-2024", "again"}
    assert any("again#a2" in map(str, guard.because) for guard in estate.guards.values())


def test_the_estate_can_be_kept_and_the_merge_be_looked_at(folder: Path, run: Run) -> None:
    run("reports", "-o", "twiceshy.yaml")
    before = (folder / "twiceshy.yaml").read_bytes()
    (folder / "again.md").write_text(SECOND)
    done = run("again.md", "--estate", "twiceshy.yaml", "-o", "-")
    assert "again#a1" in done.stdout
    assert (folder / "twiceshy.yaml").read_bytes() == before


def test_a_report_listed_by_another_name_keeps_that_name(folder: Path, run: Run) -> None:
    (folder / "twiceshy.yaml").write_text(
        "version: 1\nreports:\n  - {path: reports/mail-2024.md, id: outage}\n"
    )
    run("reports", "-o", "twiceshy.yaml")
    text = (folder / "twiceshy.yaml").read_text()
    assert "outage#a1" in text
    assert "mail-2024#" not in text
    assert text.count("mail-2024.md") == 1


def test_two_reports_of_one_name_get_two_names(folder: Path, run: Run) -> None:
    (folder / "mail-2024.md").write_text(SECOND)
    run("reports", "mail-2024.md", "-o", "twiceshy.yaml")
    estate = load_estate(folder / "twiceshy.yaml")
    assert [str(source.id) for source in estate.reports] == ["mail-2024", "mail-2024-2"]


def test_paths_are_written_from_the_estate_files_folder(folder: Path, run: Run) -> None:
    (folder / "conf").mkdir()
    run("reports", "-o", "conf/twiceshy.yaml")
    estate = load_estate(folder / "conf" / "twiceshy.yaml")
    assert "../reports/mail-2024.md" in (folder / "conf" / "twiceshy.yaml").read_text()
    assert Path(estate.reports[0].path).is_file()


def test_what_is_no_estate_is_not_overwritten(folder: Path, run: Run) -> None:
    (folder / "twiceshy.yaml").write_text("hello: [world\n")
    done = run("reports", "-o", "twiceshy.yaml")
    assert done.returncode == 3
    assert "hint: it was left as it is" in done.stderr
    assert (folder / "twiceshy.yaml").read_text() == "hello: [world\n"


def test_what_is_no_report_is_named_and_skipped(folder: Path, run: Run) -> None:
    (folder / "list.md").write_text(NO_REPORT)
    done = run("list.md", "reports")
    assert done.returncode == 0
    assert "skipped list.md: " in done.stderr
    assert "list.md" not in done.stdout


def test_no_report_at_all_is_wrong_usage(folder: Path, run: Run) -> None:
    (folder / "list.md").write_text(NO_REPORT)
    done = run("list.md", "-o", "twiceshy.yaml")
    assert done.returncode == 3
    assert "there is no postmortem among these files" in done.stderr
    assert not (folder / "twiceshy.yaml").exists()


def test_a_report_from_standard_input_can_be_printed_but_not_filed(run: Run) -> None:
    printed = run("-", stdin=REPORT)
    assert printed.returncode == 0
    assert "stdin#a1" in printed.stdout
    filed = run("-", "-o", "twiceshy.yaml", stdin=REPORT)
    assert filed.returncode == 3
    assert "standard input" in filed.stderr


def test_json_lists_the_guards(run: Run) -> None:
    done = run("reports", "--format", "json")
    value = json.loads(done.stdout)
    assert value["reports"] == ["reports/mail-2024.md"]
    kinds = {guard["kind"] for guard in value["guards"]}
    assert {"certificate", "practice"} <= kinds
    assert all(guard["because"] and guard["why"] for guard in value["guards"])


def test_a_folder_that_is_not_there_is_one_clear_error(run: Run) -> None:
    done = run("reports", "-o", "missing/twiceshy.yaml")
    assert done.returncode == 3
    assert "there is no folder missing" in done.stderr


def test_a_folder_in_the_files_place_is_one_clear_error(folder: Path, run: Run) -> None:
    (folder / "twiceshy.yaml").mkdir()
    done = run("reports", "-o", "twiceshy.yaml")
    assert done.returncode in {3, 4}
    assert done.stderr.count("error:") == 1


def test_an_estate_that_is_merged_into_another_file_keeps_its_own_paths(
    folder: Path, run: Run
) -> None:
    run("reports", "-o", "twiceshy.yaml")
    (folder / "again.md").write_text(SECOND)
    (folder / "out").mkdir()
    done = run("again.md", "--estate", "twiceshy.yaml", "-o", "out/other.yaml")
    assert done.returncode == 0
    assert "- again.md" in (folder / "out" / "other.yaml").read_text()
