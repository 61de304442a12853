"""How single values are written: names, durations, zones, addresses, secrets.

Each reader raises ValueError with a sentence for the user; the patterns are also the schema's.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from twiceshy.estate.mistakes import carries_credentials, shown
from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Secret

GUARD_NAME = "[a-z0-9][a-z0-9-]*"
NAME = "[A-Za-z0-9][A-Za-z0-9_-]*"
HOST_NAME = "[A-Za-z0-9][A-Za-z0-9._-]*"
REPORT_NAME = r"[^#\s]+"
DURATION = "[1-9][0-9]{0,6}[smhdw]"
SECRET_PLACE = r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:\S(?:.*\S)?)"  # noqa: S105 - a pattern
REACH = r"(?:local|ssh://\S+)"

LONGEST = timedelta(days=3660)
LONGEST_URL = 2048

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DURATION = re.compile(DURATION)
_WHITE = re.compile(r"\s")
_SECRET = re.compile(SECRET_PLACE)


def duration(text: str) -> timedelta:
    """`30s`, `5m`, `6h`, `7d` or `2w`, up to ten years."""
    if _DURATION.fullmatch(text) is None:
        raise ValueError(f"{shown(text)} is not a duration such as 30s, 5m, 6h, 7d or 2w")
    span = int(text[:-1]) * _UNITS[text[-1]]
    if span > LONGEST:
        raise ValueError(f"{shown(text)} is longer than ten years")
    return span


def zone(text: str) -> str:
    """An IANA time zone, such as `Europe/Zagreb`."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: the name of a folder of zones, such as `Europe`.
        raise ValueError(f"{shown(text)} is not an IANA time zone") from None


def zones() -> list[str]:
    """All zones there are, for suggestions; slow, as it looks through the zone files."""
    return sorted(available_timezones())


def address(text: str) -> str:
    """An IPv4 or IPv6 address in its usual spelling."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(f"{shown(text)} is not an IP address") from None


def endpoint_url(text: str) -> str:
    """An endpoint URL as `model.endpoint_url` reads it, as written."""
    if carries_credentials(text):
        raise ValueError("an endpoint carries no user or password")
    if len(text) > LONGEST_URL:
        raise ValueError(f"the URL is longer than {LONGEST_URL} characters")
    if _WHITE.search(text):
        raise ValueError("the URL has a space in it")
    parse_endpoint(text)
    return text


def secret(text: str) -> Secret:
    """Where a secret is kept; what is not such a place is never repeated."""
    if _SECRET.fullmatch(text) is None:
        raise ValueError(
            "a secret is never written here: say where it is kept, env:NAME or file:PATH"
        )
    return Secret(text)
