"""Cuts text into tokens, and tells where each of them stands.

Lexical rules: nft(8), "Lexical conventions". A newline is a token, because it ends a statement; a
backslash before it takes that away. Comments are dropped but for the two that `nft list` uses to
say something: `# handle 7` and `# xt_recent` (a match that it cannot print).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property

from twiceshy.model.place import Place

_TOKEN = re.compile(
    r"""
      \n
    | [0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d+\.\d+\.\d+)?(?:/\d+)?  # IPv6, MAC
    | \d[\w.]*(?:/\d+(?![\w.]))?           # numbers, IPv4 addresses, prefixes, times
    | (?:[A-Za-z_.]|\\\*)(?:[\w./-]|\\\*)*\*?  # words, with the wildcard of interface names
    | "[^"]*"
    | \#[^\n]*
    | [$@][ \t]*[A-Za-z_.][\w./-]*          # variables, named sets
    | ==|!=|<=|>=|<<|>>|\|\||&&
    | \\\n
    | [^ \t\r]
    """,
    re.VERBOSE | re.ASCII,
)
_TELLING = re.compile(r"#[ \t]*(?:handle[ \t]+\d{1,19}\b|xt_)")
_FOREIGN = re.compile(r"#\s*Warning: table (\w+) (\S+) is managed by iptables-nft")
_CONTINUED = "\\\n"

_HANDLE = re.compile(r"#[ \t]*handle[ \t]+(\d{1,19})")


def handle_of(token: str) -> int | None:
    """The number in a comment that tells a handle; None for any other token."""
    found = _HANDLE.match(token)
    return None if found is None else int(found[1])


END = ""
"""Stands after the last token."""


class Source:
    """The text of one file as tokens.

    `tokens` ends with several `END`, so that looking a few tokens ahead never leaves it.
    """

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        """As people know it, for places."""
        self.text = text
        tokens: list[str] = _TOKEN.findall(text)
        if "#" in text:
            tokens = [one for one in tokens if one[0] != "#" or _TELLING.match(one)]
        self._breaks = _line_breaks(tokens, text)
        if _CONTINUED in text:
            tokens = [one for one in tokens if one != _CONTINUED]
        tokens.extend((END,) * 8)
        self.tokens = tokens
        self._spans_of: tuple[int, list[tuple[int, int]]] = (0, [])

    @cached_property
    def lines(self) -> list[str]:
        """The text line by line."""
        return self.text.split("\n")

    @cached_property
    def foreign_tables(self) -> frozenset[tuple[str, str]]:
        """Family and name of tables that `nft list` says are managed by iptables-nft."""
        return frozenset(_FOREIGN.findall(self.text))

    def line(self, index: int) -> int:
        """The line, from 1, that a token stands in."""
        return bisect_left(self._breaks, index) + 1

    def place(self, index: int) -> Place:
        """Where a token stands."""
        line = self.line(index)
        first = self._breaks[line - 2] + 1 if line > 1 else 0
        return Place(self.path, line, self._column(line, index - first))

    def _column(self, line: int, nth: int) -> int:
        text = self.lines[min(line, len(self.lines)) - 1]
        if nth <= 0:
            return len(text) - len(text.lstrip()) + 1
        spans = self._spans(line)
        return spans[nth][0] + 1 if nth < len(spans) else len(text) + 1

    def _spans(self, line: int) -> list[tuple[int, int]]:
        """Where tokens begin and end in a line; asked again for the line that was asked last."""
        if self._spans_of[0] != line:
            text = self.lines[min(line, len(self.lines)) - 1]
            spans = [
                found.span()
                for found in _TOKEN.finditer(text)
                if text[found.start()] != "#" or _TELLING.match(found.group())
            ]
            self._spans_of = (line, spans)
        return self._spans_of[1]

    def stated(self, start: int, end: int) -> tuple[Place, str]:
        """Where a statement stands, and how, in one line."""
        line = self.line(start)
        first = self._breaks[line - 2] + 1 if line > 1 else 0
        text = self.lines[min(line, len(self.lines)) - 1]
        place = Place(self.path, line, self._column(line, start - first))
        if start == first and "#" not in text and self.tokens[end] == "\n":
            breaks = self._breaks
            if line <= len(breaks) and breaks[line - 1] == end:
                return place, text.strip()
        return place, self.words(start, end)

    def words(self, start: int, end: int) -> str:
        """Part of a statement as it stands in the file, in one line."""
        line = self.line(start)
        if end > start and self.line(end - 1) == line and line <= len(self.lines):
            first = self._breaks[line - 2] + 1 if line > 1 else 0
            spans = self._spans(line)[start - first : end - first]
            if len(spans) == end - start:
                return self.lines[line - 1][spans[0][0] : spans[-1][1]]
        words = (one for one in self.tokens[start:end] if one != "\n" and one[:1] != "#")
        return " ".join(words).replace(" ,", ",").replace(" ;", ";")


def _line_breaks(tokens: list[str], text: str) -> list[int]:
    """For each line break the index of the last token before it, or of its own token."""
    if _CONTINUED not in text and text.count("\n") == tokens.count("\n"):
        return [index for index, one in enumerate(tokens) if one == "\n"]
    breaks: list[int] = []
    kept = 0
    for one in tokens:
        if one == _CONTINUED:
            breaks.append(kept - 1)
            continue
        if "\n" in one:
            breaks.extend([kept] * one.count("\n"))
        kept += 1
    return breaks
