"""Records of a domain, asked of a real name server on loopback."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.farm.authority import rsa_key
from tests.farm.daemons import free_ports
from tests.farm.mail import NameServer, name_server
from tests.probes.mail.conftest import Asked
from twiceshy.model.verdict import Broken, Holds, Unknown, Verdict

Ask = Callable[..., Asked]
KEY = base64.b64encode(
    rsa_key(2048).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()
PARTS = " ".join(f'"{part}"' for part in (f"v=DKIM1; k=rsa; p={KEY[:200]}", KEY[200:]))
LOOP = ("v=spf1 include:loop.test -all",)
ZONE = {
    ("good.test", "MX"): ("10 mx.good.test.",),
    ("good.test", "TXT"): ('"v=spf1 mx include:_spf.good.test -all"', '"other"'),
    ("_spf.good.test", "TXT"): ('"v=spf1 ip4:192.0.2.0/24 a:web.good.test ~all"',),
    ("web.good.test", "A"): ("198.51.100.7",),
    ("mx.good.test", "A"): ("127.0.0.1",),
    ("s1._domainkey.good.test", "TXT"): (PARTS,),
    ("old._domainkey.good.test", "TXT"): ('"v=DKIM1; p="',),
    ("_dmarc.good.test", "TXT"): ('"v=DMARC1; p=reject"',),
    ("bad.test", "MX"): ("10 mx.good.test.", "20 gone.bad.test.", "30 empty.bad.test."),
    ("empty.bad.test", "TXT"): ('"x"',),
    ("bad.test", "TXT"): ('"v=spf1 -all"', '"v=spf1 mx -all"'),
    ("loop.test", "TXT"): tuple(f'"{text}"' for text in LOOP),
    ("null.test", "MX"): ("0 .",),
    ("long.test", "TXT"): (
        '"v=spf1 ip4:192.0.2.1 -all"',
        *(f'"filler {number} {"x" * 200}"' for number in range(12)),
    ),
}


@pytest.fixture(scope="module")
def dns_server() -> Iterator[NameServer]:
    with name_server(ZONE) as server:
        yield server


@pytest.fixture(scope="module")
def mx_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def verdict(ask: Ask, server: NameServer, domain: str, **promise: Any) -> Verdict:
    asked = ask(hosts=False)
    return asked.verdict(
        **{"domains": (domain,), "nameservers": (server.address,), "mx": False, **promise}
    )


def test_a_domain_in_order_holds(asked: Ask, dns_server: NameServer, mx_port: int) -> None:
    found = verdict(
        asked,
        dns_server,
        "good.test",
        mx=True,
        mx_port=mx_port,
        spf="-all",
        sends_from=("192.0.2.7", "198.51.100.7", "127.0.0.1"),
        dkim=("s1",),
        dmarc="quarantine",
    )
    assert isinstance(found, Holds), found
    assert found.summary == "the records of good.test are good"
    assert any(
        "(4 of 10 look-ups)" in one.found or "look-ups" in one.found for one in found.evidence
    )


def test_an_answer_too_long_for_a_datagram_is_asked_for_again(
    asked: Ask, dns_server: NameServer
) -> None:
    assert isinstance(verdict(asked, dns_server, "long.test", spf="-all"), Holds)


@pytest.mark.parametrize(
    ("domain", "promise", "words"),
    [
        ("good.test", {"sends_from": ("203.0.113.9",)}, "does not let mail from 203.0.113.9"),
        ("good.test", {"dkim": ("old",)}, "the key is revoked"),
        ("good.test", {"dkim": ("none",)}, "there is no such name"),
        ("good.test", {"dkim": ("s1",), "dkim_bits": 4096}, "promised at least 4096"),
        ("bad.test", {"spf": "-all"}, "2 SPF records"),
        ("loop.test", {"spf": "-all"}, "includes itself"),
        ("bad.test", {"dmarc": "none"}, "there is no such name"),
        ("nobody.test", {"spf": "-all"}, "there is no such name"),
        ("null.test", {"mx": True}, "takes no mail"),
        ("loop.test", {"mx": True}, "there is no MX record"),
    ],
)
def test_a_domain_out_of_order_is_broken(
    asked: Ask, dns_server: NameServer, domain: str, promise: dict[str, Any], words: str
) -> None:
    found = verdict(asked, dns_server, domain, **promise)
    assert isinstance(found, Broken), found
    assert words in found.why


def test_every_exchanger_must_accept_connections(
    asked: Ask, dns_server: NameServer, mx_port: int
) -> None:
    found = verdict(asked, dns_server, "bad.test", mx=True, mx_port=mx_port)
    assert isinstance(found, Broken)
    said = " ".join(one.found for one in found.evidence)
    assert "there is no such name as gone.bad.test" in said
    assert "it has no address" in said
    (closed,) = free_ports(1)
    found = verdict(asked, dns_server, "good.test", mx=True, mx_port=closed)
    assert isinstance(found, Broken)
    assert "the connection is refused" in found.why


def test_a_name_server_that_is_silent_leaves_it_unknown(asked: Ask) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{silent.getsockname()[1]}"
        ask = asked(hosts=False, seconds=1.0)
        found = ask.verdict(
            domains=("good.test",), nameservers=(server,), spf="-all", dkim=("s1",), dmarc="none"
        )
    assert isinstance(found, Unknown)
    assert "DNS did not answer" in found.why
