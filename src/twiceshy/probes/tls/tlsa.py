"""TLSA records as DNS publishes them (RFC 6698): `_25._tcp.mail.example.org`."""

from __future__ import annotations

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver

from twiceshy.kinds.certificate.facts import NotRead


async def published_records(
    name: str,
    port: int,
    timeout_seconds: float,
    resolver: dns.asyncresolver.Resolver | None = None,
) -> tuple[str, ...] | NotRead:
    """The records for a service, each as `usage selector matching hex`; none is an empty tuple.

    The answer is taken as the name servers of this host give it; whether it was signed is for
    them to check.
    """
    question = f"_{port}._tcp.{name}."
    try:
        asked = resolver or dns.asyncresolver.Resolver()
        answer = await asked.resolve(question, "TLSA", lifetime=timeout_seconds)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError) as error:
        return NotRead(f"the TLSA records of {question}", str(error) or type(error).__name__)
    return tuple(
        f"{one.usage} {one.selector} {one.mtype} {one.cert.hex()}"
        for one in answer
        if one.rdtype == dns.rdatatype.TLSA
    )
