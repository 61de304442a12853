"""False leads: what was suspected and turned out wrong, and for how long it was pursued.

A lead runs from the entry that suspects to the entry that rules it out or moves on to something
else: another suspicion, an escalation with no later ruling out, or the cause. A suspicion of the
same class as the cause was right and is no false lead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from twiceshy.model.moment import Moment
from twiceshy.model.report import CauseClass, Entry, EntryKind, FalseLead
from twiceshy.reports.blocks import Shape
from twiceshy.reports.entry_context import newest_first
from twiceshy.reports.entry_words import SUSPECTED, told_in
from twiceshy.reports.leads_told import (
    MAX_LEADS,
    minutes_between,
    suspected_and_refuted,
    telling_words,
    told_in_passing,
    told_in_section,
    told_with_times,
    was_right,
)
from twiceshy.reports.outline import Outline, Statement
from twiceshy.reports.suspicions import first_clause, refuted_in, subjects_of, suspicion_in
from twiceshy.reports.vocabulary import Part

_DENIES = re.compile(
    r"\b(?:rul(?:ed|es|ing) (?:\w+ )?out|false (?:lead|trail|path)|misleading|red herring|not the (?:cause|issue|problem|culprit)|dead[- ]end|wrong (?:track|path|lead)|excluded|dismissed|innocent|confirmed (?:that )?(?:there (?:was|were) )?no|no (?:ongoing )?attack)\b",
    re.IGNORECASE,
)
_PERSON = r"(?:it|we|i|they|he|she|this|that|there|which|everyone|everybody|somebody|someone|[\w -]*(?:team|engineers?|developers?|desk|admins?|administrators?|technicians?|on-?call|support|manager|staff))"


@dataclass
class _Open:
    text: str
    subjects: frozenset[str]
    start: Moment | None
    line: int
    index: int
    moved: bool = False
    """Where the search went next, rather than a suspicion that somebody spoke of."""
    dismissed: bool = False
    """Looked into without result, though nobody ruled it out."""


def false_leads(
    entries: Sequence[Entry], outline: Outline, cause: CauseClass, cause_text: str
) -> tuple[FalseLead, ...]:
    """Every false lead of a report: from its timeline, then those it only tells of elsewhere."""
    in_time = list(reversed(entries)) if newest_first(entries) else entries
    found = _from_timeline(in_time, cause, cause_text)
    for statement in outline.of(Part.LEADS)[:MAX_LEADS]:
        if statement.section is Part.TIMELINE:
            continue
        for lead in told_in_section(
            statement, next((e.at for e in entries if e.at is not None), None)
        ):
            known = next((k for k in found if _same(lead.text, k.text)), None)
            if known is None:
                found.append(lead)
            elif known.minutes is None and lead.minutes is not None:
                found[found.index(known)] = lead
    if not found:
        for statement in outline.statements:
            if statement.part in _TOLD_IN or _in_prose(statement):
                found.extend(told_in_passing(statement, cause))
    return tuple(sorted(found, key=lambda lead: lead.line))


def _in_prose(statement: Statement) -> bool:
    """Whether a timeline's statement is a paragraph, which may tell of a lead between its times."""
    return statement.section is Part.TIMELINE and statement.block.shape is Shape.TEXT


_TOLD_IN = (
    None,
    Part.SUMMARY,
    Part.CAUSE,
    Part.CAUSE_AND_RESOLUTION,
    Part.RESOLUTION,
    Part.DETECTION,
    Part.ESCALATION,
)
"""Parts that may tell of a lead in passing, when no timeline does."""


def _same(one: str, other: str) -> bool:
    mine, theirs = subjects_of(one), subjects_of(other)
    if mine & theirs - {"code", "hardware", "config"}:
        return True
    return bool(telling_words(one) & telling_words(other))


def _from_timeline(entries: Sequence[Entry], cause: CauseClass, cause_text: str) -> list[FalseLead]:  # noqa: C901, PLR0912 - one case after the other, as a reader meets them
    leads: list[FalseLead] = []
    open_lead: _Open | None = None

    def close(end: Entry | None, *, refuted: bool) -> None:
        nonlocal open_lead
        lead, open_lead = open_lead, None
        if lead is None:
            return
        if (
            not refuted
            and not lead.dismissed
            and (
                was_right(lead.text, cause, cause_text)
                or (lead.moved and _leads_there(lead.subjects, cause_text))
            )
        ):
            return
        finish = end.at if end is not None else None
        leads.append(
            FalseLead(lead.text, lead.start, finish, minutes_between(lead.start, finish), lead.line)
        )

    for index, entry in enumerate(entries):
        told = told_with_times(entry)
        if told is not None:
            close(entry, refuted=False)
            leads.append(told)
            continue
        if entry.kind is EntryKind.RULED_OUT:
            if open_lead is None and (whole := suspected_and_refuted(entry)) is not None:
                leads.append(whole)
                continue
            if open_lead is None and not _DENIES.search(entry.text):
                continue
            if open_lead is None:
                open_lead = _looked_into(entries, index, leads) or _Open(
                    refuted_in(entry.text), subjects_of(entry.text), None, entry.line, index
                )
            about = subjects_of(entry.text)
            if open_lead.start is entry.at and len(entries) > 1:
                close(None, refuted=True)
            else:
                close(entry, refuted=True)
            moved = _moves_on(entry.text)
            if moved is not None:
                open_lead = _Open(
                    moved, subjects_of(moved) or about, entry.at, entry.line, index, moved=True
                )
        elif entry.kind is EntryKind.SUSPECTED or (
            entry.kind in (EntryKind.INVESTIGATING, EntryKind.DETECTED) and _strong(entry.text)
        ):
            text = suspicion_in(entry.text)
            subjects = subjects_of(text) or subjects_of(entry.text)
            if open_lead is not None:
                moves = _moves_on(entry.text) is not None
                if not moves and (
                    open_lead.subjects & subjects or (not subjects and index - open_lead.index == 1)
                ):
                    if len(text) > len(open_lead.text):
                        open_lead.text = text
                    open_lead.subjects = open_lead.subjects | subjects
                    open_lead.dismissed |= _NO_RESULT.search(entry.text) is not None
                    continue
                close(entry, refuted=False)
            open_lead = _Open(text, subjects, entry.at, entry.line, index)
        elif open_lead is not None and _NO_RESULT.search(entry.text) is not None:
            open_lead.dismissed = True
        elif open_lead is not None and (
            entry.kind in (EntryKind.CAUSE_FOUND, EntryKind.RESTORED)
            or (entry.kind is EntryKind.ESCALATED and not _refuted_later(entries, index, open_lead))
        ):
            close(entry, refuted=False)
    if open_lead is not None:
        close(None, refuted=False)
    return leads


_NO_RESULT = re.compile(r"\bno smoking gun|\bwithout (?:a |any )?(?:results?|success|findings?)|\bnothing unusual|\bnothing (?:was )?found|\bno (?:clear )?cause", re.IGNORECASE)  # fmt: skip
_TEAMS = re.compile(r"\b[\w-]+ (?:team|engineers?|administrators?|department|desk|support)\b", re.IGNORECASE)  # fmt: skip


def _leads_there(subjects: frozenset[str], cause_text: str) -> bool:
    """Whether the search was moved to where the cause was then found."""
    return bool(subjects & subjects_of(_TEAMS.sub("", cause_text)) - {"hardware"})


def _strong(text: str) -> bool:
    match = told_in(text).get(SUSPECTED)
    return match is not None and match[0].lower().startswith(
        ("suspect", "assum", "assumption", "hypothes", "initial")
    )


def _moves_on(text: str) -> str | None:
    """`no database issue; focus shifted to the network` opens the next lead."""
    match = re.search(
        r"(?:focus|attention|investigation|suspicion)(?: \w+){0,2} (?:shift(?:s|ed)|turn(?:s|ed)|move[sd]|switch(?:es|ed)|goes|went)(?: \w+)? ?(?:to|on|towards) (?P<what>[^.;]+)",
        text,
        re.IGNORECASE,
    ) or re.search(
        r"(?:now |next |then )suspect\w*(?: that)? (?P<what>[^.;]+)", text, re.IGNORECASE
    )
    return None if match is None else first_clause(match["what"])


def _looked_into(entries: Sequence[Entry], index: int, leads: Sequence[FalseLead]) -> _Open | None:
    """The latest entry before a ruling out that looked into the same thing."""
    about = subjects_of(entries[index].text)
    taken = {lead.line for lead in leads}
    for earlier in range(index - 1, max(index - 4, -1), -1):
        entry = entries[earlier]
        if (
            entry.kind
            not in (EntryKind.INVESTIGATING, EntryKind.SUSPECTED, EntryKind.NOTE, EntryKind.FIX)
            or entry.line in taken
        ):
            continue
        if about & subjects_of(entry.text) or (
            entry.kind is not EntryKind.NOTE and earlier == index - 1
        ):
            text = (
                suspicion_in(entry.text)
                if entry.kind is not EntryKind.FIX
                else first_clause(entry.text)
            )
            return _Open(text, about, entry.at, entry.line, earlier)
    return None


def _refuted_later(entries: Sequence[Entry], index: int, lead: _Open) -> bool:
    for entry in entries[index + 1 :]:
        if entry.kind is EntryKind.RULED_OUT:
            about = subjects_of(entry.text)
            return not about or not lead.subjects or bool(about & lead.subjects)
        if entry.kind in (EntryKind.CAUSE_FOUND, EntryKind.SUSPECTED, EntryKind.RESTORED):
            return False
    return False
