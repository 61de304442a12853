"""A review as SARIF: what would not hold, beside the line of the configuration that decides it."""

from __future__ import annotations

from typing import Any

from twiceshy.changes.outcome import Judged, Review
from twiceshy.cli.render.paper import clean
from twiceshy.cli.render.review_text import recalled_in_words
from twiceshy.cli.render.sarif import Level, SarifResult, SarifRule, sarif_log
from twiceshy.cli.render.verdict_words import next_step, why
from twiceshy.kinds import KINDS
from twiceshy.model.place import Place
from twiceshy.model.verdict import Broken, Holds, Severity, Verdict

UNREAD = "unread"
UNREAD_MEANS = "A file that may change could not be read, and so nobody judged it."


def review_sarif(review: Review) -> dict[str, Any]:
    """A rule for every kind, a result for every guard that would be broken or unknown."""
    rules = [SarifRule(kind.id, kind.id, kind.summary, kind.summary) for kind in KINDS.values()]
    results = [_result(one, review) for one in review.judged if not isinstance(one.after, Holds)]
    if review.unread:
        rules.append(SarifRule(UNREAD, UNREAD, UNREAD_MEANS, UNREAD_MEANS))
        results += [
            SarifResult(UNREAD, "warning", _plain(f"could not be read: {one.why}"), one.path, 1)
            for one in review.unread
        ]
    return sarif_log(rules, results)


def _result(one: Judged, review: Review) -> SarifResult:
    place = _place(one, review)
    parts = [f"{one.guard.id} ({one.effect}): {why(one.after)}"]
    parts += [f"{evidence.what}: {evidence.found}" for evidence in one.after.evidence]
    if step := next_step(one.after):
        parts.append(f"Next: {step}")
    parts += [
        f"Undoes {recalled_in_words(review.recalled.get(ref), str(ref))}"
        for ref in one.guard.because
    ]
    return SarifResult(
        rule_id=one.guard.kind,
        level=_level(one.after),
        message="\n".join(_plain(part) for part in parts),
        file=place.file,
        line=place.line,
        column=place.column,
        fingerprint=f"{one.guard.id}@{one.host}" if one.host else one.guard.id,
    )


def _plain(text: str) -> str:
    """Words in which viewers find no link; square brackets make one (section 3.11.6)."""
    return clean(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _place(one: Judged, review: Review) -> Place:
    """The deciding line; else the first changed file its kind reads; else the guard's own line."""
    for evidence in one.after.evidence:
        if evidence.place is not None:
            return evidence.place
    for file in review.files:
        if any(kind == one.guard.kind for kind, _ in file.kinds):
            return Place(file.path, 1)
    return one.guard.place or Place("twiceshy.yaml", 1)


def _level(verdict: Verdict) -> Level:
    if isinstance(verdict, Broken) and verdict.severity is not Severity.WARNING:
        return "error"
    return "warning"
