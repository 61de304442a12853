from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import dedent

import pytest

from twiceshy.model.report import Report
from twiceshy.reports.lint import lint
from twiceshy.reports.read import read_report

Messages = Callable[..., list[str]]


_TIMELINE = (
    "- 13:00 UTC: Users reported missing mail.",
    "- 13:30 UTC: Engineers began investigating the mail logs.",
    "- 14:00 UTC: The expired certificate was identified as the cause.",
    "- 14:30 UTC: A new certificate was installed.",
    "- 15:00 UTC: Mail was restored.",
)


def _lines(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "\n".join(text)


@pytest.fixture
def messages() -> Messages:
    """Call it with a rule id and a report in Markdown; it gives what that rule finds."""

    def find(rule: str, text: str, earlier: Sequence[Report] = ()) -> list[str]:
        report = read_report(dedent(text), path="report.md")
        assert report.is_report, report.why_not_report
        found = lint(report, earlier=earlier)
        return [finding.message for finding in found if finding.rule == rule]

    return find


@pytest.fixture
def outage() -> Callable[..., str]:
    """A decent report; name a part to put something else in its place."""

    def write(
        when: str = "June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)",
        impact: str = "The email service was down. Approximately 70% of users were affected.",
        timeline: str | Sequence[str] = _TIMELINE,
        cause: str = "The SSL certificate on the email server had expired.",
        actions: str | Sequence[str] = "- Alert the mail team 21 days before a certificate expires",
    ) -> str:
        return (
            f"# Mail outage\n\n## Issue Summary\n- Duration: {when}\n- Impact: {impact}\n\n"
            f"## Timeline\n{_lines(timeline)}\n\n## Root Cause\n{cause}\n\n## Action Items\n{_lines(actions)}\n"
        )

    return write
