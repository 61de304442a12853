"""Calendar expressions, held against systemd's own reading of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twiceshy.languages.schedules.calendar import NotACalendar, read_calendar
from twiceshy.languages.schedules.timers import read_time_span

START = date(2026, 1, 1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("*-*-* 00,12:00:00", DAY / 2),
        ("daily", DAY),
        ("weekly UTC", 7 * DAY),
        ("hourly", DAY / 24),
        ("Mon..Fri 04:00", 3 * DAY),
        ("Mon *-*-01..07 4:00", 35 * DAY),
        ("*-*-01", 31 * DAY),
        ("quarterly", 92 * DAY),
        ("*-*~01", 31 * DAY),
        ("*:0/15", DAY / 96),
        ("Sat,Thu,Mon..Wed,Sat..Sun", 2 * DAY),
        ("Wed, 17:48", 7 * DAY),
        ("2030-01-01", None),
    ],
)
def test_the_longest_gap(text: str, gap: timedelta | None) -> None:
    assert read_calendar(text).longest_gap(START) == gap


EXPRESSIONS = [
    *("*-*-* 00,12:00:00", "daily", "Mon *-*-01..07 4:00", "*-02~03", "Mon *-05~07/1", "*:2/3"),
    *("mon,fri *-1/2-1,3 *:30:45", "12..14:10,20,30", "Wed, 17:48", "03-05 08:05:40", "25:00"),
    *(
        "foo",
        "*-*-* 6",
        "*-13-01",
        "0/12:00:00",
        "semiannually",
        "Fri..Mon 01:00",
        "*-*~02..05 3:3",
    ),
    *(
        "Mon *-*-29",
        "*-4-31",
        "1-1 0:0",
        "*-*-*/3 12:00",
        "Sun *-*-08..14",
        "*/6:15",
        "12:00 12:00",
    ),
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_it_comes_round_when_systemd_says_so(text: str) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed here")
    base = datetime(2026, 1, 1, tzinfo=UTC)
    done = subprocess.run(
        [program, "calendar", "--iterations=12", f"--base-time={base:%Y-%m-%d %H:%M:%S} UTC", text],
        capture_output=True,
        text=True,
        check=False,
        env={"TZ": "UTC", "LC_ALL": "C"},
    )
    if done.returncode != 0:
        with pytest.raises(NotACalendar):
            read_calendar(text)
        return
    stamps = re.findall(
        r"(?:elapse|Iter(?:ation|\.) #\d+): \w+ (\d{4}-\d\d-\d\d \d\d:\d\d)", done.stdout
    )
    expected = [datetime.strptime(one, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) for one in stamps]
    assert occurrences(text, base, len(expected)) == expected


def occurrences(text: str, base: datetime, count: int) -> list[datetime]:
    """The first so many occurrences after `base`, counted day by day."""
    recurrence = read_calendar(text)
    found: list[datetime] = []
    for offset in range(12_000):
        day = base.date() + timedelta(days=offset)
        if day in recurrence.days:
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            found.extend(midnight + timedelta(minutes=one) for one in recurrence.minutes)
        found = [one for one in found if one > base]
        if len(found) >= count:
            break
    return found[:count]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12h", 43200), ("1h 30min", 5400), ("43200", 43200), ("1d12h", 129600), ("2 weeks", 1209600)],
)
def test_time_spans(text: str, seconds: int) -> None:
    assert read_time_span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "often", "3 moons", "1h x"])
def test_what_is_no_time_span(text: str) -> None:
    assert read_time_span(text) is None


@given(st.text(alphabet="0123456789*-~:/.,MonTueUTC daily", max_size=40))
def test_any_text_is_a_calendar_or_none(text: str) -> None:
    try:
        gap = read_calendar(text).longest_gap(START)
    except NotACalendar:
        return
    assert gap is None or gap > timedelta()
