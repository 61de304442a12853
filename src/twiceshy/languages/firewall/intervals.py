"""Sets of whole numbers as sorted, disjoint intervals."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Intervals:
    """A set of non-negative integers: sorted inclusive pairs that neither overlap nor touch."""

    pairs: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Intervals:
        """The union of inclusive pairs, in any order and overlapping as they like."""
        merged: list[tuple[int, int]] = []
        for low, high in sorted(pairs):
            if low > high:
                continue
            if merged and low <= merged[-1][1] + 1:
                if high > merged[-1][1]:
                    merged[-1] = (merged[-1][0], high)
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    @classmethod
    def single(cls, value: int) -> Intervals:
        """Just this number."""
        return cls(((value, value),))

    def __contains__(self, value: int) -> bool:
        place = bisect_right(self.pairs, value, key=lambda pair: pair[0]) - 1
        return place >= 0 and value <= self.pairs[place][1]

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self.pairs)

    def __or__(self, other: Intervals) -> Intervals:
        return Intervals.of((*self.pairs, *other.pairs))

    def __and__(self, other: Intervals) -> Intervals:
        both: list[tuple[int, int]] = []
        ours, theirs = iter(self.pairs), iter(other.pairs)
        one, two = next(ours, None), next(theirs, None)
        while one is not None and two is not None:
            low, high = max(one[0], two[0]), min(one[1], two[1])
            if low <= high:
                both.append((low, high))
            if one[1] < two[1]:
                one = next(ours, None)
            else:
                two = next(theirs, None)
        return Intervals(tuple(both))

    def complement(self, bits: int) -> Intervals:
        """All numbers of `bits` bits that are not in the set."""
        gaps: list[tuple[int, int]] = []
        start = 0
        for low, high in self.pairs:
            if low > start:
                gaps.append((start, low - 1))
            start = high + 1
        if start < 1 << bits:
            gaps.append((start, (1 << bits) - 1))
        return Intervals(tuple(gaps))

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return sum(high - low + 1 for low, high in self.pairs)
