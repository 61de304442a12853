"""What is wrong with a report: one file per rule family, one tuple of all rules."""

from __future__ import annotations

from collections.abc import Sequence

from twiceshy.model.report import Finding, FindingSeverity, Report
from twiceshy.reports.lint import (
    actions_bounds,
    actions_fit,
    cause,
    cause_evidence,
    impact,
    timeline_order,
    timeline_parts,
    timeline_span,
    zones,
)
from twiceshy.reports.lint.rule import Rule

RULES: tuple[Rule, ...] = (
    zones.mixed_zones,
    zones.zone_out_of_season,
    zones.no_zone,
    zones.clock_change,
    timeline_order.unsorted_timeline,
    timeline_order.silent_gap,
    timeline_span.wrong_duration,
    timeline_span.outside_the_outage,
    timeline_parts.untimed_entries,
    timeline_parts.no_timeline,
    timeline_order.impossible_clock,
    timeline_parts.no_detection_or_restoration,
    timeline_span.ends_before_it_starts,
    cause_evidence.cause_without_evidence,
    cause_evidence.alternative_not_ruled_out,
    cause.no_root_cause,
    cause.circular_cause,
    cause.person_blamed,
    actions_bounds.no_owner,
    actions_bounds.no_due_date,
    actions_bounds.unbounded_action,
    actions_fit.cause_without_action,
    actions_fit.repeated_action,
    actions_fit.reworded_action,
    actions_fit.no_actions,
    actions_fit.due_before_the_outage,
    impact.no_impact_figure,
    impact.nothing_named_as_hurt,
    impact.no_detection_source,
)
"""Every rule, in the order of its id within its family."""

FAMILIES = {
    "TZ": "Time zones",
    "TL": "Timeline",
    "RC": "Root cause",
    "AC": "Actions",
    "IM": "Impact",
}
"""The two letters of a rule id to what the family is about."""


def lint(report: Report, *, earlier: Sequence[Report] = ()) -> tuple[Finding, ...]:
    """Everything the rules find in a report, by line; nothing in a document that is no report.

    `earlier` are the reports known to be of earlier outages, for the rule about repeated promises.
    """
    if not report.is_report:
        return ()
    found = [finding for rule in RULES for finding in rule.findings(report, earlier)]
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.rule)))


def worst(findings: Sequence[Finding]) -> FindingSeverity | None:
    """The severity of the worst finding; None without any."""
    ranks = tuple(FindingSeverity)
    return min((finding.severity for finding in findings), key=ranks.index, default=None)
