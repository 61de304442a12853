"""How a report tells that somebody or something noticed."""

from __future__ import annotations

import re

from twiceshy.reports.phrases import any_in, lower

_SIGNS = (
    "monitor",
    "alert",
    "alarm",
    "paging",
    "report",
    "complain",
    "notic",
    "detect",
    "discover",
    "observ",
    "ticket",
    "phone",
    "wrote",
    "writes",
    "flagged",
    "aware",
)
_NOTICED = re.compile(r"\b(?:page[drs]?|call(?:s|ed)?|sees?|saw|tells?|told)\b")


def tells_of_noticing(text: str) -> bool:
    """Whether somebody or something notices in this text."""
    low = lower(text)
    return any_in(_SIGNS, low) or _NOTICED.search(low) is not None
