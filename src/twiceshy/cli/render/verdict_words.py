"""A verdict's own words, whatever it is."""

from __future__ import annotations

from twiceshy.model.verdict import Holds, Verdict


def why(verdict: Verdict) -> str:
    """The verdict's one sentence."""
    return verdict.summary if isinstance(verdict, Holds) else verdict.why


def next_step(verdict: Verdict) -> str | None:
    """What to do about it; nothing where it holds."""
    return None if isinstance(verdict, Holds) else verdict.next_step
