"""Statements that hand a packet, or a copy of it, to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twiceshy.languages.firewall.conditions import Opaque
from twiceshy.languages.firewall.nft import expressions
from twiceshy.languages.firewall.nft.cursor import ENDS
from twiceshy.languages.firewall.nft.selectors import IPV4, IPV6
from twiceshy.languages.firewall.nft.steps import Asks, Does, Ends, Step
from twiceshy.languages.firewall.nft.syntax import Unreadable
from twiceshy.languages.firewall.ruleset import Unmodelled, UnmodelledEffect

if TYPE_CHECKING:
    from twiceshy.languages.firewall.nft.statements import RuleReader

_SYNPROXY_OPTIONS = frozenset(["mss", "wscale", "name"])


def queue(reader: RuleReader) -> tuple[Step, ...]:
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


def synproxy(reader: RuleReader) -> tuple[Step, ...]:
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


def tproxy(reader: RuleReader) -> tuple[Step, ...]:
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


def copied(reader: RuleReader) -> tuple[Step, ...]:
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


def forwarded(reader: RuleReader) -> tuple[Step, ...]:
    """`fwd`: out of an interface at once, past everything else."""
    start = reader.cursor.at
    _skip_rest(reader)
    return (Ends(Unmodelled(reader.told(start)[0], may_continue=False)),)


def flow(reader: RuleReader) -> tuple[Step, ...]:
    """Later packets take a shortcut; the rule fails for packets that cannot (nft_flow_offload.c)."""
    cursor = reader.cursor
    start = cursor.at
    cursor.at += 1
    if not cursor.accept("add", "offload"):
        raise Unreadable(f"expected `add` instead of {cursor.shown()}")
    cursor.take()
    asks = reader.by_name(start)
    return (asks, Does(UnmodelledEffect(reader.told(start)[0]), frozenset()))
