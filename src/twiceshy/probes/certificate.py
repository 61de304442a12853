"""How certificates are looked at: every address of every TLS endpoint, and what they are held to."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from twiceshy.kinds.certificate.facts import (
    CertificateFact,
    Failure,
    Look,
    NotRead,
    NotServed,
    OnDisk,
    Promise,
    Published,
    RevocationList,
)
from twiceshy.kinds.certificate.names import a_label_form, as_address
from twiceshy.kinds.certificate.rules import judge
from twiceshy.model.endpoint_url import EndpointUrl, parse_endpoint
from twiceshy.model.estate import Endpoint, Estate
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.verdict import Broken
from twiceshy.probes.resolve import addresses_of
from twiceshy.probes.targets import endpoints_of
from twiceshy.probes.tls.fan import Meeting, looks_at
from twiceshy.probes.tls.files import on_disk, revocation_list
from twiceshy.probes.tls.roots import trust_store
from twiceshy.probes.view import View

MOST_ADDRESSES = 64
"""Of one endpoint; those beyond are named as not looked at."""
MOST_AT_ONCE = 16
"""Addresses of one guard looked at at the same time."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Session:
    """One look: what is asked, and until when."""

    promise: Promise
    estate: Estate
    view: View
    deadline: float
    """By the event loop's clock."""
    room: asyncio.Semaphore

    @property
    def view_left(self) -> View:
        """The view with the time that is left."""
        left = self.deadline - asyncio.get_running_loop().time()
        return replace(self.view, timeout_seconds=max(0.001, left))


async def look(guard: Guard, estate: Estate, view: View) -> CertificateFact | Unseen:
    """See what the guard's target serves; never raises for what the world does."""
    promise: Promise = guard.promise
    endpoints = tuple(
        (endpoint, url)
        for endpoint in endpoints_of(guard.target, estate)
        if (url := _parsed(endpoint.url)).speaks_tls
    )
    if not endpoints:
        why = f"{guard.target} has no endpoint that speaks TLS"
        step = "Name a service or an endpoint with a scheme such as https, smtp or imaps."
        return Unseen(why, view.now(), view.vantage, step)
    session = _Session(
        promise,
        estate,
        view,
        asyncio.get_running_loop().time() + view.timeout_seconds,
        asyncio.Semaphore(MOST_AT_ONCE),
    )
    fact = await _seen(session, endpoints)
    if promise.handshake == "half" and isinstance(judge(promise, fact, view.now()), Broken):
        # What only half a handshake saw is no reason to wake anybody.
        session = replace(session, promise=replace(promise, handshake="full"))
        fact = await _seen(session, endpoints)
    return fact


async def _seen(
    session: _Session, endpoints: tuple[tuple[Endpoint, EndpointUrl], ...]
) -> CertificateFact:
    """All endpoints, and what they are held against."""
    promise, estate, view = session.promise, session.estate, session.view
    looks = await _together([_endpoint_looks(session, *endpoint) for endpoint in endpoints])
    disk = await _together([on_disk(one, estate, session.view_left) for one in promise.files])
    crls = await _together([revocation_list(one, estate, session.view_left) for one in promise.crl])
    records = await _records(session, endpoints)
    return CertificateFact(
        at=view.now(),
        vantage=view.vantage,
        looks=tuple(one for group in looks for one in group),
        store=trust_store(promise.roots, estate.path),
        disk=tuple(one for one in disk if isinstance(one, OnDisk)),
        crls=tuple(one for one in crls if isinstance(one, RevocationList)),
        published=tuple(one for one in records if isinstance(one, Published)),
        not_read=tuple(one for one in (*disk, *crls, *records) if isinstance(one, NotRead)),
    )


_parsed = lru_cache(maxsize=4096)(parse_endpoint)


async def _endpoint_looks(
    session: _Session, endpoint: Endpoint, url: EndpointUrl
) -> tuple[Look, ...]:
    """Every address of one endpoint."""
    try:
        name = a_label_form(session.promise.name or url.host)
    except ValueError as error:
        return (_unseen(url, url.host, "", Failure.NOT_A_NAME, str(error)),)
    addresses = await addresses_of(endpoint, session.view)
    if isinstance(addresses, Unseen):
        return (_unseen(url, name, "", Failure.NO_ADDRESS, addresses.why),)
    wanted = tuple(one for one in addresses if _family(one) in session.promise.families)
    if not wanted:
        families = " or ".join(session.promise.families)
        why = f"{name} has no {families} address"
        return (_unseen(url, name, "", Failure.NO_ADDRESS, why),)
    groups = await _together(
        [_address_looks(session, url, name, address) for address in wanted[:MOST_ADDRESSES]]
    )
    passed_over = (
        _unseen(url, name, address, Failure.NOT_LOOKED, f"only {MOST_ADDRESSES} are looked at")
        for address in wanted[MOST_ADDRESSES:]
    )
    return (*(one for group in groups for one in group), *passed_over)


async def _address_looks(
    session: _Session, url: EndpointUrl, name: str, address: str
) -> tuple[Look, ...]:
    if as_address(address) is None:
        why = f"{address} is no IP address"
        return (_unseen(url, name, address, Failure.NOT_LOOKED, why),)
    server_name = None if as_address(name) is not None else name
    meeting = Meeting(url, address, name, server_name, session.deadline)
    async with session.room:
        return await looks_at(meeting, session.promise)


def _unseen(url: EndpointUrl, name: str, address: str, failure: Failure, why: str) -> Look:
    return Look(str(url), name, address, NotServed(failure, why))


def _family(address: str) -> str:
    return "ipv6" if ":" in address else "ipv4"


async def _records(
    session: _Session, endpoints: Iterable[tuple[Endpoint, EndpointUrl]]
) -> tuple[Published | NotRead, ...]:
    """The TLSA records of each endpoint, when the promise has them looked up."""
    if "dns" not in session.promise.tlsa:
        return ()
    return tuple(await _together([_published(session, url) for _, url in endpoints]))


async def _published(session: _Session, url: EndpointUrl) -> Published | NotRead:
    try:
        name = a_label_form(session.promise.name or url.host)
    except ValueError as error:
        return NotRead(f"the TLSA records of {url.host}", str(error))
    # Imported by who needs it: a library for DNS is a tenth of a second at every start.
    from twiceshy.probes.tls.tlsa import published_records

    found = await published_records(name, url.port, session.view_left.timeout_seconds)
    return found if isinstance(found, NotRead) else Published(str(url), found)


async def _together(coroutines: list[Coroutine[Any, Any, _T]]) -> list[_T]:
    """All results in order; a single one needs no task of its own."""
    if not coroutines:
        return []
    if len(coroutines) == 1:
        return [await coroutines[0]]
    return list(await asyncio.gather(*coroutines))
