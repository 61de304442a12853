"""A check as JSON: a stable shape for other programs.

    version, at, vantage, took_seconds, estate
    summary     {holds, broken, unknown}
    guards[]    {id, kind, target, verdict, severity, why, evidence[]{what, found}, next_step,
                 hurts_at, seen_at, vantage, because[], took_seconds}, worst first
    turns[]     {guard, before, after, at}: what changed; before is null at the first look

Times are ISO 8601 in UTC; what does not apply is null. Keys may be added, never changed.
"""

from __future__ import annotations

import json
from typing import Any

from twiceshy.cli.render.outcome import Outcome
from twiceshy.cli.render.verdict_words import next_step, why
from twiceshy.model.verdict import Broken, word
from twiceshy.watch.sweep import Result


def check_json(outcome: Outcome) -> str:
    """The whole check as one JSON object, ending in a line feed."""
    shape = {
        "version": outcome.version,
        "at": outcome.started.isoformat(timespec="seconds"),
        "vantage": outcome.vantage,
        "took_seconds": round(outcome.took_seconds, 3),
        "estate": outcome.estate_path,
        "summary": outcome.counts,
        "turns": [
            {
                "guard": turn.guard_id,
                "before": turn.before,
                "after": turn.after,
                "at": turn.at.isoformat(timespec="seconds"),
            }
            for turn in outcome.turns
        ],
        "guards": [_guard(result) for result in outcome.worst_first],
    }
    return json.dumps(shape, indent=2) + "\n"


def _guard(result: Result) -> dict[str, Any]:
    guard, verdict = result.guard, result.verdict
    broken = verdict if isinstance(verdict, Broken) else None
    hurts_at = broken.hurts_at if broken else None
    return {
        "id": guard.id,
        "kind": guard.kind,
        "target": guard.target,
        "verdict": word(verdict),
        "severity": broken.severity.value if broken else None,
        "why": why(verdict),
        "evidence": [{"what": one.what, "found": one.found} for one in verdict.evidence],
        "next_step": next_step(verdict),
        "hurts_at": hurts_at.isoformat(timespec="seconds") if hurts_at else None,
        "seen_at": result.seen.at.isoformat(timespec="seconds"),
        "vantage": result.seen.vantage,
        "because": [str(reference) for reference in guard.because],
        "took_seconds": round(result.took_seconds, 3),
    }
