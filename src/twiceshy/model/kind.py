"""What a kind of guard is made of; each kind's folder in `kinds/` builds exactly one of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Fact, Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import KindId
from twiceshy.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Proposals:
    """How a kind sees a configuration that has not been applied; all of it is pure."""

    recognises: Callable[[str, bytes], str | None]
    """`recognises(path, content)`: what dialect a file is that this kind reads, such as
    `iptables-save`, told from its path and beginning; None when it is none of its business."""
    fact: Callable[[Guard, Configuration, datetime], Fact | Unseen]
    """`fact(guard, configuration, at)`: what the guard's target would be with this configuration.
    What only a live look can tell is left out of the fact, and not held against the guard."""
    differences: Callable[[Configuration, Configuration], tuple[str, ...]] | None = None
    """`differences(before, after)`: the blast radius in words, one line each, most important first:
    what behaves otherwise, by meaning and not by text; empty when nothing does."""


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
    proposals: Proposals | None = None
    """For kinds that can judge a change before it is applied."""
