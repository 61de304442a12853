"""All the ways to meet one address: as most clients do, for the other key type, without a name."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Literal

from twiceshy.kinds.certificate.facts import (
    Failure,
    KeyType,
    Look,
    NotServed,
    Promise,
    Served,
)
from twiceshy.kinds.certificate.read import Certificate, read_certificate
from twiceshy.model.endpoint_url import EndpointUrl
from twiceshy.probes.tls.full import full_handshake
from twiceshy.probes.tls.half import HalfFailed, HalfSeen, half_handshake

_HALF_SCHEMES = frozenset({"https", "tls", "ldaps"})
"""Mail and database servers log a half handshake as a lost client, and may lock us out for it:
there it is used only for what a full one cannot ask for."""
_UNCLEAR = frozenset({Failure.VERSION_REFUSED, Failure.CLOSED, Failure.ALERT, Failure.BROKEN_TLS})
"""Answers to a hello for TLS 1.2 that do not say that the kind of key is missing."""
_STAPLE_LOOKS = 2
"""Some servers fetch the OCSP answer only when the first client has asked for it."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where to go, what to ask for, and until when (by the event loop's clock)."""

    url: EndpointUrl
    address: str
    name: str
    server_name: str | None
    deadline: float

    @property
    def seconds_left(self) -> float:
        """What is left of the time; never quite nothing."""
        return max(0.001, self.deadline - asyncio.get_running_loop().time())

    @property
    def takes_half(self) -> bool:
        """Whether half a handshake is good manners here."""
        return self.url.scheme in _HALF_SCHEMES


async def looks_at(meeting: Meeting, promise: Promise) -> tuple[Look, ...]:
    """The main look, and when it brought a chain, the variants the promise asks for."""
    main = Look(
        endpoint=str(meeting.url),
        name=meeting.name,
        address=meeting.address,
        seen=await _main(meeting, promise),
    )
    if not isinstance(main.seen, Served):
        return (main,)
    leaf = read_certificate(main.seen.chain[0])
    variants = []
    if promise.twins and isinstance(leaf, Certificate):
        twin: KeyType = "ecdsa" if leaf.key.kind == "rsa" else "rsa"
        variants.append(_variant(meeting, main, key_type=twin, named=True))
    if promise.without_name and meeting.server_name is not None:
        variants.append(_variant(meeting, main, key_type="any", named=False))
    looks = (main, *await asyncio.gather(*variants)) if variants else (main,)
    return tuple([await _with_staple(meeting, one) for one in looks])


async def _main(meeting: Meeting, promise: Promise) -> Served | NotServed:
    if promise.handshake == "half" and meeting.takes_half:
        half = await _half(meeting, "any", meeting.server_name, versions="tls1.2-first")
        if isinstance(half, HalfSeen):
            # Nothing newer was offered to a server that took TLS 1.2, so it may speak that as well.
            newest = half.tls_version == "TLSv1.3"
            version = half.tls_version if newest else f"{half.tls_version} or newer"
            return Served(half.chain_der, version, stapled=None)
    return await _full(meeting, "any", meeting.server_name)


async def _variant(meeting: Meeting, main: Look, *, key_type: KeyType, named: bool) -> Look:
    """One variant, by half a handshake where that is enough.

    A full handshake confirms whatever is not the chain already known or a plain refusal.
    """
    look = replace(main, key_type=key_type, named=named)
    assert isinstance(main.seen, Served)
    server_name = meeting.server_name if named else None
    half = await _half(meeting, key_type, server_name) if meeting.takes_half else None
    settled = _settled(half)
    if isinstance(settled, NotServed):
        return replace(look, seen=settled)
    if settled is not None and settled.chain == main.seen.chain:
        return replace(look, seen=settled)
    full = await _full(meeting, key_type, server_name)
    if isinstance(full, NotServed):
        if half is None and full.failure in _UNCLEAR:
            # A full handshake can ask for a kind of key over TLS 1.2 only.
            settled = _settled(await _half(meeting, key_type, server_name))
        return replace(look, seen=settled or full)
    return replace(look, seen=full)


def _settled(half: HalfSeen | HalfFailed | None) -> Served | NotServed | None:
    """What half a handshake settles: a proved chain, or an alert that such a one is not there."""
    if isinstance(half, HalfSeen):
        return Served(half.chain_der, half.tls_version, half.stapled)
    if half is not None and half.alert is not None:
        return NotServed(Failure.NOTHING_IN_COMMON, half.why)
    return None


async def _with_staple(meeting: Meeting, look: Look) -> Look:
    """The look with what is known of a stapled answer, when its certificate says one must come."""
    if not look.named or not isinstance(look.seen, Served):
        return look
    leaf = read_certificate(look.seen.chain[0])
    if not isinstance(leaf, Certificate) or not leaf.extensions.must_staple:
        return look
    key_type: KeyType = "rsa" if leaf.key.kind == "rsa" else "ecdsa"
    stapled: bool | None = None
    for _ in range(_STAPLE_LOOKS):
        half = await _half(meeting, key_type, meeting.server_name)
        if isinstance(half, HalfSeen) and half.chain_der[:1] == look.seen.chain[:1]:
            stapled = stapled or half.stapled
    return replace(look, seen=replace(look.seen, stapled=stapled))


async def _half(
    meeting: Meeting,
    key_type: KeyType,
    server_name: str | None,
    *,
    versions: Literal["best", "tls1.2-first"] = "best",
) -> HalfSeen | HalfFailed:
    return await half_handshake(
        meeting.address,
        meeting.url.port,
        server_name=server_name,
        key_type=key_type,
        timeout_seconds=meeting.seconds_left,
        scheme=meeting.url.scheme,
        versions=versions,
    )


async def _full(meeting: Meeting, key_type: KeyType, server_name: str | None) -> Served | NotServed:
    return await full_handshake(
        meeting.address,
        meeting.url.port,
        scheme=meeting.url.scheme,
        server_name=server_name,
        key_type=key_type,
        timeout_seconds=meeting.seconds_left,
    )
