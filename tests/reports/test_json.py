from __future__ import annotations

import json

from twiceshy.reports.compare import compare
from twiceshy.reports.json import comparison_json, report_json
from twiceshy.reports.read import read_report

REPORT = read_report(
    """# Mail outage

## Issue Summary
- Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
- Impact: The email service was down. Approximately 70% of users were affected.

## Timeline
- 13:00 UTC: Users reported missing mail.
- 13:20 UTC: Initial assumption was that the email provider was experiencing issues.
- 13:30 UTC: The provider confirmed no issues on their end.
- 14:00 UTC: DevOps team identified that the SSL certificate had expired.
- 15:00 UTC: Mail was restored.

## Root Cause
The SSL certificate on the email server had expired.

## Action Items
- Alert 21 days before a certificate expires
""",
    path="reports/mail.md",
)

DESIGNED = {
    "path", "title", "start", "end", "duration_minutes", "duration_consistent", "zone_conflict",
    "zones", "affected_percent", "services", "detected_by", "timeline", "false_leads",
    "escalated_to", "root_cause", "resolution", "cause_class", "actions", "measures", "findings",
    "is_report", "why_not_report", "cause_named_at", "cause_words",
}  # fmt: skip


def test_it_has_every_field_that_was_designed() -> None:
    value = report_json(REPORT)

    assert value.keys() >= DESIGNED
    assert value["timeline"][0].keys() >= {"at", "text", "kind", "line"}
    assert value["false_leads"][0].keys() >= {"text", "from", "to", "minutes", "line"}
    assert value["actions"][0].keys() >= {"id", "text", "owner", "due", "kind", "same_as", "line"}
    assert value["findings"][0].keys() == {"rule", "severity", "message", "line"}


def test_moments_are_iso_with_the_offset_the_report_gives() -> None:
    value = report_json(REPORT)

    assert value["start"] == "2024-06-07T13:00:00+00:00"
    assert value["cause_named_at"] == "2024-06-07T14:00:00+00:00"
    assert value["false_leads"][0]["from"] == "2024-06-07T13:20:00+00:00"
    assert value["false_leads"][0]["minutes"] == 10


def test_a_whole_percentage_is_a_whole_number() -> None:
    assert json.dumps(report_json(REPORT)["affected_percent"]) == "70"


def test_what_a_report_does_not_say_is_null() -> None:
    value = report_json(read_report("# Pancakes\n\nMix flour and milk.\n", path="pancakes.md"))

    assert value["is_report"] is False
    assert value["why_not_report"]
    for key in ("start", "end", "duration_minutes", "root_cause", "cause_class", "resolution"):
        assert value[key] is None
    assert json.dumps(value)


def test_a_comparison_is_plain_json_too() -> None:
    value = comparison_json(compare([REPORT, REPORT]))

    assert json.loads(json.dumps(value)) == value
    assert value["minutes_lost"][0]["subject"] == "provider"
    assert value["minutes_spent"][0]["total_minutes"] == 120
    assert value["recurring_causes"][0]["same_class"] is True
