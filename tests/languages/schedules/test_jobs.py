"""What a host runs by itself: crontabs, cron's folders and timers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.farm.renewals import Files
from twiceshy.languages.schedules.cron import read_crontab, read_times
from twiceshy.languages.schedules.job import Job
from twiceshy.languages.schedules.jobs import jobs_in

START = date(2026, 1, 1)
DAY = timedelta(days=1)


def jobs(files: dict[str, str | bytes], modes: dict[str, int] | None = None) -> tuple[Job, ...]:
    return jobs_in(Files(files, modes or {}).configuration(), START)


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("0 */12 * * *", DAY / 2),
        ("17 3 * * *", DAY),
        ("0 0 * * 1-5", 3 * DAY),
        ("0 0 * * sun", 7 * DAY),
        ("0 0 * * 7", 7 * DAY),
        ("0 0 1,15 * mon", 6 * DAY + DAY),
        ("0 0 1 jan *", 366 * DAY),
        ("*/5 * * * *", timedelta(minutes=5)),
        ("0~59 3 * * *", DAY),
        ("0 0 31 2 *", None),
    ],
)
def test_the_longest_gap_of_five_fields(text: str, gap: timedelta | None) -> None:
    found = read_times(text).longest_gap(START)
    assert found is None if gap is None else found is not None and found <= gap


@pytest.mark.parametrize(
    "text", ["", "* * * *", "60 * * * *", "* 24 * * *", "a b c d e", "*/0 * * * *"]
)
def test_what_are_no_times(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|between"):
        read_times(text)


def test_lines_of_a_crontab() -> None:
    text = b"MAILTO=ops\n# c\n\n@daily root echo a\\%b%input\n0 3 * * * root run\n@reboot root x\n"
    found = read_crontab(text, has_users=True)
    assert [(one.line, one.user, one.command, one.mailto) for one in found] == [
        (4, "root", "echo a%b", "ops"),
        (5, "root", "run", "ops"),
        (6, "root", "x", "ops"),
    ]
    assert found[2].recurrence is None
    assert read_crontab(b"@daily run me\n", has_users=False)[0].command == "run me"


def test_one_bad_line_costs_the_whole_crontab() -> None:
    first, second = jobs({"/etc/cron.d/x": "0 3 * * * root good\n0 3 * * root bad\n"})
    assert first.fault is not None
    assert "line 2" in first.fault
    assert second.fault == first.fault


def test_a_timer_takes_its_commands_from_its_service() -> None:
    (one,) = jobs(
        {
            "/etc/systemd/system/renew.timer": "[Timer]\nOnUnitActiveSec=6h\nUnit=other.service\n",
            "/lib/systemd/system/other.service": "[Service]\nExecStart=-/bin/a \\\n  --b\n",
        }
    )
    assert (one.command, one.gap, one.line) == ("/bin/a    --b", timedelta(hours=6), 2)
    assert (one.command_path, one.command_line) == ("/lib/systemd/system/other.service", 2)


def test_the_file_in_etc_wins_and_an_empty_value_begins_anew() -> None:
    timer = "[Timer]\nOnCalendar=daily\nOnCalendar=\nOnCalendar=weekly\n"
    (one,) = jobs(
        {
            "/etc/systemd/system/a.timer": timer,
            "/lib/systemd/system/a.timer": "[Timer]\nOnCalendar=hourly\n",
            "/etc/systemd/system/timers.target.wants/a.timer": timer,
        }
    )
    assert (one.gap, one.path, one.is_enabled) == (7 * DAY, "/etc/systemd/system/a.timer", True)


def test_folders_of_cron() -> None:
    found = jobs(
        {"/etc/cron.daily/good": "x", "/etc/cron.weekly/bad.sh": "x", "/etc/cron.hourly/off": "x"},
        {"/etc/cron.hourly/off": 0o644},
    )
    assert [(one.path, one.gap, one.fault is None) for one in found] == [
        ("/etc/cron.daily/good", DAY, True),
        ("/etc/cron.hourly/off", DAY / 24, False),
        ("/etc/cron.weekly/bad.sh", 7 * DAY, False),
    ]


PLACES = (
    *("/etc/cron.d/x", "/etc/crontab", "/var/spool/cron/root", "/etc/cron.daily/x"),
    *("/etc/systemd/system/x.timer", "/etc/systemd/system/x.service"),
    "/etc/systemd/system/x.timer.d/y.conf",
)


@given(st.sampled_from(PLACES), st.binary(max_size=200))
def test_any_bytes_are_jobs_or_none(path: str, data: bytes) -> None:
    for job in jobs({path: data, "/etc/systemd/system/x.service": "[Service]\nExecStart=a\n"}):
        assert job.line >= 1


@given(st.text(alphabet="0123456789*/-,@~ root\nmonthly=", max_size=80))
def test_any_text_is_a_crontab(text: str) -> None:
    for line in read_crontab(text.encode(), has_users=True):
        assert line.fault is not None or line.command
