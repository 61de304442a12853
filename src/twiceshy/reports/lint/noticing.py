"""How a report tells that somebody or something noticed."""

from __future__ import annotations

import re

_NOTICED = re.compile(
    r"monitor|alert|alarm|\bpage[drs]?\b|paging|report|complain|notic|detect|discover|observ|ticket"
    r"|\bcall(?:s|ed)?\b|phone|\bsees?\b|\bsaw\b|\btells?\b|\btold\b|wrote|writes|flagged|aware",
    re.IGNORECASE,
)


def tells_of_noticing(text: str) -> bool:
    """Whether somebody or something notices in this text."""
    return _NOTICED.search(text) is not None
