"""Which number of an action's words sets which field of a promise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from twiceshy.guards.propose.proposal import Setting
from twiceshy.guards.propose.quantity import Bound, Quantity, Unit, as_duration

EVERY = "every"
"""The setting that is the guard's cadence and no field of its promise."""

_DAY_SECONDS = 86400
_CROWD = re.compile(
    r"\b(?:users?|customers?|clients?|requests?|orders?|visitors?|releases?|people|traffic|cases)\b"
)
_FREE = re.compile(r"\b(?:free|left|remaining|unused)\b")


class Form(StrEnum):
    """How a number is written in the file."""

    WHOLE = "whole"
    DURATION = "duration"
    """`30s`, `5m`, `6h`, `7d`."""
    RATE = "rate"
    """`100/minute`."""
    SIZE = "size"
    """`10 GB`."""
    SHARE = "share"
    """`80%`."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A setting that an action states."""

    setting: str
    value: Setting
    slack: float = 0
    """Of two that state the same setting the one with less slack is the stricter promise."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A setting that takes an amount of one unit with one of some bounds."""

    setting: str
    unit: Unit
    bounds: frozenset[Bound]
    form: Form = Form.WHOLE
    one_seconds: float = 1
    """How many seconds one of the setting is: 86400 for days, 0.001 for milliseconds."""
    near: re.Pattern[str] | None = None
    """What the clause must speak of for the amount to be meant."""
    unless: re.Pattern[str] | None = None
    """What the clause must not speak of."""
    is_used: bool = False
    """Whether a share of what is free means the rest of it."""
    least: float = 0
    most: float = 10**9
    """Amounts outside belong to something else; in the unit of the quantity, seconds for spans."""

    def takes(self, quantity: Quantity, clause: str) -> bool:
        """Whether `quantity`, one of `clause` (lower case), is meant for this setting."""
        return (
            quantity.unit is self.unit
            and quantity.bound in self.bounds
            and self.least <= quantity.amount <= self.most
            and (self.near is None or self.near.search(clause) is not None)
            and (self.unless is None or self.unless.search(clause) is None)
        )

    def filled(self, quantity: Quantity) -> Stated:
        """The setting with the quantity's amount."""
        smaller_is_looser = quantity.bound in {Bound.BELOW, Bound.AHEAD}
        slack = -quantity.amount if smaller_is_looser else quantity.amount
        return Stated(self.setting, self._written(quantity), slack)

    def _written(self, quantity: Quantity) -> Setting:
        match self.form:
            case Form.DURATION:
                return as_duration(quantity.amount)
            case Form.RATE:
                return f"{quantity.whole}/{quantity.per}"
            case Form.SIZE:
                return f"{quantity.amount:g} {quantity.per.upper()}"
            case Form.SHARE:
                return f"{quantity.amount:g}%"
            case Form.WHOLE:
                if quantity.unit is Unit.SECONDS:
                    return max(1, round(quantity.amount / self.one_seconds))
                return quantity.whole


def _words(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern is not None else None


OVER = frozenset({Bound.ABOVE, Bound.AT})
UNDER = frozenset({Bound.BELOW})


def span(setting: str, one_seconds: float, *, near: str | None = None, most: float = 3600) -> Slot:
    """A span of time that must not be exceeded, as a whole number; `most` in seconds."""
    return Slot(setting, Unit.SECONDS, OVER, one_seconds=one_seconds, near=_words(near), most=most)


def days_ahead(setting: str, **words: str) -> Slot:
    """So many days before an end; `near` and `unless` are patterns on the clause."""
    bounds = frozenset({Bound.AHEAD, Bound.BELOW, Bound.AT})
    most = 3660 * _DAY_SECONDS
    return Slot(
        setting,
        Unit.SECONDS,
        bounds,
        one_seconds=_DAY_SECONDS,
        near=_words(words.get("near")),
        unless=_words(words.get("unless")),
        least=_DAY_SECONDS,
        most=most,
    )


def percent(setting: str, *, near: str | None = None) -> Slot:
    """A share that must not be exceeded."""
    return Slot(setting, Unit.PERCENT, OVER, near=_words(near), most=100)


def used(setting: str, bounds: frozenset[Bound] = OVER) -> Slot:
    """A share of what there is; "less than 10% free" is more than 90% used."""
    return Slot(setting, Unit.PERCENT, bounds, is_used=True, most=100)


def count(setting: str, bounds: frozenset[Bound] = OVER, *, near: str | None = None) -> Slot:
    """A number of things."""
    return Slot(setting, Unit.COUNT, bounds, near=_words(near))


def share(setting: str, bounds: frozenset[Bound]) -> Slot:
    """A share written with its sign, for a series whose unit is not known."""
    return Slot(setting, Unit.PERCENT, bounds, Form.SHARE, most=100)


def duration(setting: str, *bounds: Bound) -> Slot:
    """A span of time, written with its unit."""
    return Slot(setting, Unit.SECONDS, frozenset(bounds), Form.DURATION)


def rate(setting: str, bounds: frozenset[Bound] = OVER, **words: str) -> Slot:
    """So many in each span of time; `near` and `unless` are patterns on the clause."""
    return Slot(
        setting,
        Unit.RATE,
        bounds,
        Form.RATE,
        near=_words(words.get("near")),
        unless=_words(words.get("unless")),
    )


def size(setting: str, *, near: str) -> Slot:
    """An amount of data below which it gets too little."""
    return Slot(setting, Unit.BYTES, UNDER, Form.SIZE, near=_words(near))


def stated(
    slots: Iterable[Slot], clause: str, found: Iterable[Quantity], mine: Callable[[Quantity], bool]
) -> tuple[Stated, ...]:
    """What `found`, the quantities of `clause`, state; the first of `slots` that fits takes one.

    `mine` tells whether a quantity belongs to the subject of the check.
    """
    said: list[Stated] = []
    slots = tuple(slots)
    for quantity in found:
        if not mine(quantity) or _is_of_a_crowd(quantity):
            continue
        rest = _rest(quantity) if _is_free(quantity, clause) else quantity
        meant = ((slot, rest if slot.is_used else quantity) for slot in slots)
        fitting = next(((slot, one) for slot, one in meant if slot.takes(one, clause)), None)
        if fitting is not None:
            said.append(fitting[0].filled(fitting[1]))
    return tuple(said)


def _is_of_a_crowd(quantity: Quantity) -> bool:
    """Whether it is a share of people or requests, which says nothing of machines."""
    if quantity.unit is not Unit.PERCENT or re.search(r"\bfail", quantity.of):
        return False
    return _CROWD.search(quantity.of) is not None


def _is_free(quantity: Quantity, clause: str) -> bool:
    before = clause[max(0, quantity.start - 40) : quantity.start]
    return bool(_FREE.search(quantity.of) or _FREE.search(before))


def _rest(quantity: Quantity) -> Quantity:
    """What is used when this much is free."""
    turned = {Bound.BELOW: Bound.ABOVE, Bound.ABOVE: Bound.BELOW}
    bound = turned.get(quantity.bound, quantity.bound)
    return replace(quantity, amount=100 - quantity.amount, bound=bound)
