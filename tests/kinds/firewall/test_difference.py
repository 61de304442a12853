from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.farm.rulesets import ADDRESSES, NET4, PORTS, Maker, changed
from twiceshy.kinds.firewall.asks import value_of
from twiceshy.kinds.firewall.decide.alignment import aligned
from twiceshy.kinds.firewall.decide.budget import Budget, GivenUp
from twiceshy.kinds.firewall.decide.difference import Difference, Turned, differences_of
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import TCP, UDP, Packet
from twiceshy.kinds.firewall.trace import Outcome, trace
from twiceshy.languages.firewall.conditions import CtState

PASSES, DROPPED = {Outcome.ACCEPTED}, {Outcome.DROPPED, Outcome.REJECTED}


def some_packet(roll: random.Random) -> tuple[Packet, Path]:
    path = roll.choice(tuple(Path))
    names = ("lo", "eth0", "dummy9")  # in a class of their own, or in that of unnamed ones
    packet = Packet(
        4,
        NET4 + roll.randrange(ADDRESSES),
        NET4 + roll.randrange(ADDRESSES),
        roll.choice((TCP, UDP)),
        roll.choice((22, 40000)),
        roll.choice((*PORTS, 3306)),
        iif=None if path is Path.OUTPUT else roll.choice(names),
        oif=None if path is Path.INPUT else roll.choice(names),
        skuid=0,
        skgid=0,
        smac=1,
        ct_state=CtState.NEW,
    )
    return packet, path


def covers(one: Difference, packet: Packet, path: Path) -> bool:
    if one.path is not path or one.family != packet.family or one.ct_state != packet.ct_state:
        return False
    for asked, values in one.values.items():
        value = value_of(asked, packet)
        if isinstance(value, str):
            examples = one.interfaces.examples
            value = examples.index(value) if value in examples else len(examples) - 1
        if value is not None and value not in values:
            return False
    return True


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_packet_that_is_treated_otherwise_is_among_the_differences(seed: int) -> None:
    roll = random.Random(seed)
    before = Maker(seed, unmodelled=bool(seed % 3 == 0)).ruleset()
    after = changed(before, roll)
    alignment = aligned(before, after)
    found: list[Difference] = []
    try:
        for each in alignment.changed:
            found += differences_of(before, after, each, alignment, Budget())
    except GivenUp:
        return  # which is told, instead of a list that is too short
    for _ in range(40):
        packet, path = some_packet(roll)
        one = trace(before, packet, path, Host()).outcome
        other = trace(after, packet, path, Host()).outcome
        told = {each.turned for each in found if covers(each, packet, path)}
        if one in PASSES and other in DROPPED:
            assert Turned.LOST in told, packet
        elif one in DROPPED and other in PASSES:
            assert Turned.GAINED in told, packet
        elif one is other and one is not Outcome.DEPENDS:
            exact = {
                each.turned
                for each in found
                if covers(each, packet, path) and not each.is_rough and each.level == 2
            }
            assert not exact, packet


def test_nothing_differs_from_itself() -> None:
    ruleset = Maker(1).ruleset()
    assert aligned(ruleset, Maker(1).ruleset()).changed == []
