"""Values to rows and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, word
from twiceshy.store.plain import plain, storable
from twiceshy.store.records import Latest, Observation, Run


def run_row(this_run: Run) -> dict[str, Any]:
    """A run for its table."""
    return {
        "started": this_run.started,
        "ended": this_run.ended,
        "vantage": storable(this_run.vantage),
        "version": this_run.version,
        "whole": this_run.whole,
    }


def observation_row(seen: Observation, run_id: int | None) -> dict[str, Any]:
    """An observation for its table; `why` is the summary when it holds."""
    verdict = seen.verdict
    broken = verdict if isinstance(verdict, Broken) else None
    next_step = None if isinstance(verdict, Holds) else verdict.next_step
    return {
        "run_id": run_id,
        "guard_id": seen.guard.id,
        "kind": seen.guard.kind,
        "target": storable(seen.guard.target),
        "promise": plain(seen.guard.promise),
        "at": seen.at,
        "vantage": storable(seen.vantage),
        "verdict": word(verdict),
        "severity": broken.severity.value if broken else None,
        "why": storable(verdict.summary if isinstance(verdict, Holds) else verdict.why),
        "evidence": [
            {"what": storable(one.what), "found": storable(one.found)} for one in verdict.evidence
        ],
        "next_step": storable(next_step) if next_step is not None else None,
        "hurts_at": broken.hurts_at if broken else None,
        "took_seconds": seen.took_seconds,
    }


def latest_from_row(row: Row[Any]) -> Latest:
    """What `queries.latest` found of one guard."""
    return Latest(
        guard_id=GuardId(row.guard_id),
        verdict=row.verdict,
        why=row.why,
        at=row.at,
        vantage=row.vantage,
        since=row.since,
        ever_held=bool(row.ever_held),
        severity=Severity(row.severity) if row.severity else None,
        evidence=tuple(Evidence(one["what"], one["found"]) for one in row.evidence),
        next_step=row.next_step,
        hurts_at=row.hurts_at,
    )
