"""Text of which every character knows the line of the file that it comes from.

`postgres://app@${DB_HOST}/app` in a compose file and `DB_HOST=db-1` in the .env beside it make one
URL. Whoever blames its host blames the line in .env: the text remembers which piece came from where.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from twiceshy.model.place import Place


@dataclass(frozen=True, slots=True)
class Hole:
    """Stands for a variable whose value is not known, in the text as `${NAME}`."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Spelled:
    """Text and its places. It may be a secret, so its repr says only where it stands."""

    text: str = field(repr=False)
    place: Place
    """Of its first character."""
    pieces: tuple[tuple[int, Place], ...] = ()
    """Where a later piece begins in the text, and the place of its first character."""
    holes: tuple[Hole, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether every variable in it has a value."""
        return not self.holes

    @property
    def missing(self) -> str:
        """The name of the first variable without a value; empty when there is none."""
        return self.holes[0].name if self.holes else ""

    def at(self, offset: int) -> Place:
        """The place of the character at `offset`."""
        index = bisect_right(self.pieces, offset, key=lambda piece: piece[0]) - 1
        start, place = self.pieces[index] if index >= 0 else (0, self.place)
        return Place(place.file, place.line, place.column + offset - start)

    def part(self, start: int, end: int) -> Spelled:
        """The characters from `start` up to `end`, with their places."""
        return Spelled(
            self.text[start:end],
            self.at(start),
            tuple((at - start, place) for at, place in self.pieces if start < at < end),
            tuple(
                Hole(hole.start - start, hole.end - start, hole.name)
                for hole in self.holes
                if hole.start < end and hole.end > start
            ),
        )

    def stripped(self) -> Spelled:
        """Without the white space around it."""
        text = self.text
        start = len(text) - len(text.lstrip())
        return self.part(start, max(start, len(text.rstrip())))

    def saying(self, text: str) -> Spelled:
        """Other characters at the same place, such as these ones decoded."""
        holes = tuple(Hole(0, len(text), hole.name) for hole in self.holes)
        return Spelled(text, self.place, holes=holes)


def joined(parts: Iterable[Spelled], place: Place) -> Spelled:
    """The parts one after the other; `place` is where the whole begins."""
    text: list[str] = []
    pieces: list[tuple[int, Place]] = []
    holes: list[Hole] = []
    length = 0
    for part in parts:
        pieces.append((length, part.place))
        pieces += ((length + at, where) for at, where in part.pieces)
        holes += (Hole(one.start + length, one.end + length, one.name) for one in part.holes)
        text.append(part.text)
        length += len(part.text)
    return Spelled("".join(text), place, tuple(pieces), tuple(holes))
