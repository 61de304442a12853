"""Evidence in words: what was looked at, and what was found there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from twiceshy.kinds.certificate.assess import Assessed
from twiceshy.kinds.certificate.examine import Examined
from twiceshy.kinds.certificate.facts import Failure, Look, NotServed, Served
from twiceshy.kinds.certificate.path import Path
from twiceshy.kinds.certificate.phrases import instant, instant_and_relative, relative
from twiceshy.model.verdict import Evidence

_SHOWN_PLACES = 4


def place(look: Look) -> str:
    """`smtp://mail.example.org:25 at 192.0.2.7`, and how it was asked."""
    where = f"{look.endpoint} at {look.address}" if look.address else look.endpoint
    return where + _variant(look)


def _variant(look: Look) -> str:
    asked = []
    if look.key_type != "any":
        asked.append(f"asked for {look.key_type.upper()}")
    if not look.named:
        asked.append("no name sent")
    return f" ({', '.join(asked)})" if asked else ""


def places(looks: Iterable[Look]) -> str:
    """Several places in one phrase."""
    names = list(dict.fromkeys(place(look) for look in looks))
    shown, more = names[:_SHOWN_PLACES], len(names) - _SHOWN_PLACES
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def summary(count: int) -> str:
    """That all is well at so many addresses, up to the moment at which the first one ends."""
    subject = "1 address serves" if count == 1 else f"all {count} addresses serve"
    return f"{subject} a valid certificate; the first ends"


def evidence_of(assessed: Iterable[Assessed], now: datetime) -> tuple[Evidence, ...]:
    """One line per thing found; addresses at which the same was found share it."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for one in assessed:
        look = one.look
        key = (look.endpoint, _variant(look), _found(one, now))
        lines.setdefault(key, []).append(look.address)
    return tuple(
        Evidence(_what(endpoint, variant, addresses), found)
        for (endpoint, variant, found), addresses in lines.items()
    )


def _what(endpoint: str, variant: str, addresses: list[str]) -> str:
    known = [address for address in addresses if address]
    shown, more = ", ".join(known[:_SHOWN_PLACES]), len(known) - _SHOWN_PLACES
    where = f" at {shown}" if shown else ""
    return f"{endpoint}{where}{f' and {more} more' if more > 0 else ''}{variant}"


def _found(one: Assessed, now: datetime) -> str:
    parts = [flaw.why for flaw in one.flaws]
    if one.unseen is not None:
        parts.append(f"not seen: {one.unseen}" if one.seen is None else one.unseen)
    if one.seen is not None:
        parts.append(_described(one, now))
    return "; ".join(parts)


def _described(one: Assessed, now: datetime) -> str:
    assert one.seen is not None
    assert one.path is not None
    assert isinstance(one.look.seen, Served)
    said = description(one.seen.examined, one.path)
    words = [f"{said.leaf} ({relative(one.seen.leaf.not_after, now)})", said.path]
    words += (
        f"{opening} {instant_and_relative(ends, now)}{rest}" for opening, ends, rest in said.earlier
    )
    words.append(one.look.seen.tls_version)
    return ", ".join(words)


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a chain at any time."""

    leaf: str
    """The server's own certificate, up to the moment at which it ends."""
    path: str
    earlier: tuple[tuple[str, datetime, str], ...]
    """What ends before it: words, the moment, more words."""


@lru_cache(maxsize=4096)
def description(examined: Examined, path: Path) -> Description:
    """What is said of a chain and the path that was judged."""
    leaf, first_sent = examined.leaf, examined.first_to_end
    earlier = []
    if path.first_to_end != leaf:
        earlier.append(("the path ends", path.ends, f" with {path.first_to_end.label!r}"))
    if first_sent not in path.links and first_sent.not_after < path.ends:
        stray = f"{first_sent.label!r}, sent along and not needed, ends"
        earlier.append((stray, first_sent.not_after, ""))
    return Description(
        f"{leaf.label!r} ({leaf.key}) by {leaf.issuer_label!r} ends {instant(leaf.not_after)}",
        f"path {path}" if path.trusted else f"no trusted path: {path}",
        tuple(earlier),
    )


_LOOK_AGAIN = {
    Failure.NO_ADDRESS: "Check the name's A and AAAA records, then check again.",
    Failure.NOT_A_NAME: "Write the host name in its xn-- form.",
    Failure.REFUSED: "The certificate cannot be told while nothing listens there: start the "
    "service, or correct the port, then check again.",
    Failure.UNREACHABLE: "See the route and the firewall to that address; if this host has no "
    "IPv6, set `families: [ipv4]`.",
    Failure.NO_CONNECTION: "See whether the host is up and a firewall drops the connection.",
    Failure.SILENT: "The server accepts connections and then says nothing: see whether it hangs "
    "or is overloaded.",
    Failure.CLOSED: "The server hangs up without a word: read its log for this moment.",
    Failure.ALERT: "The server refused the handshake for another reason than its certificate: "
    "read its log for this moment.",
    Failure.NOTHING_IN_COMMON: "Compare the server's TLS versions, ciphers and groups with what "
    "clients offer.",
    Failure.VERSION_REFUSED: "Compare the server's TLS versions with what clients offer.",
    Failure.BROKEN_TLS: "Something on the way or the server itself breaks TLS: read its log.",
    Failure.OTHER_PROTOCOL: "See whether the URL's scheme is the protocol that is spoken there.",
    Failure.NOT_LOOKED: "Give the check more time, or fewer addresses.",
}


def look_again(look: Look) -> str:
    """What to do so that this place can be seen."""
    if isinstance(look.seen, NotServed):
        return _LOOK_AGAIN.get(look.seen.failure, "Check again.")
    return "Check again from a host that can ask for a stapled OCSP answer."
