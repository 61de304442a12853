from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.languages.firewall.shell.script import MOST_COMMANDS, Command, Script


def played(text: str, *, fails: str = "") -> tuple[list[str], list[tuple[int, str]]]:
    """The commands a script ran, words joined by `|`, and what was not followed."""
    ran: list[str] = []
    reports: list[tuple[int, str]] = []

    def run(command: Command) -> bool | None:
        ran.append("|".join(command.words))
        if command.words[0] == "test":
            reports.append((command.line, "unknown"))
            return None
        return command.words[0] != fails

    Script(run, lambda line, what: reports.append((line, what))).play(text)
    return ran, reports


@pytest.mark.parametrize(
    ("text", "ran"),
    [
        ("a b\n# remark\nc # more\n", ["a|b", "c"]),
        ("a; b;c", ["a", "b", "c"]),
        ("a \\\n  b", ["a|b"]),
        ("a 'x y' \"p q\" r\\ s", ["a|x y|p q|r s"]),
        ('X=1\na $X ${X} "$X$X"', ["a|1|1|11"]),
        ('X="1 2"\na $X "$X" x$X', ["a|1|2|1 2|x1|2"]),
        ("X='a -w'\n$X b", ["a|-w|b"]),
        ("export X=1 Y=2\na $X$Y", ["a|12"]),
        ("a ${X:-5}", ["a|5"]),
        ("X=1\nX=2\na $X", ["a|2"]),
        ("for i in 1 2\ndo\n a $i\n b\ndone\nc", ["a|1", "b", "a|2", "b", "c"]),
        ("for i in x y; do for j in 1 2; do a $i$j; done; done", ["a|x1", "a|x2", "a|y1", "a|y2"]),
        ("L='1 2'; for i in $L; do a $i; done", ["a|1", "a|2"]),
        ("a || b", ["a"]),
        ("a && b || c", ["a", "b"]),
        ("a > /dev/null 2>&1; b 2>/dev/null; c &> x", ["a", "b", "c"]),
        ("a\nexit 0\nb", ["a"]),
        ('a "" b', ["a||b"]),
        ("a $", ["a|$"]),
        ('X=1; a <<X b\n1 $X "\n2\nX\nc', ["a|b", "c"]),
        ("a <<-X\n\t1\n\tX\nc", ["a", "c"]),
        ('a "\\$X \\"q\\""', ['a|$X "q"']),
    ],
)
def test_commands_run_in_order_with_their_words(text: str, ran: list[str]) -> None:
    assert played(text) == (ran, [])


def test_what_follows_or_runs_when_the_first_fails() -> None:
    assert played("a || b; a && c; d", fails="a")[0] == ["a", "b", "a", "d"]


@pytest.mark.parametrize(
    ("text", "line", "ran"),
    [
        ("a\nif x; then\n b\nfi\nc", 2, ["a", "c"]),
        ("case $1 in\n x) a ;;\nesac\nc", 1, ["c"]),
        ("while read x; do a; done; c", 1, ["c"]),
        ("a $UNKNOWN\nc", 1, ["c"]),
        ("X=$(date)\na\nb $X", 3, ["a"]),
        ("a `date`", 1, []),
        ("a $1", 1, []),
        ("a | b\nc", 1, ["c"]),
        ("(a; b)\nc", 1, ["c"]),
        ("a <<X\n$(b)\nX\nc", 1, ["c"]),
        ("a <<X\nb\n", 1, []),
        ("for i in $(ls); do a $i; done\nc", 1, ["c"]),
        ("for i in *.rules; do a $i; done\nc", 1, ["c"]),
        ("f() {\n a\n}\nb\nf", 5, ["b"]),
        ("function f {\n a\n}\nb\nf", 5, ["b"]),
        ("test x && a\nc", 1, ["test|x", "c"]),
        ("a &\nc", 1, ["c"]),
        ("a\n'never closed", 2, []),
        ('a "${X%%.*}"', 1, []),
    ],
)
def test_what_decides_at_run_time_is_named_with_its_line(
    text: str, line: int, ran: list[str]
) -> None:
    told, reports = played(text)
    assert told == ran
    assert reports[0][0] == line


def test_loops_in_loops_end() -> None:
    loops = "".join(f"for v{n} in {'x ' * 20}; do " for n in range(8))
    ran, reports = played(f"{loops} a; {'done; ' * 8}")
    assert len(ran) <= MOST_COMMANDS
    assert "more than" in reports[-1][1]


WORDS = st.sampled_from(
    [
        *[
            "for",
            "in",
            "do",
            "done",
            "if",
            "fi",
            "case",
            "esac",
            "{",
            "}",
            "(",
            ")",
            "a",
            "X=1",
            "$X",
            '"',
            "'",
            "`",
            "$(",
            "\\",
            ";",
            "&&",
            "||",
            "|",
            ">",
            "2>&1",
            "<<",
            "${",
            "#",
            "$",
        ],
        "\n",
    ]
)


@given(st.lists(WORDS, max_size=25).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_whatever_the_words_nothing_is_raised(text: str) -> None:
    ran, reports = played(text)
    assert len(ran) + len(reports) <= MOST_COMMANDS
