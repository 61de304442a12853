"""TLSA records from a real name server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingUDPServer
from threading import Thread

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from twiceshy.kinds.certificate.facts import NotRead
from twiceshy.probes.tls.tlsa import published_records

ZONE = {"_25._tcp.mail.example.test.": "3 1 1 " + "ab" * 32}


class _NameServer(BaseRequestHandler):
    def handle(self) -> None:
        data, sock = self.request
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        name = query.question[0].name.to_text()
        if name.startswith("_1._tcp"):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name in ZONE:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TLSA", ZONE[name]))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        sock.sendto(answer.to_wire(), self.client_address)


@contextmanager
def resolver() -> Iterator[dns.asyncresolver.Resolver]:
    with ThreadingUDPServer(("127.0.0.1", 0), _NameServer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        asked = dns.asyncresolver.Resolver(configure=False)
        asked.nameservers = ["127.0.0.1"]
        asked.port = server.server_address[1]
        yield asked
        server.shutdown()


def ask(name: str, port: int) -> tuple[str, ...] | NotRead:
    with resolver() as asked:
        return asyncio.run(published_records(name, port, 5.0, asked))


def test_records_come_as_the_promise_would_write_them() -> None:
    assert ask("mail.example.test", 25) == ("3 1 1 " + "ab" * 32,)


def test_no_records_are_an_answer() -> None:
    assert ask("mail.example.test", 443) == ()


def test_a_failing_name_server_is_none() -> None:
    found = ask("mail.example.test", 1)
    assert isinstance(found, NotRead)
    assert found.source == "the TLSA records of _1._tcp.mail.example.test."
    assert found.why
