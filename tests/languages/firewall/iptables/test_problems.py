from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.languages.firewall.iptables.conftest import Read
from twiceshy.languages.firewall.conditions import Opaque
from twiceshy.languages.firewall.ipset import NO_SETS
from twiceshy.languages.firewall.iptables.save import MOST_BYTES, read_save
from twiceshy.languages.firewall.ruleset import Jump, TableFamily, Unmodelled
from twiceshy.model.place import Place

IN_INPUT = (TableFamily.IP, "filter", "INPUT")


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("-p tcp --dport 22 -j", "`-j` needs an argument"),
        ("--dport 22 -j ACCEPT", "`--dport` is an option of no module in this line"),
        ("-m tcp --dport 22 -j ACCEPT", "`-m tcp` needs `-p tcp` before it"),
        ("! -p tcp --dport 22 -j ACCEPT", "`--dport` is an option of no module in this line"),
        ("-p tcp --dport 70000 -j ACCEPT", "`70000` is too large for a port"),
        ("-p tcp --dport 90:80 -j ACCEPT", "`90:80` is a range of ports that ends before it"),
        ("-p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "at most 15"),
        ("-m multiport --dports 22", "needs `-p tcp`, udp"),
        ("-p tcp -p udp -j ACCEPT", "`-p` stands twice"),
        ("-p nonsense -j ACCEPT", "`nonsense` is no protocol known by this name"),
        ("! -p all -j ACCEPT", "would never match"),
        ("-s 300.0.0.1 -j ACCEPT", "`300` is too large for a byte"),
        ("-s 10.0.0.0/33 -j ACCEPT", "a prefix longer than 32"),
        ("-s 2001:db8:: -j ACCEPT", "is no"),
        ("! -s 192.0.2.1,192.0.2.2 -j ACCEPT", "`!` cannot negate a list"),
        ("-j ACCEPT -j DROP", "it has two targets"),
        ("-j ACCEPT extra", "`extra` is not expected here"),
        ("-j ACCEPT !", "negates nothing"),
        ("-j ACCEPT --reject-with tcp-reset", None),
        ("-m state --state OPEN -j ACCEPT", "`OPEN` is no state"),
        ("-p icmp --icmp-type nonsense -j ACCEPT", "`nonsense` is no ICMP type"),
        ("-p icmp -m icmp -j ACCEPT", "needs `--icmp-type`"),
        ("-p tcp --tcp-flags SYN,XXX SYN -j ACCEPT", "`XXX` is no TCP flag"),
        ('-m comment --comment "never closed -j ACCEPT', "a quote is opened"),
        ("-o eth0 -j ACCEPT", "`INPUT` knows no interface of `-o`"),
        ("-j nowhere", "there is no chain `nowhere` in `filter` and no known target"),
        ("-g nowhere", "there is no chain `nowhere` in `filter`"),
        ("-j OUTPUT", "`OUTPUT` is built in"),
        ("-p tcp --dport 1 --dport 2", "`--dport` stands twice"),
        ("-m ttl --ttl-lt 9 --ttl-gt 5", "`-m ttl` takes one option"),
        ("-j REJECT --reject-with tcp-reset", "needs `-p tcp`"),
        ("-j DNAT --to-destination 192.0.2.1:80", "needs `-p tcp`"),
        ("-t nat -j ACCEPT", "`-t` cannot stand here"),
    ],
)
def test_what_iptables_would_refuse_is_a_problem_and_a_rule_that_may_do_anything(
    read: Read, rule: str, why: str | None
) -> None:
    saved = read(f"*filter\n-A INPUT -i lo -j ACCEPT\n-A INPUT {rule}\nCOMMIT\n")
    _, unknown = saved.tables[0].chains["INPUT"].rules
    assert isinstance(unknown.target, Unmodelled)
    assert unknown.place == Place("rules", 3)
    if why is not None:
        (problem,) = saved.problems
        assert why in problem.what
        assert (problem.place, problem.chain) == (Place("rules", 3), IN_INPUT)


def test_an_unreadable_line_matches_nobody_knows_what(read: Read) -> None:
    saved = read("*filter\n-A INPUT --bogus\nCOMMIT\n")
    (unknown,) = saved.tables[0].chains["INPUT"].rules
    (condition,) = unknown.conditions
    assert isinstance(condition, Opaque)
    assert condition.occurrence == "rules:2:1"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("*filter\n-A INPUT -j DROP\n", "`COMMIT` is missing, so `filter` would not be loaded"),
        ("*filter\n:INPUT DROP [0:0]\nCOMMIT", None),
        ("*nonsense\n-A INPUT -j DROP\nCOMMIT\n", "`nonsense` is no table"),
        ("-A INPUT -j DROP\n", "`*` and a table is expected here"),
        ("*filter\n:INPUT REJECT [0:0]\nCOMMIT\n", "`REJECT` is no policy"),
        ("*filter\n:mine - [0:0]\n:mine - [0:0]\nCOMMIT\n", None),
        ("*filter\n \nCOMMIT\n", "it has no command"),
        ("*filter\n # remark\nCOMMIT\n", "`#` is not expected here"),
        ("*filter\n-A mine -j DROP\nCOMMIT\n", "the chain `mine` is not declared"),
        ("*filter\n-A PREROUTING -j DROP\nCOMMIT\n", "`PREROUTING` is not declared in `filter`"),
        ("*filter\n-D INPUT -j DROP\nCOMMIT\n", "there is no such rule in `INPUT` to delete"),
        ("*filter\n-D INPUT 1\nCOMMIT\n", "there are only 0 rules"),
        ("*filter\n-I INPUT 3 -j DROP\nCOMMIT\n", "there are only 0 rules"),
        ("*filter\n-X INPUT\nCOMMIT\n", "`INPUT` is built in"),
        ("*filter\n-P INPUT MAYBE\nCOMMIT\n", "`MAYBE` is no policy"),
        ("*filter\nnonsense\nCOMMIT\n", "`nonsense` is not expected here"),
        ("*filter\r\n-A INPUT -j DROP\r\nCOMMIT\r\n", "line ends of Windows"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(read: Read, text: str, why: str | None) -> None:
    told = [problem.what for problem in read(text).problems]
    if why is None:
        assert told == []
    else:
        assert why in "\n".join(told)


def test_a_circle_of_jumps_is_cut_where_it_closes(read: Read) -> None:
    saved = read(
        "*filter\n:a - [0:0]\n:b - [0:0]\n-A INPUT -j a\n-A a -j b\n-A b -j a\n-A b -j DROP\nCOMMIT\n"
    )
    (problem,) = saved.problems
    assert "comes back to itself" in problem.what
    assert problem.place == Place("rules", 6)
    chains = saved.tables[0].chains
    assert isinstance(chains["b"].rules[0].target, Unmodelled)
    assert chains["a"].rules[0].target == Jump("b")


@pytest.mark.parametrize(("depth", "problems"), [(15, 0), (16, 1)])
def test_chains_nest_as_deep_as_the_kernel_allows(read: Read, depth: int, problems: int) -> None:
    names = [f"c{n}" for n in range(depth)]
    declared = "".join(f":{name} - [0:0]\n" for name in names)
    jumps = "".join(
        f"-A {one} -j {other}\n" for one, other in zip(["INPUT", *names], names, strict=False)
    )
    saved = read(f"*filter\n{declared}{jumps}COMMIT\n")
    assert len(saved.problems) == problems


def test_a_file_that_is_too_large_is_not_read() -> None:
    saved = read_save(b"#" * (MOST_BYTES + 1), "rules", TableFamily.IP, NO_SETS)
    (problem,) = saved.problems
    assert "larger than 32 MB" in problem.what


def test_a_long_chain_of_chains_takes_no_recursion(read: Read) -> None:
    names = [f"c{n}" for n in range(20_000)]
    declared = "".join(f":{name} - [0:0]\n" for name in names)
    jumps = "".join(
        f"-A {one} -j {other}\n" for one, other in zip(["INPUT", *names], names, strict=False)
    )
    saved = read(f"*filter\n{declared}{jumps}COMMIT\n")
    (problem,) = saved.problems
    assert "more than 16 chains deep" in problem.what


def test_a_line_beyond_the_buffer_of_iptables_restore_is_a_problem(read: Read) -> None:
    addresses = ",".join(f"10.{n // 256}.{n % 256}.1" for n in range(2000))
    saved = read(f"*filter\n-A INPUT -s {addresses} -j DROP\nCOMMIT\n")
    (problem,) = saved.problems
    assert "longer than 10239 characters" in problem.what
    assert len(problem.what) < 1000


WORDS = st.sampled_from(
    [
        *[
            "-A",
            "-I",
            "-D",
            "-R",
            "-N",
            "-X",
            "-P",
            "-s",
            "-d",
            "-p",
            "-i",
            "-o",
            "-f",
            "-m",
            "-j",
            "-g",
            "-t",
            "-c",
            "!",
            "tcp",
            "udp",
            "icmp",
            "state",
            "conntrack",
            "mark",
            "set",
            "multiport",
            "owner",
            "addrtype",
            "iprange",
            "recent",
            "limit",
            "comment",
            "INPUT",
            "mine",
            "1",
            "2",
            "22",
            "0x1/0xff",
            "10.0.0.0/8",
            "10.0.0.1/255.0.0.255",
            "2001:db8::/32",
            "--dport",
            "--sports",
            "--ports",
            "--state",
            "--ctstate",
            "NEW",
            "--mark",
            "--match-set",
            "src,dst",
            "--uid-owner",
            "--src-type",
            "LOCAL",
            "--src-range",
            "--comment",
            "10.0.0.1-10.0.0.9",
            "--syn",
            "--tcp-flags",
            "ACCEPT",
            "DROP",
            "REJECT",
            "DNAT",
            "--to-destination",
            "MARK",
            "--set-mark",
            "4-9",
            ":",
            ",",
            "/",
            "-",
            "--",
            "--=",
            "=",
            "é",
            "\\",
        ],
        '"a b"',
        '"',
        '""',
        "'",
    ]
)


@given(
    st.lists(st.lists(WORDS, max_size=9).map(" ".join), max_size=9),
    st.sampled_from([TableFamily.IP, TableFamily.IP6]),
)
@settings(max_examples=300, deadline=None)
def test_whatever_the_words_nothing_is_raised(lines: list[str], family: TableFamily) -> None:
    text = "\n".join(["*filter", ":mine - [0:0]", *lines, "COMMIT", ""])
    read_save.__wrapped__(text.encode(), "rules", family, NO_SETS)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_nothing_is_raised(data: bytes) -> None:
    saved = read_save.__wrapped__(b"*filter\n" + data, "rules", TableFamily.IP, NO_SETS)
    assert saved.tables[0].name == "filter" or saved.problems
