from __future__ import annotations

import pytest

from twiceshy.kinds.firewall.addresses import EVERYWHERE, PUBLIC, addresses
from twiceshy.kinds.firewall.packet import IPV4, IPV6
from twiceshy.kinds.firewall.ports import carried
from twiceshy.kinds.firewall.promise import Flow, Policies, Promise, flow_of
from twiceshy.languages.firewall.intervals import Intervals


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("tcp/25 out", Flow("out", ("tcp/25",))),
        ("tcp/80,443 in from internet", Flow("in", ("tcp/80,443",), ("internet",))),
        (
            "tcp/25, udp/53 through from 192.0.2.1, 192.0.2.2 to any by eth1",
            Flow(
                "through",
                ("tcp/25", "udp/53"),
                ("192.0.2.1", "192.0.2.2"),
                ("any",),
                in_by=("eth1",),
            ),
        ),
        ("udp/53 out by eth0 over ipv6", Flow("out", ("udp/53",), families="ipv6", out_by="eth0")),
    ],
)
def test_a_flow_has_a_short_form(text: str, flow: Flow) -> None:
    read = flow_of(text)
    assert str(read) == str(flow)
    assert (read.from_, read.to, read.families) == (flow.from_, flow.to, flow.families)


def test_the_ends_that_are_left_out_are_this_host_and_everybody() -> None:
    assert (flow_of("tcp/25 in").from_, flow_of("tcp/25 in").to) == (("any",), ("self",))
    assert (flow_of("tcp/25 out").from_, flow_of("tcp/25 out").to) == (("self",), ("any",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("tcp/25", "is no flow"),
        ("in from any", "is no flow"),
        ("25 in", "does not say what passes"),
        ("tcp/70000 in", "ports go from 1 to 65535"),
        ("tcp/25-20 in", "ports go from 1 to 65535, the lower one first"),
        ("tcp/x in", "neither a port nor a range"),
        ("gre/5 in", "gre has no ports"),
        ("icmp/ping in", "the type is a number or one of"),
        ("tcp/25 in from", "nothing stands after 'from'"),
        ("tcp/25 in 192.0.2.1", "comes from, to, by or over"),
        ("tcp/25 in from 192.0.2.300", "no address, network or range"),
        ("tcp/25 in from 192.0.2.9-192.0.2.1", "from a lower address to a higher"),
        ("tcp/25 in over ipv5", "over ipv4, over ipv6, or neither"),
    ],
)
def test_what_cannot_be_right_is_refused_with_what_can(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Promise(must_pass=(text,))


@pytest.mark.parametrize(
    ("flow", "reason"),
    [
        ({"direction": "in", "out_by": "eth0"}, "out_by"),
        ({"direction": "out", "in_by": "eth0"}, "in_by"),
        ({"direction": "in", "user_id": 0}, "user_id"),
        ({"direction": "in", "ports": ()}, "ports must not be an empty list"),
    ],
)
def test_what_does_not_go_with_a_direction_is_refused(flow: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Flow(**flow)  # type: ignore[arg-type]  # wrong on purpose


def test_files_are_absolute() -> None:
    with pytest.raises(ValueError, match="not an absolute path"):
        Promise(files=("rules.v4",))


def test_an_empty_promise_is_told() -> None:
    assert Promise().is_empty
    assert not Promise(policy=Policies(input="drop")).is_empty


def test_icmp_is_a_ping_where_it_must_pass_and_any_question_where_it_must_not() -> None:
    (ping,) = carried("icmp")
    (any_question,) = carried("icmp", passing=False)
    assert ping.icmp4 == Intervals.single(8 << 8)
    assert any_question.icmp4 is not None
    assert 13 << 8 in any_question.icmp4


def test_a_type_that_one_family_lacks_is_not_of_it() -> None:
    (found,) = carried("icmp/neighbour-solicitation")
    assert found.is_of(IPV6)
    assert not found.is_of(IPV4)


def test_any_is_every_address_a_host_may_have() -> None:
    assert addresses(["any"], IPV4, None) == EVERYWHERE[IPV4]
    assert 0x7F000001 not in EVERYWHERE[IPV4]
    assert 0x0A000001 in EVERYWHERE[IPV4]
    assert 0x0A000001 not in PUBLIC[IPV4]
    assert 0x08080808 in PUBLIC[IPV4]


def test_self_is_the_hosts_own_addresses_once_they_are_known() -> None:
    own = Intervals.single(0xC0000201)
    assert addresses(["self"], IPV4, own) == own
    assert addresses(["self"], IPV4, None) == EVERYWHERE[IPV4]


def test_addresses_of_the_other_family_are_left_out() -> None:
    assert not addresses(["2001:db8::/32"], IPV4, None)
    assert addresses(["2001:db8::1"], IPV6, None).size == 1
