from __future__ import annotations

from twiceshy.cli.render.report_sarif import report_sarif
from twiceshy.model.ids import ReportId
from twiceshy.model.report import Finding, FindingSeverity, Report
from twiceshy.reports.lint import RULES


def test_every_rule_is_told_even_without_a_finding() -> None:
    (run,) = report_sarif([])["runs"]

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.id for rule in RULES]


def test_a_finding_of_the_reader_brings_its_own_rule() -> None:
    finding = Finding("RD001", FindingSeverity.WARNING, "the file is too long", 7)
    report = Report(ReportId("x"), "x.md", findings=(finding, finding))
    (run,) = report_sarif([report])["runs"]

    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules.count("RD001") == 1
    assert [rules[result["ruleIndex"]] for result in run["results"]] == ["RD001", "RD001"]
