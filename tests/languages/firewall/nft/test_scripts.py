"""Definitions, includes, commands, and what nft would refuse."""

from __future__ import annotations

import pytest

from tests.languages.firewall.nft.conftest import Meaning, Read
from twiceshy.languages.firewall.conditions import Field, Match, Opaque
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft.lowering import lower
from twiceshy.languages.firewall.nft.read import read_nft, read_nft_files, read_nft_state
from twiceshy.languages.firewall.ruleset import (
    Accept,
    ChainType,
    Drop,
    Hook,
    Ruleset,
    TableFamily,
    Unmodelled,
)
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

NOTHING = Configuration({})
BASE = "type filter hook input priority 0; policy drop;"


def ports(ruleset: Ruleset, chain: str = "c") -> list[tuple[tuple[int, int], ...]]:
    return [
        one.values.pairs
        for rule in ruleset.tables[0].chains[chain].rules
        for one in rule.conditions
        if isinstance(one, Match) and one.field is Field.DPORT and isinstance(one.values, Intervals)
    ]


def test_variables_stand_for_values_sets_and_words(read: Read) -> None:
    ruleset = read(
        """
        define web = { 80, 443 }
        define all = { $web, 25, 1000-$last }
        """.replace("$last", "1010")
        + """
        define low = 20
        define prio = -10
        define default = "drop"
        define target = other
        redefine low = 21
        table inet t {
            define here = 7
            chain other { }
            chain c {
                type filter hook input priority $prio; policy $default;
                define inner = 8
                tcp dport $web accept
                tcp dport { $all, 26 } accept
                tcp dport $low - 30 accept
                tcp dport { $here, $inner } jump $target
            }
        }
        """
    )
    assert ruleset.problems == ()
    chain = ruleset.tables[0].chains["c"]
    assert chain.base is not None
    assert (chain.base.priority, chain.base.policy) == (-10, Drop())
    assert ports(ruleset) == [
        ((80, 80), (443, 443)),
        ((25, 26), (80, 80), (443, 443), (1000, 1010)),
        ((21, 30),),
        ((7, 8),),
    ]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("table t {\nchain c {\ntcp dport $missing accept\n}\n}\n", 1),
        ("table t {\nchain a {\ndefine x = 1\n}\nchain c {\ntcp dport $x accept\n}\n}\n", 1),
        ("define x = 1\ndefine x = 2\n", 8),
        ("undefine x\n", 10),
        ("define x = 1\nundefine x\ntable t {\nchain c {\ntcp dport $x accept\n}\n}\n", 1),
    ],
)
def test_a_variable_that_is_not_defined_here_is_a_problem(
    text: str, column: int, read: Read
) -> None:
    (problem,) = read(text).problems
    assert "defined" in problem.what
    assert problem.place.column == column


def test_definitions_that_double_each_other_end_soon(read: Read) -> None:
    lines = ["define a0 = { 1 }"]
    lines += [f"define a{n + 1} = {{ $a{n}, $a{n} }}" for n in range(60)]
    ruleset = read("\n".join(lines))
    assert ruleset.problems


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("filter", 0),
        ("-150", -150),
        ("mangle - 5", -155),
        ("dstnat + 3", -97),
        ("raw", -300),
        ("security", 50),
        ("srcnat", 100),
    ],
)
def test_priorities_have_names_and_offsets(text: str, priority: int, read: Read) -> None:
    ruleset = read(f"table t {{\nchain c {{\ntype nat hook prerouting priority {text};\n}}\n}}\n")
    base = ruleset.tables[0].chains["c"].base
    assert base is not None
    assert (base.type, base.hook, base.priority) == (ChainType.NAT, Hook.PREROUTING, priority)
    assert base.policy == Accept()


def test_families_and_flags_are_kept(read: Read) -> None:
    ruleset = read(
        "table x { }\ntable ip6 x { flags dormant; }\ntable bridge b {\nchain c {\n"
        "type filter hook forward priority filter; }; }\n"
        "add table ip6 y { flags dormant; }\nadd table ip6 y\n"
    )
    assert [(one.family, one.name, one.dormant) for one in ruleset.tables] == [
        (TableFamily.IP, "x", False),
        (TableFamily.IP6, "x", True),
        (TableFamily.BRIDGE, "b", False),
        (TableFamily.IP6, "y", False),
    ]
    base = ruleset.tables[2].chains["c"].base
    assert base is not None
    assert base.priority == -200


def test_included_files_are_read_where_they_stand() -> None:
    files = {
        "/etc/nftables.conf": 'include "/etc/nftables.d/*.nft"\ntable t {\nchain c {\n'
        f'{BASE}\ninclude "rules.inc"\ntcp dport $late accept\n}}\n}}\n',
        "/etc/nftables.d/20-b.nft": "define late = 3\n",
        "/etc/nftables.d/10-a.nft": "define early = 2\n",
        "/etc/nftables.d/.hidden.nft": "what is this\n",
        "/etc/nftables.d/more/deep.nft": "what is this\n",
        "/etc/rules.inc": "tcp dport $early accept\n",
    }
    configuration = Configuration(
        {path: text.encode() for path, text in files.items()}, prefix="hosts/mail"
    )
    path = "/etc/nftables.conf"
    ruleset = read_nft(configuration.files[path], path, configuration)
    assert ruleset.problems == ()
    assert ports(ruleset) == [((2, 2),), ((3, 3),)]
    early, late = ruleset.tables[0].chains["c"].rules
    assert early.place == Place("hosts/mail/etc/rules.inc", 1, 1)
    assert late.place == Place("hosts/mail/etc/nftables.conf", 6, 1)


@pytest.mark.parametrize(
    ("include", "what"),
    [
        ("/etc/missing.nft", "it is not part of what was handed in"),
        ("/etc/secret.nft", "permission denied"),
        ("/etc/nftables.conf", "includes itself"),
        ("/etc/a.nft", "includes itself"),
    ],
)
def test_what_cannot_be_included_is_a_problem(include: str, what: str) -> None:
    text = f'include "{include}"\n'.encode()
    files = {"/etc/nftables.conf": text, "/etc/a.nft": b'include "/etc/nftables.conf"\n'}
    configuration = Configuration(files, unseen={"/etc/secret.nft": "permission denied"})
    (problem,) = read_nft(text, "/etc/nftables.conf", configuration).problems
    assert what in problem.what


def test_a_pattern_that_matches_nothing_is_no_problem(read: Read) -> None:
    assert read('include "/etc/nftables.d/*.nft"\n').problems == ()


def test_files_are_read_one_after_the_other() -> None:
    files = [
        ("/a", b"table t {\nchain c {\ntcp dport 1 accept\n}\n}\n"),
        ("/b", b"table t {\nchain c {\ntcp dport 2 accept\n}\n}\n"),
    ]
    assert ports(read_nft_files(files, NOTHING)) == [((1, 1),), ((2, 2),)]
    files.append(("/c", b"flush ruleset\n"))
    assert read_nft_files(files, NOTHING).tables == ()


def test_a_change_leaves_the_state_it_was_applied_to(meaning: Meaning) -> None:
    text = f"table t {{\nchain c {{ # handle 1\n{BASE}\ntcp dport 1 accept # handle 2\n}}\n}}\n"
    state = read_nft_state([("/listing", text.encode())], NOTHING)
    before = meaning(lower(state))
    changed = read_nft(
        b"insert rule t c tcp dport 9 drop\nreplace rule t c handle 2 tcp dport 3 accept\n",
        "/change",
        NOTHING,
        state,
    )
    assert ports(changed) == [((9, 9),), ((3, 3),)]
    assert meaning(lower(state)) == before


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("delete rule t c handle 7", "no rule of chain c is known to have handle 7"),
        ("insert rule t c index 5 accept", "no rule with index 5"),
        ("add rule t other accept", "no chain other"),
        ("add rule inet t c accept", "no table inet t"),
        ("delete chain t c", "has rules"),
        ("delete table inet gone", "is not there"),
        ("create chain t c", "exists already"),
        ("add element t s { 1.2.3.4 }", "no set s"),
        ("add chain t c { type filter hook output priority 0; }", "another type, hook or priority"),
        ("add chain t d { policy drop; }", "a policy without type"),
        ("rename chain t c c", "exists already"),
        ("frobnicate t c", "there is no table ip frobnicate"),
    ],
)
def test_a_change_that_nft_would_refuse_is_a_problem_at_its_place(command: str, what: str) -> None:
    text = f"table t {{\nchain c {{\n{BASE}\ntcp dport 1 accept # handle 2\n}}\n}}\n"
    state = read_nft_state([("/listing", text.encode())], NOTHING)
    changed = lower(read_nft_state([("/change", f"\n  {command}\n".encode())], NOTHING, state))
    (problem,) = changed.problems
    assert what in problem.what
    assert (problem.place.file, problem.place.line) == ("/change", 2)
    assert problem.chain is None


def test_elements_that_are_deleted_are_in_the_set_no_more(read: Read) -> None:
    ruleset = read(
        "table t {\nset s { type inet_service; flags interval; elements = { 1-9, 20 }; }\n"
        "chain c {\ntcp dport @s accept\n}\n}\n"
        "add element t s { 30, ssh }\ndelete element t s { 20 }\ndelete element t s { 22 }\n"
    )
    assert ruleset.problems == ()
    assert ports(ruleset) == [((1, 9), (30, 30))]


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("tcp dport 22 frobnicate", "`frobnicate` is not a statement"),
        ("tcp dport 70000 accept", "70000 is too large for a port"),
        ("tcp dport 30-20 accept", "ends before it begins"),
        ("ip saddr 10.0.0.300 accept", "10.0.0.300 is not an address"),
        ("ct original ip6 saddr 1::2::3 accept", "is not an IPv6 address"),
        ("ip saddr 10.0.0.0/33 accept", "/33 is no prefix length"),
        ("ip6 saddr ::1 accept", "a table of the other IP version"),
        ("accept drop", "nothing can follow a verdict"),
        ("accept counter", "nothing can follow a verdict"),
        ("jump nowhere", "there is no chain nowhere"),
        ("ip saddr @nowhere accept", "there is no set @nowhere"),
        ("tcp dport", "expected a value instead of the end of the line"),
        ("jump", "something is missing"),
        ("tcp dport { 22 accept", "expected"),
        ('xt match "recent" drop', "read it from iptables-save"),
        ("tcp dport 22 # xt_recent counter drop", "read it from iptables-save"),
        ("tcp dport vmap { 22, 80 }", "an element without data"),
        ("meta iifname > lo accept", "interfaces have no order"),
        ("ip saddr . tcp dport { 1.2.3.4 } accept", "1 parts where 2 are compared"),
    ],
)
def test_a_rule_that_cannot_be_read_stays_as_a_problem_of_its_chain(
    rule: str, what: str, read: Read
) -> None:
    ruleset = read(f"table ip t {{\nchain c {{\n\ttcp dport 1 accept\n\t{rule}\n\tdrop\n}}\n}}\n")
    problem = next(one for one in ruleset.problems if one.chain is not None)
    assert what in problem.what
    assert problem.place == Place("/etc/nftables.conf", 4, 2)
    assert problem.chain == (TableFamily.IP, "t", "c")
    _, unread, *_ = ruleset.tables[0].chains["c"].rules
    (condition,) = unread.conditions
    assert isinstance(condition, Opaque)
    assert condition.occurrence == str(problem.place)
    assert isinstance(unread.target, Unmodelled)
    assert unread.text.startswith(rule[:10])


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("table t {\nchain c {\nfrob hook x\n", "missing at the end", 4),
        ("table t {\nwhat is this\n}\n", "`what` is not read in a table", 2),
        ("}\n", "nothing opened", 1),
        ("table t {\nchain c {\ntype filter hook nowhere priority 0;\n}\n}\n", "not a hook", 3),
        (
            "table t {\nchain c {\ntype filter hook input priority soon;\n}\n}\n",
            "not a priority",
            3,
        ),
        (
            "table t {\nchain c {\ntype filter hook input priority 0; policy maybe;\n}\n}\n",
            "not a policy",
            3,
        ),
        ("table t {\r\n}\r\n", "carriage return", 1),
    ],
)
def test_text_that_is_not_nft_is_a_problem_of_the_whole(
    text: str, what: str, line: int, read: Read
) -> None:
    problem = next(one for one in read(text).problems if what in one.what)
    assert problem.place.line == line
    assert problem.chain is None


WARNING = "# Warning: table ip filter is managed by iptables-nft, do not touch!\n"
LIKE_IPTABLES = (
    "table ip filter {\nchain INPUT {\ntype filter hook input priority filter; policy accept;\n"
    "tcp dport 22 counter packets 0 bytes 0 accept\n}\n}\n"
)


@pytest.mark.parametrize(
    ("text", "path", "foreign"),
    [
        (WARNING + LIKE_IPTABLES, "/etc/nftables.conf", True),
        (LIKE_IPTABLES, "/run/twiceshy/nft.rules", True),
        (LIKE_IPTABLES, "/etc/nftables.conf", False),
        (LIKE_IPTABLES.replace("INPUT", "input"), "/run/twiceshy/nft.rules", False),
        (LIKE_IPTABLES.replace("tcp dport 22", "xt match recent"), "/etc/nftables.conf", True),
    ],
)
def test_tables_that_iptables_made_are_known_and_can_be_left_out(
    text: str, path: str, *, foreign: bool
) -> None:
    ruleset = read_nft(text.encode(), path, NOTHING)
    (table,) = ruleset.tables
    assert table.source == ("iptables-nft" if foreign else "nft")
    assert any("iptables-save" in one.what for one in ruleset.problems) is foreign
    without = read_nft(text.encode(), path, NOTHING, leave_out_foreign=True)
    assert len(without.tables) == (0 if foreign else 1)
    assert without.problems == ()


def test_lines_go_on_after_a_backslash_and_places_know(read: Read) -> None:
    ruleset = read(
        'table t {\nchain c {\ntcp dport 1 \\\n\t\taccept; tcp dport 2 comment "two\nlines" \\\n'
        "drop\n  tcp dport 3 drop # why not\n}\n}\n"
    )
    assert ruleset.problems == ()
    rules = ruleset.tables[0].chains["c"].rules
    assert [str(rule.place) for rule in rules] == [
        "/etc/nftables.conf:3:1",
        "/etc/nftables.conf:4:11",
        "/etc/nftables.conf:7:3",
    ]
    assert [rule.text for rule in rules] == [
        "tcp dport 1 accept",
        'tcp dport 2 comment "two\nlines" drop',
        "tcp dport 3 drop",
    ]
