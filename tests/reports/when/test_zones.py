from __future__ import annotations

from datetime import date

import pytest

from twiceshy.reports.when.zones import zone_named, zones_in

SUMMER, WINTER = date(2024, 7, 1), date(2024, 1, 15)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("all times in UTC", 0), ("UTC-5", -300), ("UTC-4", -240), ("GMT", 0), ("GMT+1", 60),
        ("GMT +1", 60), ("EAT", 180), ("WAT", 60), ("CAT", 120), ("CET", 60), ("CEST", 120),
        ("BST", 60), ("PST", -480), ("PDT", -420), ("EST", -300), ("EDT", -240), ("CST", -360),
        ("Eastern African Time", 180), ("Greenwich Mean Time", 0), ("Greenwitch, United Kingdom", 0),
        ("West Central Africa Standard Timezone", 60), ("EAT + 3", 180),
    ],
)  # fmt: skip
def test_a_name_that_settles_the_offset(text: str, minutes: int) -> None:
    (zone,) = zones_in(text)
    assert zone.offset_minutes(None) == minutes


@pytest.mark.parametrize("text", ["Pacific Time", "Pacific time", "PT"])
def test_a_name_without_a_season_needs_the_day(text: str) -> None:
    (zone,) = zones_in(text)
    assert zone.offset_minutes(None) is None
    assert zone.offset_minutes(SUMMER) == -420
    assert zone.offset_minutes(WINTER) == -480


def test_an_abbreviation_means_what_it_says_even_in_summer() -> None:
    assert zone_named("PST").offset_minutes(SUMMER) == -480


@pytest.mark.parametrize(
    "text", ["le service est en panne", "the cat sat", "wet floor", "central office"]
)
def test_words_are_no_zones(text: str) -> None:
    assert zones_in(text) == ()
