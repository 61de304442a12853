from __future__ import annotations

import pytest

from twiceshy.reports.blocks import blocks_of
from twiceshy.reports.outline import Outline, outline_of
from twiceshy.reports.source import open_source
from twiceshy.reports.vocabulary import Part, part_named


def _outline(text: str) -> Outline:
    return outline_of(blocks_of(open_source(text).lines))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Issue Summary", Part.SUMMARY),
        ("Summary of issues established during the emergency", Part.SUMMARY),
        ("Service Downtime", Part.SUMMARY),
        ("what was the impact", Part.IMPACT),
        ("Customer Impact", Part.IMPACT),
        ("Timeline (all times in GMT)", Part.TIMELINE),
        ("Schedule or Timeline.", Part.TIMELINE),
        ("Debugging process", Part.TIMELINE),
        ("Root Cause & Resolution", Part.CAUSE_AND_RESOLUTION),
        ("Root cause of the outage", Part.CAUSE),
        ("Five Why's", Part.CAUSE),
        ("The Nitty Gritty", Part.CAUSE),
        ("Core challenges", Part.CAUSE),
        ("Summation", Part.RESOLUTION),
        ("Resolving the issue", Part.RESOLUTION),
        ("Corrective and Preventative Measures", Part.ACTIONS),
        ("Correct and Preventative Measures", Part.ACTIONS),
        ("Corrective/Preventative measures", Part.ACTIONS),
        ("PREVENTIVE ACTIONS", Part.ACTIONS),
        ("Mitigation and Future Prevention", Part.ACTIONS),
        ("Closing the Loop", Part.ACTIONS),
        ("Tasks to Address the Issue", Part.GROUP),
        ("TODO List", Part.ACTIONS),
        ("Misleading Investigation/Debugging Paths", Part.LEADS),
        ("Red herring", Part.LEADS),
        ("Incident Escalation", Part.ESCALATION),
        ("Issue Detected", Part.DETECTION),
        ("Detection vs Onset", Part.DETECTION),
        ("Lessons Learned", Part.LESSONS),
        ("Final Thoughts", Part.CONCLUSION),
        ("Attendees", Part.ASIDE),
        ("The tale of the broken disk", None),
    ],
)
def test_a_name_opens_its_part(name: str, part: Part | None) -> None:
    assert part_named(name) is part


@pytest.mark.parametrize(
    "text",
    [
        "## Root Cause\nthe disk was full",
        "# Root Cause: the disk was full",
        "**Root Cause:** the disk was full",
        "- **Root Cause**: the disk was full",
        "__Root Cause__: the disk was full",
        "Root Cause\n\nthe disk was full",
        "ROOT CAUSE:\nthe disk was full",
        "Root cause - the disk was full",
        "<h3>Root Cause</h3><p>the disk was full</p>",
        "| Root cause | the disk was full |",
    ],
)
def test_a_statement_is_placed_however_its_section_is_opened(text: str) -> None:
    outline = _outline(f"# Postmortem of the shop\n\n## Summary\n\n{text}\n")
    assert [s.text for s in outline.of(Part.CAUSE)] == ["the disk was full"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Shop down\n## Summary\nx", "Shop down"),
        ("Shop down\n\nSummary\n\nx", "Shop down"),
        ("## Incident: shop down\n### Impact\nx", "Incident: shop down"),
        ("## Summary\nx", None),
    ],
)
def test_the_title_is_the_first_heading_that_names_no_section(text: str, title: str | None) -> None:
    assert _outline(text).title == title


def test_a_second_report_in_the_file_is_left_out() -> None:
    one = "# {0}\n## Summary\n{0} failed\n## Timeline\n- 10:00 {0} fails\n## Root cause\n{0} was full\n"
    outline = _outline(one.format("disk") + one.format("joke"))
    assert [s.text for s in outline.of(Part.CAUSE)] == ["disk was full"]
