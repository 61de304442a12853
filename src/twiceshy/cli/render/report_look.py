"""How reports look: width, colour, and the marks for phases, entries and severities."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.model.report import EntryKind, FindingSeverity
from twiceshy.reports.spent import Phase

PIPED_WIDTH = 100
"""Columns when nobody says how wide the output is."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the output can show."""

    width: int = PIPED_WIDTH
    colour: bool = False
    unicode: bool = True

    def fill(self, phase: Phase) -> str:
        """One cell of the bar: phases differ by mark, not by colour alone."""
        return _FILL[phase][0 if self.unicode else 1]

    @property
    def lane(self) -> tuple[str, str, str, str]:
        """Where an interval of the timeline begins, goes on, ends, and where two meet."""
        return ("┌", "│", "└", "├") if self.unicode else ("/", "|", "\\", "+")

    @property
    def same(self) -> str:
        """Between an action and the one it rewords."""
        return "≡" if self.unicode else "="


_FILL = MappingProxyType(
    {
        Phase.UNDETECTED: ("░", "."),
        Phase.FALSE_LEAD: ("▓", "#"),
        Phase.INVESTIGATION: ("▒", "-"),
        Phase.CAUSE_TO_FIX: ("█", "="),
        Phase.FIX_TO_RESTORE: ("▄", "+"),
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
        Phase.UNTOLD: "bright_black",
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

_ASCII = str.maketrans(
    {
        "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "‘": "'", "’": "'", "“": '"', "”": '"',
        "…": "...", "•": "*", "\u00a0": " ", "→": "->", "×": "x",
    }
)  # fmt: skip


def clean(text: str) -> str:
    """Text from a report without anything that could steer a terminal, on one line."""
    kept = (" " if char.isspace() else char for char in text)
    shown = "".join(char for char in kept if unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
    return " ".join(shown.split())


def plain(text: str, look: Look) -> str:
    """The text as the output's encoding can carry it."""
    if look.unicode:
        return text
    return text.translate(_ASCII).encode("ascii", "replace").decode("ascii")


def minutes_short(minutes: float) -> str:
    """`45 min`, `2 h`, `3 h 30 min`, `2 d 4 h`."""
    whole = round(minutes)
    days, hours, rest = whole // 1440, whole % 1440 // 60, whole % 60
    parts = ((days, "d"), (hours, "h"), (rest, "min"))
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 min"
