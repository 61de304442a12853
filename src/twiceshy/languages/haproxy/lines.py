r"""HAProxy's words: one file's text into lines of words (HAProxy Configuration Manual, section 2.2).

A line is a statement. `#` ends it, a backslash keeps the next character from meaning anything,
double quotes keep spaces and let variables through, single quotes keep everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(
    r"""
      (?P<space>[ \t\r\f\v]+)
    | (?P<comment>\#.*)
    | (?P<word>(?:\\.|"(?:[^"\\]|\\.)*+"|'[^']*+'|[^ \t\r\f\v\#"'\\])++)
    """,
    re.VERBOSE,
)
_PART = re.compile(r"""\\(?P<escaped>.)|"(?P<double>(?:[^"\\]|\\.)*+)"|'(?P<single>[^']*+)'""")
_MEANS = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Line:
    """One statement."""

    number: int
    column: int
    """Of its first word."""
    words: tuple[str, ...]
    wrong: str = ""
    """Why the rest of it could not be read; empty when all of it was."""


def lines_of(text: str) -> Iterator[Line]:
    """The statements of one file, without comments and empty lines."""
    for number, line in enumerate(text.split("\n"), 1):
        words: list[str] = []
        column = 1
        position = 0
        wrong = ""
        while position < len(line):
            found = _WORD.match(line, position)
            if found is None:
                wrong = "a quote or a backslash is not followed by what it needs on this line"
                break
            if found.lastgroup == "word":
                if not words:
                    column = position + 1
                words.append(_PART.sub(_plain, found["word"]))
            position = found.end()
        if words or wrong:
            yield Line(number, column, tuple(words), wrong)


def _plain(found: re.Match[str]) -> str:
    if found["escaped"] is not None:
        return _MEANS.get(found["escaped"], found["escaped"])
    if found["double"] is not None:
        return re.sub(r"\\(.)", r"\1", found["double"])
    return found["single"] or ""
