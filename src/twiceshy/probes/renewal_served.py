"""Which certificate each address of the target's endpoints serves now."""

from __future__ import annotations

import asyncio

from twiceshy.kinds.certificate.facts import Served
from twiceshy.kinds.certificate.read import Certificate, read_certificate
from twiceshy.kinds.renewal.facts import ServedSeen
from twiceshy.model.endpoint_url import EndpointUrl, parse_endpoint
from twiceshy.model.estate import Endpoint
from twiceshy.model.fact import Unseen
from twiceshy.probes.resolve import addresses_of, is_address
from twiceshy.probes.tls.full import full_handshake
from twiceshy.probes.view import View

MOST_LOOKS = 128
AT_ONCE = 16


async def served_by(endpoints: tuple[Endpoint, ...], view: View) -> tuple[ServedSeen, ...]:
    """One look at each address; STARTTLS where the endpoint's scheme asks for it."""
    room = asyncio.Semaphore(AT_ONCE)
    wanted: list[tuple[EndpointUrl, str]] = []
    missed: list[ServedSeen] = []
    for endpoint in endpoints:
        url = parse_endpoint(endpoint.url)
        if not url.speaks_tls:
            continue
        addresses = await addresses_of(endpoint, view)
        if isinstance(addresses, Unseen):
            missed.append(ServedSeen(str(url), "", url.host, None, problem=addresses.why))
        else:
            wanted.extend((url, address) for address in addresses)

    async def one(url: EndpointUrl, address: str) -> ServedSeen:
        async with room:
            return await _served(url, address, view)

    looks = await asyncio.gather(*(one(*pair) for pair in wanted[:MOST_LOOKS]))
    return (*looks, *missed)


async def _served(url: EndpointUrl, address: str, view: View) -> ServedSeen:
    seen = await full_handshake(
        address,
        url.port,
        scheme=url.scheme,
        server_name=None if is_address(url.host) else url.host,
        timeout_seconds=view.timeout_seconds,
    )
    if not isinstance(seen, Served):
        return ServedSeen(str(url), address, url.host, None, problem=seen.detail)
    leaf = read_certificate(seen.chain[0])
    if not isinstance(leaf, Certificate):
        return ServedSeen(str(url), address, url.host, None, problem=leaf.why)
    names = tuple(sorted(leaf.extensions.dns_names))
    return ServedSeen(str(url), address, url.host, leaf.serial, leaf.not_after, names)
