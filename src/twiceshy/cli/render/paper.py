"""What text is written on: its width, whether it takes colour, and what its characters may be.

Everything shown passes through `clean`: what a server or a report says cannot steer a terminal.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TextIO

PIPED_COLUMNS = 100
WIDEST_COLUMNS = 120
NARROWEST_COLUMNS = 80

_CODES = MappingProxyType(
    {"red": "31", "green": "32", "yellow": "33", "bold": "1", "dim": "2", "bold red": "1;31"}
)

_ASCII = str.maketrans(
    {
        "✓": "+", "✗": "x", "·": "-", "…": "~", "–": "-", "—": "-", "‘": "'", "’": "'",
        "“": '"', "”": '"', "\u00a0": " ", "→": "->", "█": "#", "░": ".",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """Width in columns, colour or not, and whether more than ASCII can be written."""

    columns: int = PIPED_COLUMNS
    colour: bool = False
    unicode: bool = True

    def paint(self, text: str, style: str) -> str:
        """The text in a style, or as it is on paper without colour."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.colour and style else text

    def plain(self, text: str) -> str:
        """The text in characters this paper takes."""
        if self.unicode or text.isascii():
            return text
        return text.translate(_ASCII).encode("ascii", "replace").decode("ascii")


def paper_for(stream: TextIO, environment: Mapping[str, str]) -> Paper:
    """The paper a stream is: plain and 100 columns wide unless it is a terminal."""
    unicode = (stream.encoding or "ascii").lower().replace("-", "").startswith("utf")
    if not stream.isatty():
        return Paper(unicode=unicode)
    columns = shutil.get_terminal_size((PIPED_COLUMNS, 25)).columns
    colour = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    return Paper(max(NARROWEST_COLUMNS, min(columns, WIDEST_COLUMNS)), colour, unicode)


def clean(text: str) -> str:
    """On one line, without control, direction and unassigned characters."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    spaced = (" " if character.isspace() else character for character in text)
    kept = (
        character
        for character in spaced
        if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn", "Co"}
    )
    return " ".join("".join(kept).split())


def cells(text: str) -> int:
    """How many columns the text takes."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def cut(text: str, columns: int) -> str:
    """The text, shortened with an ellipsis where it is wider than so many columns."""
    return text if cells(text) <= columns else next(_pieces(text, columns - 1)) + "…"


def pad(text: str, columns: int) -> str:
    """The text cut or filled up to exactly so many columns."""
    short = cut(text, columns)
    return short + " " * (columns - cells(short))


def fold(text: str, columns: int) -> list[str]:
    """The text in lines of so many columns at most, broken between words where that is possible."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        for piece in _pieces(word, columns):
            joined = f"{line} {piece}" if line else piece
            if cells(joined) <= columns:
                line = joined
            else:
                lines.append(line)
                line = piece
    return [*lines, line] if line else lines


def _pieces(word: str, columns: int) -> Iterator[str]:
    piece, taken = "", 0
    for character in word:
        width = _width(character)
        if taken + width > columns and piece:
            yield piece
            piece, taken = "", 0
        piece += character
        taken += width
    if piece:
        yield piece


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
