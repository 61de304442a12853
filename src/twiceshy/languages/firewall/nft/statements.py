"""Reads one rule: its matches and statements as steps, in the order they are carried out."""

from __future__ import annotations

from twiceshy.languages.firewall.conditions import Opaque
from twiceshy.languages.firewall.nft import expressions, matching, values
from twiceshy.languages.firewall.nft.actions import ACTIONS
from twiceshy.languages.firewall.nft.assignments import assignment
from twiceshy.languages.firewall.nft.cursor import ENDS, Cursor
from twiceshy.languages.firewall.nft.familiar import Familiar
from twiceshy.languages.firewall.nft.foreign import PART_OF_IPTABLES
from twiceshy.languages.firewall.nft.lookups import looked_up
from twiceshy.languages.firewall.nft.reading import IP_VERSIONS, Reading
from twiceshy.languages.firewall.nft.state import RuleState
from twiceshy.languages.firewall.nft.steps import Asks, AsksSet, Ends, Forks, Step
from twiceshy.languages.firewall.nft.syntax import (
    Bits,
    Group,
    Named,
    Node,
    Subject,
    Unreadable,
    Verdict,
)
from twiceshy.languages.firewall.nft.tokens import handle_of
from twiceshy.languages.firewall.nft.verdicts import VERDICTS, steps_of
from twiceshy.languages.firewall.nft.vocabulary import PAIRS
from twiceshy.languages.firewall.ruleset import TableFamily
from twiceshy.model.configuration import OUTPUTS
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
_PLAIN_ACTIONS = frozenset(ACTIONS) - set(PAIRS)


class RuleReader:
    """Reads the rules of one chain."""

    def __init__(self, reading: Reading, cursor: Cursor, family: TableFamily) -> None:
        self.reading = reading
        self.cursor = cursor
        self.family = family
        self.version = IP_VERSIONS.get(family)
        """The only IP version that the table sees, if there is just one."""
        cursor.version = self.version
        self._familiar = Familiar(cursor, reading.matches_of(family), self.version)
        self.comment: str | None = None
        self.updated: list[str] = []
        self._is_listing = bool(reading.stack) and reading.stack[-1] in OUTPUTS

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
            self.reading.failures += 1
        self.reading.rules += 1
        end = cursor.at
        handle = None
        if cursor.tokens[end - 1][:1] == "#":
            end -= 1
            handle = handle_of(cursor.tokens[end])
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
        has_ended = False
        while (word := tokens[cursor.at]) not in ENDS:
            if has_ended and word != "comment" and word[0] != "#":
                raise Unreadable("nothing can follow a verdict, and nft refuses it")
            if word in VERDICTS:
                cursor.at += 1
                steps.append(VERDICTS[word])
                has_ended = True
            elif word not in _PLAIN_ACTIONS and (found := self._familiar.match(word)) is not None:
                steps.append(found)
            elif word[0] == "#":
                self._note(word)
            else:
                steps += self._statement(word)
                has_ended = bool(steps) and type(steps[-1]) is Ends

    def _note(self, word: str) -> None:
        if handle_of(word) is None:
            raise Unreadable(f"{PART_OF_IPTABLES} that nft cannot show: read it from iptables-save")
        self.cursor.at += 1

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
        if not operator and isinstance(node, Bits) and self._is_listing:
            # nft 1.0.6 lists `== a,b` as `a | b`, and what asks for any of them as `a,b`
            operator = "=="
        if isinstance(node, Named):
            return AsksSet(subjects, node.name, operator == "!=", *self.told(start))
        if len(subjects) > 1:
            return self._concatenation(subjects, operator, node, start)
        node = self.reading.host_names.resolved(node, subjects[0].selector.datatype)
        found = matching.compared(subjects[0], operator, node, lambda: self.told(start))
        self._familiar.remember(start, found)
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

    def by_name(self, start: int) -> Asks:
        """A condition that is another one at each packet, for the statement from a token on."""
        text, place = self.told(start)
        return Asks((Opaque(text, place, str(place)),))

    def told(self, start: int) -> tuple[str, Place]:
        """The statement that began at a word: its text and place."""
        return self.cursor.source.words(start, self.cursor.at), self.cursor.place(start)


def _verdict(node: Node) -> tuple[Step, ...]:
    if not isinstance(node, Verdict):
        raise Unreadable("expected a verdict as the element's data")
    return steps_of(node)
