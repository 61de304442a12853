"""What a user writes under `promise:` of a firewall guard."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from twiceshy.kinds.firewall.addresses import addresses
from twiceshy.kinds.firewall.packet import IPV4, IPV6
from twiceshy.kinds.firewall.ports import carried

Direction = Literal["in", "out", "through"]
Families = Literal["any", "ipv4", "ipv6"]
PolicyWord = Literal["accept", "drop"]


@dataclass(frozen=True, slots=True)
class Flow:
    """Connections of one sort, through the firewall of one host."""

    direction: Direction
    """`in` to the host, `out` from it, or `through` it."""
    ports: str | tuple[str, ...] = "any"
    """What it carries: `tcp/25`, `tcp/80,443`, `udp/1024-65535`, `icmp/echo-request`, `esp`, `any`,
    or a list of these. The ports are the destination's."""
    sources: str | tuple[str, ...] = ()
    """Where it comes from: addresses, networks, ranges, `any`, `internet` (any public address) or
    `self`. Left out: `any`, and `self` for what goes out."""
    destinations: str | tuple[str, ...] = ()
    """Where it goes: the same. Left out: `any`, and `self` for what comes in."""
    families: Families = "any"
    """`ipv4` or `ipv6` for that one alone; `any`: those that the addresses and the rules are of."""
    in_by: str | tuple[str, ...] = ()
    """The interfaces it comes in by; left out: any that is not loopback."""
    out_by: str | tuple[str, ...] = ()
    """The interfaces it leaves by."""
    user_id: int | None = None
    """The numeric id of the user who sends it, for rules that ask for the owner of a process."""
    name: str | None = None
    """What to call it in messages, such as `mail to other servers`."""

    def __post_init__(self) -> None:
        for text in texts(self.ports):
            carried(text)
        if not texts(self.ports):
            raise ValueError("ports must not be an empty list")
        for family in (IPV4, IPV6):
            addresses((*self.from_, *self.to), family, None)
        if self.direction == "in" and self.out_by:
            raise ValueError("what comes in to the host does not leave by an interface: out_by")
        if self.direction == "out" and self.in_by:
            raise ValueError("what the host sends did not come in by an interface: in_by")
        if self.user_id is not None and self.direction != "out":
            raise ValueError("user_id is only known of what the host itself sends")

    @property
    def from_(self) -> tuple[str, ...]:
        """The sources, the default filled in."""
        return texts(self.sources) or (("self",) if self.direction == "out" else ("any",))

    @property
    def to(self) -> tuple[str, ...]:
        """The destinations, the default filled in."""
        return texts(self.destinations) or (("self",) if self.direction == "in" else ("any",))

    def __str__(self) -> str:
        """In words: `tcp/25 out, from self to any`."""
        what = ", ".join(texts(self.ports))
        ends = f"from {', '.join(self.from_)} to {', '.join(self.to)}"
        by = "".join(
            f", {word} by {' or '.join(texts(names))}"
            for word, names in (("in", self.in_by), ("out", self.out_by))
            if texts(names)
        )
        said = f"{what} {self.direction}, {ends}{by}"
        return f"{self.name} ({said})" if self.name else said


def flow_of(written: Flow | str) -> Flow:
    """A flow from the short form: `tcp/25 out`, `tcp/22 in from 198.51.100.0/24 by eth0`.

    What it carries and the direction, then in any order `from`, `to`, `by` (an interface) and
    `over` (ipv4 or ipv6); lists have commas. Raises ValueError with a sentence for the user.
    """
    if isinstance(written, Flow):
        return written
    words = [word.rstrip(",") for word in written.split()]
    at = next((place for place, word in enumerate(words) if word in _DIRECTIONS), None)
    if at is None or at == 0:
        raise ValueError(
            f"{written!r} is no flow: write it as `tcp/25 out`, `tcp/22 in from 198.51.100.0/24`"
            " or `any through by eth1 to 192.0.2.0/24`"
        )
    said: dict[str, list[str]] = {}
    key = ""
    for word in words[at + 1 :]:
        if word in _WORDS:
            key = word
            said.setdefault(key, [])
        elif not key:
            raise ValueError(f"{written!r}: after {words[at]!r} comes from, to, by or over")
        else:
            said[key] += [one for one in word.split(",") if one]
    empty = next((word for word, values in said.items() if not values), None)
    if empty is not None:
        raise ValueError(f"{written!r}: nothing stands after {empty!r}")
    over = said.get("over", ["any"])
    if len(over) > 1 or over[0] not in {"any", "ipv4", "ipv6"}:
        raise ValueError(f"{written!r}: over ipv4, over ipv6, or neither")
    by = tuple(said.get("by", ()))
    direction = words[at]
    return Flow(
        direction=_DIRECTIONS[direction],
        ports=tuple(words[:at]),
        sources=tuple(said.get("from", ())),
        destinations=tuple(said.get("to", ())),
        families=_FAMILIES[over[0]],
        in_by=() if direction == "out" else by,
        out_by=by if direction == "out" else (),
    )


_WORDS = frozenset({"from", "to", "by", "over"})
_DIRECTIONS: Mapping[str, Direction] = MappingProxyType(
    {"in": "in", "out": "out", "through": "through"}
)
_FAMILIES: Mapping[str, Families] = MappingProxyType({"any": "any", "ipv4": "ipv4", "ipv6": "ipv6"})


@dataclass(frozen=True, slots=True)
class Policies:
    """What happens to packets that no rule is about."""

    input: PolicyWord | None = None
    """`drop` or `accept`, for what comes in to the host; left out: not promised."""
    forward: PolicyWord | None = None
    """For what goes through the host."""
    output: PolicyWord | None = None
    """For what the host sends."""


@dataclass(frozen=True, slots=True)
class Promise:
    """These flows pass and those do not, whatever else the rules say."""

    must_pass: tuple[Flow | str, ...] = ()
    """Flows that get through, the answers too: each packet of each of them. A flow is a mapping,
    or short: `tcp/25 out`, `tcp/80,443 in from internet`, `udp/53 out to 192.0.2.53`."""
    must_not_pass: tuple[Flow | str, ...] = ()
    """Flows of which no first packet gets through."""
    management: tuple[Flow | str, ...] = ()
    """Flows by which the host is administered: as must_pass, and when one breaks nobody can get in
    to mend it: `tcp/22 in from 198.51.100.0/24`."""
    policy: Policies | None = None
    """The default policies."""
    no_dead_rules: bool = False
    """Whether every rule can decide about some packet; one that cannot is not what somebody meant."""
    same_for_ipv4_and_ipv6: bool = False
    """Whether the same TCP and UDP ports are open over IPv4 and over IPv6."""
    addresses: tuple[str, ...] = ()
    """The host's own IP addresses, all of them; left out: as far as a live look tells them."""
    files: tuple[str, ...] = ()
    """The files the rules are in, by absolute path; left out: all that hold rules."""

    def __post_init__(self) -> None:
        for flow in (*self.must_pass, *self.must_not_pass, *self.management):
            flow_of(flow)
        for address in self.addresses:
            ipaddress.ip_address(address)
        for path in self.files:
            if not path.startswith("/"):
                raise ValueError(f"files: {path!r} is not an absolute path")

    @property
    def passing(self) -> tuple[Flow, ...]:
        """`must_pass`, each flow taken apart."""
        return tuple(flow_of(one) for one in self.must_pass)

    @property
    def blocked(self) -> tuple[Flow, ...]:
        """`must_not_pass`, each flow taken apart."""
        return tuple(flow_of(one) for one in self.must_not_pass)

    @property
    def managing(self) -> tuple[Flow, ...]:
        """`management`, each flow taken apart."""
        return tuple(flow_of(one) for one in self.management)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is promised."""
        return not (
            self.must_pass
            or self.must_not_pass
            or self.management
            or self.policy
            or self.no_dead_rules
            or self.same_for_ipv4_and_ipv6
        )


def texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """One text or a list of them, as a tuple."""
    return (value,) if isinstance(value, str) else value
