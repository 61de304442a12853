"""What the sandbox of a rehearsal is told, and what its answer means."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twiceshy.changes.rehearsal import Attempt, Loaded, Rehearsal, Result, Tried
from twiceshy.changes.rehearsal_files import encoded, loaded_over, steps
from twiceshy.kinds.firewall.conversation import converse
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import (
    ICMP,
    ICMPV6,
    IPV4,
    SYN,
    TCP,
    UDP,
    Packet,
    address_text,
)
from twiceshy.languages.firewall.conditions import AnyOf, Condition, Match, Names
from twiceshy.languages.firewall.read import ruleset_of
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.configuration import Configuration

MOST_ATTEMPTS = 256
MOST_INTERFACES = 16
MOST_ROUNDS = 8
"""Attempts that need different routes for one address take turns."""
LONGEST_NAME = 15
"""Of an interface (IFNAMSIZ less one)."""
DEFAULT_INTERFACE = "eth0"
_LENGTHS = {TCP: 40, UDP: 16, ICMP: 16, ICMPV6: 16}
"""Bytes behind the IP header of what the sandbox sends first: a SYN with its usual options, and
eight bytes behind the header of UDP and ICMP."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a rehearsal may take."""

    try_seconds: float = 0.7
    """How long an answer is waited for; all attempts of a round wait together."""
    command_seconds: float = 20.0
    """For each program that loads a file."""
    total_seconds: float = 60.0


class Plan:
    """What the sandbox is told, and how its answer is understood."""

    def __init__(
        self,
        before: Configuration,
        after: Configuration,
        attempts: Sequence[Attempt],
        host: Host,
        limits: Limits,
    ) -> None:
        self.limits = limits
        self._sides = before, after
        self._host = host
        self._ruleset = ruleset_of(loaded_over(before, after))
        self._left_out: list[str] = []
        self.before, _ = steps(before)
        self.after, scripts = steps(after)
        self._left_out += [
            f"{after.shown(path)} is a script, and scripts are not run" for path in scripts
        ]
        self._interfaces = self._all_interfaces(attempts)
        self._attempts = [
            replace(one, packet=_as_sent(one.packet)) for one in attempts if self._can_be_tried(one)
        ]
        self._conversations = [
            converse(self._ruleset, one.packet, one.path, host) for one in self._attempts
        ]
        self._rounds = self._in_rounds()

    def _all_interfaces(self, attempts: Iterable[Attempt]) -> list[str]:
        names = dict.fromkeys(
            name for one in attempts for name in (one.packet.iif, one.packet.oif) if name
        )
        names.update(dict.fromkeys(sorted(_named(self._ruleset))))
        kept = [name for name in names if name != "lo" and _is_name(name)]
        if len(kept) > MOST_INTERFACES:
            self._left_out.append(f"only {MOST_INTERFACES} of {len(kept)} interfaces were made")
        return kept[:MOST_INTERFACES] or [DEFAULT_INTERFACE]

    def _can_be_tried(self, attempt: Attempt) -> bool:
        packet = attempt.packet
        why = None
        if packet.l4proto not in {TCP, UDP, ICMP, ICMPV6}:
            why = "only TCP, UDP and echo requests are tried"
        elif packet.l4proto == TCP and packet.tcp_flags != SYN:
            why = "only whole connections are tried"
        elif packet.iif == "lo" or packet.oif == "lo":
            why = "it does not leave the host"
        elif {packet.iif, packet.oif} - {None, *self._interfaces}:
            why = "one of its interfaces was not made"
        if why is not None:
            self._left_out.append(f"{attempt.what}: not tried, {why}")
        return why is None

    def _in_rounds(self) -> list[list[int]]:
        """The numbers of the attempts, so that no round has two routes to one address."""
        rounds: list[tuple[dict[str, str], list[int]]] = []
        for number, attempt in enumerate(self._attempts[:MOST_ATTEMPTS]):
            # Two connections with the same ends cannot be told apart while both are tried.
            wanted = dict(self._routes(number)) | {_ends(attempt.packet): str(number)}
            for routes, members in rounds:
                if all(routes.get(one, by) == by for one, by in wanted.items()):
                    routes.update(wanted)
                    members.append(number)
                    break
            else:
                if len(rounds) < MOST_ROUNDS:
                    rounds.append((wanted, [number]))
                else:
                    self._left_out.append(f"{attempt.what}: not tried, there was no time for it")
        self._left_out.extend(
            f"{attempt.what}: not tried, {MOST_ATTEMPTS} others were"
            for attempt in self._attempts[MOST_ATTEMPTS:]
        )
        return [members for _, members in rounds]

    def _ways(self, number: int) -> tuple[str | None, str | None]:
        """The interfaces by which an attempt comes in and leaves."""
        attempt = self._attempts[number]
        first = self._interfaces[0]
        iif = None if attempt.path is Path.OUTPUT else attempt.packet.iif or first
        if self._ends_here(number):
            return iif, None
        return iif, attempt.packet.oif or self._conversations[number].first.end.oif or first

    def _ends_here(self, number: int) -> bool:
        end = self._conversations[number].first
        return end.path is Path.INPUT or end.end.oif == "lo"

    def _routes(self, number: int) -> Iterator[tuple[str, str]]:
        attempt, end = self._attempts[number], self._conversations[number].first.end
        iif, oif = self._ways(number)
        family = attempt.packet.family
        if iif is not None:
            yield address_text(family, attempt.packet.saddr), iif
        if oif is not None:
            yield address_text(family, end.daddr), oif
            if attempt.packet.daddr != end.daddr and attempt.path is not Path.INPUT:
                yield address_text(family, attempt.packet.daddr), oif

    def _addresses(self) -> list[list[str]]:
        """The host's own addresses, and by which interface they are its own."""
        own: dict[str, str] = {}
        for number, attempt in enumerate(self._attempts):
            packet = attempt.packet
            if attempt.path is Path.INPUT and packet.iif:
                own.setdefault(address_text(packet.family, packet.daddr), packet.iif)
            elif attempt.path is Path.INPUT:
                own.setdefault(address_text(packet.family, packet.daddr), self._interfaces[0])
            elif attempt.path is Path.OUTPUT:
                by = self._ways(number)[1] or self._interfaces[0]
                own.setdefault(address_text(packet.family, packet.saddr), by)
        for family in (4, 6):
            for low, high in self._host.own(family) or ():
                if low == high:
                    own.setdefault(address_text(family, low), self._interfaces[0])
        return [[address, by] for address, by in own.items() if _is_assignable(address)]

    def told(self) -> dict[str, Any]:
        """What the sandbox does, as JSON."""
        before, after = self._sides
        return {
            "files": encoded(before),
            "after_files": encoded(after),
            "before": [step.told() for step in self.before],
            "after": [step.told() for step in self.after],
            "interfaces": self._interfaces,
            "addresses": self._addresses(),
            "try_seconds": self.limits.try_seconds,
            "command_seconds": self.limits.command_seconds,
            "groups": [
                {
                    "routes": [list(route) for number in members for route in self._routes(number)],
                    "tries": [self._try(number) for number in members],
                }
                for members in self._rounds
            ],
        }

    def _try(self, number: int) -> dict[str, Any]:
        attempt = self._attempts[number]
        packet, end = attempt.packet, self._conversations[number].first.end
        iif, oif = self._ways(number)
        return {
            "number": number + 1,
            "family": packet.family,
            "protocol": packet.l4proto,
            "saddr": address_text(packet.family, packet.saddr),
            "sport": packet.sport,
            "daddr": address_text(packet.family, packet.daddr),
            "dport": packet.dport,
            "iif": iif,
            "oif": oif,
            "ttl": packet.ttl,
            "listen": sorted({packet.dport, end.dport}),
        }

    def rehearsal(self, answer: dict[str, Any]) -> Rehearsal:
        """What the sandbox's answer says."""
        before, after = self._sides
        refused = [f"{path} was not put in place: {why}" for path, why in answer["refused"].items()]
        numbers = [number for members in self._rounds for number in members]
        tried = [
            Tried(
                self._attempts[number],
                Result(one["result"]),
                one["detail"],
                self._conversations[number].outcome,
            )
            for number, one in zip(numbers, answer["tries"], strict=True)
        ]
        return Rehearsal(
            before=tuple(_loaded(before, one) for one in answer["before"]),
            after=tuple(_loaded(after, one) for one in answer["after"]),
            tried=tuple(tried),
            left_out=(*refused, *self._left_out),
        )


def _ends(packet: Packet) -> str:
    return f"{packet.l4proto} {packet.saddr} {packet.sport} {packet.daddr} {packet.dport}"


def _as_sent(packet: Packet) -> Packet:
    """The packet with what the sandbox cannot choose as it will be."""
    header = 20 if packet.family == IPV4 else 40
    is_own = packet.iif is None
    return replace(
        packet,
        length=header + _LENGTHS[packet.l4proto],
        dscp=0,
        mark=0,
        smac=None,
        skuid=0 if is_own else None,
        skgid=0 if is_own else None,
    )


def _loaded(side: Configuration, one: dict[str, Any]) -> Loaded:
    checked, loaded = one["checked"], one["loaded"]
    return Loaded(
        side.shown(one["path"]),
        checked["says"] or "it failed" if checked and checked["code"] else None,
        loaded["says"] or "it failed" if loaded["code"] else None,
    )


def _named(ruleset: Ruleset) -> Iterator[str]:
    """The interfaces that rules name; of those named by their beginning, an example."""
    for table in ruleset.tables:
        for chain in table.chains.values():
            for rule in chain.rules:
                for condition in rule.conditions:
                    yield from _names_in(condition)


def _names_in(condition: Condition) -> Iterator[str]:
    match condition:
        case Match(values=Names(exact, prefixes)):
            yield from exact
            yield from (f"{prefix}0" for prefix in prefixes)
        case AnyOf(boxes):
            for box in boxes:
                for one in box:
                    yield from _names_in(one)
        case _:
            return


def _is_name(name: str) -> bool:
    return (
        0 < len(name) <= LONGEST_NAME
        and name not in {".", ".."}
        and all(character.isprintable() and character not in " /:\"'\\" for character in name)
    )


def _is_assignable(address: str) -> bool:
    read = ipaddress.ip_address(address)
    return not (read.is_loopback or read.is_multicast or read.is_unspecified)
