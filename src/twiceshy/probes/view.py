"""What a probe is handed beside its guard: where it looks from, how long it may take, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class View:
    """One vantage point and its limits."""

    vantage: str
    """The name of the host that looks, as it appears in facts."""
    timeout_seconds: float
    """All the time one look may take, from name resolution to the last byte."""
    now: Callable[[], datetime]
    """The clock: aware, UTC."""
