from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

import pytest

from twiceshy.model.ids import ReportId
from twiceshy.model.moment import Moment
from twiceshy.model.report import Entry, EntryKind, Report
from twiceshy.reports.lint import lint

Messages = Callable[..., list[str]]
Outage = Callable[..., str]


def test_morning_for_afternoon_is_guessed_when_that_puts_it_in_order() -> None:
    day = date(2024, 6, 7)
    entries = tuple(
        Entry(Moment(day, time(hour, minute), 0), "text", EntryKind.NOTE, line)
        for line, (hour, minute) in enumerate([(11, 40), (12, 0), (0, 15), (13, 0)], start=1)
    )

    found = lint(Report(ReportId("x"), "x.md", timeline=entries))
    (message,) = [finding.message for finding in found if finding.rule == "TL001"]
    assert "12:15 PM is meant" in message


def test_a_timeline_that_runs_backwards_is_told_once(messages: Messages, outage: Outage) -> None:
    text = outage(
        timeline=[
            "- 15:00: Mail was restored.",
            "- 14:30: A new certificate was installed.",
            "- 14:00: The expired certificate was identified as the cause.",
            "- 13:30: Engineers began investigating.",
            "- 13:00: Users reported missing mail.",
        ]
    )

    assert messages("TL001", text) == ["the timeline runs backwards, newest first; turn it round"]


def test_clock_times_over_midnight_are_in_order() -> None:
    entries = tuple(
        Entry(Moment(None, time(hour, minute), 0), "text", EntryKind.NOTE, line)
        for line, (hour, minute) in enumerate([(23, 40), (23, 55), (0, 10), (1, 0)], start=1)
    )
    report = Report(ReportId("x"), "x.md", timeline=entries)

    assert not [finding for finding in lint(report) if finding.rule == "TL001"]


def test_gaps_are_told_together_with_their_minutes(messages: Messages, outage: Outage) -> None:
    text = outage(
        when="June 3, 2024, 10:00 AM to June 3, 2024, 1:00 PM (UTC)",
        timeline=[
            "- 10:00 AM: Monitoring alerted on failed logins.",
            "- 10:30 AM: The wrong database settings were identified as the cause.",
            "- 11:00 AM: Escalated to the database team.",
            "- 12:00 PM: The settings were corrected.",
            "- 1:00 PM: Login was restored.",
        ],
    )

    (message,) = messages("TL002", text)
    assert "11:00 to 12:00 (1 hour), 12:00 to 13:00 (1 hour)" in message


def test_work_before_the_start_is_no_gap_of_the_outage(messages: Messages, outage: Outage) -> None:
    text = outage(
        when="June 7, 2024, 13:00 - June 7, 2024, 13:40 (UTC)",
        timeline=[
            "- 09:00: Release 12 was deployed.",
            "- 13:00: Users reported missing mail.",
            "- 13:20: The release was identified as the cause.",
            "- 13:40: Mail was restored.",
        ],
    )

    assert messages("TL002", text) == []
    assert messages("TL004", text) == []


def test_a_wrong_length_is_told_with_both(messages: Messages, outage: Outage) -> None:
    text = outage(when="2 hours, from June 7, 2024, 13:00 to June 7, 2024, 16:30 (UTC)")

    (message,) = messages("TL003", text)
    assert "says 2 hours" in message
    assert "3 hours 30 minutes" in message


def test_detection_before_the_start_moves_the_start(messages: Messages, outage: Outage) -> None:
    text = outage(when="June 7, 2024, 13:30 - June 7, 2024, 15:00 (UTC)")

    (message,) = messages("TL004", text)
    assert "30 minutes before the outage starts" in message


def test_an_outage_that_outlasts_its_restoration_needs_a_word(
    messages: Messages, outage: Outage
) -> None:
    text = outage(when="June 7, 2024, 13:00 - June 7, 2024, 16:00 (UTC)")

    (message,) = messages("TL004", text)
    assert "the last 1 hour" in message


def test_mixed_zones_are_not_told_a_second_time_as_times_outside(
    messages: Messages, outage: Outage
) -> None:
    text = outage(
        when="4 hours, from 02:00 AM to 06:00 AM (EAT)",
        timeline="- Issue Detected: 02:00 AM (UTC)\n- Resolution: resolved at 06:00 AM (UTC)",
    )

    assert messages("TL004", text) == []


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("13:06 PM", "13:06"),
        ("00:30 PM", "12:30 or 00:30"),
        ("14.20 pm", "14:20"),
        ("12:30 PM", None),
        ("00:30 AM", None),
        ("13:06", None),
    ],
)
def test_a_clock_no_clock_shows_is_told(written: str, better: str | None) -> None:
    entry = Entry(Moment(None, time(13, 6), 0), "mail fails", EntryKind.NOTE, 1, written=written)
    report = Report(ReportId("x"), "x.md", timeline=(entry,))

    found = [finding.message for finding in lint(report) if finding.rule == "TL007"]
    assert found == ([] if better is None else [f'no clock shows "{written}"; write {better}'])


def test_entries_at_the_stated_end_count_as_restoration(messages: Messages, outage: Outage) -> None:
    text = outage(
        timeline=[
            "- 13:00: Users reported missing mail.",
            "- 14:00: The expired certificate was identified as the cause.",
            "- 15:00: A new certificate was installed.",
        ]
    )

    assert messages("TL008", text) == []
