"""Tokens as nginx cuts them."""

from __future__ import annotations

import io
from itertools import islice

import pytest
from crossplane.lexer import _lex_file_object  # type: ignore[import-untyped] # it ships no types
from hypothesis import given
from hypothesis import strategies as st

from twiceshy.languages.nginx.lexer import Lines, Mark, plain_directive, tokens_of


def words(text: str) -> list[str]:
    return [word for _, word, _, _ in tokens_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("listen 80;", ["listen", "80", ";"]),
        ("a{b;}", ["a", "{", "b", ";", "}"]),
        ("# comment\na b; # more ; {\n", ["a", "b", ";"]),
        ("a b#c;", ["a", "b#c", ";"]),
        ('a "b c" \'d "e"\';', ["a", "b c", 'd "e"', ";"]),
        (r'a "b\"c" d\ e;', ["a", 'b"c', r"d\ e", ";"]),
        (r"a \;b;", ["a", r"\;b", ";"]),
        (r'a "\t\n\\";', ["a", "\t\n\\", ";"]),
        ("set $x ${y}z;", ["set", "$x", "${y}z", ";"]),
        ('a "${b} c";', ["a", "${b} c", ";"]),
        ("return 200 a}b;", ["return", "200", "a}b", ";"]),
        ('if ($a = "b") {', ["if", "($a", "=", "b", ")", "{"]),
        ("a\r\n\tb ;", ["a", "b", ";"]),
        ("location ~ ^/a{2}$ {", ["location", "~", "^/a", "{", "2}$", "{"]),
        ('a b"c d";', ["a", 'b"c', 'd"', ";"]),
    ],
)
def test_a_text_is_cut_into_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "why", "index"),
    [
        ('a "b;', "the string that begins here never ends", 2),
        ("a 'b;\n", "the string that begins here never ends", 2),
        ('a "b"c;', "something follows the end of the string", 2),
        ("a \\", "the text ends after a backslash", 2),
        ("x_by_lua_block { if {", "the Lua block that begins here never ends", 15),
    ],
)
def test_what_nginx_refuses_is_wrong_and_ends_it(text: str, why: str, index: int) -> None:
    *_, (mark, word, at, _) = tokens_of(text)
    assert mark is Mark.WRONG
    assert word.startswith(why)
    assert at == index


def test_a_lua_block_is_one_token() -> None:
    text = """content_by_lua_block {
        -- a brace in a comment: }
        --[[ and } in a long one ]]
        local s = "}" .. '}' .. [==[ } ]==]
        if x then ngx.say({1, 2}) end
    } a b;"""
    marks = [mark for mark, _, _, _ in tokens_of(text)]
    assert marks == [Mark.WORD, Mark.CODE, Mark.WORD, Mark.WORD, Mark.END]


def test_set_by_lua_block_keeps_its_variable() -> None:
    found = list(tokens_of("set_by_lua_block $x { return 1 }"))
    assert [word for _, word, _, _ in found] == ["set_by_lua_block", "$x", " return 1 "]


def test_lines_and_columns_count_from_one() -> None:
    lines = Lines.of("ab\n\ncd")
    assert [lines.at(index) for index in (0, 1, 3, 4, 5)] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (3, 1),
        (3, 2),
    ]


PLAIN_WORD = st.text(st.sampled_from("abz09$_/.:-~^=*"), min_size=1, max_size=8)
DIRECTIVE = st.lists(PLAIN_WORD, min_size=1, max_size=4).map(lambda parts: " ".join(parts) + ";")
BLOCK = st.lists(DIRECTIVE, max_size=4).map(lambda inside: "b {\n" + "\n".join(inside) + "\n}\n")


@given(st.lists(BLOCK, max_size=4).map("".join))
def test_plain_texts_are_cut_as_crossplane_cuts_them(text: str) -> None:
    theirs = [token for token, _, _ in _lex_file_object(io.StringIO(text + "\n"))]
    assert words(text) == theirs


@given(st.text(st.sampled_from("ab1 \n\t;{}\"'\\$#)(.~@!^*[]|%&\x0b\u00a0"), max_size=30))
def test_a_plain_directive_is_what_its_tokens_are(text: str) -> None:
    plain = plain_directive(text, 0)
    if plain is not None:
        words, start, mark, end = plain
        tokens = list(islice(tokens_of(text), len(words) + 1))
        assert [word for _, word, _, _ in tokens[:-1]] == words
        assert all(one[0] is Mark.WORD for one in tokens[:-1])
        assert (tokens[0][2], tokens[-1][0], tokens[-1][3]) == (start, mark, end)


def test_nearly_every_directive_is_plain() -> None:
    plain = plain_directive(" # x\nproxy_set_header Host $host:$server_port; ", 0)
    assert plain is not None
    assert plain[0] == ["proxy_set_header", "Host", "$host:$server_port"]
    for special in ('a "b";', "a b\\;;", "a ${b};", "a $ {", "x_by_lua_block {", "a b # c\n;", "}"):
        found = plain_directive(special, 0)
        assert found is None or special == "a $ {"


def test_a_lua_block_that_never_ends_is_found_at_once() -> None:
    for body in ("[[ " * 200_000, '"\\' * 200_000, "--[==[ " * 100_000, "{" * 400_000):
        *_, (mark, why, _, _) = tokens_of("content_by_lua_block {" + body)
        assert (mark, why) == (Mark.WRONG, "the Lua block that begins here never ends")


@given(st.text(st.sampled_from("ab \n;{}\"'\\$#)\t"), max_size=60))
def test_any_text_ends_and_loses_nothing(text: str) -> None:
    found = list(tokens_of(text))
    indices = [index for _, _, index, _ in found]
    assert indices == sorted(set(indices))
    assert all(start < end <= len(text) for _, _, start, end in found)
    assert all(mark is not Mark.WRONG for mark, _, _, _ in found[:-1])
