"""Where reading stands in the tokens of a file, and the words that have been defined so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from twiceshy.languages.firewall.nft.syntax import Node, Unreadable
from twiceshy.languages.firewall.nft.tokens import END, Source
from twiceshy.model.place import Place

ENDS = frozenset({"\n", ";", "}", END})
"""What ends a statement."""
_DEEPEST = 40


@dataclass(slots=True)
class Scope:
    """What `define` has given names to, in a block and in those around it."""

    outer: Scope | None = None
    words: dict[str, Node] = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)
    """How many definitions each of them stands on."""


class Cursor:
    """A position in the tokens of one file, which reading moves on."""

    def __init__(self, source: Source, scope: Scope) -> None:
        self.source = source
        self.tokens = source.tokens
        self.scope = scope
        self.at = 0
        self.version: int | None = None
        """The only IP version that the table sees whose rules are read, if there is just one."""
        self.deepest = 0
        """How many definitions stand on each other in what was read last."""
        self._depth = 0

    @property
    def here(self) -> str:
        """The word that is read next."""
        return self.tokens[self.at]

    def place(self, index: int | None = None) -> Place:
        """Where a word stands, by default the next one."""
        return self.source.place(self.at if index is None else index)

    def take(self) -> str:
        """The next word, of those that belong to a statement."""
        word = self.tokens[self.at]
        if word in ENDS:
            raise Unreadable("something is missing at the end")
        self.at += 1
        return word

    def accept(self, *tokens: str) -> bool:
        """Whether the next word is one of these; it is skipped then."""
        if self.tokens[self.at] not in tokens:
            return False
        self.at += 1
        return True

    def expect(self, word: str) -> None:
        """Skips a word that must stand here."""
        if not self.accept(word):
            raise Unreadable(f"expected `{word}` instead of {self.shown()}")

    def shown(self) -> str:
        """The next word, for messages."""
        word = self.tokens[self.at]
        return {"\n": "the end of the line", END: "the end of the file"}.get(word, f"`{word}`")

    def skip_blank(self) -> None:
        """Past line breaks, where they mean nothing."""
        while self.tokens[self.at] == "\n":
            self.at += 1

    def deeper(self) -> None:
        """One nesting more; a bound, so that no text exhausts the stack."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable("nested too deeply")

    def shallower(self) -> None:
        """Out of a nesting again."""
        self._depth -= 1

    def restart(self) -> None:
        """Forgets nestings that an `Unreadable` left."""
        self._depth = 0

    def skip_statement(self) -> None:
        """To the end of this statement, past the braces that open in it."""
        open_braces = 0
        while (word := self.tokens[self.at]) != END:
            if word in "\n;" and not open_braces:
                return
            if word == "{":
                open_braces += 1
            elif word == "}":
                if not open_braces:
                    return
                open_braces -= 1
            self.at += 1

    def skip_all(self) -> None:
        """To the end of the file."""
        self.at = len(self.tokens) - 1

    def skip_block(self) -> None:
        """Past `{ ... }`, whatever is in it, when it stands here."""
        if self.here == "{":
            self.at += 1
            while self.here not in {"}", END}:
                self.skip_statement()
                self.accept("\n", ";")
            self.accept("}")

    def name(self, what: str) -> str:
        """A name: of a table, chain, set or object; variables are replaced."""
        word = self.take()
        if word[0] == "$":
            node = self.variable(word)
            if not isinstance(node, str):
                raise Unreadable(f"{word} is not a single word, as {what} must be")
            word = node
        name = word.strip('"')
        if not name or not (name[0].isalnum() or name[0] in "_."):
            self.at -= 1
            raise Unreadable(f"expected {what} instead of `{word}`")
        return name

    def variable(self, word: str) -> Node:
        """What a `$name` stands for."""
        name = word[1:].strip()
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.words:
                self.deepest = max(self.deepest, scope.depths.get(name, 0))
                return scope.words[name]
            scope = scope.outer
        raise Unreadable(f"${name} is not defined here", self.at - 1)
