"""What the linter found, as a SARIF log for code review tools."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from twiceshy.cli.render.sarif import Level, SarifResult, SarifRule, sarif_log
from twiceshy.model.report import Finding, FindingSeverity, Report
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
    known = {rule.id for rule in rules}
    rules += [
        SarifRule(finding.rule, finding.rule, finding.message, finding.message)
        for finding in _others(reports, known)
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


def _others(reports: Sequence[Report], known: Collection[str]) -> list[Finding]:
    """One finding of each rule that is not the linter's: what the reader itself has to say."""
    first: dict[str, Finding] = {}
    for report in reports:
        for finding in report.findings:
            if finding.rule not in known:
                first.setdefault(finding.rule, finding)
    return list(first.values())
