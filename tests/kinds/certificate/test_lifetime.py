"""How long is long enough: the promise in days, the certificate's own life, and limits of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.farm.authority import DAY, NOW, Issued, intermediate, issue, root
from twiceshy.kinds.certificate.facts import Promise, TrustStore
from twiceshy.kinds.certificate.flaw import Flaw
from twiceshy.kinds.certificate.lifetime import date_flaws, lasting_flaw, long_life_flaw
from twiceshy.kinds.certificate.path import Path, find_paths
from twiceshy.kinds.certificate.read import Certificate, read_certificate
from twiceshy.model.verdict import Severity

ROOT = root()
MIDDLE = intermediate(ROOT)


def view(one: Issued) -> Certificate:
    certificate = read_certificate(one.der)
    assert isinstance(certificate, Certificate)
    return certificate


def path_of(leaf: Issued, now: datetime = NOW) -> Path:
    sent = tuple(view(one) for one in leaf.up)
    best = find_paths(sent[0], sent[1:], TrustStore("lab", (ROOT.der,)), 2048).best(now)
    assert best is not None
    return best


def left_of(life: float, left: float, days: int | None = None) -> Flaw | None:
    """The flaw of a certificate with `left` of its `life` days to go."""
    leaf = issue(by=MIDDLE, begins=NOW - (life - left) * DAY, ends=NOW + left * DAY)
    return lasting_flaw(path_of(leaf), Promise(days=days), NOW)


def severity(flaw: Flaw | None) -> Severity | None:
    return flaw.severity if flaw else None


@pytest.mark.parametrize(
    ("life", "left", "expected"),
    [
        (90, 30, None),
        (90, 28, None),
        (90, 27, Severity.WARNING),
        (90, 10, Severity.WARNING),
        (90, 8, Severity.SERIOUS),
        (45, 14, None),
        (45, 13, Severity.WARNING),
        (45, 4, Severity.SERIOUS),
        (6, 2, None),
        (6, 1.1, None),
        (6, 0.9, Severity.SERIOUS),
        (1, 0.3, None),
        (1, 0.1, Severity.SERIOUS),
        (398, 121, None),
        (398, 120, Severity.WARNING),
    ],
)
def test_without_a_promise_in_days_the_life_decides(
    life: float, left: float, expected: Severity | None
) -> None:
    assert severity(left_of(life, left)) is expected


@pytest.mark.parametrize(
    ("days", "left", "expected"),
    [
        (21, 21, None),
        (21, 20.9, Severity.WARNING),
        (21, 4, Severity.WARNING),
        (21, 2.9, Severity.SERIOUS),
        (1, 1, None),
        (1, 0.9, Severity.SERIOUS),
        (60, 9, Severity.WARNING),
        (60, 8, Severity.SERIOUS),
    ],
)
def test_a_promise_in_days_is_taken_by_its_word(
    days: int, left: float, expected: Severity | None
) -> None:
    assert severity(left_of(90, left, days=days)) is expected


def test_it_says_when_it_will_hurt() -> None:
    flaw = left_of(90, 5, days=21)
    assert flaw is not None
    assert flaw.hurts_at == NOW + 5 * DAY


def test_a_certificate_is_good_to_its_last_second() -> None:
    leaf = issue(by=MIDDLE)
    path = path_of(leaf)
    ends = path.links[0].not_after
    assert date_flaws(path, ends) == ()
    assert [flaw.code for flaw in date_flaws(path, ends + timedelta(seconds=1))] == ["expired"]
    begins = path.links[0].not_before
    assert [f.code for f in date_flaws(path, begins - timedelta(seconds=1))] == ["not-yet-valid"]


def test_every_link_that_is_off_time_is_named() -> None:
    old = intermediate(ROOT, "Old", begins=NOW - 900 * DAY, ends=NOW - 3 * DAY)
    path = path_of(issue(by=old, begins=NOW - 92 * DAY, ends=NOW - 2 * DAY))
    whys = [flaw.why for flaw in date_flaws(path, NOW)]
    assert len(whys) == 2
    assert whys[0].startswith("the certificate expired 2026-05-30")
    assert whys[1].startswith("the issuer's certificate 'Old' expired 2026-05-29")


@pytest.mark.parametrize(
    ("issued", "days", "roots", "most", "expected"),
    [
        (datetime(2026, 3, 14, tzinfo=UTC), 398, "system", None, None),
        (datetime(2026, 3, 15, tzinfo=UTC), 398, "system", None, "long-life"),
        (datetime(2026, 3, 15, tzinfo=UTC), 200, "system", None, None),
        (datetime(2027, 3, 15, tzinfo=UTC), 200, "system", None, "long-life"),
        (datetime(2027, 3, 15, tzinfo=UTC), 100, "system", None, None),
        (datetime(2029, 3, 15, tzinfo=UTC), 47, "system", None, None),
        (datetime(2029, 3, 15, tzinfo=UTC), 48, "system", None, "long-life"),
        (datetime(2019, 1, 1, tzinfo=UTC), 825, "system", None, None),
        (datetime(2026, 5, 1, tzinfo=UTC), 365, "own", None, None),
        (datetime(2026, 5, 1, tzinfo=UTC), 825, "own", None, "long-life"),
        (datetime(2026, 5, 1, tzinfo=UTC), 825, "own", 3650, None),
        (datetime(2026, 5, 1, tzinfo=UTC), 100, "system", 90, "long-life"),
    ],
)
def test_the_longest_life_depends_on_the_day_of_issue(
    issued: datetime, days: int, roots: str, most: int | None, expected: str | None
) -> None:
    leaf = view(issue(by=MIDDLE, begins=issued, ends=issued + days * DAY))
    promise = Promise(max_lifetime_days=most)
    flaw = long_life_flaw(leaf, promise, is_public=roots == "system")
    assert (flaw.code if flaw else None) == expected
