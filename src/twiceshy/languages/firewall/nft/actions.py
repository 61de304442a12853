"""Statements that are no comparison: counters, limits, logging, NAT, rejections, set updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from twiceshy.languages.firewall.conditions import Opaque
from twiceshy.languages.firewall.nft import expressions, names
from twiceshy.languages.firewall.nft.assignments import CONNECTION_FIELDS
from twiceshy.languages.firewall.nft.cursor import ENDS
from twiceshy.languages.firewall.nft.foreign import PART_OF_IPTABLES
from twiceshy.languages.firewall.nft.selectors import IPV4, IPV6, TRANSPORTS
from twiceshy.languages.firewall.nft.steps import Asks, Does, Ends, Forks, Step
from twiceshy.languages.firewall.nft.syntax import Group, Named, Node, Unreadable
from twiceshy.languages.firewall.nft.translations import own_address, translation
from twiceshy.languages.firewall.ruleset import (
    Goto,
    Jump,
    NoTrack,
    Reject,
    Translated,
    Unmodelled,
    UnmodelledEffect,
)

if TYPE_CHECKING:
    from twiceshy.languages.firewall.nft.statements import RuleReader

Action = Callable[["RuleReader"], tuple[Step, ...] | None]
"""Reads a statement from its first word on; None: it is something else after all."""

_LOG_OPTIONS = frozenset(["prefix", "level", "group", "snaplen", "queue-threshold"])
_SYNPROXY_OPTIONS = frozenset(["mss", "wscale", "name"])
_REJECTIONS = {
    "icmp": ((IPV4,), names.ICMP_CODES),
    "icmpv6": ((IPV6,), names.ICMPV6_CODES),
    "icmpx": ((), names.ICMPX_CODES),
}
_UNITS = frozenset(["bytes", "kbytes", "mbytes", "gbytes", "packets"])
_RATES = frozenset(
    f"{unit}/{time}" for unit in _UNITS for time in ("second", "minute", "hour", "day", "week")
)
_SET_UPDATES = frozenset(("add", "update", "delete"))
_CT_OBJECTS = frozenset(["helper", "timeout", "expectation"])


def _by_name(reader: RuleReader, start: int) -> Asks:
    """A condition that changes from packet to packet, so that each occurrence is its own."""
    text, place = reader.told(start)
    return Asks((Opaque(text, place, str(place)),))


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
        return _object(reader)
    while cursor.accept("packets", "bytes"):
        cursor.take()
    return ()


def _object(reader: RuleReader, *, passes: bool = True) -> tuple[Step, ...]:
    """`name "x"`, or `name tcp dport map { 25 : "mail" }`: a miss ends the rule there."""
    cursor = reader.cursor
    start = cursor.at - 1
    cursor.expect("name")
    at = cursor.at
    subjects = expressions.selected(cursor)
    if subjects is None:
        cursor.at = at
        cursor.name("a name")
        return () if passes else (_by_name(reader, start),)
    cursor.expect("map")
    where = expressions.joined(cursor)
    if not isinstance(where, Group | Named):
        raise Unreadable("expected a map")
    text, place = reader.told(start)
    forks = Forks(subjects, where, _then_nothing, text, place)
    return (forks,) if passes else (forks, _by_name(reader, start))


def _then_nothing(_: Node) -> tuple[Step, ...]:
    return ()


def _limit(reader: RuleReader) -> tuple[Step, ...]:
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    if cursor.here == "name":
        return _object(reader, passes=False)
    cursor.expect("rate")
    cursor.accept("over")
    cursor.take()
    # `mbytes/second` is a single token, `10/second` is three
    if not cursor.accept(*_RATES):
        cursor.accept(*_UNITS)
        cursor.expect("/")
        cursor.take()
    if cursor.accept("burst"):
        cursor.take()
        cursor.accept(*_UNITS)
    return (_by_name(reader, start),)


def _quota(reader: RuleReader) -> tuple[Step, ...]:
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    if cursor.here == "name":
        return _object(reader, passes=False)
    cursor.accept("over", "until")
    for _ in range(2):
        cursor.take()
        cursor.take()
        if not cursor.accept("used"):
            break
    return (_by_name(reader, start),)


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


def _queue(reader: RuleReader) -> tuple[Step, ...]:
    """Whoever listens there decides; with nobody there it is dropped, or accepted (bypass)."""
    start = reader.cursor.at
    _skip_rest(reader)
    return (Ends(Unmodelled(reader.told(start)[0], may_continue=False)),)


def _skip_rest(reader: RuleReader) -> None:
    """To the end of the rule or its comment."""
    cursor = reader.cursor
    while cursor.here not in ENDS and cursor.here != "comment" and cursor.here[0] != "#":
        if cursor.here == "{":
            cursor.skip_block()
        else:
            cursor.at += 1


def _synproxy(reader: RuleReader) -> tuple[Step, ...]:
    """Answers handshakes itself, and drops or takes what belongs to them."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    while True:
        if cursor.accept(*_SYNPROXY_OPTIONS):
            cursor.take()
        elif not cursor.accept("timestamp", "sack-perm"):
            break
    return (Ends(Unmodelled(reader.told(start)[0])),)


def _tproxy(reader: RuleReader) -> tuple[Step, ...]:
    """To a local socket; without one the rule fails (nft_tproxy.c)."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    word = cursor.here
    asks = {"ip": (IPV4,), "ip6": (IPV6,)}.get(word, ())
    if asks:
        cursor.at += 1
    cursor.expect("to")
    if cursor.here != ":":
        expressions.computed(cursor)
    if cursor.accept(":"):
        expressions.computed(cursor)
    text, place = reader.told(start)
    return (
        Asks((*asks, Opaque(text, place, str(place)))),
        Does(UnmodelledEffect(text), frozenset()),
    )


def _copied(reader: RuleReader) -> tuple[Step, ...]:
    """`dup`: a copy goes elsewhere, the packet goes on."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    cursor.expect("to")
    expressions.computed(cursor)
    if cursor.accept("device"):
        expressions.computed(cursor)
    text, _ = reader.told(start)
    return (Does(UnmodelledEffect(text), frozenset()),)


def _forwarded(reader: RuleReader) -> tuple[Step, ...]:
    start = reader.cursor.at
    _skip_rest(reader)
    return (Ends(Unmodelled(reader.told(start)[0], may_continue=False)),)


def _flow(reader: RuleReader) -> tuple[Step, ...]:
    """Later packets take a shortcut; the rule fails for packets that cannot (nft_flow_offload.c)."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    if not cursor.accept("add", "offload"):
        raise Unreadable(f"expected `add` instead of {cursor.shown()}")
    cursor.take()
    asks = _by_name(reader, start)
    return (asks, Does(UnmodelledEffect(reader.told(start)[0]), frozenset()))


def _set_update(reader: RuleReader) -> tuple[Step, ...]:
    """`add @set { ip saddr }` fails when the set is full or a limit in it is (nft_dynset.c)."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    name = cursor.take()
    if name[0] != "@" or cursor.here != "{":
        raise Unreadable(f"expected a set and `{{` instead of `{name}`", cursor.at - 1)
    cursor.skip_block()
    reader.updated.append(name[1:].strip())
    return (_by_name(reader, start),)


def _old_set_update(reader: RuleReader) -> tuple[Step, ...]:
    """`set add ip saddr @set`, as older versions write it."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 2
    if cursor.tokens[cursor.at - 1] not in _SET_UPDATES:
        raise Unreadable(f"expected `add` instead of {cursor.shown()}", cursor.at - 1)
    while cursor.here[:1] != "@":
        cursor.take()
    reader.updated.append(cursor.take()[1:].strip())
    return (_by_name(reader, start),)


def _meter(reader: RuleReader) -> tuple[Step, ...]:
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    cursor.name("a name")
    if cursor.accept("size"):
        cursor.take()
    if cursor.here != "{":
        raise Unreadable(f"expected `{{` instead of {cursor.shown()}")
    cursor.skip_block()
    return (_by_name(reader, start),)


def _connection(reader: RuleReader) -> tuple[Step, ...] | None:
    cursor = reader.cursor
    start, second, third = cursor.at, cursor.tokens[cursor.at + 1], cursor.tokens[cursor.at + 2]
    if second == "count" and (third == "over" or third.isdecimal()):
        cursor.at += 2
        cursor.accept("over")
        cursor.take()
        return (_by_name(reader, start),)
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
        "limit": _limit,
        "quota": _quota,
        "log": _log,
        "reject": _reject,
        "notrack": _notrack,
        "snat": _snat,
        "dnat": _dnat,
        "masquerade": _masquerade,
        "redirect": _redirect,
        "queue": _queue,
        "synproxy": _synproxy,
        "tproxy": _tproxy,
        "dup": _copied,
        "fwd": _forwarded,
        "flow": _flow,
        "add": _set_update,
        "update": _set_update,
        "delete": _set_update,
        "set": _old_set_update,
        "meter": _meter,
        "ct": _connection,
        "reset": _reset_option,
        "tcp": _option,
        "last": _last_use,
        "xt": _foreign,
    }
)
"""By the statement's first word."""
