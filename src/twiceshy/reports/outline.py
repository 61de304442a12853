"""Blocks placed: which part of the report every statement belongs to.

One pass with a small state: the section that the last heading opened, and within it the field that
the last label opened. A field ends at the next label, heading, or item that is not deeper. Of a
file that holds a second report the second is left out, unless it only adds to the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from twiceshy.reports.blocks import BOLD_LEVEL, Block, Shape
from twiceshy.reports.labels import Label, dashed_label_of, label_of
from twiceshy.reports.title import title_of
from twiceshy.reports.vocabulary import Part, opens_a_section, part_named, stands_alone
from twiceshy.reports.when.scan import marks_in

_PLAIN_LEVEL = 8
_PLAIN_HEADING = 60
_FIELDS = frozenset(
    {Part.DURATION, Part.START, Part.END, Part.DAY, Part.WHEN, Part.IMPACT, Part.AFFECTED, Part.SHARE,
     Part.DETECTION, Part.CAUSE, Part.RESOLUTION, Part.ASIDE, Part.LEADS, Part.ESCALATION}
)  # fmt: skip
_ENDS_TIMELINE = frozenset(
    {Part.CAUSE, Part.CAUSE_AND_RESOLUTION, Part.ACTIONS, Part.LESSONS, Part.SUMMARY, Part.IMPACT,
     Part.CONCLUSION, Part.DURATION}
)  # fmt: skip
_ONE_LINE = frozenset({Part.START, Part.END, Part.DAY, Part.SHARE, Part.ASIDE, Part.AFFECTED})
"""Fields whose value does not go on in the next paragraph."""
_OPENS_REPORT = frozenset({Part.DURATION, Part.START, Part.IMPACT})
_STAYS_ACTIONS = frozenset(
    {Part.ACTIONS, Part.GROUP, Part.DETECTION, Part.ESCALATION, Part.RESOLUTION, Part.AFFECTED,
     Part.SHARE, Part.START, Part.END, Part.DAY, Part.DURATION, Part.ASIDE, Part.LEADS}
)  # fmt: skip


class Statement(NamedTuple):
    """A block, or the value behind its label, in its place."""

    part: Part | None
    """None above the first section and in sections of the report's own."""
    block: Block
    text: str
    """What is said: the value when a label opened the part, else the whole text."""
    label: Label | None = None
    group: str | None = None
    """The sub-heading or list introduction it stands under."""
    section: Part | None = None
    """The part of the section it stands in, whatever its label."""
    heading: str | None = None
    """The heading of that section, as written."""


@dataclass
class _State:
    section: Part | None = None
    level: int = 0
    heading: str | None = None
    group: str | None = None
    field: Part | None = None
    field_indent: int = -1
    """Indent of the item whose label opened the field; -1 when a line of text did."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A document as placed statements, with its title."""

    statements: tuple[Statement, ...]
    title: str | None
    title_line: int | None
    headings: tuple[str, ...]
    """Every heading's text, in order."""

    def of(self, *parts: Part) -> list[Statement]:
        """The statements of some parts, in order."""
        if len(parts) == 1:
            part = parts[0]
            return [statement for statement in self.statements if statement.part is part]
        return [statement for statement in self.statements if statement.part in parts]


def outline_of(blocks: Sequence[Block]) -> Outline:
    """Place every block."""
    placer = _Placer(blocks)
    for index, block in enumerate(blocks):
        placer.place(index, block)
    title, line = title_of(blocks)
    return Outline(
        _first_report(placer.statements),
        title,
        line,
        tuple(b.text for b in blocks if b.shape is Shape.HEADING),
    )


def _has_clock(text: str) -> bool:
    return any(mark.clock is not None for mark in marks_in(text[:80]))


class _Placer:
    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.state = _State()
        self.statements: list[Statement] = []

    def place(self, index: int, block: Block) -> None:
        if block.shape is Shape.RULE:
            return
        if block.code:
            self._emit(block, block.text)
        elif block.shape is Shape.HEADING:
            self._heading(index, block)
        elif block.shape is Shape.ROW:
            self._row(block)
        elif block.shape is Shape.ITEM:
            self._item(index, block)
        else:
            self._line(block)

    def _emit(
        self, block: Block, text: str, *, part: Part | None = None, label: Label | None = None
    ) -> None:
        state = self.state
        where = part or state.field or state.section
        self.statements.append(
            Statement(where, block, text, label, state.group, state.section, state.heading)
        )

    def _open(self, part: Part | None, level: int, heading: str) -> None:
        self.state = _State(part, level, heading)

    def _heading(self, index: int, block: Block) -> None:  # noqa: C901, PLR0912 - one case after the other, as a reader meets them
        state = self.state
        label = label_of(block.raw, block.text)
        part = part_named(block.text)
        value = ""
        if part is None and label is not None:
            part, value = part_named(label.name), label.value
            if part is Part.SUMMARY and value and not self.statements:
                part, value = None, ""  # "Incident: mail was down" is a title, not a summary
        if state.section is Part.TIMELINE and self._within_timeline(index, block, part):
            state.group = block.text
            state.field = None
            self._emit(block, block.text)
            return
        if (
            state.section is Part.ACTIONS
            and block.level > state.level
            and (part is None or part in _STAYS_ACTIONS)
        ):
            state.group, state.field = block.text, None
            if value and part is None:
                self._emit(block, block.text, label=label)
            elif value:
                self._emit(block, value, label=label)
            elif part is None:
                self._emit(block, block.text)
            return
        if part is Part.GROUP:
            part = Part.ACTIONS
        if part is None:
            if state.section is not None and block.level > state.level:
                state.group, state.field = block.text, None
                if block.level >= BOLD_LEVEL:
                    self._emit(block, block.text, label=label)
            elif block.level < BOLD_LEVEL:
                self._open(None, block.level, block.text)
                self._emit(block, block.text)
            else:
                state.field = None
                self._emit(block, block.text, label=label)
            return
        if block.level == BOLD_LEVEL and part in _FIELDS and value and state.section is not None:
            state.field, state.field_indent = part, -1
            self._emit(block, value, label=label)
            return
        if (
            part
            in (
                Part.START,
                Part.END,
                Part.DAY,
                Part.ASIDE,
                Part.SHARE,
                Part.AFFECTED,
                Part.DURATION,
            )
            and state.section
            in (
                Part.SUMMARY,
                Part.IMPACT,
                Part.CAUSE,
            )
            and block.level > state.level
        ):
            state.field, state.field_indent, state.group = part, -1, None
        else:
            self._open(part, block.level, block.text)
        if value:
            self._emit(block, value, label=label)

    def _within_timeline(self, index: int, block: Block, part: Part | None) -> bool:
        """A heading that is a timeline entry, a day, or a phase with timed entries below it."""
        marks = marks_in(block.text)
        if (
            marks
            and marks[0].start <= 25
            and part not in (Part.ACTIONS, Part.CAUSE_AND_RESOLUTION, Part.TIMELINE)
        ):
            return True
        if part in _ENDS_TIMELINE or part in (Part.TIMELINE, Part.GROUP, Part.LEADS):
            return False
        if part is None and block.level <= self.state.level:
            return False
        following = self.blocks[index + 1] if index + 1 < len(self.blocks) else None
        return (
            following is not None
            and following.shape is not Shape.HEADING
            and (_has_clock(following.text) or (part is None and block.level > self.state.level))
        )

    def _row(self, block: Block) -> None:
        state = self.state
        cells = [cell for cell in block.cells if cell]
        listing = state.section in (Part.TIMELINE, Part.ACTIONS)
        if not listing and len(cells) == 2 and (part := part_named(cells[0])) in _FIELDS:
            self._emit(block, cells[1], part=part, label=Label(cells[0], cells[1], strong=True))
            return
        self._emit(block, block.text)

    def _names_a_list(self, index: int) -> bool:
        """Whether an item such as `Tasks` only names the deeper items that follow."""
        block = self.blocks[index]
        following = self.blocks[index + 1] if index + 1 < len(self.blocks) else None
        return (
            following is not None
            and following.shape is Shape.ITEM
            and following.level > block.level
            and part_named(block.text) in (Part.GROUP, Part.ACTIONS)
        )

    def _item(self, index: int, block: Block) -> None:  # noqa: C901, PLR0912 - one case after the other, as a reader meets them
        state = self.state
        label = label_of(block.raw, block.text)
        if state.field is not None and block.level <= state.field_indent:
            state.field = None
        if (
            label is None
            and state.section is not Part.TIMELINE
            and part_named(block.text) in _FIELDS
        ) or (label is None and state.section is Part.ACTIONS and self._names_a_list(index)):
            label = Label(block.text, "", strong=False)
        part = part_named(label.name) if label is not None else None
        if label is None or part is None or state.section in (Part.TIMELINE, Part.LESSONS):
            if (
                state.section is Part.TIMELINE
                and label is not None
                and part in (Part.CAUSE_AND_RESOLUTION, Part.ACTIONS)
                and not label.value
            ):
                self._open(part, _PLAIN_LEVEL, label.name)
                return
            self._emit(block, block.text, label=label)
            return
        if state.section is Part.ACTIONS:
            if part in (Part.GROUP, Part.ACTIONS):
                if label.value:
                    self._emit(block, label.value, label=label)
                else:
                    state.group = label.name
            else:
                self._emit(block, block.text, label=label)
            return
        if part in (Part.GROUP, Part.ACTIONS):
            self._open(Part.ACTIONS, _PLAIN_LEVEL, label.name)
            if label.value:
                self._emit(block, label.value, label=label)
            return
        if part in (Part.TIMELINE, Part.CAUSE_AND_RESOLUTION):
            self._open(part, _PLAIN_LEVEL, label.name)
            if label.value:
                self._emit(block, label.value, label=label)
            return
        state.field, state.field_indent = part, block.level
        if label.value:
            self._emit(block, label.value, label=label)

    def _line(self, block: Block) -> None:  # noqa: C901, PLR0912 - one case after the other, as a reader meets them
        state = self.state
        label = label_of(block.raw, block.text)
        if label is None and self._plain_heading(block):
            label = Label(block.text, "", strong=False)
        part = part_named(label.name) if label is not None else None
        if part is None and label is None:
            dashed = dashed_label_of(block.text)
            dashed_part = part_named(dashed.name) if dashed is not None else None
            if (
                dashed_part in _FIELDS
                and state.section is not Part.ACTIONS
                and state.section is not Part.TIMELINE
            ):
                label, part = dashed, dashed_part
        if label is None or part is None:
            if block.gap and (state.field_indent >= 0 or state.field in _ONE_LINE):
                state.field = None
            if label is not None and not label.value and label.strong and state.section is not None:
                state.group = label.name
            self._emit(block, block.text, label=label)
            return
        if state.section is Part.TIMELINE and not self._leaves_timeline(block, part, label):
            self._emit(block, block.text, label=label)
            return
        if state.section is Part.ACTIONS and part in _STAYS_ACTIONS:
            if part in (Part.GROUP, Part.ACTIONS):
                if label.value:
                    self._emit(block, label.value, label=label)
                else:
                    state.group = label.name
            else:
                self._emit(block, block.text, label=label)
            return
        if (
            label.value
            and part in _FIELDS
            and state.section
            in (Part.SUMMARY, Part.IMPACT, Part.CAUSE_AND_RESOLUTION, Part.CAUSE, None)
        ):
            state.field, state.field_indent = part, -1
            self._emit(block, label.value, label=label)
            return
        if (
            part in _FIELDS
            and part not in (Part.CAUSE, Part.RESOLUTION, Part.IMPACT)
            and state.section in (Part.SUMMARY, Part.IMPACT)
        ):
            state.field, state.field_indent = part, -1
        else:
            self._open(Part.ACTIONS if part is Part.GROUP else part, _PLAIN_LEVEL, label.name)
        if label.value:
            self._emit(block, label.value, label=label)

    @staticmethod
    def _plain_heading(block: Block) -> bool:
        """Whether a line without any mark is a heading all the same."""
        return len(block.text) <= _PLAIN_HEADING and (
            stands_alone(block.text) or (block.gap and opens_a_section(block.text))
        )

    @staticmethod
    def _leaves_timeline(block: Block, part: Part, label: Label) -> bool:
        """A labelled line ends the timeline unless it is itself an entry without a bullet."""
        if _has_clock(block.text):
            return part in (Part.DURATION, Part.CAUSE_AND_RESOLUTION, Part.ACTIONS)
        if part in _ENDS_TIMELINE or part is Part.GROUP:
            return True
        return not label.value


def _first_report(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Leave out a second report with a timeline of its own; keep one that only adds to the first."""
    timelines = 0
    told = False
    again_at: int | None = None
    previous: Part | None = None
    for index, statement in enumerate(statements):
        section = statement.section
        if section is Part.TIMELINE and previous is not Part.TIMELINE:
            timelines += 1
            if timelines > 1 and again_at is not None:
                return tuple(statements[:again_at])
        elif timelines:
            told = told or section in (Part.CAUSE, Part.CAUSE_AND_RESOLUTION, Part.ACTIONS)
            begins = section is Part.SUMMARY or section is None or statement.part in _OPENS_REPORT
            if again_at is None and told and begins:
                again_at = index
        previous = section
    return tuple(statements)
