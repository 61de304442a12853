"""One file's text into nested directives, includes still as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from twiceshy.languages.nginx.lexer import Lines, Mark, plain_directive, tokens_of
from twiceshy.languages.nginx.tree import Directive, Problem, Trouble
from twiceshy.model.place import Place

DEEPEST = 50
"""Blocks inside each other; nginx itself needs no more than seven."""
MOST_BYTES = 8 * 1024 * 1024
"""Of one file."""
MOST_DIRECTIVES = 200_000
"""Of one file, and of a whole configuration after its includes."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says; with a problem, what it says before it."""

    directives: tuple[Directive, ...]
    problem: Problem | None = None


def parse(content: bytes, shown: str) -> Parsed:
    """Read one file; `shown` is its name in places. Never raises."""
    if len(content) > MOST_BYTES:
        why = f"the file is longer than the {MOST_BYTES // 1024 // 1024} MiB that are read"
        return Parsed((), Problem(Trouble.TOO_MUCH, why, Place(shown, 1)))
    text = content.decode("utf-8", "replace")
    parser = _Parser(shown, Lines.of(text))
    problem = parser.run(text)
    while len(parser.blocks) > 1:
        parser.close()
    return Parsed(tuple(parser.blocks[0].inside), problem)


@dataclass(slots=True)
class _Open:
    """A block whose closing brace has not come yet."""

    name: str
    args: tuple[str, ...]
    start: int
    inside: list[Directive]


@dataclass(slots=True)
class _Parser:
    shown: str
    lines: Lines
    blocks: list[_Open] = field(default_factory=lambda: [_Open("", (), 0, [])])
    """The file itself, then the blocks that are open."""
    words: list[str] = field(default_factory=list)
    """Of the directive that has not ended yet."""
    start: int = 0
    """Where that directive begins."""
    count: int = 0

    def run(self, text: str) -> Problem | None:
        position, end = 0, len(text)
        while position < end:
            plain = plain_directive(text, position)
            if plain is not None:
                self.words, self.start, mark, position = plain
                problem = self._mark(mark, "", self.start)
            else:
                problem, position = self._slowly(text, position)
            if problem is not None:
                return problem
        if self.words:
            return self._wrong(f'"{self.words[0][:40]}" is not ended by ";"', self.start)
        if len(self.blocks) > 1:
            last = self.blocks[-1]
            why = f'the block of "{last.name[:40]}" is never closed: a "}}" is missing'
            return self._wrong(why, last.start)
        return None

    def _slowly(self, text: str, position: int) -> tuple[Problem | None, int]:
        """One directive, or one closing brace, word by word; and where what follows begins."""
        for mark, word, index, after in tokens_of(text, position):
            if mark is not Mark.WORD:
                return self._mark(mark, word, index), after
            if not self.words:
                self.start = index
            self.words.append(word)
        return None, len(text)

    def close(self) -> None:
        done = self.blocks.pop()
        whole = Directive(done.name, done.args, self._place(done.start), tuple(done.inside))
        self.blocks[-1].inside.append(whole)

    def _mark(self, mark: Mark, word: str, index: int) -> Problem | None:
        if mark is Mark.CLOSE and not self.words and len(self.blocks) > 1:
            self.close()
            return None
        if mark is Mark.WRONG or mark is Mark.CLOSE or not self.words:
            why = word if mark is Mark.WRONG else f'unexpected "{mark.value}"'
            return self._wrong(why, index)
        self.count += 1
        if self.count > MOST_DIRECTIVES:
            why = f"there are more than the {MOST_DIRECTIVES} directives that are read"
            return Problem(Trouble.TOO_MUCH, why, self._place(self.start))
        name, args = self.words[0], tuple(self.words[1:])
        self.words = []
        if mark is Mark.OPEN:
            if len(self.blocks) > DEEPEST:
                why = f"blocks are nested deeper than the {DEEPEST} levels that are read"
                return Problem(Trouble.TOO_MUCH, why, self._place(self.start))
            self.blocks.append(_Open(name, args, self.start, []))
            return None
        code = (word,) if mark is Mark.CODE else ()
        self.blocks[-1].inside.append(Directive(name, (*args, *code), self._place(self.start)))
        return None

    def _place(self, index: int) -> Place:
        return Place(self.shown, *self.lines.at(index))

    def _wrong(self, why: str, index: int) -> Problem:
        return Problem(Trouble.SYNTAX, why, self._place(index))


def includes_in(content: bytes) -> Iterator[str]:
    """The names and patterns that a file includes, at whatever depth, as they are written."""
    waiting = list(parse(content, "").directives)
    while waiting:
        one = waiting.pop()
        if one.name == "include" and one.block is None and len(one.args) == 1:
            yield one.first
        waiting += one.block or ()
