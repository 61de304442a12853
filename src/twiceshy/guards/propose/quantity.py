"""An amount in an action's words: in which unit, and what it is to the promise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What is counted."""

    PERCENT = "percent"
    SECONDS = "seconds"
    """Every span of time, whatever it was written in."""
    RATE = "rate"
    """So many of something in each span of time."""
    BYTES = "bytes"
    BITS = "bits"
    DEGREES = "degrees"
    COUNT = "count"


class Bound(StrEnum):
    """What the amount is to the promise."""

    ABOVE = "above"
    """The promise is broken above it."""
    BELOW = "below"
    """The promise is broken below it."""
    AT = "at"
    """The alarm is raised there; the measure tells from which side it is reached."""
    AHEAD = "ahead"
    """So long before an end."""
    LASTING = "lasting"
    """So long must it go on before it counts."""
    SILENT = "silent"
    """So long nothing came."""
    EVERY = "every"
    BY = "by"
    """An alarm is raised when it changes by so much."""
    NONE = "none"
    """A number that bounds nothing."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in its unit, its bound, and where in the text it stands."""

    amount: float
    """Spans of time in seconds, everything else as written."""
    unit: Unit
    bound: Bound
    start: int
    end: int
    per: str = ""
    """For a rate, what it is in: second, minute, hour or day; for bytes, the unit as written."""
    of: str = ""
    """The noun that follows: "80% of the heap" is of "heap", "5 logins" of "logins"."""

    @property
    def whole(self) -> int:
        """The amount without what is behind the point, and never less than one."""
        return max(1, round(self.amount))


def as_duration(seconds: float) -> str:
    """A span as it is written in `twiceshy.yaml`: `30s`, `5m`, `6h`, `7d`."""
    whole = max(1, round(seconds))
    for letter, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if whole % size == 0:
            return f"{whole // size}{letter}"
    return f"{whole}s"
