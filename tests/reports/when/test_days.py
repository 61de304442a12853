from __future__ import annotations

from datetime import date

import pytest

from twiceshy.reports.when.days import Order, days_in, settle


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("April 10, 2024", date(2024, 4, 10)),
        ("Jan 25, 2024", date(2024, 1, 25)),
        ("January23, 2021", date(2021, 1, 23)),
        ("13/10/2023", date(2023, 10, 13)),
        ("05/22/2020", date(2020, 5, 22)),
        ("03, 14, 2024", date(2024, 3, 14)),
        ("2024-06-20", date(2024, 6, 20)),
        ("2019-1-17", date(2019, 1, 17)),
        ("06/May/2022", date(2022, 5, 6)),
        ("15Sep94", date(1994, 9, 15)),
        ("3rd June 2023", date(2023, 6, 3)),
        ("September 11th, 2018", date(2018, 9, 11)),
        ("Nov 22rd 2019", date(2019, 11, 22)),
        ("August 12 2025", date(2025, 8, 12)),
        ("November 5th '24", date(2024, 11, 5)),
        ("5-26-21", date(2021, 5, 26)),
        ("the 18th of March, 2024", date(2024, 3, 18)),
    ],
)
def test_it_reads_a_date_in_the_form_it_is_written(written: str, meant: date) -> None:
    (day,) = days_in(f"It began on {written} in the morning.")
    assert day.choices == (meant,)


@pytest.mark.parametrize("written", ["07/09/2023", "01/03/2025", "04-12-2022", "9/11/18"])
def test_a_numeric_date_that_may_be_read_both_ways_stays_open(written: str) -> None:
    (day,) = days_in(written)
    assert day.ambiguous
    assert day.settled(Order.UNSETTLED) is None
    assert day.settled(Order.DAY_FIRST) != day.settled(Order.MONTH_FIRST)


@pytest.mark.parametrize("written", ["Monday, February 14", "April 17th"])
def test_a_date_without_a_year_is_no_day(written: str) -> None:
    (day,) = days_in(written)
    assert day.choices == ()
    assert day.month_day is not None


@pytest.mark.parametrize(
    "text", ["version 1.2.3", "10:30:45", "443/tcp", "99% of users", "", "31/31/2024", "may be 5"]
)
def test_it_takes_no_other_number_for_a_date(text: str) -> None:
    assert [day for day in days_in(text) if day.choices] == []


@pytest.mark.parametrize(
    ("other", "order"),
    [
        ("13/10/2023", Order.DAY_FIRST),
        ("10/13/2023", Order.MONTH_FIRST),
        ("September 7, 2023", Order.DAY_FIRST),
        ("9 July 2023", Order.MONTH_FIRST),
    ],
)
def test_another_date_of_the_report_settles_the_order(other: str, order: Order) -> None:
    assert settle([*days_in("07/09/2023"), *days_in(other)]) is order
