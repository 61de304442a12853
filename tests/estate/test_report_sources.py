from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from twiceshy.estate.load import load_estate
from twiceshy.model.estate import Estate

Load = Callable[..., Estate]
MistakesOf = Callable[..., list[str]]


def reports(estate: Estate) -> list[tuple[str, str]]:
    return [(report.id, report.path) for report in estate.reports]


def test_a_folder_is_opened_in_order_and_only_reports_are_taken(load: Load) -> None:
    for name in ("b.txt", "a.markdown", "c.HTML", "notes.docx", ".hidden.md"):
        Path("reports", name).write_text("")
    Path("reports/sub.md").mkdir()
    assert reports(load("version: 1\nreports: [reports]\n")) == [
        ("a", "reports/a.markdown"),
        ("b", "reports/b.txt"),
        ("c", "reports/c.HTML"),
        ("mail-2024", "reports/mail-2024.md"),
    ]


def test_a_report_may_be_given_a_name(load: Load) -> None:
    text = "version: 1\nreports: [{path: reports/mail-2024.md, id: mail}]\n"
    assert reports(load(text)) == [("mail", "reports/mail-2024.md")]


def test_the_name_given_to_a_file_goes_before_the_one_from_its_folder(load: Load) -> None:
    text = "version: 1\nreports: [reports/, {path: reports/mail-2024.md, id: mail}]\n"
    assert reports(load(text)) == [("mail", "reports/mail-2024.md")]


def test_one_report_may_stand_alone(load: Load) -> None:
    assert reports(load("version: 1\nreports: reports\n")) == [
        ("mail-2024", "reports/mail-2024.md")
    ]


def test_paths_are_relative_to_the_file_and_not_to_the_folder_one_is_in(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("version: 1\nreports: [reports]\n")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert [Path(path).read_text() for _, path in reports(load_estate("../twiceshy.yaml"))] == [
        "# Mail was down\n"
    ]


def test_a_name_that_could_not_stand_in_a_reference_is_bent_into_one(load: Load) -> None:
    Path("reports/mail-2024.md").rename("reports/mail outage #7.md")
    assert reports(load("version: 1\nreports: [reports]\n")) == [
        ("mail-outage-7", "reports/mail outage #7.md")
    ]


def test_a_missing_report_is_told_and_its_guards_are_not_blamed(mistakes: MistakesOf) -> None:
    text = """\
    version: 1
    reports: [reports/mail-2042.md]
    guards: [{id: a, kind: word, promise: {days: 1}, because: [mail-2042#a1]}]
    """
    assert mistakes(text) == [
        "2:11: there is no report 'reports/mail-2042.md' (did you mean 'mail-2024.md'?)"
    ]


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("[no/where.md]", "2:11: there is no report 'no/where.md'"),
        ("{path: a}", "2:10: 'reports' must be a list, not a mapping (- path/of/a/report.md)"),
        ("[{id: a}]", "2:11: a report needs 'path'"),
        ("[5]", "2:11: 'reports' of the estate: 5 is not text (put quotes around it)"),
        (
            "[{path: reports, id: a}]",
            "2:31: a folder has no id of its own (list the file by itself)",
        ),
        (
            "[{path: reports/mail-2024.md, id: a b}]",
            "2:44: 'id' of a report: 'a b' has a space or # in it",
        ),
    ],
)
def test_mistakes_in_the_list_are_told(mistakes: MistakesOf, listed: str, told: str) -> None:
    assert mistakes(f"version: 1\nreports: {listed}\n") == [told]


def test_two_reports_of_one_name_are_told(mistakes: MistakesOf) -> None:
    Path("reports/mail-2024.txt").write_text("")
    (told,) = mistakes("version: 1\nreports: [reports]\n")
    assert told.startswith(
        "2:11: two reports are called 'mail-2024': reports/mail-2024.md and reports/mail-2024.txt ("
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every folder")
def test_a_folder_one_may_not_open_is_told(mistakes: MistakesOf) -> None:
    Path("reports").chmod(0)
    try:
        told = mistakes("version: 1\nreports: [reports]\n")
    finally:
        Path("reports").chmod(0o700)
    assert told == ["2:11: 'reports' cannot be opened: Permission denied"]


def test_a_path_that_is_none_is_told(mistakes: MistakesOf) -> None:
    (told,) = mistakes(f"version: 1\nreports: [{'x' * 5000}]\n")
    assert "cannot be opened: File name too long" in told
