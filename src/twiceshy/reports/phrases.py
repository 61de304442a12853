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
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
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

    __slots__ = ("_compiled", "number", "openings", "pattern", "stems")

    def __init__(self, stems: tuple[str, ...], pattern: str, number: int = 0) -> None:
        self.stems = stems
        """One of them is in every text that the pattern matches; empty when nothing is sure."""
        self.pattern = pattern
        self.number = number
        """Its place among the wordings of its list: of two that match, the earlier one counts."""
        self.openings: frozenset[str] | None = None
        """How its matches begin, as far as that is known; set when its list is first used."""
        self._compiled: re.Pattern[str] | None = None

    def compiled(self) -> re.Pattern[str]:
        """The pattern, bound to begin at a word; compiling all of them takes longer than reading."""
        compiled = self._compiled
        if compiled is None:
            compiled = self._compiled = re.compile(rf"\b(?:{self.pattern})")
        return compiled


@lru_cache(maxsize=_REMEMBERED)
def lower(text: str) -> str:
    """Lower case of the same length, so that places in one are places in the other."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


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
        if not at or not ((before := low[at - 1]).isalnum() or before == "_"):
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
    def of(cls, pattern: str) -> Phrases:
        """The alternatives of one pattern over lower-case text, each of which begins at a word."""
        found = cls()
        found._set([Wording((), each, number) for number, each in enumerate(choices_of(pattern))])
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
        openings, by_opening, anywhere = self._index or self.index()
        best: re.Match[str] | None = None
        at, number = len(low), 0
        for opening in openings & openings_in(low):
            tried = [w for _, w in by_opening[opening] if not w.stems or _may(w.stems, low)]
            if not tried:
                continue
            for place in places_of(opening, low):
                if place > at:
                    break
                for wording in tried:
                    match = wording.compiled().match(low, place)
                    if match is not None:
                        # No two openings share a place, so it is another one's only when nearer.
                        best, at, number = match, place, wording.number
                        break
        for _, wording in anywhere:
            if not wording.stems or _may(wording.stems, low):
                match = wording.compiled().search(low)
                if match is not None and (match.start(), wording.number) < (at, number):
                    best, at, number = match, match.start(), wording.number
        return best

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match, none overlapping another, from left to right.

        This is asked of long texts: stems are looked for first, and no words are gathered.
        """
        low = lower(text)
        if self._index is None:
            self.index()
        tried: dict[str, list[Wording]] = {}
        anywhere: list[tuple[str, list[Wording]]] = []
        for wording in self.wordings:
            if wording.stems and not _may(wording.stems, low):
                continue
            if wording.openings is None:
                anywhere.append(("", [wording]))
            for opening in wording.openings or ():
                tried.setdefault(opening, []).append(wording)
        return _found([*tried.items(), *anywhere], low)

    def count(self, text: str, *, enough: int = 1000) -> int:
        """How often it is said, counted up to `enough`."""
        return sum(1 for _ in islice(self.finditer(text), enough))


class Phrasebook(Generic[Name]):
    """Several named lists of wordings with one index: a text is looked at once for all of them."""

    def __init__(self, lists: Iterable[tuple[Name, Phrases]]) -> None:
        self.lists = tuple(lists)
        self._index: _Index | None = None

    def index(self) -> _Index:
        """The wordings of all lists by how they begin; made when first asked for."""
        index = self._index
        if index is None:
            index = self._index = _index_of(
                (number, wording)
                for number, (_, phrases) in enumerate(self.lists)
                for wording in phrases.wordings
            )
        return index

    def found_in(self, text: str) -> Iterator[tuple[Name, Iterator[re.Match[str]]]]:
        """The lists that may be said in a text, in order, each with its matches as `finditer`."""
        low = lower(text)
        grouped = _candidates(self._index or self.index(), low, openings_in(low))
        for number in sorted(grouped):
            yield self.lists[number][0], _found(grouped[number], low)

    def fullmatch(self, low: str) -> Name | None:
        """The first list that has a lower-case text, which begins with a word, as a whole."""
        _, by_opening, anywhere = self._index or self.index()
        opening = _FIRST_OPENING.match(low)
        began = by_opening.get(opening[0], ()) if opening is not None else ()
        best = len(self.lists)
        for number, wording in (*began, *anywhere):
            if number < best and (not wording.stems or _may(wording.stems, low)):
                best = number if wording.compiled().fullmatch(low) is not None else best
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


def _may(stems: tuple[str, ...], low: str) -> bool:
    # Not any(), which costs thrice as much: few things run as often as this.
    for stem in stems:  # noqa: SIM110
        if stem in low:
            return True
    return False


_Numbered = tuple[int, Wording]
"""A wording and the number of its list."""
_Index = tuple[frozenset[str], dict[str, list[_Numbered]], list[_Numbered]]
"""How wordings begin, the wordings that begin so, and those of which that is not known."""
_Candidates = dict[int, list[tuple[str, list[Wording]]]]
"""By list: how words begin, and the wordings that may be said there; under "" those not known."""


def _index_of(numbered: Iterable[_Numbered]) -> _Index:
    by_opening: dict[str, list[_Numbered]] = {}
    anywhere: list[_Numbered] = []
    for each in numbered:
        wording = each[1]
        openings = wording.openings = wording.openings or openings_of(wording.pattern)
        if openings is None:
            anywhere.append(each)
        else:
            for opening in openings:
                by_opening.setdefault(opening, []).append(each)
    return frozenset(by_opening), by_opening, anywhere


def _candidates(index: _Index, low: str, openings: frozenset[str]) -> _Candidates:
    """The wordings that may be said in a lower-case text, by list."""
    begin, by_opening, anywhere = index
    grouped: _Candidates = {}
    for opening in begin & openings:
        last = None
        for number, wording in by_opening[opening]:
            if wording.stems and not _may(wording.stems, low):
                continue
            if number == last:
                tried.append(wording)
            else:
                tried, last = [wording], number
                grouped.setdefault(number, []).append((opening, tried))
    for number, wording in anywhere:
        if not wording.stems or _may(wording.stems, low):
            grouped.setdefault(number, []).append(("", [wording]))
    return grouped


def _found(candidates: list[tuple[str, list[Wording]]], low: str) -> Iterator[re.Match[str]]:
    """Every match of one list's candidates, from left to right."""
    places = sorted(
        (place, wordings)
        for opening, wordings in candidates
        if opening
        for place in places_of(opening, low)
    )
    sought = [(wordings[0], wordings[0].compiled().search(low)) for o, wordings in candidates if not o]
    at, number = 0, 0
    while True:
        found: re.Match[str] | None = None
        rank = 0
        while number < len(places) and found is None:
            place, wordings = places[number]
            if place >= at:
                for wording in wordings:
                    if (found := wording.compiled().match(low, place)) is not None:
                        rank = wording.number
                        break
            number += found is None
        for each, (wording, match) in enumerate(sought):
            # Only those are looked for again whose place has been passed: no text is read twice.
            if match is not None and match.start() < at:
                match = wording.compiled().search(low, at)
                sought[each] = wording, match
            if match is not None and (
                found is None or (match.start(), wording.number) < (found.start(), rank)
            ):
                found, rank = match, wording.number
        if found is None:
            return
        yield found
        at = max(found.end(), found.start() + 1)
