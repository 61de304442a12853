"""Statements that change something of the packet or its connection: `meta mark set 1`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.nft import datatypes as types
from twiceshy.languages.firewall.nft import expressions, values
from twiceshy.languages.firewall.nft.selectors import Selector
from twiceshy.languages.firewall.nft.steps import Asks, Does, Forks, Step
from twiceshy.languages.firewall.nft.syntax import Mapped, Node, Subject, Unknowable, Unreadable
from twiceshy.languages.firewall.nft.vocabulary import META, PAIRS
from twiceshy.languages.firewall.ruleset import SetMark, UnmodelledEffect

if TYPE_CHECKING:
    from twiceshy.languages.firewall.nft.statements import RuleReader

CONNECTION_FIELDS = frozenset(field for field in Field if field.value.startswith("ct_"))
"""What conntrack tells, which is another story in another zone or without tracking."""
_MARKS = frozenset((META["mark"], PAIRS["ct"]["mark"]))
_ALL_BITS = 0xFFFFFFFF
_HARMLESS = frozenset(
    (
        META["priority"],
        META["nftrace"],
        META["secmark"],
        PAIRS["ct"]["label"],
        PAIRS["ct"]["event"],
        PAIRS["ct"]["secmark"],
        PAIRS["ct"]["helper"],
    )
)


def assignment(reader: RuleReader, subjects: tuple[Subject, ...], start: int) -> tuple[Step, ...]:
    """What follows `set`, which has been read."""
    if len(subjects) > 1 or subjects[0].mask is not None:
        raise Unreadable("only one thing can be set at a time", start)
    selector = subjects[0].selector
    asks = () if selector in PAIRS["ct"].values() else selector.asks
    before: tuple[Step, ...] = (Asks(asks),) if asks else ()
    found = expressions.computed(reader.cursor)
    while selector in _HARMLESS and reader.cursor.accept(",", ":"):
        expressions.computed(reader.cursor)
    text, place = reader.told(start)
    if isinstance(found, Mapped):
        then = _OfMap(selector, text)
        return (*before, Forks(found.key, found.where, then, text, place, _changes(selector)))
    return (*before, *_does(selector, found, text))


@dataclass(frozen=True, slots=True)
class _OfMap:
    """What setting something to an element's data does."""

    selector: Selector
    text: str

    def __call__(self, node: Node) -> tuple[Step, ...]:
        return _does(self.selector, node, self.text)


def _changes(selector: Selector) -> frozenset[Field]:
    if selector is PAIRS["ct"]["zone"]:
        return CONNECTION_FIELDS
    return frozenset((selector.field,)) if selector.field else frozenset()


def _does(selector: Selector, to: Node | tuple[Subject, ...], text: str) -> tuple[Step, ...]:
    if selector in _HARMLESS:
        return ()
    changes = _changes(selector)
    mark = _mark(selector, to) if selector in _MARKS else None
    return (Does(UnmodelledEffect(text, changes) if mark is None else mark, changes),)


def _mark(selector: Selector, to: Node | tuple[Subject, ...]) -> SetMark | None:
    of_connection = selector.field is Field.CT_MARK
    if isinstance(to, tuple):
        if len(to) > 1 or to[0].selector is not selector:
            return None
        keep = _ALL_BITS if to[0].mask is None else to[0].mask
        return SetMark(to[0].flip, keep ^ _ALL_BITS, of_connection)
    try:
        return SetMark(values.number(to, types.MARK), of_connection=of_connection)
    except Unknowable:
        return None
