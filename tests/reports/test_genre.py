from __future__ import annotations

import pytest

from twiceshy.reports.read import read_report


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Postmortem",
        "just a line",
        (
            "# Postmortem template\n\n## Summary\n\n[Describe what happened]\n\n## Timeline\n\n- HH:MM [what happened]\n"
            "- HH:MM [what happened]\n\n## Root cause\n\n[Describe the cause]\n"
        ),
        (
            "# Task 0\n\nWrite a postmortem. Your report must contain a timeline. You should describe the root cause. "
            "Students must submit it. Requirements: 400 words.\n\n## Requirements\n\n- Issue summary\n- Timeline\n"
        ),
        (
            "# How to write a postmortem\n\nA postmortem should be blameless. This guide explains best practices for "
            "writing one.\n\n## Timeline\n\nList the events in order.\n\n## Root cause\n\nExplain why it happened.\n"
        ),
        "# shop-api\n\n## Installation\n\nRun make.\n\n## Usage\n\nRun the server.\n\n## Contributing\n\nSend patches.\n",
        (
            "# Change request: move the database\n\nPlanned for Sunday 10:00 UTC. Rollback plan: restore the backup. "
            "The shop will be read only in the maintenance window.\n"
        ),
    ],
)
def test_what_tells_of_no_outage_is_no_report_and_says_why(text: str) -> None:
    report = read_report(text, path="x.md")
    assert not report.is_report
    assert report.why_not_report


@pytest.mark.parametrize(
    "text",
    [
        "# Mail down\n\nOn 5 June 2024 mail was down from 10:00 to 11:00 UTC because the disk was full.\n",
        "# Postmortem\n\n## Timeline\n\n- 10:00 alarm rang\n- 11:00 mail restored\n\n## Root cause\n\nThe disk was full.\n",
        (
            "# Task 4: Postmortem\n\n## Issue Summary\n\nThe site was down for 2 hours.\n\n## Root cause\n\nA typo was deployed.\n"
            "\n## Corrective measures\n\n- Add a test\n"
        ),
    ],
)
def test_what_tells_of_an_outage_is_a_report(text: str) -> None:
    report = read_report(text, path="x.md")
    assert report.is_report
    assert report.why_not_report is None
