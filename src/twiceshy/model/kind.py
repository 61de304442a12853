"""What a kind of guard is made of; each kind's folder in `kinds/` builds exactly one of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from twiceshy.model.fact import Fact
from twiceshy.model.ids import KindId
from twiceshy.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of promise: its settings, what is seen of a target, and the judgement.

    `judge(promise, fact, now)` is pure: the same three values always give the same verdict.
    """

    id: KindId
    summary: str
    """The promise in the user's words, one sentence."""
    promise: type[Any]
    """Frozen dataclass of the settings a user writes under `promise:`; all fields have a docstring."""
    fact: type[Fact]
    judge: Callable[[Any, Any, datetime], Verdict]
    every: timedelta
    """Cadence when the guard does not say one."""
    targets_estate: bool = True
    """Whether a target names a part of the estate; False: free text that may be left out."""
