from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.guards.propose.quantities import clock_time, ports, quantities, status_code
from twiceshy.guards.propose.quantity import Bound, Unit, as_duration

DAY = 86400


@pytest.mark.parametrize(
    ("text", "amount", "unit", "bound"),
    [
        ("alarm when disk is over 75%", 75, Unit.PERCENT, Bound.ABOVE),
        ("keep connections below 80% of max_connections", 80, Unit.PERCENT, Bound.ABOVE),
        ("memory must not exceed 80 percent", 80, Unit.PERCENT, Bound.ABOVE),
        ("alert at 80% of the heap", 80, Unit.PERCENT, Bound.AT),
        ("80% cpu usage", 80, Unit.PERCENT, Bound.AT),
        ("alert when hit rate is below 50%", 50, Unit.PERCENT, Bound.BELOW),
        ("the disk has less than 10% free", 10, Unit.PERCENT, Bound.BELOW),
        ("alert when traffic drops by 50%", 50, Unit.PERCENT, Bound.BY),
        ("reduce memory usage by 30%", 30, Unit.PERCENT, Bound.NONE),
        ("roll out to 5% of users", 5, Unit.PERCENT, Bound.NONE),
        ("alert if p95 latency exceeds 500 ms", 0.5, Unit.SECONDS, Bound.ABOVE),
        ("p95 < 300ms", 0.3, Unit.SECONDS, Bound.ABOVE),
        ("p99 must stay under 1.5 s", 1.5, Unit.SECONDS, Bound.ABOVE),
        ("responses take no more than 2 seconds", 2, Unit.SECONDS, Bound.ABOVE),
        ("answer within ten seconds", 10, Unit.SECONDS, Bound.ABOVE),
        ("monitor that it is not older than 10 minutes", 600, Unit.SECONDS, Bound.ABOVE),
        ("a certificate has less than 21 days", 21 * DAY, Unit.SECONDS, Bound.BELOW),
        ("it lasts at least 30 days", 30 * DAY, Unit.SECONDS, Bound.BELOW),
        ("30 days before it expires", 30 * DAY, Unit.SECONDS, Bound.AHEAD),
        ("at least a month in advance", 30 * DAY, Unit.SECONDS, Bound.AHEAD),
        ("when less than 20 days are left", 20 * DAY, Unit.SECONDS, Bound.AHEAD),
        ("if silent for 15 minutes", 900, Unit.SECONDS, Bound.SILENT),
        ("there is no sign-up for half an hour", 1800, Unit.SECONDS, Bound.SILENT),
        ("after ten seconds of silence", 10, Unit.SECONDS, Bound.SILENT),
        ("no backup in the last 26 hours", 26 * 3600, Unit.SECONDS, Bound.SILENT),
        ("alert when it waits for more than 10 minutes", 600, Unit.SECONDS, Bound.LASTING),
        ("scanners work offline for an hour", 3600, Unit.SECONDS, Bound.NONE),
        ("check every five minutes", 300, Unit.SECONDS, Bound.EVERY),
        ("once a minute", 60, Unit.SECONDS, Bound.EVERY),
        ("at 5-minute intervals", 300, Unit.SECONDS, Bound.EVERY),
        ("certificates are checked hourly", 3600, Unit.SECONDS, Bound.EVERY),
        ("alert the team within 5 minutes", 300, Unit.SECONDS, Bound.NONE),
        ("more than 10 failed logins per minute", 10, Unit.RATE, Bound.ABOVE),
        ("100 requests per minute per client", 100, Unit.RATE, Bound.NONE),
        ("longer than 1,000 messages", 1000, Unit.COUNT, Bound.ABOVE),
        ("exceeds 10k requests/second", 10_000, Unit.RATE, Bound.ABOVE),
        ("less than 20 gb free", 20, Unit.BYTES, Bound.BELOW),
        ("temperature above 30 °c", 30, Unit.DEGREES, Bound.ABOVE),
        ("keys of at least 3072 bits", 3072, Unit.BITS, Bound.BELOW),
    ],
)
def test_it_reads_amount_unit_and_the_side_of_the_trouble(
    text: str, amount: float, unit: Unit, bound: Bound
) -> None:
    (one,) = quantities(text)
    assert (one.unit, one.bound) == (unit, bound)
    assert one.amount == pytest.approx(amount)


@pytest.mark.parametrize(
    "text", ["by 2024-06-07", "update at 14:00", "p95", "q3", "tls 1.2.3", "version v2", "0 days"]
)
def test_dates_times_and_names_bound_nothing(text: str) -> None:
    assert {one.bound for one in quantities(text)} <= {Bound.NONE, Bound.AT}
    assert {one.unit for one in quantities(text)} <= {Unit.COUNT}


def test_a_list_of_numbers_shares_its_unit() -> None:
    days = [one.amount / DAY for one in quantities("60, 30 and 7 days before expiry")]
    assert days == [60, 30, 7]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("port 80", (80,)),
        ("ports 25 and 587 are open", (25, 587)),
        ("ports 80, 443", (80, 443)),
        ("port 99999", ()),
        ("ports are open", ()),
    ],
)
def test_it_reads_ports(text: str, named: tuple[int, ...]) -> None:
    assert ports(text) == named


def test_it_reads_times_of_day_and_status_codes() -> None:
    assert clock_time("not finished by 6:30") == "06:30"
    assert clock_time("by 2024") is None
    assert status_code("answers with 204") == 204
    assert status_code("alert on status 500") is None


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(30, "30s"), (90, "90s"), (300, "5m"), (21600, "6h"), (7 * DAY, "7d"), (0.5, "1s")],
)
def test_a_span_is_written_as_in_the_file(seconds: float, written: str) -> None:
    assert as_duration(seconds) == written


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "over",
                "80%",
                "5",
                "minutes",
                "every",
                ",",
                "and",
                "not",
                "alert",
                "keep",
                "a",
                "10k",
                "/",
            ]
        ),
        max_size=40,
    ).map(" ".join)
)
def test_whatever_stands_there_amounts_are_positive_and_in_place(text: str) -> None:
    for one in quantities(text):
        assert one.amount > 0
        assert 0 <= one.start < one.end <= len(text)
