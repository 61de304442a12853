"""A line of the table: what was measured, beside what, and whether the target is met."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

PEER_MISSING = "peer missing"


@dataclass(frozen=True)
class Row:
    """One measurement."""

    what: str
    figure: str
    """Ours, with its unit and, where there were rounds, the spread."""
    target: str
    met: bool | None
    """None when there is no target or nothing to hold it against."""
    peer: str = "-"
    """The other program and its figure; `peer missing` where it is not installed."""
    ratio: float | None = None
    """How many times better than the peer; None without one."""
    details: dict[str, Any] = field(default_factory=dict)
    """Every round's figures, for the JSON file."""

    def as_json(self) -> dict[str, Any]:
        """Plain values only."""
        return asdict(self)


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median and range: `268 [260-281]`."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} [{low:.{digits}f}-{high:.{digits}f}]"
