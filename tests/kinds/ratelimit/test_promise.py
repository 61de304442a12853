"""What may be promised, and how rates are written."""

from __future__ import annotations

import pytest

from twiceshy.kinds.ratelimit.promise import Promise, per_minute_of
from twiceshy.kinds.ratelimit.rules import rate_words


@pytest.mark.parametrize(
    ("text", "per_minute"),
    [
        ("100/minute", 100),
        ("5/second", 300),
        ("1000 per hour", 1000 / 60),
        ("1440/day", 1),
        ("2/s", 120),
    ],
)
def test_a_rate_is_read(text: str, per_minute: float) -> None:
    assert per_minute_of(text) == pytest.approx(per_minute)


@pytest.mark.parametrize("text", ["", "100", "fast", "100/fortnight", "-1/minute"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate such as"):
        Promise(per_client=text)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"per_client": False, "whole_server": False}, "promise per_client"),
        ({"burst_answer": 200}, "a status from 400 to 599"),
        ({"burst_requests": 201}, "between 1 and 200"),
        ({"connections_per_client": 0}, "at least 1"),
        ({"files": ("nginx.conf",)}, "absolute paths"),
    ],
)
def test_what_cannot_be_right_is_refused(settings: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Promise(**settings)  # type: ignore[arg-type] # what a file may hold


def test_rates_are_told_in_whole_numbers() -> None:
    assert (rate_words(600), rate_words(0.5)) == ("600/minute", "30/hour")
