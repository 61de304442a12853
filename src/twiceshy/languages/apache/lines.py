"""Lines and words, as Apache httpd cuts a configuration file; ModSecurity's rules are cut alike.

A physical line that ends in a backslash goes on in the next one. A word ends at white space, or is a
string in double or single quotes, in which a backslash keeps a quote or a backslash
(`ap_cfg_getline` and `ap_getword_conf` of httpd's server/util.c). A quote opens a string only where a
word begins.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from twiceshy.model.place import Place

MOST_BYTES = 16 * 1024 * 1024
"""Of one file."""

_WORD = re.compile(
    r"""[ \t\r\f\v]*(?:
      "(?P<double>(?:[^"\\]|\\.)*+)(?P<end>"|\\?\Z)
    | '(?P<single>(?:[^'\\]|\\.)*+)(?P<stop>'|\\?\Z)
    | (?P<plain>[^ \t\r\f\v]++)
    )""",
    re.VERBOSE | re.DOTALL,
)
_KEPT = re.compile(r"\\(?P<kept>[\\\"'])")


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: physical lines joined, without the white space before it."""

    text: str
    file: str
    """As people know it."""
    number: int
    """Of its first physical line, from 1."""
    column: int = 1
    starts: tuple[int, ...] = ()
    """Where in `text` its second, third, ... physical line begins."""

    def at(self, index: int) -> Place:
        """The place of a character of `text`."""
        step = bisect_right(self.starts, index)
        if step == 0:
            return Place(self.file, self.number, self.column + index)
        return Place(self.file, self.number + step, index - self.starts[step - 1] + 1)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line, without its quotes."""

    text: str
    start: int
    """Where its text begins in the line, behind the quote if there is one."""
    is_closed: bool = True
    """False for a string whose end is missing."""


def logical_lines(text: str, file: str, *, first: int = 1, comments_go_on: bool) -> Iterator[Line]:
    """The lines of a file that say something; comments and empty ones are left out.

    `comments_go_on`: whether a comment that ends in a backslash swallows the next line. It does in
    Apache and does not in ModSecurity's own parser. `first` is the number of the first line.
    """
    physical = text.split("\n")
    index, end = 0, len(physical)
    while index < end:
        number = first + index
        part = physical[index].removesuffix("\r")
        index += 1
        shown = part.lstrip(" \t\f\v")
        if not shown:
            continue
        is_comment = shown[0] == "#"
        if is_comment and not comments_go_on:
            continue
        column = len(part) - len(shown) + 1
        if not shown.endswith("\\"):
            if not is_comment:
                yield Line(shown.rstrip(), file, number, column)
            continue
        parts, starts, length = [], [], 0
        while shown.endswith("\\") and index < end:
            parts.append(shown[:-1])
            length += len(shown) - 1
            starts.append(length)
            shown = physical[index].removesuffix("\r")
            index += 1
        parts.append(shown)
        if not is_comment:
            joined = "".join(parts).rstrip()
            yield Line(joined, file, number, column, tuple(starts))


def words_of(line: Line, start: int = 0) -> tuple[Word, ...]:
    """The words of a line from `start` on."""
    return tuple(_words(line.text, start))


def _words(text: str, position: int) -> Iterator[Word]:
    while (found := _WORD.match(text, position)) is not None:
        position = found.end()
        kind = "double" if found["double"] is not None else "single"
        if found["plain"] is not None:
            yield Word(found["plain"], found.start("plain"))
            continue
        inside, start = found[kind], found.start(kind)
        closed = bool(found["end"] if kind == "double" else found["stop"])
        if "\\" in inside:
            quote = text[start - 1]
            inside = _KEPT.sub(lambda kept, quote=quote: _unescaped(kept, quote), inside)
        yield Word(inside, start, closed)


def _unescaped(kept: re.Match[str], quote: str) -> str:
    return kept["kept"] if kept["kept"] in {"\\", quote} else kept[0]
