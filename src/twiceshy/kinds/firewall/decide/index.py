"""Which rules of a chain can matter for a region, found without asking each of them.

There may be a hundred thousand rules, so this keeps plain numbers where it can: every further
object would be one more for Python's garbage collector to visit, again and again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from twiceshy.languages.firewall.conditions import AnyOf, Condition, Field, Match, Names
from twiceshy.languages.firewall.intervals import Intervals

FEW = 200
"""So many different values are looked through one by one."""
_LEVEL_BITS = 8
_LEVEL = (1 << _LEVEL_BITS) - 1

Numbers = int | list[int]
"""The number of one rule, as most values are asked for by one alone; or of several."""


class FieldIndex:
    """What the rules of a chain ask of one field."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: list[Intervals] = []
        self._numbers: list[Numbers] = []
        self._asking = 0
        self._blocks: _Blocks | None = None
        self._masks: dict[Intervals, int] = {}

    def add(self, values: Intervals, numbers: Numbers) -> None:
        """These rules ask for these values."""
        self._values.append(values)
        self._numbers.append(numbers)

    def impossible(self, region: Intervals) -> int:
        """The rules that ask for nothing in the region, as bits."""
        mask = self._masks.get(region)
        if mask is None:
            mask = self._masks[region] = self._impossible(region)
        return mask

    def _impossible(self, region: Intervals) -> int:
        if len(self._values) <= FEW:
            apart = [
                numbers
                for values, numbers in zip(self._values, self._numbers, strict=True)
                if not overlap(values, region)
            ]
            return bits_of(apart, self._size)
        if self._blocks is None:
            self._blocks = _Blocks(self._values, self._numbers)
            self._asking = bits_of(self._numbers, self._size)
        return self._asking & ~bits_of(self._blocks.touching(region), self._size)


class ChainIndex:
    """The rules of a chain by what they ask."""

    def __init__(self, conditions: Iterable[Sequence[Condition]]) -> None:
        # readers hand out one object for conditions that are alike, and to tell objects apart is
        # quicker than to compare what they ask
        asking: dict[int, Numbers] = {}
        asked: list[Condition] = []
        number = -1
        for number, each in enumerate(conditions):
            for one in each:
                key = id(one)
                if key not in asking:
                    asking[key] = number
                    asked.append(one)
                    continue
                known = asking[key]
                if isinstance(known, int):
                    asking[key] = [known, number]
                else:
                    known.append(number)
        self._size = number + 1
        self._fields: dict[Field, FieldIndex] = {}
        self.names: tuple[Names, ...] = self._sorted_out(asked, asking.values())
        """The interface names that they ask for."""

    def _sorted_out(
        self, asked: Iterable[Condition], numbers: Iterable[Numbers]
    ) -> tuple[Names, ...]:
        names: dict[Names, None] = {}
        fields = self._fields
        for one, those in zip(asked, numbers, strict=True):
            if isinstance(one, Match):
                values = one.values
                if isinstance(values, Names):
                    names[values] = None
                    continue
                index = fields.get(one.field)
                if index is None:
                    index = fields[one.field] = FieldIndex(self._size)
                index.add(values, those)
            elif isinstance(one, AnyOf):
                matches = (match for box in one.boxes for match in box)
                names.update((m.values, None) for m in matches if isinstance(m.values, Names))
        return tuple(names)

    def candidates(self, regions: Mapping[Field, Intervals]) -> Iterator[int]:
        """The rules that may match something in these regions, in order; a few too many."""
        mask = (1 << self._size) - 1
        for field, region in regions.items():
            index = self._fields.get(field)
            if index is not None:
                mask &= ~index.impossible(region)
        return ones(mask)

    @property
    def fields(self) -> Iterable[Field]:
        """The fields that any rule asks for."""
        return self._fields


class _Blocks:
    """Intervals cut into aligned blocks, as networks are: each contains a point or starts after.

    A block is 2^level long and aligned to it; it is written as one number, where it starts and
    then its level.
    """

    def __init__(self, asked: Iterable[Intervals], numbers: Iterable[Numbers]) -> None:
        self._by_block: dict[int, Numbers] = {}
        for values, those in zip(asked, numbers, strict=True):
            for low, high in values.pairs:
                size = high - low + 1
                if not (size & (size - 1) or low & (size - 1)):
                    self._add(low << _LEVEL_BITS | size.bit_length() - 1, those)
                    continue
                for block in _aligned(low, high):
                    self._add(block, those)
        self._blocks = sorted(self._by_block)
        self._levels = sorted({block & _LEVEL for block in self._blocks})

    def _add(self, block: int, numbers: Numbers) -> None:
        known = self._by_block.get(block)
        if known is None:
            self._by_block[block] = numbers
        else:
            self._by_block[block] = [*_listed(known), *_listed(numbers)]

    def touching(self, region: Intervals) -> Iterator[Numbers]:
        """The rules with a block that has something of the region."""
        by_block = self._by_block
        for low, high in region.pairs:
            for level in self._levels:
                found = by_block.get(low >> level << level << _LEVEL_BITS | level)
                if found is not None:
                    yield found
            first = bisect_right(self._blocks, low << _LEVEL_BITS | _LEVEL)
            last = bisect_right(self._blocks, high << _LEVEL_BITS | _LEVEL)
            for block in self._blocks[first:last]:
                yield by_block[block]


def _listed(numbers: Numbers) -> list[int]:
    return [numbers] if isinstance(numbers, int) else numbers


def _aligned(low: int, high: int) -> Iterator[int]:
    """The interval as blocks."""
    while low <= high:
        level = (low & -low).bit_length() - 1 if low else (high + 1).bit_length()
        while low + (1 << level) - 1 > high:
            level -= 1
        yield low << _LEVEL_BITS | level
        low += 1 << level


def overlap(one: Intervals, other: Intervals) -> bool:
    """Whether they have a number in common."""
    first, second = (one, other) if len(one.pairs) <= len(other.pairs) else (other, one)
    pairs = second.pairs
    for low, high in first.pairs:
        at = bisect_left(pairs, low, key=_high)
        if at < len(pairs) and pairs[at][0] <= high:
            return True
    return False


def _high(pair: tuple[int, int]) -> int:
    return pair[1]


def bits_of(numbers: Iterable[Numbers], size: int) -> int:
    """These numbers as the set bits of one."""
    octets = bytearray((size >> 3) + 1)
    for one in numbers:
        if isinstance(one, int):
            octets[one >> 3] |= 1 << (one & 7)
        else:
            for number in one:
                octets[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(octets, "little")


def ones(mask: int) -> Iterator[int]:
    """The numbers of the set bits, lowest first."""
    text = bin(mask)[:1:-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)
