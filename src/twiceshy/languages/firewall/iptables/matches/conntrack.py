"""state and conntrack: what the kernel remembers of the packet's connection.

For a packet without a connection (invalid, untracked) the kernel looks at the state alone and
skips all other options (`conntrack_mt` in net/netfilter/xt_conntrack.c): with `--ctstate` the
rest counts as true, without it the match is false, negated or not.
"""

from __future__ import annotations

from twiceshy.languages.firewall.conditions import AnyOf, CtState, Field, Match
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.addresses import addresses
from twiceshy.languages.firewall.iptables.matches.asked import (
    BITS_4,
    BITS_6,
    About,
    Asked,
    Clause,
    Module,
    among,
    named,
    options,
)
from twiceshy.languages.firewall.iptables.names import PROTOCOLS
from twiceshy.languages.firewall.iptables.numbers import number, number_range
from twiceshy.languages.firewall.iptables.unreadable import refuse

STATES = {
    "INVALID": CtState.INVALID,
    "NEW": CtState.NEW,
    "ESTABLISHED": CtState.ESTABLISHED,
    "RELATED": CtState.RELATED,
    "UNTRACKED": CtState.UNTRACKED,
}
TRANSLATED = {"SNAT": Field.CT_SNAT, "DNAT": Field.CT_DNAT}
ALL_STATES = Intervals(((0, 4),))
TRACKED = Intervals(((CtState.NEW, CtState.RELATED),))
_STATE_BITS = 3


def _state_values(text: str, *, with_translation: bool) -> tuple[Intervals, list[Field]]:
    states: list[int] = []
    translated: list[Field] = []
    for name in text.split(","):
        upper = name.upper()
        if upper in STATES:
            states.append(STATES[upper])
        elif with_translation and upper in TRANSLATED:
            translated.append(TRANSLATED[upper])
        else:
            refuse(f"`{name}` is no state; there are {' '.join(STATES)}")
    return Intervals.of((state, state) for state in states), translated


def _without(states: Intervals) -> Intervals:
    return states.complement(_STATE_BITS) & ALL_STATES


def _state(_module: str, clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    if len(clauses) != 1:
        refuse("`-m state` needs one `--state`")
    states, _ = _state_values(clauses[0].value, with_translation=False)
    return [Match(Field.CT_STATE, _without(states) if clauses[0].negated else states)]


def _conntrack(module: str, clauses: tuple[Clause, ...], about: About) -> list[Asked]:
    if not clauses:
        refuse(f"`-m {module}` needs an option")
    about_state = [clause for clause in clauses if clause.option == "--ctstate"]
    others = tuple(clause for clause in clauses if clause.option != "--ctstate")
    rest = [_other(clause, about) for clause in others]
    if not about_state:
        return [Match(Field.CT_STATE, TRACKED), *_of_connection(module, rest, others, TRACKED)]
    asked = _with_state(module, about_state[0], others, rest)
    return [named(module, clauses)] if asked is None else asked


def _with_state(
    module: str, state: Clause, others: tuple[Clause, ...], rest: list[Match | None]
) -> list[Asked] | None:
    """None when what is asked beside the state decides and is not modelled."""
    states, translated = _state_values(state.value, with_translation=True)
    if translated and not others:
        return [AnyOf(_state_boxes(states, translated), negated=state.negated)]
    if state.negated:
        states = _without(states)
    tracked = states & TRACKED
    if not translated and (not others or tracked == states):
        return [Match(Field.CT_STATE, states), *_of_connection(module, rest, others, tracked)]
    known = tuple(one for one in rest if one is not None)
    if len(known) < len(rest) or (translated and state.negated):
        return None
    boxes = [(*box, *known) for box in _state_boxes(tracked, translated)]
    untracked = states & _without(TRACKED)
    if untracked:
        boxes.append((Match(Field.CT_STATE, untracked),))
    return [AnyOf(tuple(boxes))]


def _state_boxes(states: Intervals, translated: list[Field]) -> tuple[tuple[Match, ...], ...]:
    tracked = Match(Field.CT_STATE, TRACKED)
    return (
        *(((Match(Field.CT_STATE, states),),) if states else ()),
        *((tracked, Match(field, Intervals.single(1))) for field in translated),
    )


def _of_connection(
    module: str, rest: list[Match | None], others: tuple[Clause, ...], states: Intervals
) -> list[Asked]:
    """What is asked of a tracked packet in one of these states."""
    asked: list[Asked] = []
    for one, clause in zip(rest, others, strict=True):
        if one is not None:
            asked.append(one)
        elif clause.option == "--ctproto" and CtState.RELATED not in states:
            asked.append(_protocol(clause))
        else:
            asked.append(named(module, (clause,)))
    return asked


_ADDRESS_FIELDS = {
    ("--ctorigsrc", 4): Field.CT_ORIG_SADDR4,
    ("--ctorigdst", 4): Field.CT_ORIG_DADDR4,
    ("--ctorigsrc", 6): Field.CT_ORIG_SADDR6,
    ("--ctorigdst", 6): Field.CT_ORIG_DADDR6,
}
_PORT_FIELDS = {
    "--ctorigsrcport": Field.CT_ORIG_SPORT,
    "--ctorigdstport": Field.CT_ORIG_DPORT,
}


def _other(clause: Clause, about: About) -> Match | None:
    """None for what is not modelled in all states."""
    match clause.option:
        case "--ctdir":
            return _direction(clause)
        case "--ctorigsrc" | "--ctorigdst":
            values = addresses(clause.value, about.family)
            bits = BITS_4 if about.family == 4 else BITS_6  # noqa: PLR2004 - the families
            field = _ADDRESS_FIELDS[clause.option, about.family]
            return None if values is None else among(field, values, bits, negated=clause.negated)
        case "--ctorigsrcport" | "--ctorigdstport":
            ports = number_range(clause.value, 16, "port")
            return among(_PORT_FIELDS[clause.option], ports, 16, negated=clause.negated)
        case _:
            return None


def _direction(clause: Clause) -> Match:
    directions = {"ORIGINAL": 0, "REPLY": 1}
    direction = directions.get(clause.value.upper())
    if direction is None:
        refuse(f"`{clause.value}` is no direction; there are ORIGINAL and REPLY")
    return among(Field.CT_DIRECTION, Intervals.single(direction), 1, negated=clause.negated)


def _protocol(clause: Clause) -> Match:
    """A related packet is left out: an ICMP error has the protocol of what it is about."""
    name = clause.value.lower()
    protocol = PROTOCOLS.get(name)
    if protocol is None:
        protocol = number(clause.value, 8, "protocol")
    return among(Field.L4PROTO, Intervals.single(protocol), 8, negated=clause.negated)


CONNTRACK_MODULES = {
    "state": Module(options(state=1), _state),
    "conntrack": Module(
        options(
            ctstate=1,
            ctproto=1,
            ctorigsrc=1,
            ctorigdst=1,
            ctreplsrc=1,
            ctrepldst=1,
            ctorigsrcport=1,
            ctorigdstport=1,
            ctreplsrcport=1,
            ctrepldstport=1,
            ctstatus=1,
            ctexpire=1,
            ctdir=1,
        ),
        _conntrack,
    ),
}
