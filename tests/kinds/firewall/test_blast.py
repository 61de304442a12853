from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from twiceshy.kinds.firewall.blast import differences, differences_between
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.configuration import Configuration

Written = Callable[..., Configuration]
RULES = """\
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp --dport 25 -j ACCEPT
-A INPUT -m limit --limit 3/min -j LOG
-A INPUT -s 198.51.100.0/24 -p tcp --dport 22 -j ACCEPT
COMMIT
"""


@pytest.fixture
def said(written: Written) -> Callable[[str], tuple[str, ...]]:
    def of(after: str) -> tuple[str, ...]:
        return differences(written(v4=RULES), written(v4=after))

    return of


Said = Callable[[str], tuple[str, ...]]


def test_what_only_looks_different_is_no_difference(said: Said) -> None:
    other = RULES.replace("-p tcp --dport 25", "-p tcp -m tcp --dport 25 -m comment --comment mail")
    assert said(f"# a comment\n{other}") == ()


def test_rules_that_change_places_without_effect_are_no_difference(said: Said) -> None:
    lines = RULES.splitlines()
    lines[5], lines[7] = lines[7], lines[5]
    assert said("\n".join(lines) + "\n") == ()


def test_a_rule_that_is_taken_away_says_what_is_lost(said: Said) -> None:
    assert said(RULES.replace("-A INPUT -p tcp --dport 25 -j ACCEPT\n", "")) == (
        "tcp to port 25 from anywhere to anywhere, in: passed, now dropped",
    )


def test_a_rule_that_is_added_says_what_is_gained(said: Said) -> None:
    rule = "-A INPUT -s 192.0.2.0/24 -p udp --dport 53 -j ACCEPT\n"
    assert said(RULES.replace("COMMIT", f"{rule}COMMIT")) == (
        "udp to port 53 from 192.0.2.0/24 to anywhere, in: was dropped, now passes",
    )


def test_a_wider_network_is_told_as_what_comes_in_addition(said: Said) -> None:
    assert said(RULES.replace("198.51.100.0/24", "198.51.100.0/23")) == (
        "tcp to port 22 from 198.51.101.0/24 to anywhere, in: was dropped, now passes",
    )


def test_established_connections_are_told_apart(said: Said) -> None:
    after = RULES.replace("RELATED,ESTABLISHED", "RELATED")
    assert said(after) == (
        "any protocol from anywhere to anywhere, in, answers of connections: passed, now dropped",
        "any protocol from anywhere to anywhere, in, established: passed, now dropped",
    ) or all("answers of connections" in line or "established" in line for line in said(after))


def test_a_policy_changes_all_that_no_rule_is_about(said: Said) -> None:
    lines = said(RULES.replace(":OUTPUT ACCEPT", ":OUTPUT DROP"))
    assert lines[0] == "any protocol from anywhere to anywhere, out: passed, now dropped"


def test_what_is_lost_comes_first_and_the_most_of_it(said: Said) -> None:
    after = RULES.replace("--dport 25", "--dport 26").replace("198.51.100.0/24", "198.51.100.0/25")
    assert [line.rpartition(": ")[2] for line in said(after)] == [
        "passed, now dropped",
        "passed, now dropped",
        "was dropped, now passes",
    ]
    assert "port 25" in said(after)[0]


def test_a_changed_translation_is_told(written: Written) -> None:
    nat = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.{}\nCOMMIT\n"
    lines = differences(written(v4=nat.format(5)), written(v4=nat.format(6)))
    assert [line.split(":")[0] for line in lines] == [
        "address translation removed",
        "address translation added",
    ]


def test_what_cannot_be_read_after_the_change_is_told(said: Said) -> None:
    lines = said(RULES.replace("--dport 25", "--dprt 25"))
    assert any("rules.v4:6 could not be read" in line for line in lines)


def test_many_differences_are_told_shortly(said: Said) -> None:
    more = "".join(
        f"-A INPUT -s 10.0.{one}.0/24 -p tcp --dport {1000 + one} -j ACCEPT\n"
        for one in range(0, 80, 2)
    )
    lines = said(RULES.replace("COMMIT", f"{more}COMMIT"))
    assert len(lines) <= 22
    assert lines[-1].endswith("more flows")


def test_many_ports_are_one_line(said: Said) -> None:
    more = "".join(f"-A INPUT -p tcp --dport {port} -j ACCEPT\n" for port in range(1000, 1100, 2))
    assert said(RULES.replace("COMMIT", f"{more}COMMIT")) == (
        (
            "tcp to port 1000, 1002, 1004 and 47 more from anywhere to anywhere, in: was dropped, now"
            " passes"
        ),
    )


def test_what_is_too_much_to_tell_apart_is_told_roughly_with_an_example(written: Written) -> None:
    roll = random.Random(1)
    many = "".join(
        f"-A INPUT -s {roll.randrange(1, 220)}.{roll.randrange(256)}.0.0/16 -p tcp --dport"
        f" {roll.randrange(1, 60000)} -j {roll.choice(('ACCEPT', 'DROP'))}\n"
        for _ in range(300)
    )
    rules = RULES.replace("COMMIT", f"{many}COMMIT")
    lines = differences(written(v4=rules), written(v4=rules.replace("INPUT DROP", "INPUT ACCEPT")))
    assert lines[0].startswith("some of any protocol but tcp and udp")
    assert any(
        "some of tcp" in line and "such as tcp 192.0.2.10:40000 ->" in line for line in lines
    )
    assert all("was dropped, now passes" in line for line in lines)


def test_nothing_before_and_nothing_after_is_no_difference() -> None:
    assert differences_between(Ruleset(()), Ruleset(())) == ()
