"""To whom an incident was escalated."""

from __future__ import annotations

import re
from collections.abc import Sequence

from twiceshy.model.report import Entry, EntryKind
from twiceshy.reports.outline import Outline
from twiceshy.reports.phrases import Phrases, lower
from twiceshy.reports.vocabulary import Part

_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_TO = re.compile(
    r"(?:escalat\w*|hand(?:ed|ing)? (?:it |this |over |off )*)(?:[^.;]{0,60}?)\b(?:to|with):?\s+(?P<who>[^.;:(]+)"
    r"|(?:page[sd]|engage[sd]|loops? in|looped in|br(?:ings?|ought) in|pull(?:s|ed) in|call(?:s|ed)(?: in)?|summon(?:s|ed)|alerted|involve[sd]?|notifie[sd]|woke|wakes|ask(?:s|ed)|phone[sd]|inform(?:s|ed)|contact(?:s|ed))(?: in)?\s+(?P<called>(?:the |our |an? )?[^.;:,(]*?(?:teams?|engineers?|dbas?|administrators?|leads?|specialists?|experts?|vendor|provider|manager|mentors?|tutors?|seniors?|boss|consultants?|cto|sres?|devops|department)\b)",
    re.IGNORECASE,
)  # fmt: skip
_PASSIVE = re.compile(
    r"(?P<who>(?:the |our )?(?:(?!(?:and|the|then|finally)\b)[\w-]+ ){0,4}(?:teams?|engineers?|engineering|dbas?|administrators?|department|technician|vendor|manager|developers?|specialists?|experts?|hoster|support))(?:,? to whom (?:the \w+|it|this) was escalated| (?:(?:was|were|is|are|gets?|got|being) )?(?:paged|engaged|looped in|brought in|pulled in|called(?: in| for help)?|summoned|involved|notified|informed|asked(?: for help)?|joins?(?:ed)?|takes? over|took over|phoned))\b",
    re.IGNORECASE,
)  # fmt: skip
_END = re.compile(
    r"\s(?:for|to\s(?!the\s\w+\steam)|who|which|that|because|since|as|after|due|given|when|while|so|at|in order|on\s|by\s|with\s(?:the\s)?(?:logs?|suspicion|details|request)|via|but|if|from|under|of\sthe\sincident)\b.*$|,\s(?:who|which|as|because|given|since|but|and\s(?:they|the\s\w+\s(?:was|were)|we|it)).*$|\s(?:—|–|-)\s.*$",
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
_LISTED_END = re.compile(
    r",?\s(?:who|which|because|since|given|after|as|when|while|for|so that|in order)\s.*$",
    re.IGNORECASE | re.DOTALL,
)
_CALLED = Phrases.of(
    r"called in|brought in|pulled in|to whom [^.]{0,40}escalated|escalat\w+ to|asked for help|takes? over|took over",
    end=r"\b",
)
_ARTICLE = re.compile(r"^(?:the|our|an?|and|both|their|its|on-duty)\s+", re.IGNORECASE)
_GROUP = re.compile(
    r"teams?|mentor|tutor|senior|boss|engineers?|devops|sres?|dbas?|admin|operations|ops|vendor|provider|department|lead|manager|group|specialist|expert|support|developers?|on-?call|partner|cto|unit|desk|technician|administrators?|security|staff|crew|architects?|host(?:er|ing)|company|supplier|centre|center|office|squad|board|head|director|officer|maintainers?|consultants?",
    re.IGNORECASE,
)  # fmt: skip


def escalated_to(entries: Sequence[Entry], outline: Outline) -> tuple[str, ...]:
    """Teams and people the incident went to, in order, as the report names them."""
    texts = [e.text for e in entries if e.kind is EntryKind.ESCALATED]
    texts += [
        e.text for e in entries if e.kind is not EntryKind.ESCALATED and "escalat" in lower(e.text)
    ]
    texts += [
        e.text
        for e in entries
        if e.kind is not EntryKind.ESCALATED and _CALLED.search(e.text) and e.text not in texts
    ]
    if not texts:
        texts += [
            sentence
            for s in outline.statements
            if s.part
            in (None, Part.SUMMARY, Part.RESOLUTION, Part.DETECTION, Part.CAUSE_AND_RESOLUTION)
            for sentence in _SENTENCES.split(s.text)
            if _CALLED.search(sentence)
        ]
    texts += [s.text for s in outline.of(Part.ESCALATION) if s.section is not Part.TIMELINE]
    found: list[str] = []
    for text in texts:
        names = _names(text)
        if (
            not names
            and text in [s.text for s in outline.of(Part.ESCALATION)]
            and text.count(" ") < 8
        ):
            names = _split(text)
        found.extend(name for name in names if name.lower() not in [f.lower() for f in found])
    return tuple(found)


def _names(text: str) -> list[str]:
    names: list[str] = []
    for match in _TO.finditer(text):
        names += _split(match["who"] or match["called"] or "")
    if not names and (passive := _PASSIVE.search(text)) is not None:
        names += _split(passive["who"])
    return names


def _split(text: str) -> list[str]:
    parts = [
        _END.sub("", part.strip()).strip(" .,")
        for part in re.split(
            r",\s*(?:and\s+)?|\s+and\s+(?:then\s+|later\s+|finally\s+)?(?:to\s+)?|\s+then to\s+|\s*&\s*",
            _LISTED_END.sub("", text.strip()),
        )
    ]
    named = []
    for part in parts:
        name = _ARTICLE.sub("", _ARTICLE.sub("", part))
        if name and _GROUP.search(name) and name.count(" ") < 7:
            named.append(name)
    return named
