"""Wordings of one thing, written one a line, and found fast.

A report is judged by several hundred wordings of which a handful occur in it. Each is written as
`stems :: pattern`: the pattern is a regular expression over lower-case text that begins at a word,
and every text it matches contains one of the stems (alternatives parted by `|`; `*` when there is
none). Lines that open with `#` explain.

Few wordings are ever tried on a text. The first letters of its words are gathered once, and only
wordings that begin with one of these, and of which a stem occurs, are compiled and searched for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from twiceshy.reports.openings import openings_of

_ANY = "*"
_SEARCHED = 8192
_OPENING = 3
"""Letters of a word by which wordings are found: enough to tell nearly all of them apart."""
_WORD_OPENINGS = re.compile(rf"\b\w{{1,{_OPENING}}}")


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say it."""

    stems: tuple[str, ...]
    """One of them is in every text that the pattern matches; empty when nothing is sure."""
    pattern: str

    def compiled(self) -> re.Pattern[str]:
        """The pattern, bound to begin at a word."""
        return compiled(rf"\b(?:{self.pattern})")


@cache
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern compiled when it is first needed; compiling all of them takes longer than reading."""
    return re.compile(pattern, flags)


@lru_cache(maxsize=256)
def lower(text: str) -> str:
    """Lower case of the same length, so that places in one are places in the other."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


@lru_cache(maxsize=256)
def openings_in(low: str) -> frozenset[str]:
    """How the words of a lower-case text begin: the first letters of each, the whole of short ones."""
    return frozenset(_WORD_OPENINGS.findall(low))


class Phrases:
    """Any of several wordings; a match counts from its leftmost place, then in the order written."""

    def __init__(self, *lines: str) -> None:
        self.wordings = tuple(
            _wording(line.strip())
            for text in lines
            for line in text.splitlines()
            if line.strip() and not line.lstrip().startswith("#")
        )
        self._by_opening: dict[str, list[int]] | None = None
        self._anywhere: list[int] = []

    def _tried_on(self, low: str) -> list[Wording]:
        """The wordings that may occur in a lower-case text, in the order written."""
        by_opening = self._by_opening
        if by_opening is None:
            by_opening = self._by_opening = self._index()
        numbers = set(self._anywhere)
        for opening in by_opening.keys() & openings_in(low):
            numbers.update(by_opening[opening])
        wordings = self.wordings
        return [w for number in sorted(numbers) if _may(w := wordings[number], low)]

    def _index(self) -> dict[str, list[int]]:
        by_opening: dict[str, list[int]] = {}
        for number, wording in enumerate(self.wordings):
            openings = openings_of(wording.pattern)
            if openings is None:
                self._anywhere.append(number)
            else:
                for opening in openings:
                    by_opening.setdefault(opening, []).append(number)
        return by_opening

    def search(self, text: str) -> re.Match[str] | None:
        """The leftmost match, in the lower-case text; None when there is none."""
        return _leftmost(self, text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match, none overlapping another, from left to right."""
        possible = self.possible_in(text)
        return self._found([w.compiled() for w in possible], lower(text)) if possible else iter(())

    def possible_in(self, text: str) -> tuple[Wording, ...]:
        """The wordings of which a stem occurs: no other can match in the text or a part of it."""
        return tuple(self._tried_on(lower(text)))

    def among(self, possible: Sequence[Wording], text: str) -> Iterator[re.Match[str]]:
        """As `finditer`, trying only wordings that `possible_in` gave for a text around this one."""
        low = lower(text)
        found = [w.compiled() for w in possible if _may(w, low)]
        return self._found(found, low) if found else iter(())

    @staticmethod
    def _found(patterns: list[re.Pattern[str]], low: str) -> Iterator[re.Match[str]]:
        at = 0
        waiting: list[_Ahead] = [(pattern, -1, None) for pattern in patterns]
        while waiting:
            # Only those are looked for again whose place has been passed: no text is read twice.
            found = [
                (pattern, place, match) if place >= at else _next(pattern, low, at)
                for pattern, place, match in waiting
            ]
            waiting = [each for each in found if each[2] is not None]
            if not waiting:
                return
            match = min(waiting, key=lambda each: each[1])[2]
            assert match is not None
            yield match
            at = max(match.end(), match.start() + 1)

    def count(self, text: str, *, enough: int = 1000) -> int:
        """How often it is said, counted up to `enough`."""
        return sum(1 for _ in islice(self.finditer(text), enough))

    def fullmatch(self, text: str) -> bool:
        """Whether the whole text is one of the wordings."""
        low = lower(text)
        return any(w.compiled().fullmatch(low) for w in self._tried_on(low))

    def match(self, text: str) -> bool:
        """Whether the text opens with one of the wordings."""
        low = lower(text)
        return any(w.compiled().match(low) for w in self._tried_on(low))


def sections(text: str, **stands_for: str) -> Iterator[tuple[str, Phrases]]:
    """Several lists of wordings in one text, each under its `[name]`; capitals stand for patterns."""
    for part in text.split("\n[")[1:]:
        name, _, lines = part.partition("]")
        for short, pattern in stands_for.items():
            lines = lines.replace(short, pattern)
        yield name, Phrases(lines)


_Ahead = tuple[re.Pattern[str], int, re.Match[str] | None]
"""A pattern, and where its next match is."""


def _next(pattern: re.Pattern[str], low: str, at: int) -> _Ahead:
    match = pattern.search(low, at)
    return pattern, -1 if match is None else match.start(), match


def _wording(line: str) -> Wording:
    stems, _, pattern = line.partition(" :: ")
    if not pattern:
        raise ValueError(f"{line!r} is not of the form stems :: pattern")
    return Wording(() if stems == _ANY else tuple(stems.split("|")), pattern)


def _may(wording: Wording, low: str) -> bool:
    if not wording.stems:
        return True
    # Not any(), which costs thrice as much: nothing runs as often as this.
    for stem in wording.stems:  # noqa: SIM110
        if stem in low:
            return True
    return False


@lru_cache(maxsize=_SEARCHED)
def _leftmost(phrases: Phrases, text: str) -> re.Match[str] | None:
    low = lower(text)
    return _first([w.compiled() for w in phrases._tried_on(low)], low, 0)  # noqa: SLF001 - its own cache


def _first(patterns: list[re.Pattern[str]], low: str, at: int) -> re.Match[str] | None:
    best: re.Match[str] | None = None
    for pattern in patterns:
        match = pattern.search(low, at)
        if match is not None and (best is None or match.start() < best.start()):
            best = match
    return best
