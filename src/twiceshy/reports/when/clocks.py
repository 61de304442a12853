"""Clock times as reports write them: `1:05 PM`, `8.40 AM`, `2100hrs`, `14:00 UTC`, `11:21a`, `noon`."""

from __future__ import annotations

import re
from datetime import time
from functools import lru_cache
from typing import NamedTuple

from twiceshy.reports.phrases import any_in, lower
from twiceshy.reports.when.zones import ZONE, Zone, zone_named

_HALF = r"(?:[ap]\.\s?m\b\.?|[ap]\s?m\b|[ap](?![a-z])|noon\b|midnight\b|midday\b)"
_ZONED = (
    r"(?:[\s,]{0,2}[(\[]?\s?(?P<zone>"
    + ZONE
    + r"|Z(?![A-Za-z]))\s?[)\]]?|(?P<offset>\s?[+\u2212-][01]\d:?[0-5]\d)(?![\d:]))?"
)

_CLOCK = re.compile(
    r"(?<![\d:.,/$#-])(?:"
    r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?(?!\d|:\d)"
    r"(?:\s{0,2}(?P<half>(?i:" + _HALF + r")))?(?:\s?(?i:hrs|hours|h)\b)?(?:\sM\b)?"
    r"|(?P<dot_hour>1[0-2]|0?\d)[.](?P<dot_minute>[0-5]\d)\s?(?P<dot_half>(?i:[ap]\.?\s?m\b\.?))"
    r"|(?P<dot24_hour>[01]\d|2[0-3])[.](?P<dot24_minute>[0-5]\d)\s?(?i:hrs?|hours|uhr)\b"
    r"|(?P<h_hour>[01]?\d|2[0-3])h(?P<h_minute>[0-5]\d)(?![\dA-Za-z])"
    r"|(?P<bare_hour>1[0-2]|0?[1-9])\s{0,2}(?P<bare_half>(?i:[ap]\.\s?m\b\.?|[ap]\s?m\b|noon\b|midnight\b))"
    r"|(?P<military>(?:[01]\d|2[0-3])[0-5]\d)\s?(?:(?i:hrs|hours|h)\b|(?=Z\b|\s(?:UTC|GMT)\b|\s?(?:to|-|–|until)\s?(?:[01]\d|2[0-3])[0-5]\d\s?(?:hrs|hours|UTC|GMT|[A-Z]{2,3}T)\b))"
    r"|(?<![A-Za-z-])(?P<word>(?i:midnight|noon|midday))(?![A-Za-z-])"
    r")" + _ZONED
)
_MILITARY_ALONE = re.compile(r"(?P<military>(?:[01]\d|2[0-3])[0-5]\d)(?!\d|[:./-]\d)")
_WORDS = ("midnight", "noon", "midday")
_OPENING = re.compile(r"\d+|(?i:midnight|noon|midday)")
_NUMBER_OPENING = re.compile(r"\d\d*(?=[:.h]\d|\s{0,2}[aApPnNmM]|\s?[hHzZuUgGtT\u2013-])")
"""A number that may open a clock time: what has to follow is seen faster than all that may."""
_NOON = 12
_REMEMBERED = 2048
_DAY_HOURS = 24


class Clock(NamedTuple):
    """A clock time found in a text."""

    start: int
    stop: int
    at: time
    zone: Zone | None
    stated_half: bool
    """AM or PM was said, or the time can only be read one way."""
    impossible: bool = False
    """Written with an hour above twelve and AM or PM, such as 13:06 PM; read as 24-hour."""
    written: str = ""
    """The clock and its zone as the report writes them."""


def _half_of(text: str | None) -> str | None:
    if not text:
        return None
    lower = text.lower()
    if lower in ("noon", "midday"):
        return "p"
    return "a" if lower == "midnight" else lower[0]


def _zone_of(match: re.Match[str]) -> Zone | None:
    if match["zone"]:
        return zone_named(match["zone"])
    if match["offset"]:
        digits = match["offset"].replace(":", "").strip()
        sign = 1 if digits[0] == "+" else -1
        return Zone(
            match["offset"].strip(), None, sign * (int(digits[1:3]) * 60 + int(digits[3:5]))
        )
    return None


def _read(match: re.Match[str]) -> Clock | None:
    groups = match.groupdict()
    written = match[0].strip()
    second = 0
    half: str | None = None
    if groups["word"]:
        hour, minute = (0 if groups["word"].lower() == "midnight" else 12), 0
        at = time(hour, minute)
        return Clock(match.start(), match.end(), at, _zone_of(match), True, False, written)  # noqa: FBT003 - as below
    if groups["military"]:
        hour, minute = int(groups["military"][:2]), int(groups["military"][2:])
        at = time(hour, minute)
        return Clock(match.start(), match.end(), at, _zone_of(match), True, False, written)  # noqa: FBT003 - as below
    if groups["hour"]:
        hour, minute, second = (
            int(groups["hour"]),
            int(groups["minute"]),
            int(groups["second"] or 0),
        )
        half = _half_of(groups["half"])
    elif groups["dot_hour"]:
        hour, minute = int(groups["dot_hour"]), int(groups["dot_minute"])
        half = _half_of(groups["dot_half"])
    elif groups["dot24_hour"]:
        hour, minute = int(groups["dot24_hour"]), int(groups["dot24_minute"])
    elif groups["h_hour"]:
        hour, minute = int(groups["h_hour"]), int(groups["h_minute"])
    else:
        hour, minute = int(groups["bare_hour"]), 0
        half = _half_of(groups["bare_half"])
    impossible = half is not None and hour > _NOON
    if half is not None and not impossible:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    if hour == _DAY_HOURS:
        if minute or second:
            return None
        hour = 0
    stated = half is not None or hour > _NOON or hour == 0 or (groups["hour"] or "").startswith("0")
    at = time(hour, minute, second)
    return Clock(match.start(), match.end(), at, _zone_of(match), stated, impossible, written)


@lru_cache(maxsize=_REMEMBERED)
def clocks_in(text: str) -> tuple[Clock, ...]:
    """Every clock time in a text, in order, each with the zone right behind it."""
    found: list[Clock] = []
    stop = 0
    # A clock time opens with a number or one of three words; looking only there is fast.
    openings = _OPENING if any_in(_WORDS, lower(text)) else _NUMBER_OPENING
    for opening in openings.finditer(text):
        if opening.start() < stop or (match := _CLOCK.match(text, opening.start())) is None:
            continue
        stop = match.end()
        if (clock := _read(match)) is not None:
            found.append(clock)
    return tuple(found)


def leading_military(text: str) -> Clock | None:
    """A bare `0233` at the very start, which only a timeline may mean as a time."""
    match = _MILITARY_ALONE.match(text)
    if match is None:
        return None
    digits = match["military"]
    return Clock(0, match.end(), time(int(digits[:2]), int(digits[2:])), None, stated_half=True)
