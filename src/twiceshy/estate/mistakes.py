"""What is wrong in an estate file: every mistake with its place, all of them at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from twiceshy.errors import YourInput
from twiceshy.model.place import Place

SHOWN_MISTAKES = 100
"""More than these are counted and not listed: nobody mends the hundred-and-first first."""
COMPARISONS = 20_000
"""Comparing two words costs 15 µs; after so many no more suggestions are made for a file."""
_LONGEST_WORD = 64
_MOST_CANDIDATES = 2000
_MOST_ALLOWED = 16

_CREDENTIALS = re.compile(r"://[^/\s]*@")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend, and how."""

    place: Place
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        hint = "" if self.hint is None else f" ({self.hint})"
        return f"{self.place}: {self.message}{hint}"


class InvalidEstate(YourInput):
    """The estate file has mistakes; `mistakes` has all of them, in the order of the file."""

    def __init__(self, file: str, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(
            sorted(mistakes, key=lambda one: (one.place.line, one.place.column, one.message))
        )
        count = len(self.mistakes)
        lines = [f"{file} has {'one mistake' if count == 1 else f'{count} mistakes'}:"]
        lines += [str(mistake) for mistake in self.mistakes[:SHOWN_MISTAKES]]
        if count > SHOWN_MISTAKES:
            lines.append(f"... and {count - SHOWN_MISTAKES} more")
        super().__init__("\n".join(lines))


class Placed(Protocol):
    """Whatever stands at a line and a column, both counted from 1."""

    @property
    def line(self) -> int:
        """The line."""

    @property
    def column(self) -> int:
        """The column."""


class Mistakes:
    """The mistakes of one file as they are found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Mistake] = []
        self._comparisons = 0

    def add(self, where: Placed, message: str, hint: str | None = None) -> None:
        """Note a mistake at `where`."""
        self.found.append(Mistake(self.place(where), message, hint))

    def place(self, where: Placed) -> Place:
        """The place of something in this file."""
        return Place(self.file, where.line, where.column)

    def suggest(self, word: str, allowed: Iterable[str]) -> str | None:
        """A hint for a word that is not one of `allowed`: the one that was meant, or all of them."""
        candidates = list(allowed)
        compared = candidates[:_MOST_CANDIDATES]
        self._comparisons += len(compared)
        if self._comparisons <= COMPARISONS and len(word) <= _LONGEST_WORD:
            near = difflib.get_close_matches(word, compared, n=1)
            if near:
                return f"did you mean {near[0]!r}?"
        if not candidates:
            return None
        more = len(candidates) - _MOST_ALLOWED
        return f"allowed: {', '.join(candidates[:_MOST_ALLOWED])}" + (
            f" and {more} more" if more > 0 else ""
        )


def shown(value: object) -> str:
    """A value as messages repeat it: short, and never with credentials.

    A URL is cut to its scheme: a webhook's whole address is a secret.
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return str(value)[:40]
    if "://" in value:
        return repr(value.split("://", 1)[0][:20] + "://…")
    return repr(value if len(value) <= _LONGEST_WORD else value[: _LONGEST_WORD - 1] + "…")


def carries_credentials(text: str) -> bool:
    """Whether a URL names a user or a password: then no part of it is repeated."""
    return _CREDENTIALS.search(text) is not None
