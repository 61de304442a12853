"""MX, SPF, DKIM and DMARC of a domain, from given name servers or the system's resolver."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.resolver

from twiceshy.kinds.mail.facts import DomainSeen, ExchangerSeen, Promise
from twiceshy.kinds.mail.promise import nameserver
from twiceshy.kinds.mail.records import (
    MOST_LOOKUPS,
    DkimKey,
    DmarcRecord,
    SpfNode,
    SpfTerm,
    dkim_key,
    dmarc_record,
    spf_terms,
)
from twiceshy.probes.connecting import Trouble, trouble_of

AT_ONCE = 16
MOST_ADDRESSES = 40
SECONDS_TO_CONNECT = 5.0
_OURS = frozenset({Trouble.NO_ROUTE, Trouble.CANNOT_LOOK})
_NETWORK = re.compile(r"(?P<name>[^/]*)(?:/(?P<four>\d{1,2}))?(?://(?P<six>\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Answer:
    """Records as text; or why there are none."""

    texts: tuple[str, ...] = ()
    why: str | None = None
    is_an_answer: bool = True
    """Whether `why` is what DNS says, instead of a look that failed."""


class Records:
    """One resolver, which remembers what it was told during a look."""

    def __init__(self, server: str | None, seconds: float) -> None:
        self.seconds = seconds
        self.trouble: str | None = None
        self._asked: dict[tuple[str, str], asyncio.Task[Answer]] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)
        try:
            self._resolver = dns.asyncresolver.Resolver(configure=server is None)
        except dns.resolver.NoResolverConfiguration:
            self._resolver = dns.asyncresolver.Resolver(configure=False)
            self.trouble = "this host has no resolver"
        if server is not None:
            address, port = nameserver(server)
            self._resolver.nameservers = [dns.nameserver.Do53Nameserver(address, port)]

    async def of(self, name: str, kind: str) -> Answer:
        """The records of one type; text records are joined from their parts."""
        key = (name.lower().rstrip("."), kind)
        if key not in self._asked:
            self._asked[key] = asyncio.ensure_future(self._ask(*key))
        return await self._asked[key]

    async def _ask(self, name: str, kind: str) -> Answer:
        if self.trouble is not None:
            return Answer(why=self.trouble, is_an_answer=False)
        try:
            async with self._at_once:
                found = await self._resolver.resolve(
                    dns.name.from_text(name), kind, lifetime=self.seconds, raise_on_no_answer=False
                )
        except dns.resolver.NXDOMAIN:
            return Answer(why=f"there is no such name as {name}")
        except (dns.exception.Timeout, dns.resolver.NoNameservers) as error:
            why = f"DNS did not answer for {name} {kind} ({type(error).__name__})"
            return Answer(why=why, is_an_answer=False)
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            why = f"{name[:60]} {kind} could not be asked ({type(error).__name__})"
            return Answer(why=why, is_an_answer=False)
        return Answer(tuple(_text(data, kind) for data in found.rrset or ()))


def _text(data: object, kind: str) -> str:
    if kind == "TXT":
        parts: Iterable[bytes] = getattr(data, "strings", ())
        return b"".join(parts).decode("utf-8", "replace")
    return str(data)


async def domain_seen(
    domain: str, promise: Promise, server: str | None, seconds: float
) -> DomainSeen:
    """All that is promised of one domain, as one resolver sees it."""
    records = Records(server, seconds)
    seen = DomainSeen(domain, server)
    async with asyncio.TaskGroup() as group:
        mx = group.create_task(_exchangers(domain, promise, records)) if promise.mx else None
        wants_spf = promise.spf is not None or promise.sends_from
        spf = group.create_task(_Spf(records).of(domain)) if wants_spf else None
        dkim = [group.create_task(_dkim(domain, one, records)) for one in promise.dkim]
        dmarc = group.create_task(_dmarc(domain, records)) if promise.dmarc else None
    if mx is not None:
        exchangers, answer = mx.result()
        seen = replace(
            seen,
            exchangers=exchangers,
            mx_why_not=answer.why,
            mx_is_an_answer=answer.is_an_answer,
        )
    return replace(
        seen,
        spf=spf.result() if spf else None,
        dkim=tuple(one.result() for one in dkim),
        dmarc=dmarc.result() if dmarc else None,
    )


async def _exchangers(
    domain: str, promise: Promise, records: Records
) -> tuple[tuple[ExchangerSeen, ...], Answer]:
    answer = await records.of(domain, "MX")
    if answer.why is not None:
        return (), answer
    named = [text.split(None, 1) for text in answer.texts]
    if not named:
        return (), Answer(why="there is no MX record")
    if len(named) == 1 and named[0][1] == ".":
        return (), Answer(why="the domain says that it takes no mail (MX 0 .)")
    seen = await asyncio.gather(
        *(_exchanger(name, int(preference), promise.mx_port, records) for preference, name in named)
    )
    return tuple(sorted(seen, key=lambda one: (one.preference, one.name))), Answer()


async def _exchanger(name: str, preference: int, port: int, records: Records) -> ExchangerSeen:
    shown = name.rstrip(".")
    four, six = await asyncio.gather(records.of(name, "A"), records.of(name, "AAAA"))
    addresses = (*four.texts, *six.texts)
    if not addresses:
        failed = next((one for one in (four, six) if not one.is_an_answer), None)
        why = (failed or four).why or "it has no address"
        return ExchangerSeen(shown, preference, why_not=why, is_an_answer=failed is None)
    tried = await asyncio.gather(
        *(_accepts(address, port, records.seconds) for address in addresses[:MOST_ADDRESSES])
    )
    told = list(zip(addresses, tried, strict=False))
    return ExchangerSeen(
        shown,
        preference,
        addresses,
        tuple((address, one[1]) for address, one in told if one is not None and not one[0]),
        tuple((address, one[1]) for address, one in told if one is not None and one[0]),
    )


async def _accepts(address: str, port: int, seconds: float) -> tuple[bool, str] | None:
    """None when it does; else whether this side is to blame, and why not."""
    limit = min(seconds, SECONDS_TO_CONNECT)
    try:
        async with asyncio.timeout(limit):
            _, writer = await asyncio.open_connection(address, port)
    except TimeoutError:
        return False, f"port {port} is not answered in {limit:.1f} s"
    except OSError as error:
        code, words = trouble_of(error)
        return code in _OURS, f"port {port}: {words}"
    writer.close()
    return None


class _Spf:
    """Follows a record into all that it includes, as far as a receiver would."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.left = MOST_LOOKUPS * 3

    async def of(self, domain: str, way: tuple[str, ...] = ()) -> SpfNode:
        name = domain.lower().rstrip(".")
        if name in way:
            return SpfNode(domain, problem="the record includes itself")
        answer = await self.records.of(name, "TXT")
        if answer.why is not None:
            return SpfNode(domain, problem=answer.why, is_an_answer=answer.is_an_answer)
        found = [text for text in answer.texts if re.match(r"v=spf1(?:\s|$)", text, re.IGNORECASE)]
        if not found:
            return SpfNode(domain, problem="there is no SPF record (v=spf1)")
        if len(found) > 1:
            return SpfNode(domain, problem=f"there are {len(found)} SPF records instead of one")
        terms = spf_terms(found[0])
        if isinstance(terms, str):
            return SpfNode(domain, found[0], problem=terms)
        known = [await self._known(term, domain, (*way, name)) for term in terms]
        return SpfNode(domain, found[0], tuple(known))

    async def _known(self, term: SpfTerm, domain: str, way: tuple[str, ...]) -> SpfTerm:
        if "%" in term.value:
            return replace(term, why_not="it has a macro")
        match term.name:
            case "include" | "redirect":
                self.left -= 1
                if self.left < 0:
                    return replace(term, why_not="there are too many look-ups to follow")
                return replace(term, child=await self.of(term.value, way))
            case "ip4" | "ip6":
                return _literal(term)
            case "a" | "mx":
                self.left -= 1
                return await self._addresses(term, domain)
        return term

    async def _addresses(self, term: SpfTerm, domain: str) -> SpfTerm:
        match = _NETWORK.fullmatch(term.value)
        if match is None or self.left < 0:
            return replace(term, why_not="it is not followed")
        names = [match["name"] or domain]
        if term.name == "mx":
            mx = await self.records.of(names[0], "MX")
            if mx.why is not None and not mx.is_an_answer:
                return replace(term, why_not=mx.why)
            names = [text.split(None, 1)[1] for text in mx.texts[:MOST_LOOKUPS]]
        networks: list[str] = []
        for name in names:
            for kind, bits in (("A", match["four"] or "32"), ("AAAA", match["six"] or "128")):
                answer = await self.records.of(name, kind)
                if answer.why is not None and not answer.is_an_answer:
                    return replace(term, why_not=answer.why)
                networks += (f"{address}/{bits}" for address in answer.texts)
        return replace(term, networks=_valid(networks))


def _literal(term: SpfTerm) -> SpfTerm:
    networks = _valid([term.value])
    if not networks:
        return replace(term, why_not="it is no network")
    return replace(term, networks=networks)


def _valid(networks: Iterable[str]) -> tuple[str, ...]:
    found = []
    for one in networks:
        try:
            found.append(str(ipaddress.ip_network(one, strict=False)))
        except ValueError:
            continue
    return tuple(found)


async def _dkim(domain: str, selector: str, records: Records) -> DkimKey:
    name = f"{selector}._domainkey.{domain}"
    answer = await records.of(name, "TXT")
    if answer.why is not None:
        return DkimKey(selector, name, answer.why, is_an_answer=answer.is_an_answer)
    return dkim_key(selector, name, answer.texts)


async def _dmarc(domain: str, records: Records) -> DmarcRecord:
    name = f"_dmarc.{domain}"
    answer = await records.of(name, "TXT")
    if answer.why is not None:
        return DmarcRecord(name, answer.why, is_an_answer=answer.is_an_answer)
    return dmarc_record(name, answer.texts)
