"""How often something is to be done: what an action's words say in days."""

from __future__ import annotations

import re

_UNITS = {
    "day": 1,
    "week": 7,
    "fortnight": 14,
    "month": 30,
    "quarter": 90,
    "year": 365,
}
_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "each": 1,
    "every": 1,
    "two": 2,
    "second": 2,
    "other": 2,
    "three": 3,
    "third": 3,
    "four": 4,
    "six": 6,
    "twelve": 12,
}
_WORDS: tuple[tuple[re.Pattern[str], int], ...] = (
    (
        re.compile(r"\bbi-?\s?annual|\bsemi-?\s?annual|\bhalf-?\s?yearly|\btwice (?:a|per) year"),
        182,
    ),
    (re.compile(r"\bbi-?\s?month|\bevery (?:two|2|other|second) months?"), 60),
    (re.compile(r"\bbi-?\s?week|\bfortnight|\btwice (?:a|per) month"), 14),
    (re.compile(r"\bquarterly|\b(?:every|each|per|once a) quarter"), 90),
    (re.compile(r"\bmonthly|\b(?:every|each|per|once a) month"), 30),
    (re.compile(r"\bweekly|\b(?:every|each|per|once a) week"), 7),
    (re.compile(r"\b(?:annual|yearly)|\b(?:every|each|per|once a) year"), 365),
    (re.compile(r"\bdaily|\bnightly|\b(?:every|each|per|once a) day"), 1),
)
_EVERY_N = re.compile(
    r"\bevery\s+(?P<number>\d{1,3}|a|one|two|three|four|six|twelve|second|third|other)\s+"
    r"(?P<unit>day|week|fortnight|month|quarter|year)s?\b"
)
_LONGEST_DAYS = 3660


def _days(number: str, unit: str) -> int:
    count = int(number) if number.isdigit() else _NUMBERS[number]
    return min(max(1, count * _UNITS[unit]), _LONGEST_DAYS)


def repeats_every_days(text: str) -> int | None:
    """How often `text` (lower case) promises to do something: "bi-monthly" is every 60 days."""
    spelled = _EVERY_N.search(text)
    if spelled is not None:
        return _days(spelled["number"], spelled["unit"])
    return next((days for pattern, days in _WORDS if pattern.search(text)), None)
