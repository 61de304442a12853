from __future__ import annotations

from datetime import date, time

import pytest

from twiceshy.reports.when.scan import is_range, marks_in


@pytest.mark.parametrize(
    "written",
    [
        "April 10, 2024, 10:30 AM",
        "2024-04-10 10:30",
        "2024-04-10T10:30",
        "10:30 on April 10, 2024",
        "10:30 am, 10 April 2024",
        "April 10, 2024 at 10:30 AM",
        "April 10, 2024 (10:30 AM)",
    ],
)
def test_a_day_and_a_clock_beside_each_other_are_one_mark(written: str) -> None:
    (mark,) = marks_in(f"It was {written} when it began")
    assert mark.day is not None
    assert mark.day.choices == (date(2024, 4, 10),)
    assert mark.at == time(10, 30)


@pytest.mark.parametrize(
    "text",
    [
        "8:20 - 8:24",
        "8:20–8:24",
        "8:20 to 8:24",
        "8:20 until 8:24",
        "**8:20** — **8:24**",
        "8:20 -> 8:24",
    ],
)
def test_two_clocks_with_a_dash_or_a_word_between_are_a_range(text: str) -> None:
    first, second = marks_in(text)
    assert is_range(text, first, second)


def test_two_clocks_with_words_between_are_no_range() -> None:
    text = "8:20 the alarm rang, 8:24 it stopped"
    first, second = marks_in(text)
    assert not is_range(text, first, second)


def test_an_interval_keeps_each_day_with_its_clock() -> None:
    first, second = marks_in("June 7, 2024, 1:00 PM - June 8, 2024, 3:00 PM (UTC)")
    assert first.day is not None
    assert first.day.choices == (date(2024, 6, 7),)
    assert second.day is not None
    assert second.day.choices == (date(2024, 6, 8),)
    assert second.zone is not None
    assert second.zone.name == "UTC"


@pytest.mark.parametrize("text", ["", "no time at all", "afternoon", "May we?"])
def test_a_text_without_times_has_no_marks(text: str) -> None:
    assert marks_in(text) == ()
