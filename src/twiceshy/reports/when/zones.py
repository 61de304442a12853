"""Time zones as reports name them, and the offset each name stands for.

An abbreviation means what it says: PST is eight hours behind UTC even in a June report (that it
should have been PDT is for the linter to say). A name without a season, such as `PT` or `Pacific
Time`, needs a day; without one its offset stays unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

_HOUR = 60

_FIXED_MINUTES = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0,
    "cet": _HOUR, "wat": _HOUR, "bst": _HOUR, "west": _HOUR, "ist": 5 * _HOUR + 30,
    "cest": 2 * _HOUR, "cat": 2 * _HOUR, "eet": 2 * _HOUR, "sast": 2 * _HOUR,
    "eest": 3 * _HOUR, "eat": 3 * _HOUR, "msk": 3 * _HOUR, "trt": 3 * _HOUR,
    "gst": 4 * _HOUR, "pkt": 5 * _HOUR, "npt": 5 * _HOUR + 45,
    "ict": 7 * _HOUR, "wib": 7 * _HOUR, "sgt": 8 * _HOUR, "hkt": 8 * _HOUR, "awst": 8 * _HOUR,
    "jst": 9 * _HOUR, "kst": 9 * _HOUR, "aest": 10 * _HOUR, "aedt": 11 * _HOUR,
    "nzst": 12 * _HOUR, "nzdt": 13 * _HOUR,
    "brt": -3 * _HOUR, "art": -3 * _HOUR, "ast": -4 * _HOUR, "edt": -4 * _HOUR,
    "est": -5 * _HOUR, "cdt": -5 * _HOUR, "cst": -6 * _HOUR, "mdt": -6 * _HOUR,
    "mst": -7 * _HOUR, "pdt": -7 * _HOUR, "pst": -8 * _HOUR, "akst": -9 * _HOUR, "hst": -10 * _HOUR,
}  # fmt: skip

_SEASONAL = {
    "pt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles",
    "mt": "America/Denver",
    "mountain": "America/Denver",
    "ct": "America/Chicago",
    "central": "America/Chicago",
    "et": "America/New_York",
    "eastern": "America/New_York",
    "london": "Europe/London",
    "uk": "Europe/London",
    "central european": "Europe/Berlin",
    "eastern european": "Europe/Athens",
}

_SPELT_OUT = (
    (re.compile(r"east(?:ern)? africa", re.IGNORECASE), "eat"),
    (re.compile(r"west(?:ern)?(?: central)? africa", re.IGNORECASE), "wat"),
    (re.compile(r"central africa", re.IGNORECASE), "cat"),
    (re.compile(r"south africa", re.IGNORECASE), "sast"),
    (re.compile(r"greenwi", re.IGNORECASE), "gmt"),
    (re.compile(r"universal", re.IGNORECASE), "utc"),
    (re.compile(r"british summer", re.IGNORECASE), "bst"),
    (re.compile(r"pacific standard", re.IGNORECASE), "pst"),
    (re.compile(r"pacific daylight", re.IGNORECASE), "pdt"),
    (re.compile(r"mountain standard", re.IGNORECASE), "mst"),
    (re.compile(r"mountain daylight", re.IGNORECASE), "mdt"),
    (re.compile(r"central standard", re.IGNORECASE), "cst"),
    (re.compile(r"central daylight", re.IGNORECASE), "cdt"),
    (re.compile(r"eastern standard", re.IGNORECASE), "est"),
    (re.compile(r"eastern daylight", re.IGNORECASE), "edt"),
    (re.compile(r"central european summer", re.IGNORECASE), "cest"),
    (re.compile(r"indian? standard", re.IGNORECASE), "ist"),
    (re.compile(r"japan", re.IGNORECASE), "jst"),
    (re.compile(r"central european", re.IGNORECASE), "central european"),
    (re.compile(r"eastern european", re.IGNORECASE), "eastern european"),
    (re.compile(r"pacific", re.IGNORECASE), "pacific"),
    (re.compile(r"mountain", re.IGNORECASE), "mountain"),
    (re.compile(r"central", re.IGNORECASE), "central"),
    (re.compile(r"eastern", re.IGNORECASE), "eastern"),
    (re.compile(r"london|\buk\b", re.IGNORECASE), "london"),
)

_ABBREVIATIONS = sorted((set(_FIXED_MINUTES) - {"z"}) | {"pt", "et"}, key=len, reverse=True)
_SHIFT = r"(?:\s?[+\u2212-]\s?\d{1,2}(?::?[0-5]\d)?(?!\d|:\d))"

ZONE = (
    r"(?:(?:UTC|GMT)" + _SHIFT + r"|"
    r"(?:[Ee]astern|[Cc]entral|[Mm]ountain|[Pp]acific|[Gg]reenwich|[Ww]est(?:ern)?|[Ee]ast|[Ss]outh|"
    r"[Cc]oordinated|[Bb]ritish|[Jj]apan|[Ii]ndian?|UK|[Ll]ondon)"
    r"(?:\s(?:[Cc]entral|[Aa]frican?|[Uu]niversal|[Ee]uropean|[Ss]tandard|[Dd]aylight|[Ss]ummer|[Mm]ean))*"
    r"\s[Tt]ime(?:\s?[Zz]one)?|"
    r"(?:"
    + "|".join(name.upper() for name in _ABBREVIATIONS)
    + r"|utc|gmt)(?:\s?\+\s?\d{1,2}(?!\d|:\d))?"
    r"(?![A-Za-z0-9]))"
)
"""Pattern text of a zone's name; case matters for abbreviations, `est` is a French verb."""

_ZONE = re.compile(ZONE)
_GREENWICH = re.compile(r"\bGreenwi(?:ch|tch)\b")
_ZONE_WORD = re.compile(r"(?<![A-Za-z0-9])" + ZONE)
_NUMERIC = re.compile(r"(?:UTC|GMT)?\s?([+\u2212-])\s?(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone as named: the words, and what they stand for."""

    name: str
    region: str | None
    """IANA name when the offset depends on the day."""
    minutes: int | None
    """Fixed offset east of UTC, when the name settles it."""

    def offset_minutes(self, day: date | None) -> int | None:
        """The offset on a day; None when the name alone does not settle it."""
        if self.region is None:
            return self.minutes
        if day is None:
            return None
        noon = datetime.combine(day, time(12), ZoneInfo(self.region))
        shift = noon.utcoffset()
        return None if shift is None else int(shift.total_seconds() // 60)


@lru_cache(maxsize=256)
def zone_named(name: str) -> Zone:  # noqa: PLR0911 - one way to write a zone after the other
    """The zone that a matched name stands for."""
    words = " ".join(name.split())
    key = words.lower()
    if key in _FIXED_MINUTES:
        return Zone(words, None, _FIXED_MINUTES[key])
    if key in _SEASONAL:
        return Zone(words, _SEASONAL[key], None)
    stem = re.split(r"[\s+\u2212-]", key, maxsplit=1)[0]
    numeric = _NUMERIC.fullmatch(key)
    if numeric is not None:
        sign = 1 if numeric[1] == "+" else -1
        return Zone(words, None, sign * (int(numeric[2]) * 60 + int(numeric[3] or 0)))
    if stem in _FIXED_MINUTES and stem not in ("utc", "gmt"):
        return Zone(words, None, _FIXED_MINUTES[stem])
    for pattern, short in _SPELT_OUT:
        if pattern.search(words):
            if short in _FIXED_MINUTES:
                return Zone(words, None, _FIXED_MINUTES[short])
            return Zone(words, _SEASONAL[short], None)
    return Zone(words, None, None)


def zones_in(text: str) -> tuple[Zone, ...]:
    """Every zone named in a text, in order; for headings and table headers."""
    found = [zone_named(match[0]) for match in _ZONE_WORD.finditer(text)]
    if not found and _GREENWICH.search(text):
        found = [Zone("Greenwich", None, 0)]
    return tuple(found)
