"""Lengths of time in words: `2 hours 30 minutes`, `7.5 hours`, `2 and half hours`, `~1hr`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.reports.phrases import any_in, lower

_NUMBER_WORDS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0,
    "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "forty-five": 45.0, "fifty": 50.0,
    "ninety": 90.0, "half": 0.5, "half an": 0.5, "half a": 0.5, "a half": 0.5,
    "one and a half": 1.5, "two and a half": 2.5, "three and a half": 3.5, "four and a half": 4.5,
}  # fmt: skip
_WORDS = "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True))
_UNIT_MINUTES = {"d": 1440.0, "h": 60.0, "m": 1.0, "s": 1 / 60, "w": 10080.0}

_LENGTH = re.compile(
    r"(?<![\w.:,/-])(?P<about>(?:approximately|approx\.?|about|around|roughly|almost|nearly|over|under|"
    r"more than|less than|up to|~)\s*)?"
    r"(?P<low>\d{1,4}(?:\.\d+)?\s?(?:-|–|to)\s?)?"
    r"(?:(?P<number>\d{1,5}(?:\.\d+)?)(?P<half>\s(?:and\s)?(?:a\s)?half)?|(?P<word>"
    + _WORDS
    + r")(?=[\s-]))"
    r"[\s-]*(?P<unit>days?|hours?|hrs?\b|h\b|minutes?|mins?\b|m\b|seconds?|secs?\b|weeks?)"
    r"(?P<half_after>\s(?:and\s)?a\shalf\b)?",
    re.IGNORECASE,
)
_UNITS = ("day", "hour", "hr", "min", "sec", "week")
_SHORT_UNIT = re.compile(r"[\d\s-][hm]\b")
"""A length has one of these units, or one of these letters, in lower case."""
_MILITARY = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d\s?(?:hrs|hours)\b", re.IGNORECASE)
_JOIN = re.compile(r"[\s,]*(?:and|&)?[\s,]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Length:
    """A stated length of time."""

    start: int
    stop: int
    minutes: int | None
    """None for a range such as 10-15 minutes."""
    rough: bool
    """Said with `about`, `over`, `almost` or alike."""


def _minutes(match: re.Match[str]) -> float:
    if match["number"]:
        number = float(match["number"]) + (0.5 if match["half"] else 0.0)
    else:
        number = _NUMBER_WORDS[match["word"].lower()]
    if match["half_after"]:
        number += 0.5
    return number * _UNIT_MINUTES[match["unit"][0].lower()]


def lengths_in(text: str) -> list[Length]:
    """Every stated length in a text, neighbouring parts such as `1 hour and 20 minutes` joined."""
    found: list[Length] = []
    parts: list[re.Match[str]] = []

    def close() -> None:
        if parts:
            ranged = any(part["low"] for part in parts)
            total = round(sum(_minutes(part) for part in parts))
            rough = any(part["about"] for part in parts)
            found.append(
                Length(parts[0].start(), parts[-1].end(), None if ranged else total, rough)
            )
            parts.clear()

    low = lower(text)
    if not any_in(_UNITS, low) and _SHORT_UNIT.search(low) is None:
        return []
    for match in _LENGTH.finditer(text):
        if _MILITARY.match(match[0]):
            continue
        if parts:
            between = text[parts[-1].end() : match.start()]
            smaller = (
                _UNIT_MINUTES[match["unit"][0].lower()]
                < _UNIT_MINUTES[parts[-1]["unit"][0].lower()]
            )
            if not (_JOIN.fullmatch(between) and smaller):
                close()
        parts.append(match)
    close()
    return found
