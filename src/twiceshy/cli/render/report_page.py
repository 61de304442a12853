"""Lines and columns of styled text, for the views of reports.

A cell is one or more pieces of text, each with a style; columns are as wide as told, and one of
them takes what is left. Text folds between words and is never cut. Nothing here is Rich: drawing a
report has to start within milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from twiceshy.cli.render.paper import Paper, cells, clean, fold

_CODES = MappingProxyType(
    {
        "": "",
        "bold": "1",
        "dim": "2",
        "red": "31",
        "green": "32",
        "yellow": "33",
        "blue": "34",
        "magenta": "35",
        "cyan": "36",
        "grey": "90",
        "bold red": "1;31",
        "bold green": "1;32",
        "bold yellow": "1;33",
        "bold magenta": "1;35",
    }
)
_GAP = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one style; cleaned of everything that could steer a terminal."""

    text: str
    style: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))


@dataclass(frozen=True, slots=True)
class Raw:
    """Our own text, kept as it is, such as a bar; it must fit its column."""

    text: str
    style: str = ""


Cell = str | Piece | Raw | Sequence[Piece | Raw]
"""What stands in a column: plain text, or pieces that follow each other."""

Line = list[tuple[str, str]]
"""Runs of text and style."""


def paint(line: Line, paper: Paper) -> str:
    """A line as it goes to the paper, without blanks at its end."""
    while line and not line[-1][0].strip():
        line = line[:-1]
    if not line:
        return ""
    last, style = line[-1]
    runs = [*line[:-1], (last.rstrip(), style)]
    if not paper.colour:
        return "".join(text for text, _ in runs)
    return "".join(f"\x1b[{_CODES[style]}m{text}\x1b[0m" if style else text for text, style in runs)


def folded(cell: Cell, width: int) -> list[Line]:
    """A cell in lines of at most `width` columns."""
    if isinstance(cell, str):
        cell = Piece(cell)
    pieces = [cell] if isinstance(cell, Piece | Raw) else cell
    lines: list[Line] = [[]]
    taken = 0
    for piece in pieces:
        words = [piece.text] if isinstance(piece, Raw) else piece.text.split(" ")
        for word in words:
            if not word:
                continue
            space = 1 if taken and isinstance(piece, Piece) else 0
            if taken + space + cells(word) <= width:
                lines[-1].append((" " * space + word, piece.style))
                taken += space + cells(word)
                continue
            for part in [word] if isinstance(piece, Raw) else fold(word, width):
                lines.append([(part, piece.style)])
                taken = cells(part)
    return [line for line in lines if line] or [[]]


def table(
    rows: Iterable[Sequence[Cell]], widths: Sequence[int | None], paper: Paper, indent: int = 2
) -> Iterator[str]:
    """Rows in columns; a width of None takes what is left, a negative one is set flush right."""
    known = sum(abs(width) for width in widths if width is not None)
    left = max(20, paper.columns - indent - known - _GAP * (len(widths) - 1))
    sizes = [left if width is None else abs(width) for width in widths]
    for row in rows:
        columns = [folded(cell, size) for cell, size in zip(row, sizes, strict=True)]
        for number in range(max(map(len, columns), default=0)):
            line: Line = [(" " * indent, "")]
            for lines, size, width in zip(columns, sizes, widths, strict=True):
                part = lines[number] if number < len(lines) else []
                blank = " " * (size - sum(cells(text) for text, _ in part))
                flush_right = width is not None and width < 0
                line += [(blank, ""), *part] if flush_right else [*part, (blank, "")]
                line.append((" " * _GAP, ""))
            yield paint(line, paper)


def heading(name: str, paper: Paper, note: str | None = None) -> Iterator[str]:
    """The line above a section, after an empty one."""
    yield ""
    line: Line = [(name.upper(), "bold")]
    if note:
        line.append((f"  {clean(note)}", "dim"))
    yield paint(line, paper)


def page(lines: Iterable[str], paper: Paper) -> str:
    """The lines as one text, in characters that the paper takes."""
    return paper.plain("\n".join(lines) + "\n")
