"""Reads one rule: its matches and statements as steps, in the order they are carried out."""

from __future__ import annotations

from collections.abc import Mapping

from twiceshy.languages.firewall.conditions import Match, Opaque
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft import expressions, matching, values
from twiceshy.languages.firewall.nft.actions import ACTIONS
from twiceshy.languages.firewall.nft.assignments import assignment
from twiceshy.languages.firewall.nft.cursor import ENDS, Cursor
from twiceshy.languages.firewall.nft.foreign import PART_OF_IPTABLES
from twiceshy.languages.firewall.nft.lookups import looked_up
from twiceshy.languages.firewall.nft.reading import IP_VERSIONS, Reading
from twiceshy.languages.firewall.nft.selectors import PAIRS, Selector
from twiceshy.languages.firewall.nft.state import RuleState
from twiceshy.languages.firewall.nft.steps import Asks, AsksSet, Ends, Forks, Step
from twiceshy.languages.firewall.nft.syntax import (
    Group,
    Named,
    Node,
    Subject,
    Unknowable,
    Unreadable,
    Verdict,
)
from twiceshy.languages.firewall.nft.verdicts import VERDICTS, steps_of
from twiceshy.languages.firewall.ruleset import TableFamily
from twiceshy.model.place import Place

_OPERATORS = {
    "==": "==",
    "eq": "==",
    "!=": "!=",
    "ne": "!=",
    "<": "<",
    "lt": "<",
    ">": ">",
    "gt": ">",
    "<=": "<=",
    "le": "<=",
    ">=": ">=",
    "ge": ">=",
    "!": "!",
    "not": "!",
}
_JOINERS = frozenset(
    [
        "-",
        ",",
        ".",
        "/",
        "|",
        "&",
        "^",
        "<<",
        ">>",
        "and",
        "or",
        "xor",
        "lshift",
        "rshift",
        ":",
        "map",
    ]
)
_NO_VALUES = frozenset(_OPERATORS) | _JOINERS | {"set", "vmap", "map", "{", "(", "[", "*"}
_LONGEST_REMEMBERED = 48
_SHORT = 3
_PLAIN_ACTIONS = frozenset(ACTIONS) - set(PAIRS)
_NO_PAIRS: Mapping[str, Selector] = {}


class RuleReader:
    """Reads the rules of one chain."""

    def __init__(self, reading: Reading, cursor: Cursor, family: TableFamily) -> None:
        self.reading = reading
        self.cursor = cursor
        self.family = family
        self.version = IP_VERSIONS.get(family)
        """The only IP version that the table sees, if there is just one."""
        cursor.version = self.version
        self._seen = reading.matches_of(family)
        self.comment: str | None = None
        self.updated: list[str] = []

    def rule(self, start: int | None = None) -> RuleState:
        """The rule that begins here, up to the end of its statement."""
        cursor = self.cursor
        start = cursor.at if start is None else start
        self.comment = None
        self.updated = []
        failure = None
        steps: list[Step] = []
        try:
            self._read(steps)
        except Unreadable as problem:
            failure, steps = problem.what, []
            cursor.restart()
            cursor.skip_statement()
        end = cursor.at
        handle = None
        if cursor.tokens[end - 1][:1] == "#":
            end -= 1
            handle = int(cursor.tokens[end].rpartition(" ")[2])
        return RuleState(
            tuple(steps),
            cursor.source,
            start,
            end,
            self.comment,
            handle,
            tuple(self.updated),
            failure,
        )

    def _read(self, steps: list[Step]) -> None:
        cursor = self.cursor
        tokens = cursor.tokens
        while (word := tokens[cursor.at]) not in ENDS:
            if word in VERDICTS:
                cursor.at += 1
                steps.append(VERDICTS[word])
            elif word not in _PLAIN_ACTIONS and (found := self._remembered(word)) is not None:
                steps.append(found)
            elif word[0] == "#":
                self._note(word)
            else:
                if steps and word != "comment" and type(steps[-1]) is Ends:
                    raise Unreadable("nothing can follow a verdict, and nft refuses it")
                steps += self._statement(word)

    def _note(self, word: str) -> None:
        if "handle" not in word:
            raise Unreadable(f"{PART_OF_IPTABLES} that nft cannot show: read it from iptables-save")
        self.cursor.at += 1

    def _remembered(self, first: str) -> Asks | None:
        cursor = self.cursor
        tokens, at = cursor.tokens, cursor.at
        second, third = tokens[at + 1], tokens[at + 2]
        key = (first, second, third)
        found = self._seen.get(key)
        if found is not None and tokens[at + 3] not in _JOINERS:
            cursor.at = at + 3
            return found
        found = self._seen.get((first, second))
        if found is not None and third not in _JOINERS:
            cursor.at = at + 2
            return found
        if third == "{":
            return self._remembered_set(at)
        selector = PAIRS.get(first, _NO_PAIRS).get(second)
        if selector is None or third in _NO_VALUES or tokens[at + 3] in _JOINERS:
            return None
        found = self._simple(selector, third)
        if found is not None:
            self._seen[key] = found
            cursor.at = at + 3
        return found

    def _remembered_set(self, at: int) -> Asks | None:
        tokens = self.cursor.tokens
        try:
            end = tokens.index("}", at, at + _LONGEST_REMEMBERED) + 1
        except ValueError:
            return None
        found = self._seen.get(tuple(tokens[at:end]))
        if found is not None:
            self.cursor.at = end
        return found

    def _simple(self, selector: Selector, word: str) -> Asks | None:
        """A field and one value: what most rules are made of."""
        datatype = selector.datatype
        if (
            not selector.is_plain
            or selector.field is None
            or word[0] in "$@"
            or word in ENDS
            or matching.conflict(selector, self.version)
        ):
            return None
        try:
            pair = values.pair(word, datatype)
        except (Unknowable, Unreadable):
            return None
        return Asks((*selector.asks, Match(selector.field, Intervals((pair,)))))

    def _statement(self, word: str) -> tuple[Step, ...]:
        action = ACTIONS.get(word)
        if action is not None:
            steps = action(self)
            if steps is not None:
                return steps
        start = self.cursor.at
        subjects = expressions.selected(self.cursor)
        if subjects is None:
            raise Unreadable(f"{self.cursor.shown()} is not a statement that is read here")
        for one in subjects:
            refusal = matching.conflict(one.selector, self.version)
            if refusal:
                raise Unreadable(refusal)
        if self.cursor.accept("set"):
            return assignment(self, subjects, start)
        if self.cursor.accept("vmap"):
            return (self._verdict_map(subjects, start),)
        return (self._match(subjects, start),)

    def _verdict_map(self, subjects: tuple[Subject, ...], start: int) -> Forks:
        where = expressions.joined(self.cursor)
        if not isinstance(where, Group | Named):
            raise Unreadable("expected a verdict map")
        return Forks(subjects, where, _verdict, *self.told(start))

    def _match(self, subjects: tuple[Subject, ...], start: int) -> Step:
        cursor = self.cursor
        operator = _OPERATORS.get(cursor.here, "")
        if operator:
            cursor.at += 1
        node = expressions.value(cursor)
        if cursor.here == "/" and len(subjects) == 1 and subjects[0].selector.datatype.is_mask:
            subjects, operator = self._of_mask(subjects[0], operator)
        if isinstance(node, Named):
            return AsksSet(subjects, node.name, operator == "!=", *self.told(start))
        if len(subjects) > 1:
            return self._concatenation(subjects, operator, node, start)
        node = self.reading.host_names.resolved(node, subjects[0].selector.datatype)
        found = matching.compared(subjects[0], operator, node, lambda: self.told(start))
        self._remember(start, found)
        return found

    def _of_mask(self, subject: Subject, operator: str) -> tuple[tuple[Subject, ...], str]:
        """`tcp flags syn / syn,rst`: these of those bits, and no other of those."""
        self.cursor.expect("/")
        mask = values.number(expressions.value(self.cursor), subject.selector.datatype)
        return (Subject(subject.selector, mask),), operator or "=="

    def _concatenation(
        self, subjects: tuple[Subject, ...], operator: str, node: Node, start: int
    ) -> Step:
        text, place = self.told(start)
        if not isinstance(node, Group):
            raise Unreadable("a concatenation is compared with sets only")
        negated = operator == matching.NOT_EQUAL
        return looked_up(subjects, node, is_negated=negated, text=text, place=place)

    def _remember(self, start: int, found: Asks) -> None:
        tokens = self.cursor.tokens[start : self.cursor.at]
        if len(tokens) > _LONGEST_REMEMBERED or found.bytes_as_ports:
            return
        if len(tokens) > _SHORT and tokens[-1] != "}":
            return
        if any(one[0] in "$@" for one in tokens):
            return
        if any(isinstance(one, Opaque) for one in found.conditions):
            return
        self._seen[tuple(tokens)] = found

    def told(self, start: int) -> tuple[str, Place]:
        """The statement that began at a word: its text and place."""
        return self.cursor.source.words(start, self.cursor.at), self.cursor.place(start)


def _verdict(node: Node) -> tuple[Step, ...]:
    if not isinstance(node, Verdict):
        raise Unreadable("expected a verdict as the element's data")
    return steps_of(node)
