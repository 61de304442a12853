"""Report to Markdown: a postmortem in one order, which says so where the report says nothing.

What is written reads back to the same start, end, length, timeline, actions and cause class, unless
a text has clock times of its own that open a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twiceshy.model.report import Action, CauseClass, DetectedBy, Entry, FalseLead, Finding, Report
from twiceshy.reports.moment_text import length_text, stamp_text, time_text

NOT_SAID = "Not said in the original"
"""Opens the sentence that names everything a report leaves out."""

_DETECTED_BY = {
    DetectedBy.MONITORING: "monitoring",
    DetectedBy.USERS: "users",
    DetectedBy.ENGINEER: "an engineer",
}
_KIND = re.compile(r"post-?\s?mortem|incident|outage", re.IGNORECASE)
_BLOCK_START = re.compile(r"^(#{1,6}\s|[-*+>|]|\d+[.)]\s|```|~~~|<)")


def _line(text: str) -> str:
    """A text on one line that cannot open a block of its own."""
    flat = " ".join(text.split())
    return _BLOCK_START.sub(lambda match: "\\" + match[0], flat)


def _cell(text: str | None) -> str:
    return "" if text is None else _line(text).replace("|", "&#124;")


def markdown(report: Report) -> str:
    """The whole report, ending in a newline."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {_title(report)}"
    yield ""
    if not report.is_report:
        yield f"Not a postmortem: {report.why_not_report or 'nothing to read'}."
        return
    yield from ("## Summary", "")
    yield from _summary(report)
    missing = _not_said(report)
    if missing:
        yield from ("", f"_{NOT_SAID}: {', '.join(missing)}._")
    yield from _section("Timeline", [_entry(entry, report) for entry in report.timeline])
    yield from _section("False leads", [_lead(lead) for lead in report.false_leads])
    yield from _section("Root cause", _cause(report))
    yield from _section("Resolution", [_line(report.resolution)] if report.resolution else [])
    yield from _section("Actions", _actions(report.actions))
    yield from _section("Appendix: findings", _findings(report.findings))


def _title(report: Report) -> str:
    """The title, which says what kind of document this is even when the original did not."""
    title = _line(report.title or report.id)
    return title if _KIND.search(title) or not report.is_report else f"Postmortem: {title}"


def _section(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"## {heading}", "")
        yield from lines


def _summary(report: Report) -> Iterator[str]:
    if report.start is not None:
        yield f"- **Start:** {stamp_text(report.start)}"
    if report.end is not None:
        yield f"- **End:** {stamp_text(report.end)}"
    if report.duration_minutes is not None:
        yield f"- **Duration:** {length_text(report.duration_minutes)}"
    if report.impact:
        yield f"- **Impact:** {_line(report.impact)}"
    if report.affected_percent is not None:
        yield f"- **Users affected:** {report.affected_percent:g}%"
    if report.services:
        yield f"- **Affected services:** {', '.join(map(_line, report.services))}"
    if report.detected_by is not DetectedBy.UNKNOWN:
        yield f"- **Detected by:** {_DETECTED_BY[report.detected_by]}"
    if report.escalated_to:
        yield f"- **Escalated to:** {', '.join(map(_line, report.escalated_to))}"


def _not_said(report: Report) -> list[str]:
    """What a complete report would say and this one does not."""
    wanted = {
        "start": report.start,
        "end": report.end,
        "duration": report.duration_minutes,
        "impact": report.impact,
        "share affected": report.affected_percent,
        "affected services": report.services,
        "who saw it first": report.detected_by is not DetectedBy.UNKNOWN,
        "timeline": report.timeline,
        "why it failed": report.cause,
        "resolution": report.resolution,
        "actions": report.actions,
        "owners": any(action.owner for action in report.actions),
        "due dates": any(action.due for action in report.actions),
    }
    return [name for name, said in wanted.items() if said in (None, (), False, "")]


def _entry(entry: Entry, report: Report) -> str:
    if entry.at is None:
        return f"- {_line(entry.text)}"
    same_day = report.start is not None and report.start.day == entry.at.day
    at = time_text(entry.at) if same_day else stamp_text(entry.at)
    if entry.until is not None:
        at = f"{at} - {time_text(entry.until)}"
    return f"- **{at}** - {_line(entry.text)}"


def _lead(lead: FalseLead) -> str:
    # Without its clock times: those stand in the timeline, and would be read as more entries here.
    minutes = "minutes not said" if lead.minutes is None else length_text(lead.minutes)
    return f"- {_line(lead.text)} ({minutes})"


def _cause(report: Report) -> list[str]:
    if report.cause is None:
        return []
    lines = [_line(report.cause.text)]
    if report.cause.cause_class is not CauseClass.OTHER:
        words = ", ".join(f'"{word}"' for word in report.cause.words)
        lines += ["", f"_Class: {report.cause.cause_class.value} ({words})_"]
    return lines


def _actions(actions: Sequence[Action]) -> list[str]:
    if not actions:
        return []
    rows = [
        (
            action.id,
            _cell(action.text) + (" (done)" if action.done else ""),
            _cell(action.owner),
            "" if action.due is None else action.due.isoformat(),
            action.kind.value,
            action.same_as or "",
        )
        for action in actions
    ]
    head = ("Id", "Action", "Owner", "Due", "Kind", "Same as")
    rule = tuple("---" for _ in head)
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]


def _findings(findings: Sequence[Finding]) -> list[str]:
    return [
        f"- {finding.rule} {finding.severity.value}, line {finding.line}: {_line(finding.message)}"
        for finding in findings
    ]
