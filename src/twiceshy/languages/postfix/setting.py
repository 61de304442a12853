"""One parameter as it is set, in main.cf or by `-o` in master.cf, with the place of every word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from twiceshy.languages.postfix.lines import Line
from twiceshy.model.place import Place

MASK = "***"
LONGEST_SHOWN = 100
_SECRET = re.compile(r"(?:^|_)(?:password|passwd|secret)s?$")
_INLINE_SECRET = re.compile(r"\b(static|inline):\s*(\{[^}]*\}?|\S+)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a value, with its place in the file."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Problem:
    """Something Postfix does not read, or that is not read here."""

    why: str
    place: Place
    is_fatal: bool = True
    """Whether Postfix refuses the file because of it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """`name = value`, where it stands."""

    name: str
    value: str = field(repr=False)
    """As written, without the white space around it; may hold a secret."""
    line: Line = field(repr=False)
    start: int
    """Where the name begins in the line."""
    value_start: int
    """Where the value begins in the line."""

    @property
    def place(self) -> Place:
        """Of the name."""
        return self.line.at(self.start)

    def at(self, offset: int) -> Place:
        """Of a character of the value."""
        return self.line.at(self.value_start + offset)

    @property
    def shown(self) -> str:
        """On one line, shortened, without any password, for messages."""
        return f"{self.name} = {masked(self.name, self.value)}".rstrip()

    def words(self) -> Iterator[Word]:
        """The value cut at white space and commas, but not inside braces."""
        for text, start in split(self.value):
            yield Word(text, self.at(start))


def split(text: str) -> Iterator[tuple[str, int]]:
    """Words and their offsets; braces keep what is in them together."""
    depth, start = 0, -1
    for index, one in enumerate(text):
        if depth <= 0 and (one.isspace() or one == ","):
            if start >= 0:
                yield text[start:index], start
                start = -1
            continue
        if start < 0:
            start = index
        depth += (one == "{") - (one == "}")
    if start >= 0:
        yield text[start:], start


def masked(name: str, value: str) -> str:
    """The value on one line; what is a password by its name or its table is `***`."""
    if _SECRET.search(name) and value:
        return MASK
    text = " ".join(value[: LONGEST_SHOWN * 8].split())
    if "password" in name:
        text = _INLINE_SECRET.sub(rf"\1:{MASK}", text)
    text = re.sub(r"(\w+://[^:/\s]+):[^@/\s]+@", rf"\1:{MASK}@", text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."
