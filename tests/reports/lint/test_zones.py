from __future__ import annotations

from collections.abc import Callable

import pytest

Messages = Callable[..., list[str]]
Outage = Callable[..., str]


def test_mixed_zones_are_told_with_both_lines_and_the_hours_between(
    messages: Messages, outage: Outage
) -> None:
    text = outage(
        when="4 hours, from 02:00 AM to 06:00 AM (EAT)",
        timeline="- Issue Detected: 02:00 AM (UTC)\n- Resolution: resolved at 06:00 AM (UTC)",
    )

    (message,) = messages("TZ001", text)
    assert "EAT (UTC+3) on line 4" in message
    assert "UTC here" in message
    assert "3 hours apart" in message


def test_a_zone_and_its_equivalent_in_brackets_are_no_mix(
    messages: Messages, outage: Outage
) -> None:
    text = outage(
        when="June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)",
        impact="Mail was down for 70% of users, most of them in Nairobi (EAT, UTC+3).",
    )

    assert messages("TZ001", text) == []


@pytest.mark.parametrize(
    ("day", "zone", "better"),
    [
        ("June 12, 2023", "PST", "PDT"),
        ("January 12, 2023", "PDT", "PST"),
        ("July 3, 2023", "CET", "CEST"),
        ("January 9, 2024", "BST", "GMT"),
        ("January 9, 2024", "AEST", None),
        ("June 12, 2023", "PDT", None),
        ("June 12, 2023", "MST", None),
        ("July 3, 2023", "GMT", None),
        ("March 10, 2024", "PST", None),
        ("March 10, 2024", "PDT", None),
    ],
)
def test_a_zone_name_is_held_against_the_season_of_its_day(
    messages: Messages, outage: Outage, day: str, zone: str, better: str | None
) -> None:
    text = outage(
        when=f"{day}, 10:00 AM - {day}, 12:00 PM {zone}",
        timeline="- 10:00 AM: Users reported missing mail.\n- 12:00 PM: Mail was restored.",
    )

    found = messages("TZ002", text)
    if better is None:
        assert found == []
    else:
        assert len(found) == 1
        assert f"write {better} or UTC" in found[0]


def test_a_report_that_names_its_zone_once_has_one(messages: Messages, outage: Outage) -> None:
    assert (
        messages("TZ003", outage(timeline="- 13:00: Users reported it.\n- 15:00: Restored.")) == []
    )


def test_a_time_that_the_clock_change_skips_never_was(messages: Messages, outage: Outage) -> None:
    text = outage(
        when="March 10, 2024, 2:30 AM - March 10, 2024, 5:00 AM (Pacific Time)",
        timeline="- 2:30 AM: Users reported missing mail.\n- 5:00 AM: Mail was restored.",
    )

    (message,) = messages("TZ004", text)
    assert "never was" in message
