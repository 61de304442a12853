"""The sandbox itself: nothing is lost on the way, and conntrack is known to the letter."""

from __future__ import annotations

import random
from ipaddress import ip_address

import pytest

from tests.farm.kernel.datagram import TCP, UDP, Datagram, decode
from tests.farm.kernel.messages import ADDRESSES4, ADDRESSES6, INTERFACES, PEERS4, PEERS6, Shot
from tests.farm.kernel.pools import Pools
from tests.farm.kernel.sandbox import Kernel
from tests.farm.kernel.tracking import State
from tests.farm.kernel.volley import Stage, Volleys, Way

HOOKS = ("input", "forward", "output")


def _drops(state: str) -> str:
    return "".join(
        f"table inet t {{\n\tchain {hook} {{\n\t\ttype filter hook {hook} priority 0;\n"
        f"\t\tct state {state} drop\n\t}}\n}}\n"
        for hook in HOOKS
    )


def _unanswered(version: int, *, nat: bool) -> set[Stage]:
    """What does not follow on what the firewall itself receives."""
    is_unknown = nat and version == 6  # whose it was after translation cannot be read there
    return {Stage.ERROR} | ({Stage.REPLY, Stage.LATER} if is_unknown else set())


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("nat", [False, True])
def test_without_rules_every_packet_arrives(kernel: Kernel, version: int, nat: bool) -> None:
    rng = random.Random(version)
    volleys = Volleys(kernel, rng, Pools.drawn(rng), version, nat=nat)
    outcomes = [one for batch in volleys.run(400) for one in batch]
    assert len(outcomes) > 400
    assert [sent for sent, seen in outcomes if not seen.passed] == []
    ways = {sent.number: sent.way for sent, _ in outcomes if sent.stage is Stage.FIRST}
    spoken = {(ways[sent.about], sent.stage) for sent, _ in outcomes}
    everything = {(way, stage) for way in Way for stage in Stage}
    assert everything - spoken <= {(Way.INPUT, stage) for stage in _unanswered(version, nat=nat)}


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("state", list(State))
def test_a_packet_is_in_the_state_we_say(kernel: Kernel, version: int, state: State) -> None:
    rng = random.Random(version)
    kernel.must("nft", "-f", "-", given=_drops(state))
    try:
        volleys = Volleys(kernel, rng, Pools.drawn(rng), version, nat=False)
        outcomes = [one for batch in volleys.run(300) for one in batch]
    finally:
        kernel.must("nft", "flush", "ruleset")
    assert outcomes
    wrong = [sent for sent, seen in outcomes if seen.passed is (sent.state is state)]
    assert wrong == []


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(("proto", "port"), [(TCP, 25), (UDP, 53)])
def test_the_firewall_answers_unless_it_is_hushed(
    kernel: Kernel, version: int, proto: int, port: int
) -> None:
    addresses = (ADDRESSES4, PEERS4) if version == 4 else (ADDRESSES6, PEERS6)
    own, peer = (int(ip_address(one[0])) for one in addresses)
    shot = Shot("eth0", Datagram(version, peer, own, proto, 1000, port).encode(5))
    kernel.forget_connections()
    assert {one.at for one in kernel.send([shot])} & set(INTERFACES)
    kernel.hush(version, is_quiet=True)
    try:
        assert not {one.at for one in kernel.send([shot])} & set(INTERFACES)
    finally:
        kernel.hush(version, is_quiet=False)


def test_the_hosts_own_rules_are_not_there(kernel: Kernel) -> None:
    assert kernel.must("nft", "list", "ruleset") == ""
    assert "eth0" in kernel.must("ip", "-br", "link")


def test_a_packet_is_read_as_it_was_written() -> None:
    first = Datagram(4, 0x0A000001, 0xCB007105, TCP, 1000, 25, ttl=7, dscp=8)
    found = decode(first.encode(77))
    assert found is not None
    assert (found.number, found.datagram) == (77, first)


def test_a_command_that_fails_says_why(kernel: Kernel) -> None:
    with pytest.raises(RuntimeError, match="syntax error"):
        kernel.must("nft", "-f", "-", given="nonsense")
    assert kernel.send([Shot("eth0", Datagram(4, 1 << 24 | 1, 0xCB007105, 17, 1, 2).encode(5))])
