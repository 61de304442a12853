"""A guard: a promise that can be checked, and because of which action it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from twiceshy.model.ids import ActionRef, GuardId, KindId
from twiceshy.model.place import Place


@dataclass(frozen=True, slots=True)
class Guard:
    """Kind, target, promise, cadence, and the actions it keeps."""

    id: GuardId
    """Its own name, which no other guard has."""
    kind: KindId
    """What kind of promise it is."""
    target: str
    """A service (`mail`), one endpoint (`mail.smtp`), a host, or a URL; free text for a practice."""
    promise: Any
    """The kind's own frozen promise dataclass, such as `kinds.certificate.facts.Promise`."""
    every: timedelta
    """How often it is checked."""
    because: tuple[ActionRef, ...] = ()
    """The actions it keeps: `<report>#<action>`, such as `mail-2024#a2`."""
    why: str | None = None
    """One sentence: why this guard keeps those promises."""
    place: Place | None = None
