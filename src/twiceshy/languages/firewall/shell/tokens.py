"""The words and operators of a shell script, with what is quoted and what stands for variables.

After sections 2.2 and 2.3 of the POSIX shell command language. Here-documents are not read, nor
is arithmetic.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple


class Kind(Enum):
    """How a piece of a word is to be taken."""

    TEXT = "text"
    QUOTED = "quoted"
    VARIABLE = "variable"
    QUOTED_VARIABLE = "quoted variable"
    UNKNOWN = "unknown"
    """A command's output, or an expansion that is not followed."""


class Piece(NamedTuple):
    """A part of a word."""

    kind: Kind
    text: str
    default: str = ""
    """Of `${NAME:-default}`."""


class Word(NamedTuple):
    """One word, before variables are put in."""

    pieces: tuple[Piece, ...]
    line: int

    @property
    def literal(self) -> str | None:
        """Its text when nothing in it is quoted or a variable: what a reserved word is."""
        if len(self.pieces) == 1 and self.pieces[0].kind is Kind.TEXT:
            return self.pieces[0].text
        return None


class Operator(NamedTuple):
    """`;`, `&&`, a line's end, a redirection such as `2>`."""

    text: str
    line: int


Token = Word | Operator

_BLANK = re.compile(r"(?:[ \t\r]|\\\r?\n)+")
_SIMPLE = re.compile(r"[ \t]*([^\s\\\"'$`;&|()<>#]+)(?=[ \t\n])")
_COMMENT = re.compile(r"#[^\n]*")
_OPERATOR = re.compile(r"\n|&&|\|\||;;|<<<|<<-?|\d?>&\d|\d?&>>?|\d?>>?|\d?<|[;&|()]")
_PLAIN = re.compile(r"[^\s\\\"'$`;&|()<>]+")
_NAME = re.compile(r"\$(?:\{(\w+)(?::?-([^{}$`\"']*))?\}|(\w+))")
_IN_DOUBLE = re.compile(r'[^"\\$`]+')


class UnclosedError(Exception):
    """A quote is opened in this line and not closed."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


# a script is run twice: for the sets, then for the rules that name them
@lru_cache(maxsize=4)
def tokens_of(text: str) -> tuple[Token, ...]:
    """All tokens of a script; UnclosedError when a quote has no end."""
    tokens: list[Token] = []
    at, line = 0, 1
    pieces: list[Piece] = []
    begun = line

    def finish() -> None:
        if pieces:
            tokens.append(Word(tuple(pieces), begun))
            pieces.clear()

    while at < len(text):
        if not pieces and (simple := _SIMPLE.match(text, at)):
            tokens.append(Word((Piece(Kind.TEXT, simple[1]),), line))
            at = simple.end()
            continue
        if blank := _BLANK.match(text, at):
            finish()
            line += blank[0].count("\n")
            at = blank.end()
            continue
        if not pieces:
            begun = line
            if comment := _COMMENT.match(text, at):
                at = comment.end()
                continue
        operator = _OPERATOR.match(text, at)
        if operator and (not pieces or not operator[0][0].isdigit()):
            finish()
            tokens.append(Operator(operator[0], line))
            line += operator[0] == "\n"
            at = operator.end()
            continue
        new, end = _piece(text, at, line)
        line += text.count("\n", at, end)
        at = end
        pieces += new
    finish()
    return tuple(tokens)


def _piece(text: str, at: int, line: int) -> tuple[list[Piece], int]:
    if plain := _PLAIN.match(text, at):
        return [Piece(Kind.TEXT, plain[0])], plain.end()
    match text[at]:
        case "'":
            end = _after(text, at + 1, "'", line)
            return [Piece(Kind.QUOTED, text[at + 1 : end - 1])], end
        case '"':
            return _double(text, at + 1, line)
        case "\\":
            return [Piece(Kind.QUOTED, text[at + 1 : at + 2])], at + 2
        case "$":
            return _dollar(text, at, Kind.VARIABLE, line)
        case sign:
            end = _after(text, at + 1, "`", line) if sign == "`" else at + 1
            return [Piece(Kind.UNKNOWN if sign == "`" else Kind.TEXT, sign)], end


def _double(text: str, at: int, line: int) -> tuple[list[Piece], int]:
    pieces = [Piece(Kind.QUOTED, "")]
    while at < len(text):
        if plain := _IN_DOUBLE.match(text, at):
            pieces.append(Piece(Kind.QUOTED, plain[0]))
            at = plain.end()
        elif text[at] == '"':
            return pieces, at + 1
        elif text[at] == "\\":
            escaped = text[at + 1 : at + 2]
            kept = "" if escaped in {'"', "\\", "$", "`"} else "\\"
            pieces.append(Piece(Kind.QUOTED, "" if escaped == "\n" else kept + escaped))
            at += 2
        elif text[at] == "$":
            new, at = _dollar(text, at, Kind.QUOTED_VARIABLE, line)
            pieces += new
        else:
            pieces.append(Piece(Kind.UNKNOWN, "`"))
            at = _after(text, at + 1, "`", line)
    raise UnclosedError(line)


def _dollar(text: str, at: int, kind: Kind, line: int) -> tuple[list[Piece], int]:
    name = _NAME.match(text, at)
    if name is not None:
        return [Piece(kind, name[1] or name[3], name[2] or "")], name.end()
    if text.startswith("$(", at):
        return [Piece(Kind.UNKNOWN, "$(")], _after_parentheses(text, at + 1, line)
    if text.startswith("${", at):
        return [Piece(Kind.UNKNOWN, "${")], _after(text, at + 2, "}", line)
    if text[at + 1 : at + 2] in {"@", "*", "#", "?", "!", "$", "-"}:
        return [Piece(Kind.UNKNOWN, text[at : at + 2])], at + 2
    return [Piece(Kind.TEXT, "$")], at + 1


def _after(text: str, at: int, sign: str, line: int) -> int:
    end = text.find(sign, at)
    if end < 0:
        raise UnclosedError(line)
    return end + 1


def _after_parentheses(text: str, at: int, line: int) -> int:
    depth = 0
    for end in range(at, len(text)):
        if text[end] == "(":
            depth += 1
        elif text[end] == ")":
            depth -= 1
            if not depth:
                return end + 1
    raise UnclosedError(line)
