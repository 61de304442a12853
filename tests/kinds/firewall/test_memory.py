from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.farm.rulesets import OWN4, Maker, changed
from twiceshy.kinds.firewall.decide.ask import Result, all_pass, none_passes
from twiceshy.kinds.firewall.decide.budget import Budget
from twiceshy.kinds.firewall.flows import Surroundings, regions
from twiceshy.kinds.firewall.host import Host
from twiceshy.kinds.firewall.promise import flow_of
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Ruleset

HOST = Host(Intervals.of((one, one) for one in OWN4))
FLOWS = (
    "tcp/25 in from 10.0.0.4",
    "tcp/22,80 in from 10.0.0.0/29",
    "tcp/25 out to 10.0.0.5",
    "udp/53 out",
    "tcp/80 through from 10.0.0.4-10.0.0.6 to 10.0.0.7",
)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_remembered_from_before_a_change_is_what_would_be_worked_out(seed: int) -> None:
    roll = random.Random(seed)
    before = Maker(seed, unmodelled=bool(seed % 2)).ruleset()
    after = changed(before, roll)
    around = Surroundings(HOST, frozenset({4}))
    for text in FLOWS:
        for ask, passing in ((all_pass, True), (none_passes, False)):
            for region in regions(flow_of(text), 4, around, passing=passing):
                ask(before, region, HOST)
                remembered = ask(after, region, HOST)
                assert remembered.result is ask(after, region, HOST, Budget()).result, text


Read = Callable[..., Ruleset]


@pytest.mark.parametrize(
    ("added", "is_remembered"),
    [
        ("-A INPUT -p udp -j DROP", True),
        ("-A INPUT -s 192.0.2.0/24 -j DROP", False),
        ("-A OUTPUT -d 192.0.2.7 -j DROP", False),
        ("-A OUTPUT -p tcp --sport 80 -j DROP", True),
    ],
)
def test_an_answer_is_remembered_while_no_changed_rule_can_meet_its_packets(
    added: str, is_remembered: bool, read: Read
) -> None:
    rules = (
        "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n{}-A INPUT -p icmp -j DROP\nCOMMIT\n"
    )
    before, after = read(v4=rules.format("")), read(v4=rules.format(f"{added}\n"))
    around = Surroundings(Host(), frozenset({4}))
    (region,) = regions(flow_of("tcp/25 in from 192.0.2.7"), 4, around, passing=True)
    assert all_pass(before, region, Host()).result is Result.KEPT
    answer = all_pass(after, region, Host())
    assert (answer.steps == 0) is is_remembered


def test_too_many_steps_end_in_an_answer_that_says_so(read: Read) -> None:
    rules = "".join(
        f"-A INPUT -s 10.{one}.0.0/15 -p tcp --dport {one * 7}:{one * 9 + 40} -j"
        f" {'DROP' if one % 2 else 'ACCEPT'}\n"
        for one in range(1, 60)
    )
    ruleset = read(v4=f"*filter\n:INPUT ACCEPT [0:0]\n{rules}COMMIT\n")
    around = Surroundings(Host(), frozenset({4}))
    (region,) = regions(flow_of("tcp in from 10.0.0.0/9"), 4, around, passing=False)
    answer = none_passes(ruleset, region, Host(), Budget(most_steps=0))
    assert answer.result is Result.GIVEN_UP
    assert "steps were not enough" in answer.why
