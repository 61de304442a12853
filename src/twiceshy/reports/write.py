"""Report to Markdown: a postmortem in one order, which says so where the report says nothing.

What is written reads back to the same start, end, length, timeline, actions and cause class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twiceshy.model.moment import Moment
from twiceshy.model.report import Action, CauseClass, DetectedBy, Entry, FalseLead, Finding, Report
from twiceshy.reports.moment_text import length_text, stamp_text, time_text

NOT_SAID = "not said in the report"
"""Stands for everything that a report leaves out."""

_DETECTED_BY = {
    DetectedBy.MONITORING: "monitoring",
    DetectedBy.USERS: "users",
    DetectedBy.ENGINEER: "an engineer",
    DetectedBy.UNKNOWN: NOT_SAID,
}
_BLOCK_START = re.compile(r"^(#{1,6}\s|[-*+>|]|\d+[.)]\s|```|~~~|<)")


def _line(text: str) -> str:
    """A text on one line that cannot open a block of its own."""
    flat = " ".join(text.split())
    return _BLOCK_START.sub(lambda match: "\\" + match[0], flat)


def _cell(text: str | None) -> str:
    return "" if text is None else _line(text).replace("|", "\\|")


def markdown(report: Report) -> str:
    """The whole report, ending in a newline."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {_line(report.title or report.id)}"
    yield ""
    if not report.is_report:
        yield f"Not a postmortem: {report.why_not_report or 'nothing to read'}."
        return
    yield "## Summary"
    yield ""
    yield from _summary(report)
    yield from _section("Timeline", [_entry(entry, report) for entry in report.timeline])
    yield from _section("False leads", [_lead(lead) for lead in report.false_leads])
    yield from _section("Root cause", _cause(report))
    yield from _section("Resolution", [_line(report.resolution)] if report.resolution else [])
    yield from _section("Actions", _actions(report.actions))
    yield from _section("Findings", _findings(report.findings), nothing="none")


def _section(heading: str, lines: Sequence[str], nothing: str = NOT_SAID) -> Iterator[str]:
    yield ""
    yield f"## {heading}"
    yield ""
    yield from lines or [f"_{nothing}_"]


def _said(moment: Moment | None) -> str:
    return NOT_SAID if moment is None else stamp_text(moment)


def _length(report: Report) -> str:
    if report.duration_minutes is None:
        return NOT_SAID
    return length_text(report.duration_minutes)


def _summary(report: Report) -> Iterator[str]:
    yield f"- **Start:** {_said(report.start)}"
    yield f"- **End:** {_said(report.end)}"
    yield f"- **Duration:** {_length(report)}"
    yield f"- **Impact:** {_line(report.impact) if report.impact else NOT_SAID}"
    share = report.affected_percent
    yield f"- **Affected:** {NOT_SAID if share is None else f'{share:g}% of users'}"
    yield f"- **Services:** {', '.join(map(_line, report.services)) or NOT_SAID}"
    yield f"- **Detected by:** {_DETECTED_BY[report.detected_by]}"
    yield f"- **Escalated to:** {', '.join(map(_line, report.escalated_to)) or NOT_SAID}"


def _entry(entry: Entry, report: Report) -> str:
    if entry.at is None:
        return f"- {_line(entry.text)}"
    same_day = report.start is not None and report.start.day == entry.at.day
    at = time_text(entry.at) if same_day else stamp_text(entry.at)
    if entry.until is not None:
        at = f"{at} - {time_text(entry.until)}"
    return f"- **{at}:** {_line(entry.text)}"


def _lead(lead: FalseLead) -> str:
    minutes = "minutes " + NOT_SAID if lead.minutes is None else length_text(lead.minutes)
    times = [time_text(moment) for moment in (lead.start, lead.end) if moment is not None]
    return (
        f"- {_line(lead.text)} ({', '.join([' to '.join(times), minutes] if times else [minutes])})"
    )


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
