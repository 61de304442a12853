"""A and AAAA records of a name from one given name server, past /etc/hosts and every cache here."""

from __future__ import annotations

import asyncio
import socket

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from twiceshy.probes.connecting import trouble_of
from twiceshy.probes.resolve import NoAddress, Unresolved

SECONDS_PER_TRY = 2.0
"""A datagram may be lost: ask again after this long."""


async def ask(
    name: str, server: str, port: int, timeout_seconds: float
) -> tuple[str, ...] | Unresolved:
    """The addresses of `name` as the server at `server`:`port` answers."""
    try:
        asked = dns.name.from_text(name)
    except (dns.exception.DNSException, UnicodeError):
        return Unresolved(NoAddress.NOT_A_NAME, f"{name[:60]!r} cannot be a host name")
    cut_off = _cut_off_from(server, port)
    if cut_off is not None:
        return cut_off
    async with asyncio.TaskGroup() as group:
        looks = [
            group.create_task(_records(asked, record, server, port, timeout_seconds))
            for record in (dns.rdatatype.A, dns.rdatatype.AAAA)
        ]
    answers = [look.result() for look in looks]
    refusals = [answer for answer in answers if isinstance(answer, Unresolved)]
    failed = next((one for one in refusals if not one.is_an_answer), None)
    if failed or refusals:
        return failed or refusals[0]
    found = tuple(address for answer in answers if isinstance(answer, tuple) for address in answer)
    return found or Unresolved(
        NoAddress.NAME_WITHOUT_ADDRESS, f"{name} has no address (no A and no AAAA record)"
    )


def _cut_off_from(server: str, port: int) -> Unresolved | None:
    """Connecting a datagram socket sends nothing, and fails where there is no route."""
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as there:
            there.connect((server, port))
    except OSError as error:
        return Unresolved(NoAddress.NOT_ASKED, f"{server}: {trouble_of(error)[1]}")
    return None


async def _records(
    name: dns.name.Name,
    record: dns.rdatatype.RdataType,
    server: str,
    port: int,
    timeout_seconds: float,
) -> tuple[str, ...] | Unresolved:
    kind = dns.rdatatype.to_text(record)
    try:
        async with asyncio.timeout(timeout_seconds):
            answer = await _exchange(dns.message.make_query(name, record), server, port)
        return _addresses(answer, name, record, server)
    except TimeoutError:
        why = f"{server} did not answer for the {kind} records in {timeout_seconds:g} s"
        return Unresolved(NoAddress.TIMED_OUT, why)
    except (dns.exception.DNSException, OSError, EOFError) as error:
        why = f"{server} gave no usable answer for the {kind} records ({type(error).__name__})"
        return Unresolved(NoAddress.NO_ANSWER, why)


async def _exchange(query: dns.message.Message, server: str, port: int) -> dns.message.Message:
    while True:
        try:
            answer, _ = await dns.asyncquery.udp_with_fallback(
                query, server, timeout=SECONDS_PER_TRY, port=port, ignore_unexpected=True
            )
        except dns.exception.Timeout:
            continue
        return answer


def _addresses(
    answer: dns.message.Message, name: dns.name.Name, record: dns.rdatatype.RdataType, server: str
) -> tuple[str, ...] | Unresolved:
    code = answer.rcode()
    if code == dns.rcode.NXDOMAIN:
        shown = name.to_text(omit_final_dot=True)
        why = f"there is no such name as {shown}, says {server}"
        return Unresolved(NoAddress.NO_SUCH_NAME, why)
    if code != dns.rcode.NOERROR or not isinstance(answer, dns.message.QueryMessage):
        why = f"{server} answers {dns.rcode.to_text(code)}"
        return Unresolved(NoAddress.NO_ANSWER, why)
    found = answer.resolve_chaining().answer
    if found is None or found.rdtype != record:
        return ()
    return tuple(sorted(data.address for data in found))
