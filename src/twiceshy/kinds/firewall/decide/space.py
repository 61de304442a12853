"""The dimensions of a question, and which rule asks for which values of them.

Every rule that may matter has a bit; so has every box of a condition with alternatives. A bit
stays set in a cell while all that it asks of the dimensions cut so far is true there.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from twiceshy.kinds.firewall.choices import ChoiceKey
from twiceshy.kinds.firewall.decide.interfaces import Interfaces
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals


class Role(Enum):
    """How a dimension counts: which of its values have to be right."""

    PACKET = 0
    """All of them: packets of the flow have any of these values."""
    SETTING = 1
    """The real one, which is not known: an interface, the user id of a daemon."""
    CHOICE = 2
    """As SETTING, of something that is not modelled."""


@dataclass(slots=True)
class Dim:
    """One dimension."""

    number: int
    asked: Field | None
    """None for a choice."""
    packet: int
    """Which packet of the connection it belongs to."""
    region: Intervals
    role: Role
    unsure: Intervals = field(default_factory=Intervals)
    """Values that may not exist in reality; what is wrong of them alone is not wrong for sure."""
    key: ChoiceKey | None = None
    asks: int = 0
    """The bits that ask for some of its values only."""
    literals: list[tuple[int, Intervals]] = field(default_factory=list)
    """Bit number and the values it asks for, within the region."""


class Space:
    """All dimensions of one question; grows while rules are gone through for the first time."""

    def __init__(self, interfaces: Interfaces) -> None:
        self.interfaces = interfaces
        self.dims: list[Dim] = []
        self.regions: dict[int, Intervals] = {}
        self.width = 0
        self._choices: dict[tuple[int, ChoiceKey], int] = {}

    def dim(
        self,
        asked: Field,
        region: Intervals,
        *,
        packet: int = 0,
        role: Role = Role.PACKET,
        unsure: Intervals | None = None,
    ) -> int:
        """A new dimension; returns its number."""
        return self._add(Dim(len(self.dims), asked, packet, region, role, unsure or Intervals()))

    def choice(self, packet: int, key: ChoiceKey, options: int = 2) -> int:
        """The dimension of a choice; the same for the same key of the same packet."""
        known = self._choices.get((packet, key))
        if known is None:
            region = Intervals(((0, options - 1),))
            known = self._add(
                Dim(len(self.dims), None, packet, region, Role.CHOICE, Intervals(), key)
            )
            self._choices[packet, key] = known
        return known

    def bits(self, count: int) -> int:
        """That many new bits in a row; returns the number of the first."""
        first = self.width
        self.width += count
        return first

    def ask(self, bit: int, dim: int, values: Intervals) -> None:
        """A bit asks for these values of a dimension, which lie within its region."""
        self.dims[dim].literals.append((bit, values))

    def _add(self, dim: Dim) -> int:
        self.dims.append(dim)
        self.regions[dim.number] = dim.region
        return dim.number


Literal = tuple[int, Intervals]
"""A dimension and the values that are asked of it."""


def clipped(values: Intervals, region: Intervals) -> Intervals | bool:
    """`values` within a region: True when all of it, False when nothing."""
    if len(values.pairs) == 1 and len(region.pairs) == 1:
        (low, high), (start, end) = values.pairs[0], region.pairs[0]
        if high < start or low > end:
            return False
        if low <= start and high >= end:
            return True
        return Intervals(((max(low, start), min(high, end)),))
    is_small = len(region.pairs) * 16 < len(values.pairs)
    both = _found(values, region) if is_small else values & region
    if not both.pairs:
        return False
    return True if both.pairs == region.pairs else both


def _found(values: Intervals, region: Intervals) -> Intervals:
    """The same as `&`, quicker when the region has few pairs and the values many."""
    pairs = values.pairs
    found: list[tuple[int, int]] = []
    low: Callable[[tuple[int, int]], int] = lambda pair: pair[0]  # noqa: E731 - the key of both
    high: Callable[[tuple[int, int]], int] = lambda pair: pair[1]  # noqa: E731
    for start, end in region.pairs:
        first = bisect_left(pairs, start, key=high)
        last = bisect_right(pairs, end, key=low)
        found += [(max(one, start), min(other, end)) for one, other in pairs[first:last]]
    return Intervals(tuple(found))
