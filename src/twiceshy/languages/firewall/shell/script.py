"""A script told as the commands it runs, in order: variables put in, literal loops unrolled.

What decides at run time (`if`, `case`, `while`, pipes, functions, what a command prints) is not
followed; each is reported with its line, since it may run anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from twiceshy.languages.firewall.shell.tokens import (
    Kind,
    Operator,
    Token,
    UnclosedError,
    Word,
    tokens_of,
)

LONGEST_WORD = 16_384
MOST_COMMANDS = 100_000
"""A script's loops may not make more of."""

Run = Callable[["Command"], bool | None]
Report = Callable[[int, str], None]


class Given(NamedTuple):
    """What a command reads."""

    text: str
    """Of a document, or the name of a file."""
    line: int
    is_document: bool


class Command(NamedTuple):
    """One command with its words, ready to run."""

    words: list[str]
    line: int
    is_forgiven: bool
    """Whether the script goes on in silence when it fails: `|| true`, `2>/dev/null`."""
    given: Given | None = None


_OPENING = {"if": "fi", "case": "esac", "for": "done", "while": "done", "until": "done", "{": "}"}
_CLOSING = frozenset(_OPENING.values())
_AFTER = frozenset({"then", "else", "elif", "do", "!", "in"})
_ENDS = frozenset({";", "\n", "&", ";;"})
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
_DECLARING = frozenset({"export", "readonly", "local", "declare", "typeset"})


class _StoppedError(Exception):
    """The script ends here."""


class Script:
    """Runs a script's commands through `run`; what is not followed goes to `report`."""

    def __init__(self, run: Run, report: Report) -> None:
        self._run = run
        self._report = report
        self._variables: dict[str, str | None] = {}
        self._functions: set[str] = set()
        self._left = MOST_COMMANDS

    def play(self, text: str) -> None:
        """The whole script."""
        try:
            tokens = tokens_of(text)
            self._statements(tokens)
        except UnclosedError as wrong:
            self._report(wrong.line, "a quote or bracket is opened here and not closed")
        except _StoppedError:
            return

    def _statements(self, tokens: Sequence[Token]) -> None:
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if isinstance(token, Operator):
                if token.text == "(":
                    self._report(token.line, "a subshell is not followed")
                    at = _closing_parenthesis(tokens, at)
                elif token.text not in _ENDS:
                    self._report(token.line, f"`{token.text}` is not expected here")
                at += 1
                continue
            at = self._statement(tokens, at, token)

    def _statement(self, tokens: Sequence[Token], at: int, first: Word) -> int:
        word = first.literal
        if word == "for":
            return self._for(tokens, at)
        if word in _OPENING:
            self._report(first.line, f"`{word}` is not followed: it decides at run time")
            return _end_of_compound(tokens, at)
        if word == "function" or _is_sign(tokens, at + 1, "("):
            named = first if word != "function" else tokens[min(at + 1, len(tokens) - 1)]
            self._functions.add(named.literal or "" if isinstance(named, Word) else "")
            return _end_of_function(tokens, at)
        end = at
        while end < len(tokens) and not _is_end(tokens[end]):
            end += 1
        if _is_sign(tokens, end, "&"):
            self._report(first.line, "a command in the background is not followed")
        else:
            self._list(tokens[at:end], first.line)
        return end

    def _for(self, tokens: Sequence[Token], at: int) -> int:
        end = _end_of_compound(tokens, at)
        header_end = at
        while header_end < end and not _is_end(tokens[header_end]):
            header_end += 1
        header = tokens[at:header_end]
        do = header_end
        while do < end and isinstance(tokens[do], Operator):
            do += 1
        line = tokens[at].line
        names = [token.literal for token in header[1:3] if isinstance(token, Word)]
        body_begins = do < end and (isinstance(start := tokens[do], Word) and start.literal == "do")
        if not body_begins or len(names) < 2 or names[0] is None or names[1] != "in":  # noqa: PLR2004
            self._report(line, "`for` is not followed: its words are not written out")
            return end
        values = self._words([token for token in header[3:] if isinstance(token, Word)])
        if values is None or any("*" in value or "{" in value for value in values):
            self._report(line, "`for` is not followed: its words are not known before it runs")
            return end
        for value in values:
            self._variables[names[0]] = value
            self._count(line)
            self._statements(tokens[do + 1 : end - 1])
        return end

    def _count(self, line: int) -> None:
        self._left -= 1
        if self._left < 0:
            self._report(line, f"the script runs more than {MOST_COMMANDS} commands")
            raise _StoppedError

    def _list(self, tokens: Sequence[Token], line: int) -> None:
        """Commands joined by `&&` and `||`."""
        parts: list[tuple[str, list[Token]]] = [("", [])]
        for token in tokens:
            if isinstance(token, Operator) and token.text in {"&&", "||"}:
                parts.append((token.text, []))
            else:
                parts[-1][1].append(token)
        if any(isinstance(token, Operator) and token.text in "|()" for token in tokens):
            self._report(line, "a pipe or subshell is not followed")
            return
        succeeded: bool | None = True
        for position, (joint, words) in enumerate(parts):
            if joint and succeeded is None:
                self._report(line, f"whether what follows `{joint}` runs is not known")
                return
            if joint == ("||" if succeeded else "&&"):
                continue
            follower = parts[position + 1] if position + 1 < len(parts) else None
            is_forgiven = follower is not None and follower[0] == "||"
            succeeded = self._command(words, line, is_forgiven=is_forgiven)

    def _command(self, tokens: Sequence[Token], line: int, *, is_forgiven: bool) -> bool | None:
        self._count(line)
        plain = _without_redirections(tokens)
        assigned = 0
        for word in plain.words:
            if not self._is_assignment(word, is_alone=len(plain.words) == assigned + 1):
                break
            assigned += 1
        words = self._words(plain.words[assigned:])
        source = None if plain.source is None else self._expanded(plain.source)
        if words is None or (plain.source is not None and not source):
            self._report(line, "a variable or a command's output in it is not known")
            return None
        first = words[0] if words else ":"
        if first in _DECLARING:
            for word in plain.words[1:]:
                self._is_assignment(word, is_alone=True)
        elif first in {"exit", "return"}:
            raise _StoppedError
        elif first in self._functions:
            self._report(line, f"the function `{first}` is not followed")
            return None
        elif words:
            given = None
            if plain.source is not None and source is not None:
                given = Given("".join(source), plain.source.line, plain.is_document)
            return self._run(Command(words, line, is_forgiven or plain.is_silent, given))
        return True

    def _is_assignment(self, word: Word, *, is_alone: bool) -> bool:
        first = word.pieces[0]
        found = _ASSIGNMENT.match(first.text) if first.kind is Kind.TEXT else None
        if found is None:
            return False
        rest = first.text[found.end() :]
        value = self._expanded(
            word._replace(pieces=(first._replace(text=rest, kind=Kind.QUOTED), *word.pieces[1:]))
        )
        if is_alone:
            self._variables[found[1]] = None if value is None else "".join(value)
        return True

    def _words(self, words: list[Word]) -> list[str] | None:
        expanded: list[str] = []
        for word in words:
            literal = word.literal
            if literal is not None:
                expanded.append(literal)
                continue
            one = self._expanded(word, splits=True)
            if one is None:
                return None
            expanded += one
        return expanded

    def _expanded(self, word: Word, *, splits: bool = False) -> list[str] | None:
        """The words that this one becomes; None when something in it is not known."""
        fields: list[str] = [""]
        is_there = False
        for kind, text, default in word.pieces:
            match kind:
                case Kind.TEXT | Kind.QUOTED:
                    fields[-1] += text
                    is_there = is_there or bool(text) or kind is Kind.QUOTED
                case Kind.UNKNOWN:
                    return None
                case _ if len(fields[-1]) > LONGEST_WORD:
                    return None
                case Kind.VARIABLE | Kind.QUOTED_VARIABLE:
                    value = self._variables.get(text, default or None)
                    if value is None:
                        return None
                    if kind is Kind.QUOTED_VARIABLE or not splits:
                        fields[-1] += value
                        is_there = True
                        continue
                    parts = value.split()
                    is_there = is_there or bool(parts)
                    fields += _joined(fields, value, parts)
        if not is_there:
            return []
        is_kept = fields[0] or any("quoted" in kind.value for kind, _, _ in word.pieces)
        return fields if is_kept else fields[1:]


def _joined(fields: list[str], value: str, parts: list[str]) -> list[str]:
    """The first part continues the word before it, unless a blank stands between."""
    if parts and not value[:1].isspace():
        fields[-1] += parts[0]
        return parts[1:]
    return parts


class _Plain(NamedTuple):
    """A command without its redirections."""

    words: list[Word]
    is_silent: bool
    """Whether its complaints are thrown away."""
    source: Word | None
    """What it reads: the name of a file, or a document."""
    is_document: bool


def _without_redirections(tokens: Sequence[Token]) -> _Plain:
    words: list[Word] = []
    is_silent = is_document = False
    source: Word | None = None
    takes = ""
    for token in tokens:
        if isinstance(token, Word):
            if not takes:
                words.append(token)
            elif takes[0] == "<":
                source, is_document = token, takes != "<"
            takes = ""
        elif token.text.lstrip("0123456789")[:1] in {">", "&"}:
            is_silent = is_silent or token.text[0] in "2&"
            takes = "" if "&" in token.text and token.text[0] != "&" else token.text
        else:
            takes = token.text
    return _Plain(words, is_silent, source, is_document)


def _is_end(token: Token) -> bool:
    return isinstance(token, Operator) and token.text in _ENDS


def _is_sign(tokens: Sequence[Token], at: int, text: str) -> bool:
    return at < len(tokens) and isinstance(one := tokens[at], Operator) and one.text == text


def _closing_parenthesis(tokens: Sequence[Token], at: int) -> int:
    depth = 0
    while at < len(tokens):
        depth += _is_sign(tokens, at, "(") - _is_sign(tokens, at, ")")
        if not depth:
            return at
        at += 1
    return at


def _end_of_compound(tokens: Sequence[Token], at: int) -> int:
    """Where the statement that opens here is closed; the end of the script when it is not."""
    depth = 0
    begins = True
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if isinstance(token, Operator):
            begins = True
            continue
        if begins and token.literal in _OPENING:
            depth += 1
        elif begins and token.literal in _CLOSING:
            depth -= 1
            if not depth:
                return at
        begins = begins and token.literal in _AFTER
    return at


def _end_of_function(tokens: Sequence[Token], at: int) -> int:
    while at < len(tokens):
        token = tokens[at]
        if isinstance(token, Word) and token.literal == "{":
            return _end_of_compound(tokens, at)
        at += 1
    return at
