from __future__ import annotations

import pytest

from twiceshy.kinds.firewall.packet import ACK, SYN, Packet
from twiceshy.languages.firewall.conditions import CtState


def test_a_packet_says_what_it_is_in_words() -> None:
    packet = Packet.of("tcp", "192.0.2.10", "198.51.100.10", 25, oif="eth0")
    assert str(packet) == "tcp 192.0.2.10:40000 -> 198.51.100.10:25, new, out by eth0"


def test_ports_of_ipv6_stand_after_brackets() -> None:
    packet = Packet.of("udp", "2001:db8::1", "2001:db8::2", 53, iif="eth0", oif="eth1")
    assert str(packet) == (
        "udp [2001:db8::1]:40000 -> [2001:db8::2]:53, new, in by eth0, out by eth1"
    )


@pytest.mark.parametrize(
    ("packet", "words"),
    [
        (Packet.of("icmp", "192.0.2.1", "192.0.2.2"), "icmp 192.0.2.1 -> 192.0.2.2, echo request"),
        (
            Packet.of("icmp", "2001:db8::1", "2001:db8::2"),
            "icmpv6 2001:db8::1 -> 2001:db8::2, echo request",
        ),
        (Packet.of("gre", "192.0.2.1", "192.0.2.2"), "gre 192.0.2.1 -> 192.0.2.2"),
        (
            Packet.of("icmp", "192.0.2.1", "192.0.2.2", icmp=3 << 8 | 4),
            "icmp 192.0.2.1 -> 192.0.2.2, type 3 code 4",
        ),
    ],
)
def test_protocols_without_ports_say_what_they_have_instead(packet: Packet, words: str) -> None:
    assert str(packet) == f"{words}, new"


def test_state_direction_and_mark_are_said() -> None:
    packet = Packet.of(
        "tcp",
        "192.0.2.1",
        "192.0.2.2",
        25,
        ct_state=CtState.ESTABLISHED,
        ct_direction=1,
        mark=16,
        tcp_flags=SYN | ACK,
    )
    assert str(packet).endswith("established reply, mark 0x10")


def test_a_fragment_has_no_ports() -> None:
    packet = Packet.of("udp", "192.0.2.1", "192.0.2.2", 53, fragment=True)
    assert not packet.has_ports
    assert str(packet) == "udp 192.0.2.1 -> 192.0.2.2, a fragment, new"


def test_ends_of_two_families_are_refused() -> None:
    with pytest.raises(ValueError, match="not of one family"):
        Packet.of("tcp", "192.0.2.1", "2001:db8::1")


def test_an_unknown_protocol_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'tpc' is not one of icmp, igmp, tcp"):
        Packet.of("tpc", "192.0.2.1", "192.0.2.2")
