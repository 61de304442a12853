r"""nginx's words: one file's text into tokens, exactly as nginx itself cuts it.

The rules are those of `ngx_conf_read_token` in nginx's src/core/ngx_conf_file.c. White space is
space, tab, CR and LF. A quote opens a string only where a word begins, and after its end only white
space, `;`, `{` or `)` may follow. Inside a word `}` and `#` are ordinary, `{` is so only after `$`.
A backslash keeps the next character from meaning anything; it is taken away before a quote and
another backslash, makes `\t`, `\r` and `\n`, and stays otherwise.

crossplane's lexer is not used: it ends silently in an unclosed string, ends a word at any `}`,
keeps backslashes, and counts lines only.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """What a token is."""

    WORD = "word"
    OPEN = "{"
    CLOSE = "}"
    END = ";"
    CODE = "code"
    """The whole body of a `..._by_lua_block`, without its braces."""
    WRONG = "wrong"
    """Here nginx stops reading; the text says why. No token follows."""


Token = tuple[Mark, str, int, int]
"""What it is, its text without quotes and backslashes, where it begins, and where it ends (both
as index in the text)."""

_TOKEN = re.compile(
    r"""
      (?:[ \t\r\n]++|\#[^\n]*+)++
    | (?P<mark>[;{}])
    | "(?P<double>(?:[^"\\]|\\.)*+)"(?=[ \t\r\n;{)]|\Z)
    | '(?P<single>(?:[^'\\]|\\.)*+)'(?=[ \t\r\n;{)]|\Z)
    | (?P<word>(?:\\.|\$\{?|[^ \t\r\n;{}"'#\\$])(?:\\.|\$\{?|[^ \t\r\n;{\\$])*+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\([\"'\\trn])")
_MEANS = {"t": "\t", "r": "\r", "n": "\n"}
_MARKS = {";": Mark.END, "{": Mark.OPEN, "}": Mark.CLOSE}
_LUA_BLOCK = "_by_lua_block"
_LUA = re.compile(
    r"""
      (?:--)?\[(?P<long>=*)\[ | --[^\n]*+
    | "(?:[^"\\\n]|\\.)*+" | '(?:[^'\\\n]|\\.)*+' | (?P<open>["'])
    | (?P<brace>[{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN_DIRECTIVE = re.compile(
    r"""
    (?:[ \t\r\n]++|\#[^\n]*+)*+
    (?P<name>[A-Za-z0-9_]++)
    (?P<args>(?:[ \t\r\n]++[!$-&(-:<-\[\]-z|~]++)*+)
    [ \t\r\n]*+
    (?P<mark>;|(?<!\$)\{)
    """,
    re.VERBOSE,
)
"""A directive without quotes, backslashes, braces and comments: nearly all of them are."""


def plain_directive(text: str, position: int) -> tuple[list[str], int, Mark, int] | None:
    """The directive that begins at `position`, when it is one of the plain ones.

    Its words, where it begins, `Mark.END` or `Mark.OPEN`, and where what follows begins; what
    `tokens_of` would find, in a fraction of the time.
    """
    found = _PLAIN_DIRECTIVE.match(text, position)
    if found is None or found["name"].endswith(_LUA_BLOCK):
        return None
    words = [found["name"], *found["args"].split()]
    return words, found.start("name"), _MARKS[found["mark"]], found.end()


def tokens_of(text: str, position: int = 0) -> Iterator[Token]:
    """The tokens of one file from a directive on, without comments; ends after `Mark.WRONG`.

    Takes time in proportion to the text, whatever the text is.
    """
    end = len(text)
    starts_directive, lua = True, False
    match_at = _TOKEN.match
    while position < end:
        found = match_at(text, position)
        if found is None:
            yield Mark.WRONG, _complaint(text, position), position, end
            return
        start, position = position, found.end()
        kind = found.lastgroup
        if kind is None:
            continue
        if kind == "mark":
            mark = text[start]
            if mark == "{" and lua:
                close = _end_of_lua(text, position)
                if close is None:
                    yield Mark.WRONG, "the Lua block that begins here never ends", start, end
                    return
                yield Mark.CODE, text[position:close], start, close + 1
                position = close + 1
            else:
                yield _MARKS[mark], mark, start, position
            starts_directive, lua = True, False
            continue
        word = found[kind]
        if "\\" in word:
            word = _ESCAPE.sub(_unescaped, word)
        if starts_directive:
            lua = word.endswith(_LUA_BLOCK)
        yield Mark.WORD, word, start, position
        starts_directive = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the lines of a text begin, to turn an index into line and column."""

    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Lines:
        """The lines of `text`."""
        return cls((0, *(found.end() for found in re.finditer("\n", text))))

    def at(self, index: int) -> tuple[int, int]:
        """Line and column, both counted from 1."""
        line = bisect_right(self.starts, index)
        return line, index - self.starts[line - 1] + 1


def _unescaped(found: re.Match[str]) -> str:
    return _MEANS.get(found[1], found[1])


def _complaint(text: str, position: int) -> str:
    quote = text[position]
    if quote not in "\"'":
        return "the text ends after a backslash"
    if re.compile(rf"{quote}(?:[^{quote}\\]|\\.)*+{quote}", re.DOTALL).match(text, position):
        return "something follows the end of the string that begins here without a space between"
    return "the string that begins here never ends"


def _end_of_lua(text: str, position: int) -> int | None:
    """The index of the brace that ends a Lua block, whose body begins at `position`."""
    depth = 1
    while (found := _LUA.search(text, position)) is not None:
        position = found.end()
        if found["open"] is not None:
            return None
        if found["long"] is not None:
            close = f"]{found['long']}]"
            position = text.find(close, position) + len(close)
            if position < len(close):
                return None
        elif found["brace"] is not None:
            depth += 1 if found["brace"] == "{" else -1
            if depth == 0:
                return found.start()
    return None
