"""The title of a report."""

from __future__ import annotations

from collections.abc import Sequence

from twiceshy.reports.blocks import Block, Shape
from twiceshy.reports.labels import label_of
from twiceshy.reports.vocabulary import part_named
from twiceshy.reports.when.scan import marks_in


def title_of(blocks: Sequence[Block]) -> tuple[str | None, int | None]:
    """The title and its line: the first heading or line that is no name of a section."""
    opening = blocks[:40]
    headings = [block for block in opening if block.shape is Shape.HEADING]
    for block in headings:
        if block.level <= 3 and part_named(block.text) is None:
            return block.text, block.line
    if headings and part_named(headings[0].text) is None:
        return headings[0].text, headings[0].line
    for block in opening[:3]:
        if block.shape is Shape.HEADING and part_named(block.text) is not None:
            break
        label = label_of(block.raw, block.text)
        if label is not None and label.name.lower() in (
            "title",
            "incident title",
            "incident",
            "post-mortem",
            "postmortem",
        ):
            return label.value or None, block.line
        short = block.shape is Shape.TEXT and len(block.text) <= 100
        if (
            short
            and block.text[-1] not in ".:"
            and part_named(block.text) is None
            and not marks_in(block.text)
        ):
            return block.text, block.line
    for block in headings:
        label = label_of(block.raw, block.text)
        if (
            label is not None
            and label.value
            and "postmortem" in label.name.lower().replace("-", "")
        ):
            return block.text, block.line
    return None, None
