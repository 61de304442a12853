"""Which rules of a chain can matter for a region, found without asking each of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from twiceshy.languages.firewall.conditions import AnyOf, Condition, Field, Match, Names
from twiceshy.languages.firewall.intervals import Intervals

FEW = 200
"""So many different values are looked through one by one."""


class FieldIndex:
    """What the rules of a chain ask of one field."""

    def __init__(self, field: Field, size: int) -> None:
        self._field = field
        self._size = size
        self._asked: list[tuple[Intervals, list[int]]] = []
        self._all: int | None = None
        self._blocks: _Blocks | None = None
        self._masks: dict[Intervals, int] = {}

    def add(self, values: Intervals, numbers: list[int]) -> None:
        """These rules ask for these values."""
        self._asked.append((values, numbers))

    def impossible(self, region: Intervals) -> int:
        """The rules that ask for nothing in the region, as bits."""
        mask = self._masks.get(region)
        if mask is None:
            mask = self._masks[region] = self._impossible(region)
        return mask

    def _impossible(self, region: Intervals) -> int:
        if len(self._asked) <= FEW:
            return bits_of(
                (
                    number
                    for values, numbers in self._asked
                    if not overlap(values, region)
                    for number in numbers
                ),
                self._size,
            )
        if self._blocks is None:
            self._blocks = _Blocks(self._asked)
            every = (number for _, numbers in self._asked for number in numbers)
            self._all = bits_of(every, self._size)
        assert self._all is not None
        return self._all & ~bits_of(self._blocks.touching(region), self._size)


class ChainIndex:
    """The rules of a chain by what they ask."""

    def __init__(self, conditions: Iterable[Sequence[Condition]]) -> None:
        # readers hand out one object for conditions that are alike, so objects are told apart by
        # their identity, which is quicker than by what they ask
        asked: dict[int, tuple[Condition, list[int]]] = {}
        number = -1
        for number, each in enumerate(conditions):
            for one in each:
                known = asked.get(id(one))
                if known is None:
                    known = asked[id(one)] = (one, [])
                known[1].append(number)
        self._size = number + 1
        self._fields: dict[Field, FieldIndex] = {}
        names: dict[Names, None] = {}
        for one, numbers in asked.values():
            match one:
                case Match(field, Intervals() as values):
                    index = self._fields.get(field)
                    if index is None:
                        index = self._fields[field] = FieldIndex(field, self._size)
                    index.add(values, numbers)
                case Match(_, Names() as values):
                    names[values] = None
                case AnyOf(boxes):
                    for box in boxes:
                        for each_match in box:
                            if isinstance(each_match.values, Names):
                                names[each_match.values] = None
                case _:
                    pass
        self.names: tuple[Names, ...] = tuple(names)
        """The interface names that they ask for."""

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
    """Intervals cut into aligned blocks, as networks are: each contains a point or starts after."""

    def __init__(self, asked: Iterable[tuple[Intervals, list[int]]]) -> None:
        self._by_block: dict[tuple[int, int], list[int]] = {}
        for values, numbers in asked:
            for low, high in values.pairs:
                size = high - low + 1
                if not (size & (size - 1) or low & (size - 1)):
                    level = size.bit_length() - 1
                    self._add((level, low >> level), numbers)
                    continue
                for block in _aligned(low, high):
                    self._add(block, numbers)
        self._levels = sorted({level for level, _ in self._by_block})
        starts = sorted((start << level, level, start) for level, start in self._by_block)
        self._starts = [start for start, _, _ in starts]
        self._keys = [(level, start) for _, level, start in starts]

    def _add(self, block: tuple[int, int], numbers: list[int]) -> None:
        known = self._by_block.get(block)
        # the list of the first is shared until a second one comes
        self._by_block[block] = numbers if known is None else known + numbers

    def touching(self, region: Intervals) -> Iterator[int]:
        """The rules with a block that has something of the region."""
        for low, high in region.pairs:
            for level in self._levels:
                found = self._by_block.get((level, low >> level))
                if found is not None:
                    yield from found
            first = bisect_right(self._starts, low)
            last = bisect_right(self._starts, high)
            for key in self._keys[first:last]:
                yield from self._by_block[key]


def _aligned(low: int, high: int) -> Iterator[tuple[int, int]]:
    """The interval as blocks (level, start >> level), each 2^level long and aligned to it."""
    while low <= high:
        level = (low & -low).bit_length() - 1 if low else (high + 1).bit_length()
        while low + (1 << level) - 1 > high:
            level -= 1
        yield level, low >> level
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


def bits_of(numbers: Iterable[int], size: int) -> int:
    """These numbers as the set bits of one."""
    octets = bytearray((size >> 3) + 1)
    for number in numbers:
        octets[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(octets, "little")


def ones(mask: int) -> Iterator[int]:
    """The numbers of the set bits, lowest first."""
    text = bin(mask)[:1:-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)
