"""What a check looks like as a guard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from twiceshy.guards.propose.checks.slot import OVER, UNDER, Slot, count, duration, rate
from twiceshy.guards.propose.proposal import Setting
from twiceshy.guards.propose.quantity import Bound, Unit
from twiceshy.model.ids import KindId


@dataclass(frozen=True, slots=True)
class Template:
    """A check as a guard; `{service}` stands for the target in why and promise."""

    kind: KindId
    every: str
    why: str
    promise: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}))
    advice: str | None = None
    slots: tuple[Slot, ...] = ()
    """What a number in the action's words sets."""
    is_event: bool = False
    """Whether "every hour" is how often the thing itself happens, not how often it is looked at."""


def template(
    kind: str,
    every: str,
    why: str,
    *,
    advice: str | None = None,
    slots: tuple[Slot, ...] = (),
    **promise: Setting,
) -> Template:
    """A check of `kind`."""
    return Template(KindId(kind), every, why, MappingProxyType(promise), advice, slots)


SOURCE = "Say where the series comes from: a log, Prometheus, SQL or a webhook."

_OF_ANY_SERIES = (
    duration("silent_for", Bound.SILENT),
    duration("lasting", Bound.LASTING),
    rate("alert_above"),
    rate("alert_below", UNDER),
    Slot("changes_by_percent", Unit.PERCENT, frozenset({Bound.BY})),
)
"""Numbers that any series may be held against."""
_DUE_EVERY = replace(
    duration("due_every", Bound.EVERY), unless=re.compile(r"\b(?:restor|recover)\w*")
)
_COUNTED = (count("alert_above", OVER), count("alert_below", UNDER))


def signal(
    series: str,
    *,
    why: str,
    slots: tuple[Slot, ...] = (),
    is_event: bool = False,
    is_counted: bool = True,
    **promise: Setting,
) -> Template:
    """A check that follows a series of numbers; one of shares or spans is held against no count."""
    settings: dict[str, Setting] = {"series": series, **promise}
    every = (_DUE_EVERY,) if is_event else ()
    return Template(
        KindId("signal"),
        "1m",
        why,
        MappingProxyType(settings),
        SOURCE,
        (*slots, *every, *_OF_ANY_SERIES, *(_COUNTED if is_counted else ())),
        is_event,
    )
