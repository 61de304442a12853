"""NAT statements: `dnat to 192.0.2.1:8080`, `masquerade`, `dnat ip to tcp dport map { ... }`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft import datatypes as types
from twiceshy.languages.firewall.nft import expressions, values
from twiceshy.languages.firewall.nft.datatypes import Datatype
from twiceshy.languages.firewall.nft.selectors import IPV4, IPV6
from twiceshy.languages.firewall.nft.steps import Asks, Does, Ends, Forks, Step
from twiceshy.languages.firewall.nft.syntax import (
    Joined,
    Mapped,
    Node,
    Subject,
    Unknowable,
    Unreadable,
)
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Translate,
    Translated,
    UnmodelledEffect,
)
from twiceshy.model.place import Place

if TYPE_CHECKING:
    from twiceshy.languages.firewall.nft.statements import RuleReader

_FLAGS = frozenset(("random", "fully-random", "persistent"))
_SIDES = {
    Translated.SOURCE: frozenset((Field.SADDR4, Field.SADDR6, Field.SPORT)),
    Translated.DESTINATION: frozenset((Field.DADDR4, Field.DADDR6, Field.DPORT)),
}
_WITH_PORT = 2
_Found = Node | tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class _Nat:
    """What is known of a NAT statement before its addresses and ports are values."""

    end: Translated
    addresses: Datatype | None
    text: str
    place: Place
    is_netmap: bool = False
    to_own_address: bool = False


def translation(reader: RuleReader, end: Translated) -> tuple[Step, ...]:
    """`snat` or `dnat`, of which the first word is read next."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    version = reader.version
    before: tuple[Step, ...] = ()
    if cursor.here in {"ip", "ip6"} and cursor.tokens[cursor.at + 1] in _AFTER_FAMILY:
        version = 4 if cursor.take() == "ip" else 6
        before = (Asks((IPV4 if version == 4 else IPV6,)),)  # noqa: PLR2004 - IP versions
    is_netmap = cursor.accept("prefix")
    cursor.accept("interval")
    if cursor.accept("addr"):
        cursor.expect(".")
        cursor.expect("port")
    cursor.accept("to")
    address = None if cursor.here == ":" else expressions.computed(cursor)
    port = expressions.computed(cursor) if cursor.accept(":") else None
    _skip_flags(reader)
    datatype = {4: types.IPV4, 6: types.IPV6}.get(version or 0)
    nat = _Nat(end, datatype, *reader.told(start), is_netmap)
    return (*before, *_steps(nat, address, port))


_AFTER_FAMILY = frozenset(("to", "prefix", "interval", "addr"))


def own_address(reader: RuleReader, end: Translated) -> tuple[Step, ...]:
    """`masquerade` or `redirect`, of which the first word is read next."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    port = None
    if cursor.accept("to"):
        cursor.accept(":")
        port = expressions.computed(cursor)
    elif cursor.accept(":"):
        port = expressions.computed(cursor)
    _skip_flags(reader)
    nat = _Nat(end, None, *reader.told(start), to_own_address=True)
    return _steps(nat, None, port)


def _skip_flags(reader: RuleReader) -> None:
    while reader.cursor.accept(*_FLAGS):
        reader.cursor.accept(",")


def _steps(nat: _Nat, address: _Found | None, port: _Found | None) -> tuple[Step, ...]:
    if isinstance(address, Mapped):
        then = _OfMap(nat, other=port)
        return (Forks(address.key, address.where, then, nat.text, nat.place, _SIDES[nat.end]),)
    if isinstance(port, Mapped):
        then = _OfMap(nat, other=address, is_port=True)
        return (Forks(port.key, port.where, then, nat.text, nat.place, _SIDES[nat.end]),)
    return _ended(nat, address, port)


@dataclass(frozen=True, slots=True)
class _OfMap:
    """What the data of an element translates to."""

    nat: _Nat
    other: _Found | None
    is_port: bool = False

    def __call__(self, node: Node) -> tuple[Step, ...]:
        if self.is_port:
            return _steps(self.nat, self.other, node)
        if isinstance(node, Joined) and len(node.parts) == _WITH_PORT:
            return _steps(self.nat, node.parts[0], node.parts[1])
        return _steps(self.nat, node, self.other)


def _ended(nat: _Nat, address: _Found | None, port: _Found | None) -> tuple[Step, ...]:
    """The translation, after which the packet leaves the chain as accepted (nft_nat.c)."""
    changes = _SIDES[nat.end]
    try:
        effect = Translate(nat.end, to_own_address=nat.to_own_address)
        if address is not None:
            effect = replace(effect, addresses=_addresses(nat, address), is_netmap=nat.is_netmap)
        if port is not None:
            effect = replace(effect, ports=_constant(port, types.SERVICE))
    except Unknowable:
        return (Does(UnmodelledEffect(nat.text, changes), changes), Ends(Accept()))
    return (Does(effect, changes), Ends(Accept()))


def _addresses(nat: _Nat, address: _Found) -> Intervals:
    if nat.addresses is None:
        raise Unreadable("`ip` or `ip6` must stand before the address in an inet table")
    return _constant(address, nat.addresses)


def _constant(found: _Found, datatype: Datatype) -> Intervals:
    if isinstance(found, tuple):
        raise Unknowable("translated to something of the packet")
    return values.intervals(found, datatype)
