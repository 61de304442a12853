from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.farm.kernel.sandbox import Kernel, why_not
from twiceshy.languages.firewall.conditions import AnyOf, Condition, Field, Match, Names, Opaque
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ipset import Sets
from twiceshy.languages.firewall.ipset.read import SetsFile, read_sets
from twiceshy.languages.firewall.iptables.save import read_save
from twiceshy.languages.firewall.ruleset import Problem, TableFamily

F = Field
TCP, UDP = Match(F.L4PROTO, Intervals.single(6)), Match(F.L4PROTO, Intervals.single(17))
WHOLE = Match(F.FRAGMENT, Intervals.single(0))
TEN = 10 << 24
NOBODY = AnyOf(())
Asks = Callable[..., list[Condition]]


def m(field: Field, *pairs: tuple[int, int] | int) -> Match:
    return Match(field, Intervals.of((one, one) if isinstance(one, int) else one for one in pairs))


def sets_of(text: str, varying: frozenset[str] = frozenset()) -> tuple[Sets, tuple[Problem, ...]]:
    return read_sets((SetsFile(text.encode(), "ipset"),), varying)


@pytest.fixture
def asks() -> Asks:
    """`asks(sets, "--match-set x src")`: the conditions of a rule that looks a set up."""

    def of(text: str, lookup: str, family: TableFamily = TableFamily.IP) -> list[Condition]:
        sets, problems = sets_of(text)
        assert problems == ()
        rule = f"*filter\n-A INPUT -m set {lookup} -j DROP\nCOMMIT\n"
        saved = read_save(rule.encode(), "rules", family, sets)
        assert saved.problems == ()
        return list(saved.tables[0].chains["INPUT"].rules[0].conditions)

    return of


HASH_IP = (
    "create x hash:ip family inet hashsize 1024 maxelem 65536\nadd x 10.0.0.1\nadd x 10.0.0.2\n"
)
PORTS = (
    "create x hash:ip,port family inet\nadd x 10.0.0.1,tcp:80\nadd x 10.0.0.2,tcp:80\n"
    "add x 10.0.0.1,tcp:81\nadd x 10.0.0.2,tcp:81\nadd x 10.0.0.1,udp:53\n"
)
LIST = (
    "create a hash:ip\nadd a 10.0.0.1\ncreate b bitmap:port range 0-99\nadd b 22\n"
    "create x list:set size 8\nadd x a\nadd x b\n"
)


@pytest.mark.parametrize(
    ("text", "lookup", "conditions"),
    [
        (HASH_IP, "--match-set x src", [m(F.SADDR4, (TEN + 1, TEN + 2))]),
        (HASH_IP, "--match-set x dst", [m(F.DADDR4, (TEN + 1, TEN + 2))]),
        (
            HASH_IP,
            "! --match-set x src",
            [AnyOf(((m(F.SADDR4, (TEN + 1, TEN + 2)),),), negated=True)],
        ),
        ("create x hash:ip\n", "--match-set x src", [NOBODY]),
        (
            "create x hash:ip netmask 24\nadd x 10.0.0.0\n",
            "--match-set x src",
            [m(F.SADDR4, (TEN, TEN + 255))],
        ),
        (
            "create x bitmap:ip range 10.0.0.0/24\nadd x 10.0.0.3-10.0.0.8\n",
            "--match-set x src",
            [m(F.SADDR4, (TEN + 3, TEN + 8))],
        ),
        (
            "create x hash:net\nadd x 10.0.0.0/29\nadd x 10.0.0.4/30 nomatch\nadd x 10.0.0.7\n",
            "--match-set x src",
            [m(F.SADDR4, (TEN, TEN + 3), TEN + 7)],
        ),
        (
            "create x bitmap:port range 0-1024\nadd x 22-25\n",
            "--match-set x dst",
            [m(F.L4PROTO, 6, 17), WHOLE, m(F.DPORT, (22, 25))],
        ),
        (
            PORTS,
            "--match-set x dst,src",
            [
                AnyOf(
                    (
                        (
                            m(F.DADDR4, (TEN + 1, TEN + 2)),
                            TCP,
                            WHOLE,
                            m(F.SPORT, (80, 81)),
                        ),
                        (m(F.DADDR4, TEN + 1), UDP, WHOLE, m(F.SPORT, 53)),
                    )
                )
            ],
        ),
        (PORTS, "--match-set x src", [NOBODY]),
        (
            "create x hash:ip,port\nadd x 10.0.0.1,icmp:echo-request\nadd x 10.0.0.2,gre:0\n",
            "--match-set x src,dst",
            [
                AnyOf(
                    (
                        (m(F.SADDR4, TEN + 1), m(F.L4PROTO, 1), WHOLE, m(F.ICMP4, 0x800)),
                        (m(F.SADDR4, TEN + 2), m(F.L4PROTO, 47)),
                    )
                )
            ],
        ),
        (
            "create x hash:ip,port,net\nadd x 10.0.0.1,80,10.0.0.0/24\n",
            "--match-set x src,dst,dst",
            [
                m(F.SADDR4, TEN + 1),
                TCP,
                WHOLE,
                m(F.DPORT, 80),
                m(F.DADDR4, (TEN, TEN + 255)),
            ],
        ),
        (
            "create x hash:net,iface\nadd x 10.0.0.0/24,eth0\nadd x 10.0.0.0/24,ppp wildcard\n",
            "--match-set x src,src",
            [
                AnyOf(
                    (
                        (
                            m(F.SADDR4, (TEN, TEN + 255)),
                            Match(F.IIF, Names(frozenset({"eth0"}))),
                        ),
                        (
                            m(F.SADDR4, (TEN, TEN + 255)),
                            Match(F.IIF, Names(prefixes=frozenset({"ppp"}))),
                        ),
                    )
                )
            ],
        ),
        (
            "create x hash:mac\nadd x 00:00:00:00:01:02\n",
            "--match-set x src",
            [m(F.SMAC, 0x102)],
        ),
        (
            "create x hash:ip,mark\nadd x 10.0.0.1,0x5\n",
            "--match-set x src,src",
            [m(F.SADDR4, TEN + 1), m(F.MARK, 5)],
        ),
        (
            LIST,
            "--match-set x src",
            [
                AnyOf(
                    (
                        (m(F.SADDR4, TEN + 1),),
                        (m(F.L4PROTO, 6, 17), WHOLE, m(F.SPORT, 22)),
                    )
                )
            ],
        ),
        (
            "create x hash:net family inet6\nadd x 2001:db8::/32\n",
            "--match-set x src",
            [NOBODY],
        ),
    ],
)
def test_a_lookup_is_written_out(
    asks: Asks, text: str, lookup: str, conditions: list[Condition]
) -> None:
    assert asks(text, lookup) == conditions


def test_a_set_of_ipv6_networks_is_asked_by_ip6tables(asks: Asks) -> None:
    text = "create x hash:net family inet6\nadd x 2001:db8::/32\n"
    low = 0x20010DB8 << 96
    assert asks(text, "--match-set x src", TableFamily.IP6) == [
        m(F.SADDR6, (low, low + (1 << 96) - 1))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "create x hash:ip timeout 300\nadd x 10.0.0.1 timeout 299\n",
        "create x hash:net,net\nadd x 10.0.0.0/8,10.0.0.0/8\nadd x 10.1.0.0/16,10.0.0.0/8 nomatch\n",
        "create x hash:net,iface\nadd x 10.0.0.0/8,physdev:eth0\n",
        "create x hash:ip bitmask 255.0.0.255\nadd x 10.0.0.1\n",
        "create x bitmap:ip,mac range 10.0.0.0/24\nadd x 10.0.0.1\n",
        "create x hash:unheard-of\nadd x something\n",
        "create y hash:ip timeout 5\ncreate x list:set\nadd x y\n",
        "create y hash:ip\n",
    ],
)
def test_a_set_of_which_not_all_is_known_is_opaque(asks: Asks, text: str) -> None:
    (one,) = asks(text, "--match-set x src,src")
    assert isinstance(one, Opaque)
    assert one.text == "-m set --match-set x src,src"


@pytest.mark.parametrize("more", ["--packets-gt 5", "--return-nomatch"])
def test_lookups_that_ask_for_more_are_opaque(asks: Asks, more: str) -> None:
    (one,) = asks(HASH_IP, f"--match-set x src {more}")
    assert isinstance(one, Opaque)


def test_a_set_that_rules_add_to_is_not_known() -> None:
    sets, _ = sets_of(HASH_IP, frozenset({"x"}))
    assert sets.known("x") is None


def test_commands_change_sets() -> None:
    sets, problems = sets_of(
        "create a hash:ip\nadd a 10.0.0.1\nadd a 10.0.0.2\ndel a 10.0.0.1\n"
        "create b hash:ip\nswap a b\nrename a c\nadd c 10.0.0.9\nflush b\n"
        "create d hash:ip\ndestroy d\ncreate -exist c hash:ip\n"
    )
    assert problems == ()
    assert {name: one.size for name, one in sets.by_name.items()} == {"b": 0, "c": 1}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("add x 10.0.0.1", "there is no set `x`"),
        ("create x hash:ip\ncreate x hash:ip", "there is a set `x` already"),
        ("create x hash:ip\nadd x 10.0.0.300", "is too large"),
        ("create x hash:ip,port\nadd x 10.0.0.1", "has 2 parts"),
        ("create x hash:ip,port\nadd x 10.0.0.1,tcp:70000", "is too large for a port"),
        ("create x hash:ip\ndel x 10.0.0.1", "is no element of `x`"),
        ("nonsense x", "no command of ipset"),
        ("create x", "needs a set"),
    ],
)
def test_what_ipset_would_refuse_is_a_problem_with_its_line(text: str, why: str) -> None:
    _, (problem,) = sets_of(text)
    assert why in problem.what
    assert problem.place.line == text.count("\n") + 1


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_whatever_the_bytes_nothing_is_raised(data: bytes) -> None:
    sets, _ = read_sets((SetsFile(b"create x hash:ip,port\nadd x " + data, "ipset"),), frozenset())
    assert "x" in sets.by_name


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """A kernel of one's own; without namespaces the test is skipped, saying so."""
    why = why_not()
    if why is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    sandbox = Kernel()
    yield sandbox
    sandbox.close()


def test_what_the_kernel_prints_back_means_the_same(kernel: Kernel, asks: Asks) -> None:
    text = PORTS.replace(" x", " p") + (
        'create n hash:net comment counters\nadd n 10.0.0.0/29 comment "a b"\n'
        "add n 10.0.0.4/30 nomatch\n"
        "create b bitmap:port range 0-99\nadd b 22-25\n"
        "create g hash:ip netmask 24\nadd g 10.0.3.7\n"
        "create f hash:net,iface\nadd f 10.0.0.0/8,eth0\nadd f 10.0.0.0/9,ppp wildcard\n"
        "create t hash:ip timeout 300\nadd t 10.0.0.1\n"
        "create i hash:ip,port\nadd i 10.0.0.1,icmp:echo-request\nadd i 10.0.0.1,udp:1-3\n"
        "create l list:set\nadd l n\nadd l g\n"
    )
    kernel.must("ipset", "restore", given=text)
    printed = kernel.must("ipset", "save")
    for name in "pnbgftil":
        lookup = f"--match-set {name} src,dst"
        assert _unordered(asks(printed, lookup)) == _unordered(asks(text, lookup))


def _unordered(conditions: list[Condition]) -> list[object]:
    return [frozenset(one.boxes) if isinstance(one, AnyOf) else _told(one) for one in conditions]


def _told(one: Condition) -> object:
    return one.text if isinstance(one, Opaque) else one
