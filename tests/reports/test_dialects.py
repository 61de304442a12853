"""Every report in dialects/ reads as the careful reader's notes beside it say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from twiceshy.model.report import CauseClass, DetectedBy, Report
from twiceshy.reports.read import read_report

FOLDER = Path(__file__).with_name("dialects")
ENDINGS = {".md", ".mdx", ".txt", ".html"}
SOURCES = sorted(
    path for path in FOLDER.iterdir() if path.suffix in ENDINGS and path.name != "README.md"
)


def _notes(source: Path) -> dict[str, Any]:
    notes: dict[str, Any] = json.loads(source.with_suffix(".json").read_text(encoding="utf-8"))
    return notes


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_it_reads_what_a_careful_person_reads(
    source: Path, differences: Callable[[Report, Mapping[str, Any]], list[str]]
) -> None:
    report = read_report(source.read_bytes(), path=source.name)
    found = differences(report, _notes(source))
    if found:
        pytest.fail("\n".join([source.name, *found]), pytrace=False)


def test_every_report_has_notes_and_all_notes_have_a_report() -> None:
    assert {path.stem for path in SOURCES} == {path.stem for path in FOLDER.glob("*.json")}


def test_the_checklist_names_every_report() -> None:
    checklist = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [path.stem for path in SOURCES if f"`{path.stem}`" not in checklist] == []


def test_every_cause_class_and_every_way_of_detection_occurs() -> None:
    notes = [_notes(source) for source in SOURCES]
    assert {note.get("cause_class") for note in notes} >= {each.value for each in CauseClass}
    assert {note.get("detected_by") for note in notes} >= {each.value for each in DetectedBy}


def test_there_are_enough_documents_that_are_no_reports() -> None:
    assert sum(not _notes(source)["is_report"] for source in SOURCES) >= 8
