"""What a comparison asks: selector, operator and value become conditions on fields."""

from __future__ import annotations

from collections.abc import Callable

from twiceshy.languages.firewall.conditions import (
    BITS,
    AnyOf,
    Condition,
    Field,
    Match,
    Names,
    Opaque,
)
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft import masks, values
from twiceshy.languages.firewall.nft.datatypes import Datatype
from twiceshy.languages.firewall.nft.selectors import Selector, only
from twiceshy.languages.firewall.nft.steps import Asks
from twiceshy.languages.firewall.nft.syntax import Group, Node, Subject, Unknowable, Unreadable
from twiceshy.languages.firewall.nft.vocabulary import STATUS
from twiceshy.model.place import Place

NOT_EQUAL = "!="
NONE_OF = "!"
_SOURCE_NAT = 16
_DESTINATION_NAT = 32
_TRANSLATIONS = _SOURCE_NAT | _DESTINATION_NAT
_ENUMERABLE_BITS = 8


def compared(
    subject: Subject, operator: str, node: Node, told: Callable[[], tuple[str, Place]]
) -> Asks:
    """One subject compared with a constant or an anonymous set.

    `operator` is empty where the rule has none; `told` gives text and place, if needed.
    """
    selector = subject.selector
    conditions = _modelled(subject, operator, node)
    if conditions is None:
        return Asks((*selector.asks, opaque((subject,), *told())))
    if selector.is_of_ethernet and (selector.field is Field.FAMILY or operator == NOT_EQUAL):
        conditions = (*conditions, Opaque("meta iiftype ether", told()[1]))
    return Asks((*selector.asks, *conditions), told()[0] if selector.has_any_protocol else "")


def opaque(subjects: tuple[Subject, ...], text: str, place: Place) -> Opaque:
    """The comparison by its name, because it is not modelled."""
    varies = any(one.selector.varies for one in subjects)
    return Opaque(text, place, str(place) if varies else "")


def _modelled(subject: Subject, operator: str, node: Node) -> tuple[Condition, ...] | None:
    selector = subject.selector
    if selector is STATUS:
        return _status(subject, operator, node)
    if selector.field is None:
        return None
    try:
        if selector.datatype.is_name:
            return (Match(selector.field, _named(subject, operator, node)),)
        return expressed(subject, wanted(subject, operator, node))
    except Unknowable:
        return None


def expressed(subject: Subject, wanted: Intervals) -> tuple[Match | AnyOf, ...] | None:
    """What fields must be for the subject to be among the values; None: cannot be said."""
    raw = masks.unmasked(wanted, subject)
    selector = subject.selector
    if raw is None or selector.field is None:
        return None
    if selector.express is not None:
        return selector.express(raw)
    return (Match(selector.field, raw if selector.is_plain else raw & _ALL[selector.field]),)


def _named(subject: Subject, operator: str, node: Node) -> Names:
    if operator not in {"", "==", NOT_EQUAL}:
        raise Unreadable("interfaces have no order")
    found = values.names(node, subject.selector.datatype)
    return Names(found.exact, found.prefixes, operator == NOT_EQUAL)


def wanted(subject: Subject, operator: str, node: Node) -> Intervals:
    """The values, of the bits that are compared, for which the comparison is true."""
    datatype = subject.selector.datatype
    if isinstance(node, Group):
        found = values.intervals(node, datatype)
    elif operator in _ORDERS:
        low, high = _ORDERS[operator](values.number(node, datatype), (1 << datatype.bits) - 1)
        return Intervals.of(((low, high),))
    elif operator == NONE_OF or (not operator and datatype.is_mask and subject.mask is None):
        found = _any_bit(values.number(node, datatype), datatype)
    else:
        found = values.intervals(node, datatype)
    return found.complement(datatype.bits) if operator in {NOT_EQUAL, NONE_OF} else found


_ORDERS: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "<": lambda value, _: (0, value - 1),
    "<=": lambda value, _: (0, value),
    ">": lambda value, most: (value + 1, most),
    ">=": lambda value, most: (value, most),
}


def _any_bit(bits: int, datatype: Datatype) -> Intervals:
    if not datatype.is_mask:
        raise Unreadable(f"{datatype.name} has no bits to ask for one by one")
    if datatype.bits <= _ENUMERABLE_BITS:
        return Intervals.of((one, one) for one in range(1 << datatype.bits) if one & bits)
    # A connection state has exactly one bit set, so these are all the values that matter.
    return Intervals.of((1 << bit, 1 << bit) for bit in range(datatype.bits) if bits & (1 << bit))


def _status(subject: Subject, operator: str, node: Node) -> tuple[Condition, ...] | None:
    """Only the two bits that tell of translation are modelled."""
    if isinstance(node, Group) or operator in _ORDERS or subject.flip:
        return None
    bits = values.number(node, STATUS.datatype)
    if subject.mask is None:
        if operator not in {"", NONE_OF} or bits & ~_TRANSLATIONS:
            return None
        fits = [bool(status & bits) is (operator == "") for status in _STATUSES]
    else:
        if subject.mask & ~_TRANSLATIONS:
            return None
        negated = operator == NOT_EQUAL
        fits = [(status & subject.mask == bits) is not negated for status in _STATUSES]
    boxes = tuple(
        (
            only(Field.CT_SNAT, int(bool(status & _SOURCE_NAT))),
            only(Field.CT_DNAT, int(bool(status & _DESTINATION_NAT))),
        )
        for status, does_fit in zip(_STATUSES, fits, strict=True)
        if does_fit
    )
    return _simplest(boxes)


_ALL = {field: Intervals(((0, (1 << bits) - 1),)) for field, bits in BITS.items()}
_STATUSES = (0, _SOURCE_NAT, _DESTINATION_NAT, _TRANSLATIONS)
_HALF = 2


def _simplest(boxes: tuple[tuple[Match, ...], ...]) -> tuple[Condition, ...]:
    common = set(boxes[0]).intersection(*boxes[1:]) if boxes else set()
    if len(boxes) == 1:
        return boxes[0]
    if len(boxes) == _HALF and common:
        return tuple(common)
    return () if len(boxes) == len(_STATUSES) else (AnyOf(boxes),)


def conflict(selector: Selector, family: int | None) -> str | None:
    """Why nft refuses a selector in a table of only one IP version; None: it does not."""
    if selector.header is None or family is None or selector.header == family:
        return None
    return f"`{selector.text}` in a table of the other IP version, which nft refuses"
