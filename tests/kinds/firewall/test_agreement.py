from __future__ import annotations

import itertools
import random
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.farm.rulesets import ADDRESSES, NET4, NET6, OWN4, OWN6, PORTS, Maker
from twiceshy.kinds.firewall.conversation import converse
from twiceshy.kinds.firewall.decide.ask import Result, all_pass, none_passes
from twiceshy.kinds.firewall.decide.region import Region
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import IPV4, TCP, UDP, Packet
from twiceshy.kinds.firewall.trace import Outcome, trace
from twiceshy.languages.firewall.conditions import CtState, Field, Names
from twiceshy.languages.firewall.intervals import Intervals

T = TypeVar("T")
ONE = Intervals.single
HOST = Host(Intervals.of((one, one) for one in OWN4), Intervals.of((one, one) for one in OWN6))


def a_region(roll: random.Random, family: int, path: Path) -> tuple[Region, list[Packet]]:
    net = NET4 if family == IPV4 else NET6
    own = OWN4 if family == IPV4 else OWN6
    others = [net + one for one in range(ADDRESSES) if net + one not in own]

    def some(values: list[T], most: int) -> list[T]:
        return roll.sample(values, roll.randint(1, min(most, len(values))))

    sources = some(list(own), 2) if path is Path.OUTPUT else some(others, 3)
    destinations = some(list(own), 2) if path is Path.INPUT else some(others, 3)
    dports = some([*PORTS, 3306], 3)
    sports = some([22, 40000, 50000], 2)
    protocol = roll.choice((TCP, UDP))
    names = some(["eth0", "eth1", "ens3"], 2)
    values = {
        Field.SADDR4 if family == IPV4 else Field.SADDR6: _of(sources),
        Field.DADDR4 if family == IPV4 else Field.DADDR6: _of(destinations),
        Field.L4PROTO: ONE(protocol),
        Field.SPORT: _of(sports),
        Field.DPORT: _of(dports),
        Field.CT_STATE: ONE(CtState.NEW),
        Field.CT_DIRECTION: ONE(0),
        Field.MARK: ONE(0),
        Field.CT_MARK: ONE(0),
        Field.LENGTH: ONE(60),
        Field.TTL: ONE(64),
        Field.DSCP: ONE(0),
        Field.PKTTYPE: ONE(0),
        Field.FRAGMENT: ONE(0),
    }
    if protocol == TCP:
        values[Field.TCP_FLAGS] = ONE(2)
    named = {
        name: Names(frozenset(names))
        for name, there in (
            (Field.IIF, path is not Path.OUTPUT),
            (Field.OIF, path is not Path.INPUT),
        )
        if there
    }
    packets = [
        Packet(
            family,
            saddr,
            daddr,
            protocol,
            sport,
            dport,
            iif=iif,
            oif=oif,
        )
        for saddr, daddr, sport, dport, iif, oif in itertools.product(
            sources,
            destinations,
            sports,
            dports,
            [*names] if Field.IIF in named else [None],
            [*names] if Field.OIF in named else [None],
        )
    ]
    return Region(family, path, {**values, **named}), packets


def _of(values: list[int]) -> Intervals:
    return Intervals.of((one, one) for one in values)


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    family=st.sampled_from((4, 6)),
    path=st.sampled_from(tuple(Path)),
)
def test_engine_and_trace_agree_on_every_packet_of_a_region(
    seed: int, family: int, path: Path
) -> None:
    check(seed, family, path, unmodelled=False)


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    family=st.sampled_from((4, 6)),
    path=st.sampled_from(tuple(Path)),
)
def test_engine_and_trace_agree_when_not_everything_is_modelled(
    seed: int, family: int, path: Path
) -> None:
    check(seed, family, path, unmodelled=True)


def check(seed: int, family: int, path: Path, *, unmodelled: bool) -> None:
    ruleset = Maker(seed, family=family, unmodelled=unmodelled).ruleset()
    region, packets = a_region(random.Random(seed), family, path)
    hows = {Result.KEPT, Result.BROKEN, Result.DEPENDS}

    firsts = {trace(ruleset, packet, path, HOST).outcome for packet in packets}
    blocked = none_passes(ruleset, region, HOST)
    assert blocked.result in hows, blocked.why
    expect(blocked.result, wrong={Outcome.ACCEPTED} & firsts, depends=Outcome.DEPENDS in firsts)

    spoken = {converse(ruleset, packet, path, HOST).outcome for packet in packets}
    passing = all_pass(ruleset, region, HOST)
    assert passing.result in hows, passing.why
    wrong = {Outcome.DROPPED, Outcome.REJECTED} & spoken
    if passing.result is Result.BROKEN and not wrong:
        # later packets have flags and sizes that the packets here do not
        assert passing.conversation is not None
        assert passing.conversation.outcome in {Outcome.DROPPED, Outcome.REJECTED}
        return
    expect(passing.result, wrong=wrong, depends=Outcome.DEPENDS in spoken)


def expect(result: Result, *, wrong: set[Outcome], depends: bool) -> None:
    if result is Result.KEPT:
        assert not wrong
        assert not depends
    elif result is Result.BROKEN:
        assert wrong
    else:
        assert depends
        assert not wrong
