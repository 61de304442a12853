"""What a change of the rules changes for packets, in words: the blast radius."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from math import log2
from types import MappingProxyType

from twiceshy.kinds.firewall.decide.alignment import Changed, aligned
from twiceshy.kinds.firewall.decide.budget import Budget, GivenUp
from twiceshy.kinds.firewall.decide.difference import Difference, Turned, differences_of
from twiceshy.kinds.firewall.decide.search import Level
from twiceshy.kinds.firewall.host import Path
from twiceshy.kinds.firewall.packet import ICMP, ICMPV6, IPV4, PROTOCOLS
from twiceshy.languages.firewall.conditions import BITS, CtState, Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.read import ruleset_of
from twiceshy.languages.firewall.ruleset import Ruleset, Translate
from twiceshy.model.configuration import Configuration

MOST_LINES = 20
MOST_CHANGES = 60
MOST_STEPS = 15_000
MOST_PIECES = 3
"""Pieces of a set of addresses or ports that are written out."""
_STATES = MappingProxyType(
    {
        CtState.ESTABLISHED: "established",
        CtState.RELATED: "related to connections",
        CtState.INVALID: "invalid",
        CtState.UNTRACKED: "not tracked",
    }
)
_WAYS = MappingProxyType({Path.INPUT: "in", Path.OUTPUT: "out", Path.FORWARD: "through"})


def differences(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """What the change does to packets, one line each, most important first; empty for nothing."""
    return differences_between(ruleset_of(before), ruleset_of(after))


def differences_between(before: Ruleset, after: Ruleset) -> tuple[str, ...]:
    """The same, of two rule sets."""
    alignment = aligned(before, after)
    budget = Budget(MOST_STEPS)
    boxes: list[Difference] = []
    left_out = max(0, len(alignment.changed) - MOST_CHANGES)
    why = ""
    for changed in alignment.changed[:MOST_CHANGES]:
        try:
            boxes.extend(differences_of(before, after, changed, alignment, budget))
        except GivenUp as given_up:
            why = str(given_up)
    lines = list(dict.fromkeys(_line(one) for one in sorted(_merged(boxes), key=_rank)))
    more = len(lines) - MOST_LINES
    said = lines[:MOST_LINES] + ([f"and {more} more flows"] if more > 0 else [])
    said += _translations(alignment.changed)
    if why:
        said.append(f"not all of it was worked out: {why}")
    elif left_out:
        said.append(f"not all of it was worked out: {left_out} more rules differ")
    said += _unread(before, after)
    return tuple(said)


def _translations(changed: Iterable[Changed]) -> list[str]:
    lines = []
    for one in changed:
        if one.rule is None or not any(isinstance(e, Translate) for e in one.rule.effects):
            continue
        word = "added" if one.is_after else "removed"
        lines.append(f"address translation {word}: `{one.rule.text}`")
    more = len(lines) - MOST_LINES
    return lines[:MOST_LINES] + ([f"and {more} more translations"] if more > 0 else [])


def _unread(before: Ruleset, after: Ruleset) -> list[str]:
    known = {one.what for one in before.problems}
    return [
        f"{one.place.file}:{one.place.line} could not be read: {one.what}"
        for one in after.problems
        if one.what not in known
    ][:MOST_LINES]


def _merged(found: Iterable[Difference]) -> list[Difference]:
    """Boxes that differ in one field only are one."""
    boxes = list(found)
    is_changed = True
    while is_changed:
        is_changed = False
        kept: list[Difference] = []
        for box in boxes:
            for place, other in enumerate(kept):
                both = _united(box, other)
                if both is not None:
                    kept[place] = both
                    is_changed = True
                    break
            else:
                kept.append(box)
        boxes = kept
    return boxes


def _united(one: Difference, other: Difference) -> Difference | None:
    about = ("turned", "level", "family", "path", "ct_state", "is_reply", "is_rough")
    if any(getattr(one, name) != getattr(other, name) for name in about):
        return None
    fields = set(one.values) | set(other.values)
    if one.is_rough or set(one.values) != set(other.values):
        return None
    apart = [asked for asked in fields if one.values[asked] != other.values[asked]]
    if len(apart) > 1:
        return None
    values = dict(one.values)
    for asked in apart:
        values[asked] = one.values[asked] | other.values[asked]
    return Difference(
        one.turned,
        one.level,
        one.family,
        one.path,
        one.ct_state,
        one.is_reply,
        MappingProxyType(values),
        one.interfaces,
    )


def _rank(one: Difference) -> tuple[int, int, float]:
    """First what is lost of new connections, then what is gained, the most of it first."""
    is_new = one.ct_state == CtState.NEW
    size = 0.0
    for asked, values in one.values.items():
        if asked in BITS and values:
            size -= BITS[asked] - log2(values.size)
    return (0 if is_new else 1), (0 if one.turned is Turned.LOST else 1), -size


def _line(one: Difference) -> str:
    values = one.values
    version = 4 if one.family == IPV4 else 6
    parts = [_protocols(values, version)]
    ports = values.get(Field.DPORT)
    if ports is not None:
        parts.append(f"to port {_numbers(ports)}")
    sources = values.get(Field.SPORT)
    if sources is not None:
        parts.append(f"from port {_numbers(sources)}")
    parts.append(f"from {_addresses(values.get(Field(f'saddr{version}')), version)}")
    parts.append(f"to {_addresses(values.get(Field(f'daddr{version}')), version)}")
    said = " ".join(parts) + f", {_WAYS[one.path]}"
    for asked, word in ((Field.IIF, "in by"), (Field.OIF, "out by")):
        if asked in values:
            said += f", {word} {_interfaces(one, asked)}"
    if one.ct_state != CtState.NEW:
        said += ", answers of connections" if one.is_reply else f", {_STATES[one.ct_state]}"
    others = [asked for asked in values if asked not in _SAID]
    for asked in others:
        said += f", {asked.value.replace('_', ' ')} {_numbers(values[asked])}"
    perhaps = " (it depends on what is not modelled)" if one.level is not Level.ALWAYS else ""
    if one.is_rough:
        return f"some of {said}, such as {one.example}: {one.turned}{perhaps}"
    return f"{said}: {one.turned}{perhaps}"


_SAID = frozenset(
    {
        Field.L4PROTO,
        Field.DPORT,
        Field.SPORT,
        Field.SADDR4,
        Field.DADDR4,
        Field.SADDR6,
        Field.DADDR6,
        Field.IIF,
        Field.OIF,
        Field.FAMILY,
    }
)


def _protocols(values: Mapping[Field, Intervals], version: int) -> str:
    protocols = values.get(Field.L4PROTO)
    family = "" if version == 4 else " over IPv6"  # noqa: PLR2004 - the version of IP
    if protocols is None:
        return f"any protocol{family}"
    if protocols.size > MOST_PIECES:
        missing = protocols.complement(8)
        if missing.size <= MOST_PIECES:
            return f"any protocol but {_names(missing)}{family}"
        return f"{protocols.size} protocols{family}"
    return f"{_names(protocols)}{family}"


def _names(protocols: Intervals) -> str:
    numbers = [number for low, high in protocols for number in range(low, high + 1)]
    said = dict.fromkeys(
        "icmp" if number in {ICMP, ICMPV6} else PROTOCOLS.get(number, f"protocol {number}")
        for number in numbers
    )
    return " and ".join(said)


def _interfaces(one: Difference, asked: Field) -> str:
    examples = one.interfaces.examples
    numbers = [number for low, high in one.values[asked] for number in range(low, high + 1)]
    if len(examples) - 1 in numbers:
        others = [name for at, name in enumerate(examples[:-1]) if at not in numbers]
        return f"any interface but {', '.join(others)}" if others else "any interface"
    return " or ".join(examples[number] for number in numbers)


def _numbers(values: Intervals) -> str:
    said = [
        f"{low}" if low == high else f"{low}-{high}" for low, high in values.pairs[:MOST_PIECES]
    ]
    return _listed(said, len(values.pairs))


def _addresses(values: Intervals | None, version: int) -> str:
    if values is None:
        return "anywhere"
    missing = values.complement(32 if version == 4 else 128)  # noqa: PLR2004 - the version of IP
    if not missing:
        return "anywhere"
    if len(missing.pairs) < len(values.pairs):
        return f"anywhere but {_addresses(missing, version)}"
    said = [_range(low, high, version) for low, high in values.pairs[:MOST_PIECES]]
    return _listed(said, len(values.pairs))


def _range(low: int, high: int, version: int) -> str:
    make = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address  # noqa: PLR2004 - the version of IP
    if low == high:
        return str(make(low))
    networks = list(ipaddress.summarize_address_range(make(low), make(high)))
    return str(networks[0]) if len(networks) == 1 else f"{make(low)}-{make(high)}"


def _listed(said: list[str], count: int) -> str:
    more = count - len(said)
    return ", ".join(said) + (f" and {more} more" if more > 0 else "")
