"""Kinds that have a name and a promise but no probe yet: their guards are Unknown, never green.

An action about a login deserves a `login` guard from the day it is read. Until that kind is built,
the guard is kept as the user wrote it and judged Unknown, saying so.
"""

from __future__ import annotations

from types import MappingProxyType

from twiceshy.model.ids import KindId

PLANNED_KINDS = MappingProxyType(
    {
        KindId(name): summary
        for name, summary in (
            ("login", "A sequence of requests, such as a login, answers as it should in time."),
            ("signal", "A series shows no abnormal spike, drop or silence."),
        )
    }
)
"""Kind id to the promise in the user's words."""
