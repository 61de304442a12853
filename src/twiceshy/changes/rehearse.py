"""Try a firewall change before anybody applies it: load it in a sandbox, and connect for real.

    rehearsal = rehearse(before, after, attempts)
    for line in rehearsal.lines(): ...

 1. The sandbox is a set of namespaces (`unshare`): its network has the host's interfaces and
    addresses, as far as they are known, and somebody outside who owns every other address.
 2. What the host has now is loaded, then the change over it, by the host's own programs. That a
    check such as `iptables-restore --test` passes does not mean that the kernel takes it.
 3. Every attempt is made for real, TCP and UDP with an answer, ICMP with an echo, and told beside
    what the rules mean (`kinds.firewall.conversation`).

Nothing of the machine that rehearses is changed, and nothing is left: rule sets, links and files
are in namespaces that end with the process. Scripts are never run. Where namespaces are not
allowed, the rehearsal says so in `why_not`.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path as FilePath
from typing import Any

from twiceshy.changes.rehearsal import Attempt, Loaded, Rehearsal, Result, Tried
from twiceshy.kinds.firewall.conversation import converse
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import ICMP, ICMPV6, SYN, TCP, UDP, address_text
from twiceshy.languages.firewall.conditions import AnyOf, Condition, Match, Names
from twiceshy.languages.firewall.dialect import Dialect, dialect_of
from twiceshy.languages.firewall.read import ruleset_of
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.configuration import OUTPUTS, Configuration

INSIDE = FilePath(__file__).with_name("rehearsal_inside.py")
MOST_ATTEMPTS = 256
MOST_INTERFACES = 16
MOST_ROUNDS = 8
"""Attempts that need different routes for one address take turns."""
LONGEST_NAME = 15
"""Of an interface (IFNAMSIZ less one)."""
DEFAULT_INTERFACE = "eth0"
_INCLUDES = 'include "'
_SETUP = 'mount -t tmpfs tmpfs /run && exec "$@"'
_ORDER: tuple[Dialect, ...] = ("ipset-save", "iptables-save", "ip6tables-save", "nft")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a rehearsal may take."""

    try_seconds: float = 0.7
    """How long an answer is waited for; all attempts of a round wait together."""
    command_seconds: float = 20.0
    """For each program that loads a file."""
    total_seconds: float = 60.0


def rehearse(
    before: Configuration,
    after: Configuration,
    attempts: Sequence[Attempt],
    *,
    host: Host | None = None,
    limits: Limits | None = None,
) -> Rehearsal:
    """Load `after` over `before` in a sandbox and make the attempts; changes nothing, leaves nothing.

    `host` tells the host's own addresses. It blocks for `limits.total_seconds` at most.
    """
    plan = _Plan(before, after, attempts, host or Host(), limits or Limits())
    if not plan.after:
        return Rehearsal(why_not="the change holds no rule set that could be loaded")
    try:
        ended = subprocess.run(
            [*unshare(), sys.executable, "-I", "-S", str(INSIDE)],
            input=json.dumps(plan.told()).encode(),
            capture_output=True,
            check=False,
            timeout=plan.limits.total_seconds,
        )
    except FileNotFoundError:
        return Rehearsal(why_not="cannot rehearse here: unshare is not installed")
    except subprocess.TimeoutExpired:
        seconds = f"{plan.limits.total_seconds:g} s"
        return Rehearsal(why_not=f"the rehearsal took longer than {seconds} and was ended")
    try:
        answer = json.loads(ended.stdout)
    except ValueError:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1] if said else f"code {ended.returncode}"
        return Rehearsal(why_not=f"cannot rehearse here: {why}")
    if "failed" in answer:
        return Rehearsal(why_not=f"the sandbox could not be made: {answer['failed']}")
    return plan.rehearsal(answer)


def unshare() -> list[str]:
    """The command before a command that gives it namespaces of its own and an empty /run."""
    flags = "-nm" if os.geteuid() == 0 else "-Urnm"
    alone = ["unshare", flags, "--pid", "--fork", "--mount-proc", "--kill-child"]
    return [*alone, "sh", "-c", _SETUP, "_"]


@dataclass(frozen=True, slots=True)
class _Step:
    """One file to load, and the commands for it."""

    path: str
    check: list[str] | None
    load: list[str]

    def told(self) -> dict[str, Any]:
        return {"path": self.path, "check": self.check, "load": self.load}


class _Plan:
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
        self._ruleset = ruleset_of(after)
        self._left_out: list[str] = []
        self.before = list(self._steps(before))
        self.after = list(self._steps(after))
        self._interfaces = self._all_interfaces(attempts)
        self._attempts = [one for one in attempts if self._can_be_tried(one)]
        self._conversations = [
            converse(self._ruleset, one.packet, one.path, host) for one in self._attempts
        ]
        self._rounds = self._in_rounds()

    def _steps(self, side: Configuration) -> Iterator[_Step]:
        dialects = {path: dialect_of(path, data) for path, data in side.files.items()}
        printed = {path for path in dialects if path in OUTPUTS}
        chosen = {
            path: dialect
            for path, dialect in dialects.items()
            if dialect is not None and (path in printed or not printed)
        }
        included = set(_included(side, [path for path, one in chosen.items() if one == "nft"]))
        for dialect in _ORDER:
            for path in sorted(path for path, one in chosen.items() if one == dialect):
                if path not in included:
                    yield _step(path, dialect)
        for path, one in sorted(chosen.items()):
            if one == "iptables-commands":
                self._left_out.append(f"{side.shown(path)} is a script, and scripts are not run")

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
            wanted = dict(self._routes(number))
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
            "files": _encoded(before),
            "after_files": _encoded(after),
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


def _step(path: str, dialect: Dialect) -> _Step:
    if dialect == "nft":
        return _Step(path, ["nft", "-c", "-f", path], ["nft", "-f", path])
    if dialect == "ipset-save":
        return _Step(path, None, ["ipset", "restore", "-exist", "-file", path])
    tool = "iptables" if dialect == "iptables-save" else "ip6tables"
    variant = "-legacy" if path in OUTPUTS and "-legacy" in path else ""
    restore = f"{tool}{variant}-restore"
    return _Step(path, [restore, "--test", path], [restore, path])


def _included(side: Configuration, paths: Sequence[str]) -> Iterator[str]:
    """Those that another file of nft rules includes: they are not loaded by themselves."""
    for path in paths:
        for line in side.files[path].decode("utf-8", "replace").splitlines():
            _, found, rest = line.partition(_INCLUDES)
            if not found or line.lstrip().startswith("#"):
                continue
            pattern = rest.partition('"')[0]
            if not pattern.startswith("/"):
                pattern = f"/etc/{pattern.removeprefix('./')}"
            yield from (other for other in paths if other != path and fnmatchcase(other, pattern))


def _encoded(side: Configuration) -> dict[str, str]:
    """The files that hold rules, or what rules include, in base 64."""
    return {
        path: base64.b64encode(data).decode()
        for path, data in side.files.items()
        if path.startswith("/") and len(path.split("/")) > 2  # noqa: PLR2004 - a folder and a name
    }


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
