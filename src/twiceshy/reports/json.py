"""Report to the mapping that `twiceshy read --format json` prints. What a report does not say is null."""

from __future__ import annotations

from typing import Any

from twiceshy.model.moment import Moment
from twiceshy.model.report import Action, Entry, FalseLead, Finding, Report
from twiceshy.reports.compare import Comparison
from twiceshy.reports.spent import Spent, Uncountable


def _iso(moment: Moment | None) -> str | None:
    return None if moment is None else moment.iso()


def _number(value: float | None) -> float | int | None:
    """70 and not 70.0."""
    return int(value) if value is not None and value == int(value) else value


def report_json(report: Report) -> dict[str, Any]:
    """One report. Moments are ISO 8601, `T14:00:00` when the report gives no date; lines are 1-based."""
    cause = report.cause
    return {
        "id": report.id,
        "path": report.path,
        "is_report": report.is_report,
        "why_not_report": report.why_not_report,
        "title": report.title,
        "start": _iso(report.start),
        "end": _iso(report.end),
        "span_line": report.span_line,
        "duration_minutes": report.duration_minutes,
        "stated_minutes": report.stated_minutes,
        "duration_consistent": report.duration_consistent,
        "zone_conflict": report.zone_conflict,
        "zones": list(report.zones),
        "affected_percent": _number(report.affected_percent),
        "impact": report.impact,
        "impact_line": report.impact_line,
        "services": list(report.services),
        "detected_by": report.detected_by.value,
        "timeline": [_entry(entry) for entry in report.timeline],
        "false_leads": [_lead(lead) for lead in report.false_leads],
        "escalated_to": list(report.escalated_to),
        "root_cause": None if cause is None else cause.text,
        "root_cause_line": None if cause is None else cause.line,
        "cause_class": None if cause is None else cause.cause_class.value,
        "cause_words": [] if cause is None else list(cause.words),
        "cause_named_at": _iso(report.cause_named_at),
        "resolution": report.resolution,
        "resolution_line": report.resolution_line,
        "actions": [_action(action) for action in report.actions],
        "measures": {
            "minutes_to_detect": report.measures.minutes_to_detect,
            "minutes_to_cause": report.measures.minutes_to_cause,
            "minutes_to_restore": report.measures.minutes_to_restore,
            "minutes_on_false_leads": report.measures.minutes_on_false_leads,
        },
        "findings": [_finding(finding) for finding in report.findings],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": _iso(entry.at),
        "until": _iso(entry.until),
        "text": entry.text,
        "kind": entry.kind.value,
        "line": entry.line,
    }


def _lead(lead: FalseLead) -> dict[str, Any]:
    return {
        "text": lead.text,
        "from": _iso(lead.start),
        "to": _iso(lead.end),
        "minutes": lead.minutes,
        "line": lead.line,
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "id": action.id,
        "text": action.text,
        "owner": action.owner,
        "due": None if action.due is None else action.due.isoformat(),
        "kind": action.kind.value,
        "same_as": action.same_as,
        "done": action.done,
        "line": action.line,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "line": finding.line,
    }


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """What several reports tell together."""
    return {
        "reports": list(comparison.reports),
        "recurring_causes": [
            {
                "family": recurring.family,
                "same_class": recurring.same_class,
                "causes": [
                    {"report": report, "cause_class": cause_class.value}
                    for report, cause_class in recurring.causes
                ],
            }
            for recurring in comparison.recurring
        ],
        "minutes_lost": [
            {
                "subject": lost.subject,
                "minutes": lost.minutes,
                "uncounted": lost.uncounted,
                "leads": [{"report": report, **_lead(lead)} for report, lead in lost.leads],
            }
            for lost in comparison.lost
        ],
        "repeated_actions": [
            {
                "actions": [
                    {"report": report, "id": action.id, "text": action.text}
                    for report, action in repeated.actions
                ],
                "shared_words": list(repeated.shared),
            }
            for repeated in comparison.repeated
        ],
        "minutes_spent": [
            {"report": report, **_spent(spent)} for report, spent in comparison.spent
        ],
    }


def _spent(spent: Spent | Uncountable) -> dict[str, Any]:
    match spent:
        case Uncountable(why):
            return {"total_minutes": None, "stretches": [], "missing": [why]}
        case Spent():
            return {
                "total_minutes": spent.total_minutes,
                "stretches": [
                    {
                        "phase": stretch.phase.value,
                        "from_minute": _number(stretch.start_minute),
                        "to_minute": _number(stretch.end_minute),
                        "what": stretch.what,
                    }
                    for stretch in spent.stretches
                ],
                "missing": list(spent.missing),
            }
