"""The one page as JSON: a stable shape for other programs.

    at, estate, headline
    reports[]   {id, title, path, date, cause, cause_class, could_happen_again, sentence,
                 reasons[], actions[]}, most pressing first
    actions[]   {id, also[], text, owner, due, state, since, guards[]}
    guards[]    {id, verdict, why, severity, since, seen_at, next_step}; verdict null: never checked
    without_action[] (guards), mistakes[]

`could_happen_again` is null for what is no report.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from twiceshy.guards.page import ActionLine, Page, ReportPart
from twiceshy.guards.state import Standing


def status_json(page: Page, estate_path: str) -> str:
    """The whole page as one JSON object, ending in a line feed."""
    shape = {
        "at": _stamp(page.at),
        "estate": estate_path,
        "headline": page.headline,
        "reports": [_part(part) for part in page.parts],
        "without_action": [_standing(standing) for standing in page.without_action],
        "mistakes": list(page.mistakes),
    }
    return json.dumps(shape, indent=2) + "\n"


def _part(part: ReportPart) -> dict[str, Any]:
    report = part.report
    day = report.start.day if report.start else None
    return {
        "id": report.id,
        "title": report.title,
        "path": report.path,
        "date": day.isoformat() if day else None,
        "cause": report.cause.text if report.cause else None,
        "cause_class": report.cause.cause_class.value if report.cause else None,
        "could_happen_again": bool(part.reasons) if report.is_report else None,
        "sentence": part.sentence,
        "reasons": list(part.reasons),
        "actions": [_line(line) for line in part.lines],
    }


def _line(line: ActionLine) -> dict[str, Any]:
    action = line.action
    return {
        "id": action.id,
        "also": list(line.also),
        "text": action.text,
        "owner": action.owner,
        "due": action.due.isoformat() if action.due else None,
        "state": line.progress.state.value,
        "since": _stamp(line.progress.since),
        "guards": [_standing(standing) for standing in line.standings],
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "id": standing.guard_id,
        "verdict": standing.verdict,
        "why": standing.why or None,
        "severity": standing.severity.value if standing.severity else None,
        "since": _stamp(standing.since),
        "seen_at": _stamp(standing.seen_at),
        "next_step": standing.next_step,
    }


def _stamp(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
