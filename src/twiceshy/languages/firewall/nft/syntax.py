"""What stands on the right side of a match, or in a set, before its type is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twiceshy.model.place import Place

if TYPE_CHECKING:
    from twiceshy.languages.firewall.nft.selectors import Selector


class Unreadable(Exception):
    """The text is not nft as this reader knows it: becomes a Problem at its place."""

    def __init__(self, what: str, at: int | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.at = at
        """Index of the token, when it is not where reading stopped."""


class Unknowable(Unreadable):
    """The text is sound, but its value only known on the host, such as a host name's address.

    Where a condition by name can stand for it that is what it becomes; elsewhere a Problem.
    """


@dataclass(frozen=True, slots=True)
class Prefix:
    """`10.0.0.0/8`, where base and length are tokens of their own."""

    base: Node
    length: Node


@dataclass(frozen=True, slots=True)
class Span:
    """`22-80`, both ends belong to it."""

    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Listed:
    """`syn,ack`: for bit masks, any of them."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Bits:
    """`syn | ack`, of constants or of something selected."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Joined:
    """`10.0.0.1 . 22`, a concatenation."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """`@blocked`, a set or map by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`jump mail-in`, as data of a map."""

    word: str
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """Something of the packet among bits: the `ct mark` of `ct mark & 0xff`."""

    selector: Selector


@dataclass(frozen=True, slots=True)
class Mapped:
    """`tcp dport map { 80 : 1 }`, a value looked up by the packet."""

    key: tuple[Subject, ...]
    where: Node


@dataclass(frozen=True, slots=True)
class Element:
    """One of a set or map; `key` None is the catch-all `*`."""

    key: Node | None
    value: Node | None = None
    is_timed: bool = False
    """It goes away by itself, or passes only within a limit."""
    place: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """`{ 22, 80 }`, of a set or of a map."""

    elements: tuple[Element, ...] = ()
    plain: tuple[str, ...] = ()
    """Further elements that are single tokens; how most large sets look."""
    size: int = 0
    """How many elements there are, those of sets in it too."""

    def __len__(self) -> int:
        return self.size

    def each_key(self) -> Iterator[Node | None]:
        """The keys of all elements, those of sets in it too; None is the catch-all."""
        yield from self.plain
        for element in self.elements:
            if isinstance(element.key, Group):
                yield from element.key.each_key()
            else:
                yield element.key


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked of the packet: a selector, some of its bits taken out."""

    selector: Selector
    mask: int | None = None
    """Only these bits are compared; None: all."""
    flip: int = 0
    """Bits that are inverted after the mask."""


Node = str | Prefix | Span | Listed | Bits | Joined | Named | Verdict | Picked | Mapped | Group
"""A `str` is a single token as it stands in the file."""
