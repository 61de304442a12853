"""Zone names that only hold for half of the year, and where they come from.

A name is here when a careful writer can get it wrong: `PST` in June. Names with more than one
home keep only the offset they have here (`BST` is also Bangladesh, `CST` also China), and names
that are right all the year somewhere nearby (`MST` in Arizona, `EST` in Panama) are let pass in
summer when `all_year` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Season:
    """A zone name with a season."""

    region: str
    """IANA name of the region that switches."""
    other: str
    """What the zone is called in the other half of the year."""
    place: str
    offset_minutes: int
    all_year: bool = False
    """Somewhere near, this name holds all the year, so it is never surely wrong."""


def _pair(
    region: str, place: str, winter: str, summer: str, winter_minutes: int
) -> dict[str, Season]:
    return {
        winter: Season(region, summer, place, winter_minutes, all_year=winter in _ALL_YEAR),
        summer: Season(region, winter, place, winter_minutes + 60),
    }


_ALL_YEAR = frozenset({"MST", "GMT", "AEST", "EET", "WET", "AST"})

SEASONS = MappingProxyType(
    _pair("America/Los_Angeles", "Pacific", "PST", "PDT", -480)
    | _pair("America/Denver", "Mountain", "MST", "MDT", -420)
    | _pair("America/Chicago", "US Central", "CST", "CDT", -360)
    | _pair("America/New_York", "US Eastern", "EST", "EDT", -300)
    | _pair("America/Halifax", "Atlantic", "AST", "ADT", -240)
    | _pair("America/Anchorage", "Alaska", "AKST", "AKDT", -540)
    | _pair("Europe/London", "British", "GMT", "BST", 0)
    | _pair("Europe/Lisbon", "Western European", "WET", "WEST", 0)
    | _pair("Europe/Paris", "Central European", "CET", "CEST", 60)
    | _pair("Europe/Athens", "Eastern European", "EET", "EEST", 120)
    | _pair("Australia/Sydney", "Sydney", "AEST", "AEDT", 600)
    | _pair("Pacific/Auckland", "New Zealand", "NZST", "NZDT", 720)
)
"""Zone name in capitals to its season."""

SEASONLESS = MappingProxyType(
    {
        "pt": "America/Los_Angeles",
        "pacific time": "America/Los_Angeles",
        "mountain time": "America/Denver",
        "central time": "America/Chicago",
        "et": "America/New_York",
        "eastern time": "America/New_York",
        "uk time": "Europe/London",
        "london time": "Europe/London",
        "central european time": "Europe/Paris",
        "eastern european time": "Europe/Athens",
    }
)
"""Zone names in lower case that leave the season open, to the region whose clocks they follow."""


def _offsets(region: str, day: date) -> frozenset[int]:
    """The offsets of a day, in minutes: two on the days on which the clocks change."""
    zone = ZoneInfo(region)
    shifts = (datetime.combine(day, clock, zone).utcoffset() for clock in (time(0), time(23, 59)))
    return frozenset(round(shift.total_seconds() / 60) for shift in shifts if shift is not None)


@lru_cache(maxsize=512)
def out_of_season(name: str, offset_minutes: int | None, day: date) -> Season | None:
    """The season of a zone name that the region did not use on that day; None when it fits."""
    season = SEASONS.get(name.strip().upper())
    if season is None or season.all_year:
        return None
    if offset_minutes is not None and offset_minutes != season.offset_minutes:
        return None
    return None if season.offset_minutes in _offsets(season.region, day) else season


@lru_cache(maxsize=512)
def clock_trouble(region: str, day: date, clock: time) -> str | None:
    """Why a clock time on a day is no single moment there: `skipped`, `twice`, or None."""
    zone = ZoneInfo(region)
    first = datetime.combine(day, clock, zone)
    before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
    if before is None or after is None or before == after:
        return None
    return "twice" if before > after else "skipped"
