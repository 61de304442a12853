"""Timeline entries, statement by statement: from bullets, tables, headings, code blocks or prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from twiceshy.reports.blocks import Shape
from twiceshy.reports.outline import Statement
from twiceshy.reports.phrases import lower
from twiceshy.reports.untimed import clock_inside, labels_an_entry, without_time
from twiceshy.reports.vocabulary import part_named
from twiceshy.reports.when.clocks import leading_military
from twiceshy.reports.when.days import Day
from twiceshy.reports.when.scan import Mark, is_range, marks_in
from twiceshy.reports.when.zones import zones_in

_LEAD_IN = re.compile(
    r"(?:[\s*_~=(\[\"'-]|\b(?:at|around|about|approximately|approx\.?|circa|by|on|from|between|since|shortly (?:after|before)|time|the|day \d+)\b[:,]?)*",
    re.IGNORECASE,
)  # fmt: skip
_SEPARATOR = re.compile(r"[\s*_)\]]*(?:\.{2,}|[:,;|.]|-{1,3}|–|—|→|=>|->)?[\s*_:–—-]*")
_WHO = re.compile(
    r"\W*(?:who|by|actor|person|team|owner|responsible|source|role)\W*", re.IGNORECASE
)
_HALF_ZONE = re.compile(r"^\s*[(\[]?\s*(?:hrs|hours|local time|local)\b\s*[)\]]?", re.IGNORECASE)
HEADER = re.compile(
    r"\b(?:time(?:stamp)?|date|when|at)\b.*\b(?:events?|descriptions?|actions?|details?|what|happened|activity|status|notes?|comments?|entry|update|summary)\b|^time(?:stamp)?s?\b.{0,20}$",
    re.IGNORECASE,
)  # fmt: skip
_SENTENCE = re.compile(
    r",?\s+and\s+(?=(?:at|by|from)\s\d)|(?:(?<=[.!?;])\s+|^)(?=(?:(?:at|by|around|on|from|about|then,? at|finally,? at|later,? at)\s)?\S)",
    re.IGNORECASE,
)
_OPENS_NO_ENTRY = re.compile(
    r"(?:all times|times (?:are|in|given)|note:|\(?times|time ?zone|timezone|the following|here is|below is|zone:)",
    re.IGNORECASE,
)  # fmt: skip
_OF_ALL_TIMES = re.compile(
    r"\b(?:all times|times are|timestamps?)\b.{0,30}\b(?:in|utc|gmt|local|approximate)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"^[\s*_\[(]*(?:hh:mm|\?\?:?\??\??|xx:xx|--:--|tbd|__:__)(?:\s?[ap]m)?[\s*_\])]*(?:[:–—-]|\s)\s*",
    re.IGNORECASE,
)
_OPENS_PROSE = re.compile(r"\W*(?:at|by|on|around|about)\b", re.IGNORECASE)
_ENTRY_LABEL = re.compile(r"(?P<label>[A-Z][^:.]{2,50}?)\s*[:–—]\s+\S")
_UNTIL = re.compile(r"\b(?:until|till)\s+(?:about |around )?$", re.IGNORECASE)


class RawEntry(NamedTuple):
    """An entry before days and zones are settled: what stands beside it, and what was in force."""

    line: int
    text: str
    label: str | None
    mark: Mark | None
    until: Mark | None = None
    day: Day | None = None
    """Its own day, or that of the day heading it stands under."""


def is_no_entry(text: str) -> bool:
    """Whether a line of a timeline only speaks of its times, or introduces what follows."""
    if _OPENS_NO_ENTRY.match(text):
        return True
    return "time" in lower(text) and _OF_ALL_TIMES.search(text) is not None


def _separated(text: str) -> bool:
    """Whether a mark such as a colon or a dash stands at the front."""
    match = _SEPARATOR.match(text)
    return match is not None and bool(match[0].strip())


class TimelineReader:
    """Reads statements in order; `strict` takes only statements that clearly open with a time."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.entries: list[RawEntry] = []
        self.day: Day | None = None
        self.open_entry = False
        self.entry_indent = 0
        self.who_columns: frozenset[int] = frozenset()
        """Columns of a table that only say who acted."""

    def read(self, statements: Sequence[Statement]) -> list[RawEntry]:
        """Every entry of the statements, in order."""
        plain_timed = any(
            not s.block.code
            and s.block.shape is not Shape.TEXT
            and self._leading(s.text) is not None
            for s in statements
        )
        for statement, following in zip(statements, [*statements[1:], None], strict=False):
            if statement.block.code and plain_timed:
                continue
            if following is not None and self._opens_group(statement, following):
                continue
            self._statement(statement)
        return self.entries

    def _opens_group(self, statement: Statement, following: Statement) -> bool:
        """An item such as `Evening` above deeper, timed items is no entry."""
        mine, next_block = statement.block, following.block
        return (
            mine.shape is Shape.ITEM
            and next_block.shape is Shape.ITEM
            and next_block.level > mine.level
            and len(mine.text) < 40
            and not marks_in(mine.text)
            and self._leading(following.text) is not None
        )

    def _statement(self, statement: Statement) -> None:
        block, text = statement.block, statement.text
        if not text[:1].isdigit() and _PLACEHOLDER.match(text):
            text = _PLACEHOLDER.sub("", text)
            self._add(RawEntry(block.line, text, None, None, day=self.day), block.level)
            return
        if block.shape is Shape.ROW:
            self._row(statement)
            return
        found = self._leading(text)
        if found is not None:
            self._timed(statement, found)
            return
        label = statement.label
        if (
            not self.strict
            and label is not None
            and label.value
            and (found := self._leading(label.value)) is not None
        ):
            mark, stop = found
            body = _SEPARATOR.sub("", label.value[stop:], count=1).strip()
            whole = f"{label.name}: {body}" if body else label.name
            self._add(
                RawEntry(block.line, whole, label.name, mark, day=mark.day or self.day), block.level
            )
            return
        if self._day_line(statement) or is_no_entry(text):
            return
        if block.shape is Shape.TEXT and self._sentences(statement):
            return
        if not self.strict:
            self._untimed(statement)

    def _leading(self, text: str) -> tuple[Mark, int] | None:
        """The mark a text opens with, and where the text goes on."""
        head = text[:120]
        marks = marks_in(head)
        if not marks or (marks[0].clock is None and not self._goes_with_clock(head, marks)):
            start = _LEAD_IN.match(head)
            offset = start.end() if start is not None else 0
            military = leading_military(head[offset:])
            if military is None:
                return None
            return Mark(offset, offset + military.stop, clock=military), offset + military.stop
        mark = marks[0]
        if mark.clock is None:
            mark = marks[1]._replace(start=mark.start, day=mark.day)
        before = head[: mark.start]
        if _LEAD_IN.fullmatch(before) is None and not re.fullmatch(r"\W{1,6}", before):
            return None
        return mark, mark.stop

    @staticmethod
    def _goes_with_clock(head: str, marks: Sequence[Mark]) -> bool:
        return (
            len(marks) > 1
            and marks[1].clock is not None
            and len(head[marks[0].stop : marks[1].start].strip(" ,:|–—-*()")) <= 3
        )

    def _timed(self, statement: Statement, found: tuple[Mark, int]) -> None:
        mark, stop = found
        text = statement.text
        until: Mark | None = None
        following = next((m for m in marks_in(text[:160]) if m.start >= stop), None)
        if (
            following is not None
            and following.clock is not None
            and is_range(text, mark, following)
        ):
            until, stop = following, following.stop
        if (
            self.strict
            and not _separated(text[stop:])
            and statement.block.shape is Shape.TEXT
            and statement.block.raw[:1] not in ("*", "_")
            and not (text[0].isalpha() and _LEAD_IN.match(text))
        ):
            return
        zone_after = _HALF_ZONE.match(text[stop:])
        if zone_after is not None:
            stop += zone_after.end()
        rest = text[stop:]
        if (
            _OPENS_PROSE.match(text)
            and statement.block.shape is Shape.TEXT
            and self._sentences(statement)
        ):
            return
        if statement.block.shape is Shape.TEXT and self._run_together(statement, stop):
            return
        rest = _SEPARATOR.sub("", rest, count=1).strip(" *_")
        self._add(self._entry(statement, rest, mark, until), statement.block.level)

    def _run_together(self, statement: Statement, stop: int) -> bool:
        """A paragraph with several timed entries in it: split at the times that open a sentence."""
        cuts = [0]
        for mark in marks_in(statement.text):
            if mark.start < stop or mark.clock is None:
                continue
            before = statement.text[: mark.start].rstrip(" *_(")
            opener = re.search(
                r"(?:[.!?;]|^)\s*(?:(?:at|by|around|about|then at|finally,? at)\s*)?$",
                statement.text[: mark.start],
                re.IGNORECASE,
            )
            after = statement.text[mark.stop : mark.stop + 3]
            if opener is not None or (
                before.endswith((".", "!", ";")) or re.match(r"\s?[:–—-]\s", after)
            ):
                cuts.append(
                    opener.end()
                    if opener is not None and opener.group().strip(" .!?;") == ""
                    else (opener.start() + 1 if opener is not None else mark.start)
                )
        if len(cuts) == 1:
            return False
        pieces = [
            statement.text[a:b].strip()
            for a, b in zip(cuts, [*cuts[1:], len(statement.text)], strict=True)
        ]
        for piece in pieces:
            found = self._leading(piece)
            if found is not None:
                mark, end = found
                body = _SEPARATOR.sub("", piece[end:], count=1).strip(" *_")
                self._add(self._entry(statement, body, mark, None), statement.block.level)
        return True

    def _entry(self, statement: Statement, text: str, mark: Mark, until: Mark | None) -> RawEntry:
        label = None
        named = _ENTRY_LABEL.match(text)
        if named is not None and named["label"].count(" ") <= 6:
            label = named["label"]
        elif text.count(" ") <= 4 and part_named(text) is not None:
            label = text
        return RawEntry(statement.block.line, text, label, mark, until, mark.day or self.day)

    def _day_line(self, statement: Statement) -> bool:
        """A line or heading that only names a day: it holds for the entries below it."""
        marks = marks_in(statement.text)
        if len(marks) != 1 or marks[0].clock is not None or marks[0].day is None:
            return False
        rest = statement.text[: marks[0].start] + statement.text[marks[0].stop :]
        if (
            len(
                re.sub(
                    r"(?i)\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|date|day \d+|day|on|the|utc|gmt)\b|\W",
                    "",
                    rest,
                )
            )
            > 2
        ):
            if statement.block.shape is Shape.HEADING:
                self.day = marks[0].day
                return True
            return False
        self.day = marks[0].day
        self.open_entry = False
        return True

    def _sentences(self, statement: Statement) -> bool:
        """Prose: each sentence that holds a clock time is an entry."""
        pieces = [p.strip() for p in _SENTENCE.split(statement.text) if p and p.strip()]
        timed = [
            (p, m)
            for p in pieces
            for m in [next((m for m in marks_in(p) if m.clock is not None), None)]
            if m is not None
        ]
        if len(timed) < (2 if self.strict else 1) or (self.strict and len(pieces) > 4 * len(timed)):
            return False
        if self.open_entry and not statement.block.gap and not self.strict:
            return False
        for piece, mark in timed:
            if _UNTIL.search(piece[: mark.start]):
                self._add(
                    RawEntry(statement.block.line, piece, None, None, mark, self.day),
                    statement.block.level,
                )
                continue
            found = self._leading(piece)
            body = _SEPARATOR.sub("", piece[found[1] :], count=1) if found is not None else piece
            self._add(
                self._entry(statement, body.strip(), found[0] if found is not None else mark, None),
                statement.block.level,
            )
        return True

    def _row(self, statement: Statement) -> None:
        cells = list(statement.block.cells)
        marked = [(index, marks_in(cell)) for index, cell in enumerate(cells[:3])]
        clock = next(((i, m) for i, found in marked for m in found if m.clock is not None), None)
        day = next((m.day for _, found in marked for m in found if m.day is not None), None)
        if clock is None:
            military = leading_military(cells[0]) if cells else None
            if military is None:
                who = frozenset(i for i, c in enumerate(cells) if _WHO.fullmatch(c))
                if who:
                    self.who_columns = who
                if day is not None and sum(bool(c) for c in cells) == 1:
                    self.day = day
                elif not HEADER.search(statement.text) and not self.strict and self.entries:
                    text = " — ".join(filter(None, cells))
                    self._add(RawEntry(statement.block.line, text, None, None, day=self.day), 0)
                return
            clock = (0, Mark(0, military.stop, clock=military))
        index, mark = clock
        own = marks_in(cells[index])
        until = (
            own[1]
            if len(own) > 1 and own[1].clock is not None and is_range(cells[index], own[0], own[1])
            else None
        )
        used = {index} | {
            i for i, found in marked if found and found[0].day is not None and len(cells[i]) <= 20
        }
        zone_cells = {
            i for i, c in enumerate(cells) if i not in used and len(c) <= 6 and zones_in(c)
        }
        if mark.zone is None and zone_cells and mark.clock is not None:
            zone = zones_in(cells[min(zone_cells)])[0]
            mark = mark._replace(clock=mark.clock._replace(zone=zone))
        skipped = used | zone_cells | self.who_columns
        rest = [c for i, c in enumerate(cells) if i not in skipped and c]
        leftover = (
            _SEPARATOR.sub(
                "", cells[index][(until or own[-1] if own else mark).stop :], count=1
            ).strip()
            if own
            else ""
        )
        text = " — ".join(([leftover] if len(leftover) > 3 else []) + rest)
        label = rest[0] if len(rest) > 1 and len(rest[0]) < 40 else None
        entry = RawEntry(
            statement.block.line, text, label, mark, until, mark.day or day or self.day
        )
        if day is not None:
            self.day = day
        self._add(entry, 0)

    def _untimed(self, statement: Statement) -> None:
        block, text = statement.block, statement.text
        deeper = self.open_entry and block.shape is Shape.ITEM and block.level > self.entry_indent
        follows = (
            self.open_entry
            and block.shape is Shape.TEXT
            and (not block.gap or self.entries[-1].text == "" or block.level > self.entry_indent)
        )
        under_heading = self.open_entry and self.entry_indent < 0
        if (
            self.entries
            and (deeper or follows or under_heading)
            and not (
                statement.label is not None
                and block.shape is Shape.TEXT
                and labels_an_entry(statement)
            )
        ):
            last = self.entries[-1]
            joined = f"{last.text} {text}".strip() if last.text else text
            self.entries[-1] = last._replace(text=joined[:2000])
            return
        inside = clock_inside(text)
        if block.shape is Shape.ITEM or labels_an_entry(statement):
            day = (inside.day if inside is not None else None) or self.day
            name, body = without_time(statement, inside)
            self._add(RawEntry(block.line, body, name, inside, day=day), block.level)
        elif block.shape is Shape.HEADING and block.level < 7 and statement.group == text:
            # A phase heading: what follows stands under it, timed or not.
            self.open_entry = False

    def _add(self, entry: RawEntry, indent: int) -> None:
        self.entries.append(entry)
        self.open_entry = True
        self.entry_indent = indent
        if entry.mark is not None and entry.mark.day is not None:
            self.day = entry.mark.day
