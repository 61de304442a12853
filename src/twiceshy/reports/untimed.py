"""Entries without a time in front: their label, and a time that stands elsewhere in them."""

from __future__ import annotations

import re

from twiceshy.reports.blocks import Shape
from twiceshy.reports.outline import Statement
from twiceshy.reports.vocabulary import Part, part_named
from twiceshy.reports.when.scan import Mark, marks_in


def without_time(statement: Statement, inside: Mark | None) -> tuple[str | None, str]:
    """Label and text of an entry whose time stands behind its label or is all its value."""
    text, label = statement.text, statement.label
    name = label.name if label is not None else None
    if inside is None:
        return name, text
    bracketed = re.match(
        r"(?P<name>[^()\d]{3,60}?)\s*[(\[][^()]*[)\]]\s*[:–—-]\s*(?P<rest>.+)$", text
    )
    if bracketed is not None and inside.stop <= bracketed.start("rest"):
        return bracketed["name"], f"{bracketed['name']}: {bracketed['rest']}"
    if label is not None and label.value:
        around = text[len(label.name) : inside.start] + text[inside.stop :]
        if not re.sub(r"[\W_]|\b(?:utc|gmt|[a-z]{2,4}t)\b", "", around, flags=re.IGNORECASE):
            return name, label.name
    return name, text


def clock_inside(text: str) -> Mark | None:
    """The one clock time inside a statement, when there is just one."""
    timed = [mark for mark in marks_in(text) if mark.clock is not None]
    return timed[0] if len(timed) == 1 else None


def labels_an_entry(statement: Statement) -> bool:
    """Whether a line of text such as `Escalation: to the network team` is an entry by its label."""
    return (
        statement.block.shape is Shape.TEXT
        and statement.label is not None
        and bool(statement.label.value)
        and part_named(statement.label.name)
        in (
            Part.DETECTION,
            Part.LEADS,
            Part.ESCALATION,
            Part.RESOLUTION,
            Part.START,
            Part.END,
            Part.CAUSE,
        )
    )
