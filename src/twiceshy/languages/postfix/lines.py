"""Physical lines to logical ones, as Postfix joins them (postconf(5), master(5)).

Empty lines and those whose first character other than white space is `#` are left out, even in the
middle of a logical line. A line that begins with white space goes on with the one before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from twiceshy.model.place import Place

MOST_BYTES = 4 * 1024 * 1024
"""Of one file."""


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line, and where each of its physical lines begins in it."""

    text: str
    file: str
    """As people know it."""
    starts: tuple[tuple[int, int], ...]
    """Offset in `text` and line number of each physical line."""
    is_orphan: bool = False
    """Whether it begins with white space and there is no line before it to go on with."""

    def at(self, offset: int) -> Place:
        """The place of a character of `text`."""
        step = bisect_right(self.starts, offset, key=lambda one: one[0]) - 1
        begin, number = self.starts[max(step, 0)]
        return Place(self.file, number, offset - begin + 1)


def logical_lines(text: str, file: str) -> Iterator[Line]:
    """The logical lines of one file."""
    parts: list[str] = []
    starts: list[tuple[int, int]] = []
    length = 0
    for number, raw in enumerate(text.split("\n"), 1):
        part = raw.rstrip("\r")
        shown = part.lstrip()
        if not shown or shown[0] == "#":
            continue
        if parts and part[0] not in " \t":
            yield _joined(parts, starts, file)
            parts, starts, length = [], [], 0
        starts.append((length, number))
        parts.append(part)
        length += len(part)
    if parts:
        yield _joined(parts, starts, file)


def _joined(parts: list[str], starts: list[tuple[int, int]], file: str) -> Line:
    return Line("".join(parts), file, tuple(starts), is_orphan=parts[0][0] in " \t")
