from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.languages.firewall.ipset import NO_SETS
from twiceshy.languages.firewall.iptables.line import LineReader
from twiceshy.languages.firewall.iptables.plain import told_apart
from twiceshy.languages.firewall.iptables.rule import RuleReader, made
from twiceshy.languages.firewall.iptables.unreadable import UnreadableError
from twiceshy.languages.firewall.iptables.words import told, words_of
from twiceshy.languages.firewall.ruleset import Rule
from twiceshy.model.place import Place

PLACE = Place("rules", 1)
SIGN = st.sampled_from(["", "", "", "! "])
ADDRESSES = st.sampled_from(
    ["10.0.0.0/8", "192.0.2.7", "0.0.0.0/0", "010.1", "1.2.3.4/255.0.255.0"]
)
BASES = st.one_of(
    st.builds("{}-s {}".format, SIGN, ADDRESSES),
    st.builds("{}-d {}".format, SIGN, ADDRESSES),
    st.builds("{}-i {}".format, SIGN, st.sampled_from(["lo", "eth+", "+"])),
    st.builds("{}-p {}".format, SIGN, st.sampled_from(["tcp", "udp", "icmp", "6", "all", "gre"])),
    st.sampled_from(["-f", "! -f"]),
)
OPTIONS = st.one_of(
    st.builds("{}--dport {}".format, SIGN, st.sampled_from(["22", "ssh", "1:5", ":5", "x", "!"])),
    st.builds("{}--sport {}".format, SIGN, st.sampled_from(["22", "0", "070", "66000"])),
    st.sampled_from(["--syn", "--tcp-flags ALL SYN", "--tcp-option 5", "--icmp-type 8", "--foo 1"]),
)
MODULES = st.one_of(
    st.builds("-m {} {}".format, st.sampled_from(["tcp", "udp", "icmp"]), OPTIONS),
    st.builds("-m multiport {}--dports {}".format, SIGN, st.sampled_from(["1,2", "1:2,x"])),
    st.builds("-m conntrack {}--ctstate {}".format, SIGN, st.sampled_from(["NEW", "NEW,DNAT"])),
    st.builds("-m mark {}--mark {}".format, SIGN, st.sampled_from(["1", "1/1", "z"])),
    st.sampled_from(["-m limit --limit 1/s", "-m own --x 1 2", '-m comment --comment "a b"']),
    st.sampled_from(
        [
            "-m comment --comment ab",
            '-m comment --comment "-j \\"X"',
            "-m own",
            '-m comment --comment ""',
        ]
    ),
)
TARGETS = st.sampled_from(
    [
        "-j ACCEPT",
        "-j mine",
        "-g mine",
        "-p tcp -j REJECT --reject-with tcp-reset",
        "",
        "-j LOG --x",
        '-j LOG --log-prefix "a -j b"',
        "-j MARK --set-mark 1/3",
        "-j OWN --speed 5",
        "-j A B",
    ]
)
RULES = st.builds(
    lambda *parts: " ".join(one for part in parts for one in part),
    st.lists(BASES, max_size=3),
    st.lists(OPTIONS, max_size=2),
    st.lists(MODULES, max_size=3),
    st.tuples(TARGETS),
)


def slowly(text: str) -> Rule | str:
    try:
        return made(RuleReader(4, NO_SETS).parts(LineReader(words_of(text)).read()), PLACE, text)
    except UnreadableError as wrong:
        return wrong.what


def quickly(text: str) -> Rule | str:
    try:
        return RuleReader(4, NO_SETS).rule(text, PLACE, text)
    except UnreadableError as wrong:
        return wrong.what


@given(RULES)
@settings(max_examples=600, deadline=None)
def test_the_quick_way_and_the_thorough_one_agree(text: str) -> None:
    quick, slow = quickly(text), slowly(text)
    if isinstance(quick, str) or isinstance(slow, str):
        assert isinstance(quick, str)
        assert isinstance(slow, str)
    else:
        assert quick == slow


def test_what_iptables_save_prints_is_read_the_quick_way() -> None:
    plain = told_apart(
        '-s 10.0.0.0/8 -p tcp -m comment --comment "a b" -m tcp --dport 22 -j REJECT --reject-with x'
    )
    assert plain is not None
    assert (plain.base, plain.modules) == (["-s", "10.0.0.0/8", "-p", "tcp"], ["tcp --dport 22"])
    assert (plain.target, plain.comment) == ("REJECT --reject-with x", "a b")


@given(st.lists(st.text(min_size=1).filter(lambda word: not re.search(r"[\n\0]", word))))
def test_words_are_read_back_as_they_were_told(words: list[str]) -> None:
    assert words_of(told(words)) == words
