from __future__ import annotations

import pytest

from twiceshy.reports.when.lengths import lengths_in


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("7.5 hours", 450), ("2.5 hours", 150), ("1 hour", 60), ("1 hours", 60), ("2 hours 30 minutes", 150),
        ("30 minutes", 30), ("3 hours and 45 minutes", 225), ("2 and half hours", 150), ("37 minutes", 37),
        ("approximately 1 hour and 50 minutes", 110), ("about 3 hours", 180), ("~1hr", 60), ("5 days", 7200),
        ("1 hour and 20 minutes", 80), ("half an hour", 30), ("two hours", 120), ("1h 30m", 90),
    ],
)  # fmt: skip
def test_it_reads_a_length_in_minutes(written: str, minutes: int) -> None:
    (length,) = lengths_in(f"The outage lasted {written}.")
    assert length.minutes == minutes


@pytest.mark.parametrize(
    "written", ["over 1 hour", "almost an hour", "under 3hrs", "about 3 hours", "~1hr"]
)
def test_a_rough_length_is_marked_as_rough(written: str) -> None:
    (length,) = lengths_in(written)
    assert length.rough


@pytest.mark.parametrize("written", ["10-15 minutes", "4-5 hours"])
def test_a_range_of_lengths_has_no_minutes(written: str) -> None:
    (length,) = lengths_in(written)
    assert length.minutes is None


@pytest.mark.parametrize(
    "text", ["2100hrs", "10:30 hours", "for an unknown time", "v1.2h", "some days"]
)
def test_other_numbers_are_no_lengths(text: str) -> None:
    assert lengths_in(text) == []
