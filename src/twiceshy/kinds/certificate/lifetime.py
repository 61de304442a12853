"""Does it last? Dates of the path, the promise in days, and lifetimes that are too long.

Without a number of days the certificate's own lifetime decides, so that one rule fits certificates
of 6, 47, 90 and 398 days: a renewal is due when a third of the life is left; the alarm comes when
that is overdue by a grace of 3 % of the life, at least a day (and at most a sixth of the life, for
the very short ones); it is serious at a tenth of the life or 48 hours, whichever is longer.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from twiceshy.kinds.certificate.facts import Promise
from twiceshy.kinds.certificate.flaw import Flaw, critical, serious, warning
from twiceshy.kinds.certificate.path import Path
from twiceshy.kinds.certificate.phrases import instant_and_relative, span
from twiceshy.kinds.certificate.read import Certificate

_DAY = timedelta(days=1)
_LAST_CALL = timedelta(hours=48)
_AUTHORITY_DAYS = timedelta(days=30)
"""When to speak of an issuer's certificate that ends before the server's own."""

_OWN_ROOTS_DAYS = 398
_PUBLIC_LIMITS = (
    (datetime.min.replace(tzinfo=UTC), 825),
    (datetime(2020, 9, 1, tzinfo=UTC), 398),
    (datetime(2026, 3, 15, tzinfo=UTC), 200),
    (datetime(2027, 3, 15, tzinfo=UTC), 100),
    (datetime(2029, 3, 15, tzinfo=UTC), 47),
)
"""The longest lifetime in days by day of issue (CA/Browser Forum, ballots SC-31 and SC-081v3)."""

_RENEW = "Renew the certificate, install it and reload the service; then look why nobody did."
_RENEW_SOON = (
    "Find out why the renewal has not happened, renew, reload the service, and check again."
)
_NEW_CHAIN = (
    "Have the certificate issued again under an authority that lasts, and install its chain."
)


def date_flaws(path: Path, now: datetime) -> tuple[Flaw, ...]:
    """Each link of the path that has ended, or not begun, at `now`."""
    if path.off_time(now) == 0:
        return ()
    return tuple(
        flaw
        for height, link in enumerate(path.links)
        if (flaw := _date_flaw(link, height, path, now)) is not None
    )


def _date_flaw(link: Certificate, height: int, path: Path, now: datetime) -> Flaw | None:
    whose = _whose(link, height, path)
    if now > link.not_after:
        why = f"{whose} expired {instant_and_relative(link.not_after, now)}"
        return critical("expired", why, _RENEW if height == 0 else _NEW_CHAIN)
    if now < link.not_before:
        why = f"{whose} is not valid before {instant_and_relative(link.not_before, now)}"
        step = "Compare the clocks of the server and of this host; else serve the previous one."
        return replace(critical("not-yet-valid", why, step))
    return None


def margin(path: Path, promise: Promise) -> timedelta:
    """How much time must be left until the path ends."""
    first = path.first_to_end
    return _thresholds(first, promise, is_own=first == path.links[0])[0]


def lasting_flaw(path: Path, promise: Promise, now: datetime) -> Flaw | None:
    """Whether the path, good at `now`, ends sooner than was promised."""
    first = path.first_to_end
    left = first.not_after - now
    height = path.links.index(first)
    alarm, last_call = _thresholds(first, promise, is_own=height == 0)
    if left >= alarm:
        return None
    promised = f"{promise.days} days were promised" if promise.days else f"{span(alarm)} at least"
    why = (
        f"{_whose(first, height, path)} ends {instant_and_relative(first.not_after, now)}, "
        f"{promised}"
    )
    step = _RENEW_SOON if height == 0 else _NEW_CHAIN
    flaw = (serious if left < last_call else warning)("ends-soon", why, step)
    return replace(flaw, hurts_at=first.not_after)


def _thresholds(
    first: Certificate, promise: Promise, *, is_own: bool
) -> tuple[timedelta, timedelta]:
    """How much must be left, and how little is serious."""
    if promise.days is not None:
        alarm = promise.days * _DAY
        return alarm, min(alarm, max(_LAST_CALL, alarm / 7))
    if not is_own:
        return _AUTHORITY_DAYS, _LAST_CALL
    life = first.not_after - first.not_before
    grace = min(max(_DAY, life * 0.03), life / 6)
    overdue = life / 3 - grace
    return overdue, min(overdue, max(_LAST_CALL, life / 10))


def long_life_flaw(leaf: Certificate, promise: Promise, *, is_public: bool) -> Flaw | None:
    """A lifetime longer than clients, or the promise, allow."""
    most_days = _most_days(leaf.not_before, promise, is_public=is_public)
    life = leaf.not_after - leaf.not_before
    if life <= most_days * _DAY:
        return None
    return warning(
        "long-life",
        f"the certificate was issued for {span(life)}, longer than {most_days} days",
        "Have the next one issued for less, by a renewal that runs by itself; or set "
        "max_lifetime_days if this is meant.",
    )


def _most_days(issued: datetime, promise: Promise, *, is_public: bool) -> int:
    if promise.max_lifetime_days is not None:
        return promise.max_lifetime_days
    if not is_public:
        return _OWN_ROOTS_DAYS
    since = [limit[0] for limit in _PUBLIC_LIMITS]
    return _PUBLIC_LIMITS[bisect_right(since, issued) - 1][1]


def _whose(link: Certificate, height: int, path: Path) -> str:
    if height == 0:
        return "the certificate"
    if path.trusted and height == len(path.links) - 1:
        return f"the trusted root {link.label!r}"
    return f"the issuer's certificate {link.label!r}"
