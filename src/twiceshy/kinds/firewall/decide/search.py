"""Depth first through the cells of a region: is there a packet for which it goes wrong?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from operator import itemgetter

from twiceshy.kinds.firewall.decide.budget import Budget
from twiceshy.kinds.firewall.decide.evaluator import Evaluator
from twiceshy.kinds.firewall.decide.space import Dim, Role, Space
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals

WRONG, RIGHT = 1, 2
"""What may happen to packets of a cell, as bits."""


class Level(IntEnum):
    """How often it goes wrong, for some packet of the region."""

    NEVER = 0
    SOMETIMES = 1
    """It hinges on what is not known or not modelled."""
    ALWAYS = 2


Way = tuple[int, Intervals, "Way"] | None
"""A cell: a dimension and its values, and the rest of the cell."""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer; of one that is not NEVER the cell of the packet."""

    level: Level
    way: Way = None

    @property
    def cell(self) -> Mapping[int, Intervals]:
        """Values by dimension; what is not in it may have any value of its region."""
        values = {}
        way = self.way
        while way is not None:
            values[way[0]] = way[1]
            way = way[2]
        return values


Program = Callable[[], int]
"""Evaluates the cell that the evaluators look at: what may happen there, WRONG and RIGHT."""

_NEVER = Found(Level.NEVER)


class Search:
    """One question: a space, the evaluators whose bits it holds, and what is asked of them."""

    def __init__(
        self, space: Space, evaluators: tuple[Evaluator, ...], program: Program, budget: Budget
    ) -> None:
        self._space = space
        self._evaluators = evaluators
        self._program = program
        self._budget = budget
        self._order: list[Dim] = []
        self._pending: list[int] = []
        self._events: dict[int, list[tuple[int, int]]] = {}
        self._memo: dict[tuple[int, int], Found] = {}

    def run(self) -> Found:
        """The worst that happens to a packet of the region; raises GivenUp."""
        flags, reached = self._evaluate(-1, None)
        if flags != WRONG | RIGHT:
            return Found(Level.ALWAYS) if flags == WRONG else _NEVER
        self._freeze()
        return self._cut(0, reached)

    def wrong_cells(self) -> Iterator[Found]:
        """All cells in which it goes wrong, or may; they do not overlap. Raises GivenUp."""
        flags, reached = self._evaluate(-1, None)
        if flags == RIGHT:
            return
        if flags == WRONG:
            yield Found(Level.ALWAYS)
            return
        self._freeze()
        yield from self._enumerate(0, reached)

    def levels_along(self, asked: Field, region: Intervals) -> Iterator[tuple[Intervals, Level]]:
        """The worst for each value of one field, many values at a time; raises GivenUp."""
        flags, reached = self._evaluate(-1, None)
        if flags != WRONG | RIGHT:
            yield region, Level.ALWAYS if flags == WRONG else Level.NEVER
            return
        self._freeze(first=asked)
        if not self._order or self._order[0].asked is not asked:
            yield region, self._cut(0, reached).level
            return
        for active, pairs in self._cells(self._order[0], reached).items():
            yield Intervals.of(pairs), self._visit(1, active).level

    def _enumerate(self, at: int, active: int) -> Iterator[Found]:
        at = self._next(at, active)
        if at == len(self._order) or self._order[at].role is not Role.PACKET:
            found = self._cut(at, active)
            if found.level is not Level.NEVER:
                yield Found(found.level)
            return
        if self._cut(at, active).level is Level.NEVER:
            return
        dim = self._order[at]
        for bits, pairs in self._cells(dim, active).items():
            values = Intervals.of(pairs)
            flags, reached = self._evaluate(bits, self._pending[at + 1])
            if flags == WRONG:
                yield Found(Level.ALWAYS, (dim.number, values, None))
            elif flags != RIGHT:
                for found in self._enumerate(at + 1, bits & reached):
                    yield Found(found.level, (dim.number, values, found.way))

    def _evaluate(self, active: int, pending: int | None) -> tuple[int, int]:
        # to look at a cell takes longer the more rules there are
        self._budget.spend(1 + self._space.width // 1024)
        for one in self._evaluators:
            one.look_at(active, pending)
        flags = self._program()
        reached = 0
        for one in self._evaluators:
            reached |= one.reached
        return flags, reached

    def _freeze(self, first: Field | None = None) -> None:
        for dim in self._space.dims:
            dim.asks = 0
            for bit, _ in dim.literals:
                dim.asks |= 1 << bit
        used = [dim for dim in self._space.dims if dim.asks]
        self._order = sorted(
            used,
            key=lambda dim: (
                not (first is not None and dim.asked is first),
                dim.role.value,
                _cuts(dim),
            ),
        )
        pending = 0
        suffixes = [0]
        for dim in reversed(self._order):
            pending |= dim.asks
            suffixes.append(pending)
        self._pending = suffixes[::-1]

    def _visit(self, at: int, active: int) -> Found:
        """The worst in a cell whose dimensions before `at` are cut."""
        flags, reached = self._evaluate(active, self._pending[at])
        if flags == RIGHT:
            return _NEVER
        if flags == WRONG:
            return Found(Level.ALWAYS)
        return self._cut(at, active & reached)

    def _next(self, at: int, active: int) -> int:
        """The next dimension that makes a difference."""
        while at < len(self._order) and not active & self._order[at].asks:
            at += 1
        return at

    def _cut(self, at: int, active: int) -> Found:
        at = self._next(at, active)
        if at == len(self._order):
            return Found(Level.SOMETIMES)
        known = self._memo.get((at, active))
        if known is None:
            dim = self._order[at]
            cells = self._cells(dim, active)
            known = (self._any if dim.role is Role.PACKET else self._all)(dim, cells, at)
            self._memo[at, active] = known
        return known

    def _any(self, dim: Dim, cells: dict[int, list[tuple[int, int]]], at: int) -> Found:
        """It goes wrong as soon as it does for one value."""
        worst = _NEVER
        for active, pairs in cells.items():
            found = self._visit(at + 1, active)
            if found.level <= worst.level and not (found.level > Level.NEVER and dim.unsure):
                continue
            values = Intervals.of(pairs)
            level = found.level
            if level is Level.ALWAYS and dim.unsure and (values & dim.unsure) == values:
                level = Level.SOMETIMES
            if level > worst.level:
                worst = Found(level, (dim.number, values, found.way))
            if level is Level.ALWAYS:
                break
        return worst

    def _all(self, dim: Dim, cells: dict[int, list[tuple[int, int]]], at: int) -> Found:
        """It goes wrong for sure only if it does for every value."""
        levels = set()
        worst = _NEVER
        for active, pairs in cells.items():
            found = self._visit(at + 1, active)
            levels.add(found.level)
            if found.level > worst.level:
                worst = Found(found.level, (dim.number, Intervals.of(pairs), found.way))
            if Level.SOMETIMES in levels or len(levels) > 1:
                return Found(Level.SOMETIMES, worst.way)
        return worst

    def _cells(self, dim: Dim, active: int) -> dict[int, list[tuple[int, int]]]:
        """The bits that stay active, by the values of a dimension for which they do."""
        events = self._events_of(dim)
        self._budget.spend(1 + len(events) // 64)
        now = active & ~dim.asks
        region = dim.region
        cells: dict[int, list[tuple[int, int]]] = {}
        low = region.pairs[0][0]
        for position, mask in events:
            changed = mask & active
            if not changed:
                continue
            if position > low:
                cells.setdefault(now, []).append((low, position - 1))
            low = position
            now ^= changed
        if low <= region.pairs[-1][1]:
            cells.setdefault(now, []).append((low, region.pairs[-1][1]))
        if len(region.pairs) > 1:
            clipped = ((now, Intervals.of(pairs) & region) for now, pairs in cells.items())
            cells = {now: list(values.pairs) for now, values in clipped if values}
        return cells

    def _events_of(self, dim: Dim) -> list[tuple[int, int]]:
        """Where bits turn on or off along a dimension, in order."""
        known = self._events.get(dim.number)
        if known is None:
            masks: dict[Intervals, int] = {}
            for bit, values in dim.literals:
                masks[values] = masks.get(values, 0) | 1 << bit
            toggles: dict[int, int] = {}
            for values, mask in masks.items():
                for low, high in values.pairs:
                    toggles[low] = toggles.get(low, 0) ^ mask
                    toggles[high + 1] = toggles.get(high + 1, 0) ^ mask
            known = self._events[dim.number] = sorted(toggles.items(), key=itemgetter(0))
        return known


def _cuts(dim: Dim) -> int:
    return len({values for _, values in dim.literals})
