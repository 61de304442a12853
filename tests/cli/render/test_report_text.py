from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

from twiceshy.cli.render.paper import Paper
from twiceshy.cli.render.report_comparison import comparison_text
from twiceshy.cli.render.report_text import report_text
from twiceshy.reports.compare import compare
from twiceshy.reports.read import read_report

REPORT = read_report(
    """# Mail outage

## Issue Summary
- Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
- Impact: The email service was down. Approximately 70% of users were affected.

## Timeline
- 13:00 UTC: Users reported missing mail.
- 13:20 UTC: Initial assumption was a database failure.
- 13:40 UTC: The database was ruled out.
- 14:00 UTC: DevOps team identified that the SSL certificate had expired.
- 14:45 UTC: The new certificate was installed.
- 15:00 UTC: Mail was restored.

## Root Cause
The SSL certificate on the email server had expired.

## Action Items
- Alert 21 days before a certificate expires
""",
    path="mail.md",
)


def test_where_the_minutes_went_is_one_bar_with_its_legend() -> None:
    text = report_text(REPORT, Paper(64))

    assert (
        dedent("""\
        WHERE THE MINUTES WENT
          ▒▒▒▒▒▒▒▒▒▒▓▓▓▓▓▓▓▓▓▓▒▒▒▒▒▒▒▒▒▒███████████████████████▆▆▆▆▆▆▆
          13:00                                                  15:00
          ░░  undetected                 0 min    0%
          ▓▓  false leads               20 min   17%
          ▒▒  other investigation       40 min   33%
          ██  cause to fix              45 min   38%
          ▆▆  fix to restore            15 min   12%
        """)
        in text
    )


def test_a_false_lead_is_drawn_beside_the_entries_it_spans() -> None:
    lines = report_text(REPORT, Paper(100)).splitlines()

    assert any(line.startswith("  13:20  ┌  suspected ") for line in lines)
    assert any(line.startswith("  13:40  └  ruled out ") for line in lines)


def test_without_unicode_every_mark_is_ascii() -> None:
    paper = Paper(100, unicode=False)

    assert report_text(REPORT, paper).isascii()
    assert comparison_text(compare([REPORT, REPORT]), paper).isascii()


def test_mixed_zones_are_shown_and_nothing_is_counted_from_them() -> None:
    text = report_text(replace(REPORT, zone_conflict=True), Paper(100))

    assert "zones mixed" in text
    assert "The report does not tell which of its time zones is right." in text


def test_an_outage_without_a_length_has_a_sentence_for_a_bar() -> None:
    empty = replace(
        REPORT, start=None, end=None, duration_minutes=None, measures=type(REPORT.measures)()
    )

    assert "cannot be counted" in report_text(empty, Paper(100))


def test_a_document_that_is_no_report_says_why() -> None:
    recipe = read_report("# Pancakes\n\nMix flour and milk.\n", path="pancakes.md")

    assert "not a postmortem: " in report_text(recipe, Paper(100))


def test_a_comparison_tells_what_recurs_and_what_it_cost() -> None:
    text = comparison_text(
        compare([REPORT, replace(REPORT, id=type(REPORT.id)("web"))]), Paper(100)
    )

    assert "  certificate         2 x   mail   certificate_expired" in text
    assert "40 min  mail 20, web 20" in text
    assert "mail#a1, web#a1" in text
