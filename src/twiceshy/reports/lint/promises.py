"""What a report promises: its actions, each with those that only reword it."""

from __future__ import annotations

from twiceshy.model.ids import ActionId
from twiceshy.model.report import Action, Report


def open_promises(report: Report) -> tuple[tuple[Action, ...], ...]:
    """The open promises, each with the actions that only reword it; done ones are left out."""
    groups: dict[ActionId, list[Action]] = {}
    for action in report.actions:
        groups.setdefault(action.same_as or action.id, []).append(action)
    return tuple(
        tuple(group) for group in groups.values() if True not in [action.done for action in group]
    )
