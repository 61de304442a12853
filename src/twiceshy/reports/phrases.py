"""Wordings of one thing, written one a line, and found fast.

A report is judged by several hundred wordings of which a handful occur in it. Each is written as
`stems :: pattern`: the pattern is a regular expression over lower-case text that begins at a word,
and every text it matches contains one of the stems (alternatives parted by `|`; `*` when there is
none). Lines that open with `#` explain.

Few wordings are ever tried on a text. How its words begin is gathered once; only wordings that
begin like one of them, and of which a stem occurs, are compiled and tried, and only at the words
that begin like them. Trying a pattern at a known place costs a tenth of searching a text for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

from twiceshy.reports.openings import LETTERS, choices_of, openings_of

Name = TypeVar("Name")

_ANY = "*"
_REMEMBERED = 1024
_FIRST_OPENING = re.compile(rf"\w{{1,{LETTERS}}}")
_WORD_OPENINGS = re.compile(rf"\b\w{{1,{LETTERS}}}")
_NO_LETTERS = {number: " " for number in range(128) if not (chr(number).isalnum() or number == 95)}


class Wording:
    """One way to say it."""

    __slots__ = ("number", "openings", "pattern", "ready", "stem", "stems")

    def __init__(self, stems: tuple[str, ...], pattern: str, number: int = 0) -> None:
        self.stems = stems
        """One of them is in every text that the pattern matches; empty when nothing is sure."""
        self.stem = "".join(stems) if len(stems) < 2 else None
        """The one stem, or the empty one that is in every text; None when there are several."""
        self.pattern = pattern
        self.number = number
        """Its place among the wordings of its list: of two that match, the earlier one counts."""
        self.openings: frozenset[str] | None = None
        """How its matches begin, as far as that is known; set when its list is first used."""
        self.ready: re.Pattern[str] | None = None
        """The pattern once it is compiled."""

    def compiled(self) -> re.Pattern[str]:
        """The pattern, bound to begin at a word; compiling all of them takes longer than reading."""
        if self.ready is None:
            self.ready = re.compile(rf"\b(?:{self.pattern})")
        return self.ready


@lru_cache(maxsize=_REMEMBERED)
def lower(text: str) -> str:
    """Lower case of the same length, so that places in one are places in the other."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower()[0] for c in text)


@lru_cache(maxsize=_REMEMBERED)
def openings_in(low: str) -> frozenset[str]:
    """How the words of a lower-case text begin: the first letters of each, the whole of short ones."""
    if low.isascii():
        # Twice as fast as the pattern, and most texts are plain.
        return frozenset([word[:LETTERS] for word in low.translate(_NO_LETTERS).split()])
    return frozenset(_WORD_OPENINGS.findall(low))


def places_of(opening: str, low: str) -> list[int]:
    """Where in a lower-case text words have this opening, from left to right."""
    found = []
    at = low.find(opening)
    while at >= 0:
        # A blank, before all the others that end a word: most words stand behind one.
        if not at or (before := low[at - 1]) == " " or not (before.isalnum() or before == "_"):
            end = at + len(opening)
            if len(opening) == LETTERS or not (
                (after := low[end : end + 1]).isalnum() or after == "_"
            ):
                found.append(at)
        at = low.find(opening, at + 1)
    return found


class Phrases:
    """Any of several wordings; a match counts from its leftmost place, then in the order written."""

    def __init__(self, *lines: str) -> None:
        written = [
            line.strip()
            for text in lines
            for line in text.splitlines()
            if line.strip() and not line.lstrip().startswith("#")
        ]
        self._set([_wording(line, number) for number, line in enumerate(written)])

    @classmethod
    def of(cls, pattern: str, *, end: str = "") -> Phrases:
        r"""The alternatives of one pattern over lower-case text, each of which begins at a word.

        `end` follows each of them: Phrases.of("a|b", end=r"\b") finds what `\b(?:a|b)\b` does.
        """
        found = cls()
        choices = choices_of(pattern)
        found._set([Wording((), each + end, number) for number, each in enumerate(choices)])
        return found

    def _set(self, wordings: Iterable[Wording]) -> None:
        self.wordings = tuple(wordings)
        self._index: _Index | None = None

    def index(self) -> _Index:
        """The wordings by how they begin; made when first asked for, as few lists ever are."""
        index = self._index
        if index is None:
            index = self._index = _index_of((0, wording) for wording in self.wordings)
        return index

    def search(self, text: str) -> re.Match[str] | None:
        """The leftmost match, in the lower-case text; None when there is none."""
        low = lower(text)
        begin, by_opening, anywhere = self._index or self.index()
        best: re.Match[str] | None = None
        at, number = len(low), 0
        for opening in begin & openings_in(low):
            places: list[int] | None = None
            for _, wording in by_opening[opening]:
                stem = wording.stem
                if not (stem in low if stem is not None else any_in(wording.stems, low)):
                    continue
                if places is None:
                    places = places_of(opening, low)
                for place in places:
                    # No two openings share a place, and a list's wordings come in order.
                    if place >= at:
                        break
                    match = (wording.ready or wording.compiled()).match(low, place)
                    if match is not None:
                        best, at, number = match, place, wording.number
                        break
        for _, wording in _possible(anywhere, low):
            match = wording.compiled().search(low)
            if match is not None and (match.start(), wording.number) < (at, number):
                best, at, number = match, match.start(), wording.number
        return best

    def findall(self, text: str) -> list[re.Match[str]]:
        """Every match, none overlapping another, from left to right.

        This is asked of long texts: stems are looked for first, and no words are gathered.
        """
        low = lower(text)
        if self._index is None:
            self.index()
        possible = _possible([(0, wording) for wording in self.wordings], low)
        by_opening: dict[str, list[_Numbered]] = {}
        for each in possible:
            for opening in each[1].openings or ():
                by_opening.setdefault(opening, []).append(each)
        told = _told(by_opening, by_opening, low)
        begun = [(place, rank, match) for (_, place), (rank, match) in told.items()]
        return _in_order(begun, [w for _, w in possible if w.openings is None], low)

    def count(self, text: str) -> int:
        """How often it is said."""
        return len(self.findall(text))


class Phrasebook(Generic[Name]):
    """Several named lists of wordings with one index: a text is looked at once for all of them."""

    def __init__(self, lists: Iterable[tuple[Name, Phrases]], *, whole: bool = False) -> None:
        self.lists = tuple(lists)
        self.whole = whole
        """Whether only `fullmatch` is asked for."""
        self._index: _Index | None = None

    def index(self) -> _Index:
        """The wordings of all lists by how they begin; made when first asked for."""
        index = self._index
        if index is None:
            numbered = [
                (number, wording)
                for number, (_, phrases) in enumerate(self.lists)
                for wording in phrases.wordings
            ]
            index = self._index = _index_of(numbered, "$" if self.whole else "")
        return index

    def found_in(
        self, text: str, *, within: str | None = None
    ) -> list[tuple[Name, list[re.Match[str]]]]:
        """The lists that a text says something of, in order, each with its matches as of `findall`.

        `within` is a longer text around this one whose words were gathered already.
        """
        low = lower(text)
        begin, by_opening, anywhere = self._index or self.index()
        openings = begin & openings_in(low if within is None else lower(within))
        told = _told(openings, by_opening, low)
        sought = _possible(anywhere, low)
        if not told and not sought:
            return []
        begun: dict[int, list[_Told]] = {}
        for (number, place), (rank, match) in told.items():
            begun.setdefault(number, []).append((place, rank, match))
        elsewhere: dict[int, list[Wording]] = {}
        for number, wording in sought:
            elsewhere.setdefault(number, []).append(wording)
        found = []
        for number in sorted(begun.keys() | elsewhere.keys()):
            matches = _in_order(begun.get(number, []), elsewhere.get(number, ()), low)
            if matches:
                found.append((self.lists[number][0], matches))
        return found

    def first_in(self, text: str) -> dict[Name, re.Match[str]]:
        """The leftmost match in a text of each list that has one."""
        low = lower(text)
        begin, by_opening, anywhere = self._index or self.index()
        openings = begin & openings_in(low)
        first: dict[int, _Told] = {}
        for (number, place), (rank, match) in _told(openings, by_opening, low).items():
            if number not in first or place < first[number][0]:
                first[number] = place, rank, match
        for number, wording in _possible(anywhere, low):
            found = wording.compiled().search(low)
            if found is not None and (
                number not in first or (found.start(), wording.number) < first[number][:2]
            ):
                first[number] = found.start(), wording.number, found
        return {self.lists[number][0]: match for number, (_, _, match) in first.items()}

    def fullmatch(self, low: str) -> Name | None:
        """The first list that has a lower-case text, which begins with a word, as a whole."""
        _, by_opening, anywhere = self._index or self.index()
        opening = _FIRST_OPENING.match(low)
        began = by_opening.get(opening[0], []) if opening is not None else []
        best = len(self.lists)
        for number, wording in _possible([*began, *anywhere], low):
            if number < best and wording.compiled().fullmatch(low) is not None:
                best = number
        return self.lists[best][0] if best < len(self.lists) else None


def sections(text: str, **stands_for: str) -> Iterator[tuple[str, Phrases]]:
    """Several lists of wordings in one text, each under its `[name]`; capitals stand for patterns."""
    for part in text.split("\n[")[1:]:
        name, _, lines = part.partition("]")
        for short, pattern in stands_for.items():
            lines = lines.replace(short, pattern)
        yield name, Phrases(lines)


def _wording(line: str, number: int) -> Wording:
    stems, _, pattern = line.partition(" :: ")
    if not pattern:
        raise ValueError(f"{line!r} is not of the form stems :: pattern")
    return Wording(() if stems == _ANY else tuple(stems.split("|")), pattern, number)


def any_in(signs: tuple[str, ...], low: str) -> bool:
    """Whether one of the signs is in a text."""
    # Not any(), which costs thrice as much: few things run as often as this.
    for sign in signs:  # noqa: SIM110
        if sign in low:
            return True
    return False


_Numbered = tuple[int, Wording]
"""A wording and the number of its list."""
_Index = tuple[frozenset[str], dict[str, list[_Numbered]], list[_Numbered]]
"""How wordings begin, the wordings that begin so, and those of which that is not known."""
_Told = tuple[int, int, re.Match[str]]
"""Where a wording is told, its number, and how."""


def _index_of(numbered: Iterable[_Numbered], end: str = "") -> _Index:
    by_opening: dict[str, list[_Numbered]] = {}
    anywhere: list[_Numbered] = []
    for each in numbered:
        wording = each[1]
        openings = wording.openings = openings_of(
            f"(?:{wording.pattern}){end}" if end else wording.pattern
        )
        if openings is None:
            anywhere.append(each)
        else:
            for opening in openings:
                by_opening.setdefault(opening, []).append(each)
    return frozenset(by_opening), by_opening, anywhere


def _possible(numbered: Iterable[_Numbered], low: str) -> list[_Numbered]:
    """Those of which a stem is in the text."""
    return [
        each
        for each in numbered
        if (stem in low if (stem := each[1].stem) is not None else any_in(each[1].stems, low))
    ]


def _told(
    openings: Iterable[str], by_opening: Mapping[str, list[_Numbered]], low: str
) -> dict[tuple[int, int], tuple[int, re.Match[str]]]:
    """What is matched at the words that begin like wordings: by list and place, the first of each."""
    told: dict[tuple[int, int], tuple[int, re.Match[str]]] = {}
    for opening in openings:
        places: list[int] | None = None
        for number, wording in by_opening[opening]:
            stem = wording.stem
            if not (stem in low if stem is not None else any_in(wording.stems, low)):
                continue
            if places is None:
                places = places_of(opening, low)
            for place in places:
                match = (wording.ready or wording.compiled()).match(low, place)
                if match is not None:
                    told.setdefault((number, place), (wording.number, match))
    return told


def _in_order(told: list[_Told], sought: Iterable[Wording], low: str) -> list[re.Match[str]]:
    """Matches of one list from left to right, none overlapping another.

    `told` are those found, at most one at each place; the patterns of `sought` may begin anywhere.
    """
    told.sort()
    found: list[re.Match[str]] = []
    at = number = 0
    ahead = [(wording, wording.compiled().search(low)) for wording in sought]
    while True:
        while number < len(told) and told[number][0] < at:
            number += 1
        best = told[number] if number < len(told) else None
        # Only those are looked for again whose place has been passed: no text is read twice.
        ahead = [
            (wording, match)
            if match is None or match.start() >= at
            else (wording, wording.compiled().search(low, at))
            for wording, match in ahead
        ]
        for wording, match in ahead:
            if match is not None and (best is None or (match.start(), wording.number) < best[:2]):
                best = match.start(), wording.number, match
        if best is None:
            return found
        found.append(best[2])
        at = max(best[2].end(), best[0] + 1)
