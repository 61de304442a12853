from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twiceshy.kinds.practice import KIND
from twiceshy.kinds.practice.facts import PracticeFact, Promise
from twiceshy.kinds.practice.rules import judge
from twiceshy.model.fact import Attestation
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
PROMISE = Promise("trained", "on-call on certificate renewal", within_days=90)


def seen(at: datetime | None, by: str = "ops") -> PracticeFact:
    record = None if at is None else Attestation(by, at, "https://wiki.example.org/training/7")
    return PracticeFact(at=NOW, vantage="journal", attestation=record)


def test_nobody_has_attested_it_is_unknown_and_says_how_to() -> None:
    verdict = judge(PROMISE, seen(None), NOW)
    assert verdict == Unknown(
        "nobody has attested training: on-call on certificate renewal",
        next_step="When it is done, record it: "
        "twiceshy attest GUARD --by WHO --evidence LINK_OR_FILE",
    )


def test_it_holds_with_the_record_to_show_for_it() -> None:
    assert judge(PROMISE, seen(NOW - timedelta(days=12)), NOW) == Holds(
        "trained 12 days ago by ops, due again 2026-12-18",
        (
            Evidence(
                "attested by ops for 2026-09-19 12:00 UTC",
                "record: https://wiki.example.org/training/7",
            ),
        ),
    )


def test_it_says_so_when_it_is_about_to_expire() -> None:
    verdict = judge(PROMISE, seen(NOW - timedelta(days=87)), NOW)
    assert isinstance(verdict, Holds)
    assert verdict.summary == "trained 87 days ago by ops, due again 2026-10-04 (in 3 days)"


def test_the_last_moment_still_holds_and_the_next_does_not() -> None:
    done = NOW - timedelta(days=90)
    assert isinstance(judge(PROMISE, seen(done), NOW), Holds)
    assert isinstance(judge(PROMISE, seen(done), NOW + timedelta(seconds=1)), Broken)


def test_an_expired_record_is_a_warning_at_first() -> None:
    verdict = judge(PROMISE, seen(NOW - timedelta(days=100)), NOW)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.WARNING
    assert verdict.why == (
        "last trained 100 days ago, promised within 90 days: overdue since 2026-09-21"
    )
    assert verdict.evidence
    assert verdict.next_step


def test_it_is_serious_once_overdue_by_as_much_again() -> None:
    verdict = judge(PROMISE, seen(NOW - timedelta(days=181)), NOW)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.SERIOUS


def test_an_attestation_from_the_future_is_unknown() -> None:
    verdict = judge(PROMISE, seen(NOW + timedelta(hours=1)), NOW)
    assert isinstance(verdict, Unknown)
    assert "future" in verdict.why


def test_a_clock_a_minute_ahead_does_not_make_a_record_one_from_the_future() -> None:
    verdict = judge(PROMISE, seen(NOW + timedelta(minutes=1)), NOW)
    assert isinstance(verdict, Holds)
    assert verdict.summary.startswith("trained today by ops")


@given(
    days=st.integers(1, 3660),
    age=st.none() | st.timedeltas(timedelta(days=-9000), timedelta(days=9000)),
)
def test_it_never_holds_without_a_record_in_time(days: int, age: timedelta | None) -> None:
    promise = Promise("audited", "firewall rules", within_days=days)
    verdict = judge(promise, seen(None if age is None else NOW - age), NOW)
    in_time = age is not None and timedelta(minutes=-5) <= age <= timedelta(days=days)
    assert isinstance(verdict, Holds) == in_time


@pytest.mark.parametrize(
    ("subject", "days"), [("", 90), ("  ", 90), ("x", 0), ("x", -1), ("x", 99999)]
)
def test_a_promise_that_cannot_be_kept_or_broken_cannot_be_made(subject: str, days: int) -> None:
    with pytest.raises(ValueError, match="must"):
        Promise("trained", subject, days)


def test_the_kind_is_named_by_what_users_type() -> None:
    assert KIND.id == "practice"
    assert KIND.every == timedelta(days=1)
