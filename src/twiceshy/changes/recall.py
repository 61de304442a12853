"""Which outages a change would repeat: the reports and actions behind the guards it breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from twiceshy.changes.outcome import Effect, Recalled, Review
from twiceshy.model.ids import ActionRef
from twiceshy.model.report import Report

UNDOING = (Effect.BREAKS, Effect.STAYS_BROKEN, Effect.BLINDS)
"""Effects after which an action is no longer kept."""


def undone(review: Review) -> tuple[ActionRef, ...]:
    """The actions that would no longer be kept, in the order of the guards, each once."""
    return tuple(dict.fromkeys(ref for one in review.having(*UNDOING) for ref in one.guard.because))


def recall(refs: Iterable[ActionRef], reports: Iterable[Report]) -> Mapping[ActionRef, Recalled]:
    """What each action promised, and after which outage."""
    known = {report.id: report for report in reports}
    return MappingProxyType({ref: _recalled(ref, known.get(ref.report)) for ref in refs})


def _recalled(ref: ActionRef, report: Report | None) -> Recalled:
    if report is None:
        return Recalled(ref, None)
    text = next((action.text for action in report.actions if action.id == ref.action), None)
    start = report.start
    day = None if start is None or start.day is None else start.day.isoformat()
    return Recalled(ref, text, report.title, day)
