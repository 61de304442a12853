"""Lines to blocks: headings, list items, table rows and paragraphs, however they are marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from twiceshy.reports.markup import plain
from twiceshy.reports.source import Line

BOLD_LEVEL = 7
"""Level of a line that is only bold: below every `#` heading."""


class Shape(Enum):
    """How a block is marked in the source."""

    HEADING = "heading"
    ITEM = "item"
    ROW = "row"
    TEXT = "text"
    RULE = "rule"


class Block(NamedTuple):
    """One statement of the document."""

    line: int
    shape: Shape
    raw: str
    """With its emphasis marks, which labels are told by."""
    text: str
    """Plain."""
    level: int = 0
    """Heading level 1 to 7; indent in columns for items and text."""
    gap: bool = False
    """A blank line stands before it."""
    code: bool = False
    cells: tuple[str, ...] = ()
    ordered: bool = False
    done: bool | None = None
    """Ticked or open, for a checkbox item."""


_HASHES = re.compile(r"\s{0,3}(?P<marks>#{1,6})(?P<space>\s*)(?P<text>[^#\s].*?)\s*#*\s*$")
_ITEM = re.compile(
    r"(?P<indent>\s*)(?P<mark>[-*+•●▪◦‣–]|=(?=\s+\d)|\(?(?P<number>\d{1,3}|[a-zA-Z])[.)](?!\d))(?:\s+|(?=\*\*)|(?<=[.•●])(?=[A-Za-z]))(?P<text>\S.*)$"
)
_BULLETS = frozenset("-*+•●▪◦‣–=(")
_BEHIND_LETTER = frozenset(".)")
"""Every item begins with a bullet, a number, or a letter and one of these."""
_GLUED_NUMBER = re.compile(r"\s*\d{1,2}\.(?=\d{1,2}:\d{2}\s?(?:[AaPp]\.?[Mm])?)")
_BOX = re.compile(r"\[(?P<tick>[ xX✓✔])\]\s*")
_RULE = re.compile(r"\s*(?:[-*_=—–─━]\s?){3,}\s*$")
_RULERS = frozenset("-*_=—–─━")
_UNDERLINE = re.compile(r"\s{0,3}(?:={2,}|-{2,})\s*$")
_BOLD_LINE = re.compile(
    r"\s*(?:\d{1,2}[.)]\s*)?(?:\*\*|__)(?P<text>[^*]{1,120}?)(?:\*\*|__)\s*:?\s*\\?$"
)
_TABLE_RULE = re.compile(r"[\s|:+-]+$")
_COLUMNS = re.compile(r"\t+| {3,}")
_INLINE_LABEL = re.compile(r"(?<=\S)\s+(?=\*\*[A-Z][^*:]{2,40}(?::\*\*|\*\*\s?:))")
_WRAPPED = 55
_OWN_LABEL = re.compile(r"[\w /'()-]{3,80}:\s")
_UNFINISHED = re.compile(
    r"(?:,|\b(?:the|an?|of|to|and|in|for|with|or|by|on|at|our|from|that|is|was|were))$"
)
_TAB = 4


def _heading(line: Line, *, gap: bool) -> Block | None:
    match = _HASHES.match(line.text) if "#" in line.text[:4] else None
    if match is None:
        return None
    text = plain(match["text"])
    # "#42 was merged" is an issue number and "#!/bin/sh" a script, not headings.
    if not match["space"] and (text[:1].isdigit() or text[:1] in "!/"):
        return None
    if not text:
        return None
    return Block(line.number, Shape.HEADING, match["text"], text, len(match["marks"]), gap)


def _row(line: Line, *, gap: bool) -> Block | None:
    text = line.text.strip()
    if "\t" in text and not line.code:
        cells = tuple(plain(cell) for cell in _COLUMNS.split(text))
        if len(cells) > 1 and not _ITEM.match(line.text):
            joined = " ".join(filter(None, cells))
            return Block(line.number, Shape.ROW, text, joined, 0, gap, line.code, cells)
    if text.count("|") < 2 and not (text.startswith("|") or text.count(" | ") >= 1):
        return None
    if not text.startswith("|") and _ITEM.match(line.text):
        return None
    if _TABLE_RULE.fullmatch(text):
        return Block(line.number, Shape.RULE, "", "", gap=gap, cells=("",))
    cells = tuple(plain(cell) for cell in text.strip("|").split("|"))
    if not any(cells):
        return None
    return Block(
        line.number, Shape.ROW, text, " ".join(filter(None, cells)), 0, gap, line.code, cells
    )


def _row_if_any(line: Line, *, gap: bool) -> Block | None:
    """The row that a line is; a look for its marks comes first, as most lines are none."""
    return _row(line, gap=gap) if "|" in line.text or "\t" in line.text else None


def _indent(text: str) -> int:
    if not text[:1].isspace():
        return 0
    expanded = text.expandtabs(_TAB)
    return len(expanded) - len(expanded.lstrip())


def _item(line: Line, *, gap: bool) -> Block | None:
    front = line.text.lstrip()[:2]
    if front[:1] not in _BULLETS and front[1:] not in _BEHIND_LETTER and not front[:1].isdigit():
        return None
    glued = _GLUED_NUMBER.match(line.text) if front[:1].isdigit() else None
    if glued is not None:
        body = line.text[glued.end() :]
        return Block(
            line.number, Shape.ITEM, body, plain(body), _indent(line.text), gap, ordered=True
        )
    match = _ITEM.match(line.text)
    if match is None:
        return None
    body = match["text"]
    done: bool | None = None
    box = _BOX.match(body)
    if box is not None:
        done, body = box["tick"] != " ", body[box.end() :]
    text = plain(body)
    if not text:
        return None
    number = match["number"]
    if (
        number is not None
        and number.isalpha()
        and not (match["mark"].endswith(")") or len(text) > 1)
    ):
        return None
    return Block(
        line.number, Shape.ITEM, body, text, _indent(line.text), gap, line.code,
        ordered=number is not None, done=done,
    )  # fmt: skip


def _text(line: Line, *, gap: bool) -> Block | None:
    bold = (
        _BOLD_LINE.fullmatch(line.text)
        if line.text.lstrip()[:2] in ("**", "__") or "**" in line.text
        else None
    )
    text = plain(line.text)
    if not text:
        return None
    if bold is not None and not line.code:
        return Block(line.number, Shape.HEADING, line.text.strip(), text, BOLD_LEVEL, gap)
    cells = (
        tuple(plain(cell) for cell in _COLUMNS.split(line.text.strip()))
        if ("\t" in line.text or "   " in line.text.strip())
        else ()
    )
    return Block(
        line.number, Shape.TEXT, line.text.strip(), text, _indent(line.text), gap, line.code, cells
    )


def _joins(previous: Block, block: Block) -> bool:
    """Whether a line only goes on with the statement above it."""
    if block.gap or block.shape is not Shape.TEXT or block.code != previous.code or block.code:
        return False
    if previous.shape is Shape.ITEM:
        return block.level > previous.level or block.text[:1].islower()
    if previous.shape is not Shape.TEXT:
        return False
    if block.text[:1].islower():
        return _OWN_LABEL.match(block.text) is None
    return len(previous.text) >= _WRAPPED and _UNFINISHED.search(previous.text) is not None


def _join(previous: Block, block: Block) -> Block:
    return previous._replace(
        raw=f"{previous.raw} {block.raw}", text=f"{previous.text} {block.text}", cells=()
    )


def _underlined(lines: Sequence[Line], index: int) -> bool:
    """Whether the next line is a setext underline (CommonMark 4.3) for this short line."""
    if index + 1 >= len(lines) or lines[index].code:
        return False
    under, text = lines[index + 1].text, lines[index].text
    if under.lstrip()[:1] not in ("=", "-"):
        return False
    return (
        bool(_UNDERLINE.fullmatch(under)) and 0 < len(text.strip()) <= 80 and not _ITEM.match(text)
    )


def _apart(lines: Iterable[Line]) -> list[Line]:
    """Lines with two or more bold labels in them cut before each label."""
    out: list[Line] = []
    for line in lines:
        if not line.code and line.text.count("**") > 3 and line.text.count(":") > 1:
            pieces = _INLINE_LABEL.split(line.text)
            out.extend(line._replace(text=piece) for piece in pieces)
        else:
            out.append(line)
    return out


def blocks_of(lines: Iterable[Line]) -> list[Block]:
    """Every block of a document in order; wrapped lines are joined to the statement they continue."""
    listed = _apart(lines)
    out: list[Block] = []
    gap = True
    skip = False
    for index, line in enumerate(listed):
        if skip:
            skip = False
            gap = True
            continue
        if not line.text.strip():
            gap = True
            continue
        if line.code:
            block = _row_if_any(line, gap=gap) or _item(line, gap=gap) or _text(line, gap=gap)
        elif line.text.lstrip()[0] in _RULERS and "|" not in line.text and _RULE.match(line.text):
            block = Block(line.number, Shape.RULE, "", "", gap=gap)
        elif _underlined(listed, index) and not line.text.lstrip().startswith("#"):
            text = plain(line.text)
            level = 1 if "=" in listed[index + 1].text else 2
            block = (
                Block(line.number, Shape.HEADING, line.text.strip(), text, level, gap)
                if text
                else None
            )
            skip = True
        else:
            block = (
                _heading(line, gap=gap)
                or _row_if_any(line, gap=gap)
                or _item(line, gap=gap)
                or _text(line, gap=gap)
            )
        if block is None:
            continue
        if out and _joins(out[-1], block):
            out[-1] = _join(out[-1], block)
        else:
            out.append(block)
        gap = False
    return out
