"""A check as SARIF: what does not hold, beside the guard's place in `twiceshy.yaml`."""

from __future__ import annotations

from typing import Any

from twiceshy.cli.render.outcome import Outcome
from twiceshy.cli.render.sarif import Level, SarifResult, SarifRule, sarif_log
from twiceshy.cli.render.verdict_words import next_step, why
from twiceshy.kinds import KINDS
from twiceshy.kinds.planned import PLANNED_KINDS
from twiceshy.model.place import Place
from twiceshy.model.verdict import Broken, Holds, Severity, Verdict
from twiceshy.watch.sweep import Result


def check_sarif(outcome: Outcome) -> dict[str, Any]:
    """A rule for every kind there is, a result for every guard that is broken or unknown."""
    rules = [SarifRule(kind.id, kind.id, kind.summary, kind.summary) for kind in KINDS.values()]
    rules += [SarifRule(id_, id_, told, told) for id_, told in PLANNED_KINDS.items()]
    results = [
        _result(result, outcome.estate_path)
        for result in outcome.worst_first
        if not isinstance(result.verdict, Holds)
    ]
    return sarif_log(rules, results)


def _result(result: Result, estate_path: str) -> SarifResult:
    guard = result.guard
    place = guard.place or Place(estate_path, 1)
    step = next_step(result.verdict)
    said = f"{guard.id}: {why(result.verdict)}"
    return SarifResult(
        rule_id=guard.kind,
        level=_level(result.verdict),
        message=f"{said}\nNext: {step}" if step else said,
        file=place.file,
        line=place.line,
        column=place.column,
        fingerprint=guard.id,
    )


def _level(verdict: Verdict) -> Level:
    if isinstance(verdict, Broken) and verdict.severity is not Severity.WARNING:
        return "error"
    return "warning"
