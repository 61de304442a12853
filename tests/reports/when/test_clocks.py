from __future__ import annotations

from datetime import time

import pytest

from twiceshy.reports.when.clocks import clocks_in, leading_military


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10:30 AM", time(10, 30)),
        ("10:00 am", time(10)),
        ("12:45PM", time(12, 45)),
        ("8.40 AM", time(8, 40)),
        ("11:20 a.m.", time(11, 20)),
        ("6 PM", time(18)),
        ("6PM", time(18)),
        ("14:00", time(14)),
        ("2100hrs", time(21)),
        ("0830HRS", time(8, 30)),
        ("13:00:56", time(13, 0, 56)),
        ("4:19", time(4, 19)),
        ("11:21a", time(11, 21)),
        ("12:28p", time(12, 28)),
        ("12:00 PM", time(12)),
        ("12:15 AM", time(0, 15)),
        ("12h10", time(12, 10)),
        ("midnight", time(0)),
        ("noon", time(12)),
        ("24:00", time(0)),
    ],
)
def test_it_reads_a_clock_time_in_the_form_it_is_written(written: str, meant: time) -> None:
    (clock,) = clocks_in(f"at {written} it began")
    assert clock.at == meant


def test_an_hour_above_twelve_with_pm_is_read_and_marked() -> None:
    (clock,) = clocks_in("13:06 PM")
    assert clock.at == time(13, 6)
    assert clock.impossible


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("14:00 UTC", "UTC"),
        ("10:30 AM (UTC)", "UTC"),
        ("2100hrs WAT", "WAT"),
        ("7:23 AM GMT+1", "GMT+1"),
    ],
)
def test_the_zone_behind_a_clock_belongs_to_it(written: str, zone: str) -> None:
    (clock,) = clocks_in(written)
    assert clock.zone is not None
    assert clock.zone.name == zone


@pytest.mark.parametrize(
    "text", ["port 8080", "25:61", "10.0.0.1", "5 users", "ratio 1:2:3", "99%"]
)
def test_it_takes_no_other_number_for_a_clock_time(text: str) -> None:
    assert clocks_in(text) == ()


def test_four_bare_digits_are_a_time_only_where_a_timeline_begins_with_them() -> None:
    clock = leading_military("0233 the disk was full")
    assert clock is not None
    assert clock.at == time(2, 33)
    assert clocks_in("in room 0233") == ()
