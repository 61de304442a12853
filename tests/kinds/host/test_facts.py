from __future__ import annotations

from typing import Any

import pytest

from twiceshy.kinds.host.facts import Promise, nameserver


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("192.0.2.53", "192.0.2.53", 53),
        ("192.0.2.53:5353", "192.0.2.53", 5353),
        ("2001:db8::53", "2001:db8::53", 53),
        ("[2001:DB8::53]", "2001:db8::53", 53),
        ("[2001:db8::53]:5353", "2001:db8::53", 5353),
    ],
)
def test_a_name_server_is_an_address_with_or_without_a_port(
    text: str, address: str, port: int
) -> None:
    assert nameserver(text) == (address, port)


@pytest.mark.parametrize(
    "text",
    ["", "dns.example.org", "192.0.2.53:0", "192.0.2.53:x", "[::1]x", "::1:", "1.2.3.4:99999"],
)
def test_anything_else_is_no_name_server(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not the address of a name server|has no port"):
        nameserver(text)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"listens": (0,)}, "0 is not a port"),
        ({"must_not_listen": (65536,)}, "65536 is not a port"),
        ({"listens": (25, 22), "must_not_listen": (22,)}, "port 22 is in listens and in"),
        ({"addresses": ("mail",)}, "does not appear to be an IPv4 or IPv6 address"),
        ({"nameservers": ("mail",)}, "not the address of a name server"),
        ({"names": (" ",)}, "empty name"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Promise(**settings)
