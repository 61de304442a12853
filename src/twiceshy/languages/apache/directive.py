"""One directive as it is written: name, words, place."""

from __future__ import annotations

from dataclasses import dataclass

from twiceshy.languages.apache.lines import Line, Word, words_of
from twiceshy.model.place import Place

LONGEST_WORDS = 100


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive; the rest of its line in words."""

    name: str
    """As written, such as `SecRuleEngine`."""
    words: tuple[Word, ...]
    line: Line
    start: int = 0
    """Where the name begins in the line."""

    @property
    def key(self) -> str:
        """The name in lower case: directives are known in any case."""
        return self.name.lower()

    @property
    def place(self) -> Place:
        """Of its name."""
        return self.line.at(self.start)

    @property
    def first(self) -> str:
        """The first word; empty when there is none."""
        return self.words[0].text if self.words else ""

    @property
    def written(self) -> str:
        """The directive on one line, shortened, for messages."""
        return short(" ".join((self.name, *(word.text for word in self.words))))


def short(text: str) -> str:
    """The text on one printable line, cut to what a message can take."""
    line = " ".join(text[: LONGEST_WORDS * 8].split())
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)
    return shown if len(shown) <= LONGEST_WORDS else f"{shown[: LONGEST_WORDS - 3]}..."


def directive_of(line: Line) -> Directive | None:
    """The directive of one line; None for a line of nothing but quotes."""
    words = words_of(line)
    if not words or not words[0].text:
        return None
    return Directive(words[0].text, words[1:], line, words[0].start)
