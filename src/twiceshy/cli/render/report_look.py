"""How reports look: the marks and styles of phases, entries and severities."""

from __future__ import annotations

from types import MappingProxyType

from twiceshy.cli.render.paper import Paper
from twiceshy.model.report import EntryKind, FindingSeverity
from twiceshy.reports.spent import Phase

_FILL = MappingProxyType(
    {
        Phase.UNDETECTED: ("░", "."),
        Phase.FALSE_LEAD: ("▓", "#"),
        Phase.INVESTIGATION: ("▒", "-"),
        Phase.CAUSE_TO_FIX: ("█", "="),
        Phase.FIX_TO_RESTORE: ("▆", "+"),
        Phase.UNTOLD: ("·", "?"),
    }
)

PHASE_STYLE = MappingProxyType(
    {
        Phase.UNDETECTED: "red",
        Phase.FALSE_LEAD: "yellow",
        Phase.INVESTIGATION: "blue",
        Phase.CAUSE_TO_FIX: "magenta",
        Phase.FIX_TO_RESTORE: "green",
        Phase.UNTOLD: "grey",
    }
)

ENTRY_STYLE = MappingProxyType(
    {
        EntryKind.DETECTED: "bold red",
        EntryKind.INVESTIGATING: "blue",
        EntryKind.SUSPECTED: "yellow",
        EntryKind.RULED_OUT: "yellow",
        EntryKind.ESCALATED: "cyan",
        EntryKind.CAUSE_FOUND: "bold magenta",
        EntryKind.FIX: "magenta",
        EntryKind.RESTORED: "bold green",
        EntryKind.NOTE: "dim",
    }
)

SEVERITY_STYLE = MappingProxyType(
    {
        FindingSeverity.ERROR: "bold red",
        FindingSeverity.WARNING: "yellow",
        FindingSeverity.NOTE: "cyan",
    }
)


def fill(phase: Phase, paper: Paper) -> str:
    """One cell of the bar: phases differ by mark, not by colour alone."""
    return _FILL[phase][0 if paper.unicode else 1]


def lane(paper: Paper) -> tuple[str, str, str, str]:
    """Where an interval of the timeline begins, goes on, ends, and where two meet."""
    return ("┌", "│", "└", "├") if paper.unicode else ("/", "|", "\\", "+")


def same(paper: Paper) -> str:
    """Between an action and the one it rewords."""
    return "≡" if paper.unicode else "="


def minutes_short(minutes: float) -> str:
    """`45 min`, `2 h`, `3 h 30 min`, `2 d 4 h`."""
    whole = round(minutes)
    days, hours, rest = whole // 1440, whole % 1440 // 60, whole % 60
    parts = ((days, "d"), (hours, "h"), (rest, "min"))
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 min"
