from __future__ import annotations

import pytest

from twiceshy.model.report import EntryKind, Report
from twiceshy.reports.entry_kinds import kind_of
from twiceshy.reports.read import read_report

HEAD = "# Postmortem\n\n## Summary\n\nDuration: 2024-06-05 10:00 - 2024-06-05 16:00 UTC\n\n## Timeline\n\n"


TAIL = "\n## Root cause\n\nThe disk was full and the service was down.\n"


def _timeline(text: str) -> Report:
    return read_report(HEAD + text + TAIL, path="x.md")


@pytest.mark.parametrize(
    "written",
    [
        "- **10:30 AM:** the alarm rang",
        "- **10:30 AM (UTC):** the alarm rang",
        "* **10:30 AM UTC:** the alarm rang",
        "- 10:30: the alarm rang",
        "- 10:30 UTC: the alarm rang",
        "- **10:30 UTC** - the alarm rang",
        "- 10:30 UTC -- the alarm rang",
        "- 10:30 AM : the alarm rang",
        "10:30 AM - the alarm rang",
        "10:30 AM: the alarm rang",
        "_10:30 AM_ – the alarm rang",
        "*10:30 UTC* - the alarm rang",
        "1. 10:30 AM UTC: the alarm rang",
        "1.10:30 AM the alarm rang",
        "= 10:30 the alarm rang",
        "- 1030hrs UTC: the alarm rang",
        "10:30 am 2024-06-05 - the alarm rang",
        "2024-06-05 10:30 AM UTC - the alarm rang",
        "June 5, 2024, 10:30 AM (UTC): the alarm rang",
        "**June 5, 2024, 10:30 AM (UTC):** the alarm rang",
        "- the alarm rang (10:30 UTC)",
        "At 10:30 AM UTC, the alarm rang.",
        "| 10:30 | the alarm rang |",
        "<li>10:30 - the alarm rang</li>",
        "<p>10:30 - the alarm rang</p>",
        "### 10:30\nthe alarm rang",
        "```\n10:30 the alarm rang\n```",
        "10:30\tthe alarm rang",
        "10:30   the alarm rang",
        "- **10:30 UTC - Alarm:**\n  - the alarm rang",
    ],
)
def test_it_reads_an_entry_in_the_form_it_is_written(written: str) -> None:
    report = _timeline(f"{written}\n")
    assert [entry.at.iso() for entry in report.timeline if entry.at] == [
        "2024-06-05T10:30:00+00:00"
    ]
    assert "the alarm rang" in report.timeline[0].text


def test_a_range_inside_an_entry_has_an_end() -> None:
    (entry,) = _timeline("- 10:20 - 10:24: nobody answered\n").timeline
    assert entry.until is not None
    assert entry.until.iso() == "2024-06-05T10:24:00+00:00"


def test_past_midnight_the_day_moves_on() -> None:
    report = read_report(
        "# P\n\nDuration: 2024-06-05 22:00 UTC to 2024-06-06 02:00 UTC\n\n## Timeline\n\n"
        "- 22:00 alarm\n- 23:50 team looks\n- 01:10 found the cause\n- 02:00 restored\n",
        path="x.md",
    )
    days = [entry.at.day.day for entry in report.timeline if entry.at and entry.at.day]
    assert days == [5, 5, 6, 6]


def test_a_quarter_past_noon_written_as_am_is_put_right() -> None:
    report = _timeline("- 11:30 AM alarm\n- 12:00 PM team looks\n- 12:15 AM found the cause\n")
    assert [e.at.iso()[11:16] for e in report.timeline if e.at] == ["11:30", "12:00", "12:15"]


def test_without_a_day_anywhere_the_entries_have_none() -> None:
    report = read_report("# P\n\n## Timeline\n\n- 10:00 alarm\n- 10:30 fixed\n" + TAIL, path="x.md")
    assert [e.at.iso() for e in report.timeline if e.at] == ["T10:00:00", "T10:30:00"]


def test_a_zone_in_the_heading_holds_for_all_entries() -> None:
    report = read_report(
        "# P\n\n## Timeline (all times in GMT)\n\n- 10:00 alarm rings\n- 10:30 service restored\n"
        + TAIL,
        path="x.md",
    )
    assert {e.at.offset_minutes for e in report.timeline if e.at} == {0}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Monitoring alert: error rate over 5%", EntryKind.DETECTED),
        ("First customers call the hotline", EntryKind.DETECTED),
        ("Engineers started to look into the logs", EntryKind.INVESTIGATING),
        ("It was believed that the provider had an outage", EntryKind.SUSPECTED),
        ("Looks like the DNS", EntryKind.SUSPECTED),
        ("DNS ruled out", EntryKind.RULED_OUT),
        ("The provider confirmed that there was no problem on their side", EntryKind.RULED_OUT),
        ("Escalated to the network team", EntryKind.ESCALATED),
        ("The network team was pulled in", EntryKind.ESCALATED),
        ("Found that the disk was full", EntryKind.CAUSE_FOUND),
        ("Root cause identified: a wrong port", EntryKind.CAUSE_FOUND),
        ("Rolled back to version 1.2", EntryKind.FIX),
        ("Configuration restored", EntryKind.FIX),
        ("Service fully restored", EntryKind.RESTORED),
        ("Everything back to normal", EntryKind.RESTORED),
    ],
)
def test_an_entry_tells_its_kind_by_its_words(text: str, kind: EntryKind) -> None:
    assert kind_of(text, None, first=False) is kind
