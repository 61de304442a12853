"""The words and operators of a shell script, with what is quoted and what stands for variables.

After sections 2.2, 2.3 and 2.7.4 of the POSIX shell command language, without arithmetic.
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
    """All tokens of a script; UnclosedError when a quote has no end.

    The word after `<<` is the document itself, not the word that ends it.
    """
    return _Tokens(text).read()


class _Tokens:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._tokens: list[Token] = []
        self._pieces: list[Piece] = []
        self._begun = 1
        self._documents: list[int] = []
        """Where the words stand that end documents of which the text is still to come."""

    def read(self) -> tuple[Token, ...]:
        text = self._text
        while self._at < len(text):
            if not self._pieces:
                self._begun = self._line
                if simple := _SIMPLE.match(text, self._at):
                    self._tokens.append(Word((Piece(Kind.TEXT, simple[1]),), self._line))
                    self._at = simple.end()
                    continue
            self._step(text)
        self._finish()
        return tuple(self._tokens)

    def _step(self, text: str) -> None:
        at = self._at
        if blank := _BLANK.match(text, at):
            self._finish()
            self._go_to(blank.end())
        elif not self._pieces and (comment := _COMMENT.match(text, at)):
            self._go_to(comment.end())
        elif (operator := _OPERATOR.match(text, at)) and not (
            self._pieces and operator[0][0].isdigit()
        ):
            self._operator(operator[0])
        else:
            new, end = _piece(text, at, self._line)
            self._pieces += new
            self._go_to(end)

    def _go_to(self, end: int) -> None:
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _finish(self) -> None:
        if self._pieces:
            self._tokens.append(Word(tuple(self._pieces), self._begun))
            self._pieces.clear()

    def _operator(self, sign: str) -> None:
        self._finish()
        self._tokens.append(Operator(sign, self._line))
        self._go_to(self._at + len(sign))
        if sign in {"<<", "<<-"}:
            self._documents.append(len(self._tokens))
        elif sign == "\n" and self._documents:
            for index in self._documents:
                self._document(index)
            self._documents.clear()

    def _document(self, index: int) -> None:
        word = self._tokens[index] if index < len(self._tokens) else None
        if not isinstance(word, Word):
            return
        end = "".join(piece.text for piece in word.pieces)
        tabs = (
            "\t*" if isinstance(sign := self._tokens[index - 1], Operator) and sign.text[2:] else ""
        )
        found = re.compile(f"^{tabs}{re.escape(end)}$", re.MULTILINE).search(self._text, self._at)
        if found is None:
            raise UnclosedError(word.line)
        text, line = self._text[self._at : found.start()], self._line
        if tabs:
            text = re.sub(r"^\t+", "", text, flags=re.MULTILINE)
        is_plain = any(piece.kind is Kind.QUOTED for piece in word.pieces)
        pieces = [Piece(Kind.QUOTED, text)]
        if not is_plain:
            pieces, _ = _double(text, 0, line, is_document=True)
        self._tokens[index] = Word(tuple(pieces), line)
        self._go_to(min(found.end() + 1, len(self._text)))


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


def _double(text: str, at: int, line: int, *, is_document: bool = False) -> tuple[list[Piece], int]:
    """What stands in double quotes, or in a document, which ends with the text."""
    pieces = [Piece(Kind.QUOTED, "")]
    while at < len(text):
        if plain := _IN_DOUBLE.match(text, at):
            pieces.append(Piece(Kind.QUOTED, plain[0]))
            at = plain.end()
        elif text[at] == '"':
            if not is_document:
                return pieces, at + 1
            pieces.append(Piece(Kind.QUOTED, '"'))
            at += 1
        elif text[at] == "\\":
            escaped = text[at + 1 : at + 2]
            is_special = escaped in {"\\", "$", "`"} or (escaped == '"' and not is_document)
            kept = "" if is_special else "\\"
            pieces.append(Piece(Kind.QUOTED, "" if escaped == "\n" else kept + escaped))
            at += 2
        elif text[at] == "$":
            new, at = _dollar(text, at, Kind.QUOTED_VARIABLE, line)
            pieces += new
        else:
            pieces.append(Piece(Kind.UNKNOWN, "`"))
            at = _after(text, at + 1, "`", line)
    if is_document:
        return pieces, at
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
