"""What reports call their sections and labels, and which part of a report each name opens."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from twiceshy.reports.phrases import Phrasebook, sections
from twiceshy.reports.section_names import NAMES


class Part(Enum):
    """A part of a report."""

    SUMMARY = "summary"
    DURATION = "duration"
    START = "start"
    END = "end"
    DAY = "day"
    WHEN = "when"
    IMPACT = "impact"
    AFFECTED = "affected"
    SHARE = "share"
    TIMELINE = "timeline"
    DETECTION = "detection"
    LEADS = "leads"
    ESCALATION = "escalation"
    CAUSE = "cause"
    CAUSE_AND_RESOLUTION = "cause and resolution"
    RESOLUTION = "resolution"
    ACTIONS = "actions"
    GROUP = "group"
    """A name inside the actions that only introduces a list of them."""
    LESSONS = "lessons"
    CONCLUSION = "conclusion"
    ASIDE = "aside"
    """Author, attendees, related issues: read past."""


_NAMES = Phrasebook(((Part[name], names) for name, names in sections("\n" + NAMES)), whole=True)

_BRACKETS = re.compile(r"[(\[{][^)\]}]{0,120}[)\]}]")
_NUMBERING = re.compile(
    r"^(?:\(?\d{1,2}(?:\.\d{1,2})*[.):]?|[ivx]{1,4}[.)]|[a-z][.)]|step \d+:?|section \d+:?|part \d+:?)\s+"
)
_EDGES = re.compile(r"^[^a-z0-9]+|[^a-z0-9]+$")
_MAX_NAME = 90
_MAX_NAME_WORDS = 12

_ALONE = re.compile(
    r"(?:issue |incident |executive |outage |postmortem |problem )?summary|(?:events? |incident |the )?timeline(?: of events)?|"
    r"root causes?(?: and resolution| analysis)?|resolution(?: and recovery)?|impact|(?:correct(?:ive|ion)|preventi?ve|preventative) .*measures?|"
    r"corrective and preventi?(?:ta)?t?i?ve (?:measures|actions)|action items?|lessons learned|conclusion|next steps|follow[- ]?up tasks?|"
    r"(?:corrective|preventi?ve|preventative) (?:actions?|measures?)|tasks?|improvements?|task list|todo(?: list)?|duration|detection|escalation|remediation|prevention"
)


def normal(name: str) -> str:
    """A heading or label in lower case, without numbering, brackets, emoji and punctuation."""
    text = _BRACKETS.sub(" ", name.lower()).replace("’", "'").replace("&", " and ")
    text = " ".join(text.split())
    text = _NUMBERING.sub("", text)
    return _EDGES.sub("", _EDGES.sub("", text))


@lru_cache(maxsize=4096)
def part_named(name: str) -> Part | None:
    """The part that a heading or label opens, or None for a name of the report's own."""
    if not name or len(name) > _MAX_NAME:
        return None
    text = normal(name)
    if not text or text.count(" ") >= _MAX_NAME_WORDS:
        return None
    return _NAMES.fullmatch(text)


_OPENS_A_SECTION = frozenset(
    {Part.TIMELINE, Part.CAUSE, Part.CAUSE_AND_RESOLUTION, Part.RESOLUTION, Part.ACTIONS,
     Part.LESSONS, Part.IMPACT, Part.DETECTION, Part.ESCALATION}
)  # fmt: skip


def opens_a_section(name: str) -> bool:
    """Whether a plain line of its own paragraph is a heading: any name of a main section."""
    return name[:1].isupper() and part_named(name) in _OPENS_A_SECTION


def stands_alone(name: str) -> bool:
    """Whether a plain line with no mark at all is surely a heading: one of the well-known names."""
    return len(name) <= _MAX_NAME and _ALONE.fullmatch(normal(name)) is not None
