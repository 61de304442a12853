"""What the linter found, as a SARIF log for code review tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twiceshy.cli.render.sarif import Level, SarifResult, SarifRule, sarif_log
from twiceshy.model.report import FindingSeverity, Report
from twiceshy.reports.lint import RULES

_LEVEL: dict[FindingSeverity, Level] = {
    FindingSeverity.ERROR: "error",
    FindingSeverity.WARNING: "warning",
    FindingSeverity.NOTE: "note",
}


def report_sarif(reports: Sequence[Report]) -> dict[str, Any]:
    """Every rule with its documentation, and every finding of every report."""
    rules = [
        SarifRule(
            id=rule.id,
            name=rule.name,
            summary=rule.summary,
            help=f"{text.what}\n\n{text.why}\n\n{text.mend}",
        )
        for rule in RULES
        for text in (rule.documentation(),)
    ]
    results = [
        SarifResult(
            rule_id=finding.rule,
            level=_LEVEL[finding.severity],
            message=finding.message,
            file=report.path,
            line=finding.line,
        )
        for report in reports
        for finding in report.findings
    ]
    return sarif_log(rules, results)
