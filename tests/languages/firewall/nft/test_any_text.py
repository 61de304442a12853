"""No text makes the reader fail, or keeps it busy for long."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.languages.firewall.nft.conftest import Read
from twiceshy.languages.firewall.nft.read import read_nft
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.configuration import Configuration

CASES = sorted((Path(__file__).parent / "cases").glob("*.nft"))
RULES = [
    line.strip()
    for case in CASES
    for line in case.read_text().splitlines()
    if line.startswith("\t\t") and not line.strip().startswith(("type ", "policy ", "elements "))
]
WORDS = sorted({word for rule in RULES for word in re.findall(r'"[^"]*"|[\w./:*@$-]+|.', rule)})
WORDS += ["\n", "\\\n", "$a", "@s", "99999999999999999999", "0x", "# handle 5", "\r", "٣", "\0"]
FRAME = """define a = { 22, 80 }
table inet t {
set s { type ipv4_addr; elements = { 192.0.2.1 }; }
chain helpers { }
chain c {
type filter hook input priority 0;
RULES
}
}
insert rule inet t c index 0 RULES
RULES
"""


def framed(rules: str) -> bytes:
    return FRAME.replace("RULES", rules).encode()


def sound(text: bytes) -> Ruleset:
    ruleset = read_nft(text, "/etc/nftables.conf", Configuration({"/etc/nftables.conf": text}))
    for problem in ruleset.problems:
        assert problem.what
        assert problem.place.line >= 1
        assert problem.place.column >= 1
    for table in ruleset.tables:
        for chain in table.chains.values():
            for rule in chain.rules:
                assert rule.text
                assert rule.place.line >= 1
    return ruleset


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_never_make_it_fail(data: bytes) -> None:
    sound(data)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_words_in_any_order_never_make_it_fail(words: list[str]) -> None:
    sound(framed(" ".join(words)))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(RULES), min_size=1, max_size=4),
    st.integers(0, 400),
    st.integers(0, 12),
    st.sampled_from(WORDS),
)
def test_rules_with_a_piece_replaced_never_make_it_fail(
    rules: list[str], at: int, length: int, word: str
) -> None:
    text = "\n".join(rules)
    at = min(at, len(text))
    sound(framed(text[:at] + word + text[at + length :]))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CASES), st.integers(0, 6000), st.integers(0, 40))
def test_files_with_a_hole_never_make_it_fail(case: Path, at: int, length: int) -> None:
    text = case.read_bytes()
    sound(text[:at] + text[at + length :])


@pytest.mark.parametrize(
    "text",
    [
        "{" * 200_000,
        "(" * 200_000,
        "table t { chain c { tcp dport " + "{" * 200_000,
        "table t { chain c { tcp dport " + "(" * 200_000,
        "table t {\nchain c {\nmeta mark " + "1|" * 100_000 + "1 accept\n}\n}\n",
        "table t {\nchain c {\nmeta mark " + "1." * 100_000 + "1 accept\n}\n}\n",
        "table t { " * 50_000,
        "x;" * 300_000,
        "x\n" * 300_000,
        "table t {\nchain c {\n" + "frob\n" * 300_000 + "}\n}\n",
        '"' * 99_999,
        "\\\n" * 200_000,
        "table t {\nchain c {\n" + "tcp dport 22 accept; " * 30_000 + "}\n}\n",
        "define a = " + "9" * 100_000,
        "table t {\nchain c {\nmeta mark 0x" + "f" * 100_000 + " accept # handle " + "9" * 9999,
    ],
    ids=lambda text: text[:40].replace("\n", " "),
)
def test_text_that_goes_on_and_on_ends_soon(text: str, read: Read) -> None:
    sound(text.encode())
    assert len(read(text).problems) <= 1100


def test_a_file_that_is_too_large_is_a_problem_and_nothing_more(read: Read) -> None:
    (problem,) = read("#" * (65 << 20)).problems
    assert "MiB" in problem.what


def test_a_set_of_many_elements_is_one_value_in_all_rules(read: Read) -> None:
    elements = ",\n".join(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(0, 200_000, 2))
    ruleset = read(
        f"table t {{\nset s {{ type ipv4_addr; elements = {{ {elements} }}; }}\n"
        "chain c {\nip saddr @s drop\nip saddr @s counter drop\n}\n}\n"
    )
    assert ruleset.problems == ()
    assert ruleset.sets == {"ip t s": 100_000}
    one, two = ruleset.tables[0].chains["c"].rules
    assert one.conditions[-1] is two.conditions[-1]
    assert len(one.conditions[-1].values.pairs) == 100_000  # type: ignore[union-attr] # numbers


def test_more_combinations_than_one_can_look_at_are_a_problem(read: Read) -> None:
    elements = ", ".join(f"{n} : continue" for n in range(250))
    rule = f"tcp dport vmap {{ {elements} }} tcp sport vmap {{ {elements} }} udp dport vmap {{ {elements} }}"
    (problem,) = read(f"table t {{\nchain c {{\n{rule} accept\n}}\n}}\n").problems
    assert "combinations" in problem.what
