"""A review as JSON: a stable shape for other programs, and what the journal keeps of it.

    version, id, hash, at, before, after, exit_code
    summary       {breaks, stays_broken, blinds, stays_unknown, mends, keeps}
    files[]       {path, host, stands_at, how: added|removed|changed, before, after: SHA-256 of the
                   content or null, executable, kinds[]{kind, dialect}}
    running       {path: SHA-256} of rule sets that were loaded, when reviewed against a host
    guards[]      {id, kind, target, host, effect, severity, why, evidence[]{what, found, file, line,
                   column}, next_step, was: {verdict, why}, verdict,
                   because[]{action, text, title, day}}, worst effect first
    differences[] {kind, host, text}: what behaves otherwise
    rehearsed[]   {host, went_well: true|false|null, lines[]}: what `--try` saw in a sandbox
    unguarded[]   paths that a kind reads and no guard looks at
    unread[]      paths of files that may change and could not be read, and so cannot be applied
    notes[]

Times are ISO 8601 in UTC; what does not apply is null. Keys may be added, never changed.
"""

from __future__ import annotations

import json
from typing import Any

from twiceshy import __version__
from twiceshy.changes.outcome import Effect, Judged, Review
from twiceshy.cli.render.verdict_words import next_step, why
from twiceshy.model.verdict import Broken, Evidence, word


def review_json(review: Review) -> str:
    """The whole review as one JSON object, ending in a line feed."""
    return _escaped(json.dumps(review_shape(review), indent=2, ensure_ascii=False)) + "\n"


def _escaped(text: str) -> str:
    """What no terminal can be steered by, and no encoding refuses: names are bytes, as it happens."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(
        one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text
    )


def review_shape(review: Review) -> dict[str, Any]:
    """The same as values."""
    return {
        "version": __version__,
        "id": review.id,
        "hash": review.hash,
        "at": review.at.isoformat(timespec="seconds"),
        "before": review.before,
        "after": review.after,
        "exit_code": review.exit_code,
        "summary": {
            effect.value.replace(" ", "_"): len(review.having(effect)) for effect in Effect
        },
        "files": [
            {
                "path": file.path,
                "host": file.host,
                "stands_at": file.stands_at,
                "how": file.how.value,
                "before": file.before,
                "after": file.after,
                "executable": file.is_executable,
                "kinds": [{"kind": kind, "dialect": dialect} for kind, dialect in file.kinds],
            }
            for file in review.files
        ],
        "running": dict(review.running),
        "guards": [_judged(one, review) for one in review.judged],
        "differences": [
            {"kind": one.kind, "host": one.host, "text": one.text} for one in review.differences
        ],
        "rehearsed": [
            {"host": one.host, "went_well": one.went_well, "lines": list(one.lines)}
            for one in review.rehearsed
        ],
        "unguarded": [file.path for file in review.unguarded],
        "unread": [one.path for one in review.unread],
        "notes": list(review.notes),
    }


def _judged(one: Judged, review: Review) -> dict[str, Any]:
    after = one.after
    return {
        "id": one.guard.id,
        "kind": one.guard.kind,
        "target": one.guard.target,
        "host": one.host,
        "effect": one.effect.value,
        "verdict": word(after),
        "severity": after.severity.value if isinstance(after, Broken) else None,
        "why": why(after),
        "evidence": [_evidence(evidence) for evidence in after.evidence],
        "next_step": next_step(after),
        "was": {"verdict": word(one.before), "why": why(one.before)},
        "because": [
            {
                "action": str(ref),
                "text": recalled.text if recalled else None,
                "title": recalled.title if recalled else None,
                "day": recalled.day if recalled else None,
            }
            for ref in one.guard.because
            for recalled in (review.recalled.get(ref),)
        ],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    place = evidence.place
    return {
        "what": evidence.what,
        "found": evidence.found,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }
