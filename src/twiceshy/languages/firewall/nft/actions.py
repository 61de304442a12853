"""Statements that are no comparison: counters, limits, logging, NAT, rejections, set updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from twiceshy.languages.firewall.nft import diversions, expressions, limits, names, updates
from twiceshy.languages.firewall.nft.assignments import CONNECTION_FIELDS
from twiceshy.languages.firewall.nft.foreign import PART_OF_IPTABLES
from twiceshy.languages.firewall.nft.selectors import IPV4, IPV6, TRANSPORTS
from twiceshy.languages.firewall.nft.steps import Asks, Does, Ends, Step
from twiceshy.languages.firewall.nft.syntax import Unreadable
from twiceshy.languages.firewall.nft.translations import own_address, translation
from twiceshy.languages.firewall.ruleset import (
    Goto,
    Jump,
    NoTrack,
    Reject,
    Translated,
    UnmodelledEffect,
)

if TYPE_CHECKING:
    from twiceshy.languages.firewall.nft.statements import RuleReader

Action = Callable[["RuleReader"], tuple[Step, ...] | None]
"""Reads a statement from its first word on; None: it is something else after all."""

_LOG_OPTIONS = frozenset(["prefix", "level", "group", "snaplen", "queue-threshold"])
_REJECTIONS = {
    "icmp": ((IPV4,), names.ICMP_CODES),
    "icmpv6": ((IPV6,), names.ICMPV6_CODES),
    "icmpx": ((), names.ICMPX_CODES),
}
_CT_OBJECTS = frozenset(["helper", "timeout", "expectation"])


def _nothing(reader: RuleReader) -> tuple[Step, ...]:
    """`continue`, which is what happens anyway."""
    reader.cursor.at += 1
    return ()


def _leap(reader: RuleReader) -> tuple[Step, ...]:
    word = reader.cursor.take()
    chain = reader.cursor.name("a chain")
    return (Ends(Jump(chain) if word == "jump" else Goto(chain)),)


def _comment(reader: RuleReader) -> tuple[Step, ...]:
    reader.cursor.at += 1
    reader.comment = reader.cursor.take().strip('"')
    return ()


def _counter(reader: RuleReader) -> tuple[Step, ...]:
    cursor = reader.cursor
    cursor.at += 1
    if cursor.here == "name":
        return limits.named_object(reader)
    while cursor.accept("packets", "bytes"):
        cursor.take()
    return ()


def _log(reader: RuleReader) -> tuple[Step, ...]:
    cursor = reader.cursor
    cursor.at += 1
    while True:
        if cursor.accept(*_LOG_OPTIONS):
            cursor.take()
        elif cursor.accept("flags"):
            cursor.accept("tcp", "ip")
            cursor.take()
            while cursor.accept(","):
                cursor.take()
        else:
            return ()


def _reject(reader: RuleReader) -> tuple[Step, ...]:
    cursor = reader.cursor
    cursor.at += 1
    if not cursor.accept("with"):
        return (Ends(Reject()),)
    word = cursor.take()
    if word == "tcp":
        cursor.expect("reset")
        return (Asks((TRANSPORTS["tcp"],)), Ends(Reject("tcp-reset")))
    if word not in _REJECTIONS:
        raise Unreadable("expected icmp, icmpv6, icmpx or `tcp reset`", cursor.at - 1)
    cursor.accept("type")
    code = cursor.name("a code")
    asks, codes = _REJECTIONS[word]
    code = next((name for name, number in codes.items() if str(number) == code), code)
    before: tuple[Step, ...] = (Asks(asks),) if asks else ()
    return (*before, Ends(Reject(f"{word}-{code}")))


def _notrack(reader: RuleReader) -> tuple[Step, ...]:
    reader.cursor.at += 1
    return (Does(NoTrack(), CONNECTION_FIELDS),)


def _snat(reader: RuleReader) -> tuple[Step, ...]:
    return translation(reader, Translated.SOURCE)


def _dnat(reader: RuleReader) -> tuple[Step, ...]:
    return translation(reader, Translated.DESTINATION)


def _masquerade(reader: RuleReader) -> tuple[Step, ...]:
    return own_address(reader, Translated.SOURCE)


def _redirect(reader: RuleReader) -> tuple[Step, ...]:
    return own_address(reader, Translated.DESTINATION)


def _connection(reader: RuleReader) -> tuple[Step, ...] | None:
    cursor = reader.cursor
    start, second, third = cursor.at, cursor.tokens[cursor.at + 1], cursor.tokens[cursor.at + 2]
    if second == "count" and (third == "over" or third.isdecimal()):
        cursor.at += 2
        cursor.accept("over")
        cursor.take()
        return (reader.by_name(start),)
    if second in _CT_OBJECTS and third == "set":
        cursor.at += 3
        expressions.computed(cursor)
        return ()
    return None


def _reset_option(reader: RuleReader) -> tuple[Step, ...]:
    cursor = reader.cursor
    cursor.at += 1
    subjects = expressions.selected(cursor)
    if subjects is None:
        raise Unreadable("expected a TCP option")
    return ()


def _option(reader: RuleReader) -> tuple[Step, ...] | None:
    """`tcp option maxseg size set 1360`: fails for what is not TCP (nft_exthdr.c)."""
    cursor = reader.cursor
    if cursor.tokens[cursor.at + 1] != "option" or cursor.tokens[cursor.at + 4] != "set":
        return None
    start = cursor.at
    cursor.at += 5
    expressions.computed(cursor)
    text, _ = reader.told(start)
    return (Asks((TRANSPORTS["tcp"],)), Does(UnmodelledEffect(text), frozenset()))


def _last_use(reader: RuleReader) -> tuple[Step, ...]:
    cursor = reader.cursor
    cursor.at += 1
    if cursor.accept("used"):
        cursor.take()
    return ()


def _foreign(_: RuleReader) -> tuple[Step, ...]:
    raise Unreadable(f"{PART_OF_IPTABLES}, which nft only names: read it from iptables-save")


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "continue": _nothing,
        "jump": _leap,
        "goto": _leap,
        "comment": _comment,
        "counter": _counter,
        "limit": limits.limit,
        "quota": limits.quota,
        "log": _log,
        "reject": _reject,
        "notrack": _notrack,
        "snat": _snat,
        "dnat": _dnat,
        "masquerade": _masquerade,
        "redirect": _redirect,
        "queue": diversions.queue,
        "synproxy": diversions.synproxy,
        "tproxy": diversions.tproxy,
        "dup": diversions.copied,
        "fwd": diversions.forwarded,
        "flow": diversions.flow,
        "add": updates.set_update,
        "update": updates.set_update,
        "delete": updates.set_update,
        "set": updates.old_set_update,
        "meter": updates.meter,
        "ct": _connection,
        "reset": _reset_option,
        "tcp": _option,
        "last": _last_use,
        "xt": _foreign,
    }
)
"""By the statement's first word."""
