"""The packets of a connection after the first, for each way in which the first may have left."""

from __future__ import annotations

from twiceshy.kinds.firewall.decide.environment import Environment
from twiceshy.kinds.firewall.decide.question import Question
from twiceshy.kinds.firewall.decide.region import further_environment, reply_environment
from twiceshy.kinds.firewall.decide.search import RIGHT, WRONG, Found, Level
from twiceshy.kinds.firewall.packet import TCP
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals


class Later:
    """The packets after the first, for each way in which the first may have left."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._replies: dict[Environment, Environment] = {}
        self._further: dict[tuple[Environment, Environment], Environment] = {}
        question.begin_again()

    def one_by_one(self, end: Environment) -> Found:
        """The first packets all leave in one way: replies and what follows on their own."""
        left: set[Environment] = set()
        found = self._question.search(lambda: self._replies_to(end, left))
        if found.level is not Level.NEVER or not self._has_more:
            return found
        if len(left) > 1:
            return Found(Level.SOMETIMES)
        self._question.begin_again()
        reply = next(iter(left))
        return self._question.search(lambda: self._follow(end, reply))

    def program(self) -> int:
        """First packets, replies and what follows, together."""
        walked = self._question.evaluator.walk(self._question.start)
        flags = WRONG if walked.may_drop else 0
        for end in walked.ends:
            flags |= self._after(end)
        return flags

    def _after(self, end: Environment) -> int:
        left: set[Environment] = set()
        flags = self._replies_to(end, left)
        if not self._has_more or not left:
            return flags
        flags &= ~RIGHT
        for reply in left:
            flags |= self._follow(end, reply)
        return flags

    @property
    def _has_more(self) -> bool:
        protocols = self._question.region.values[Field.L4PROTO]
        return isinstance(protocols, Intervals) and TCP in protocols

    def _replies_to(self, end: Environment, left: set[Environment]) -> int:
        question = self._question
        reply = self._replies.get(end)
        if reply is None:
            reply = reply_environment(end, question.region, question.space)
            self._replies[end] = reply
        walked = question.evaluator.walk(reply)
        left |= walked.ends
        return (RIGHT if walked.ends else 0) | (WRONG if walked.may_drop else 0)

    def _follow(self, end: Environment, reply: Environment) -> int:
        question = self._question
        further = self._further.get((end, reply))
        if further is None:
            further = further_environment(
                question.start, end, reply, question.region, question.space
            )
            self._further[end, reply] = further
        walked = question.evaluator.walk(further)
        return (RIGHT if walked.ends else 0) | (WRONG if walked.may_drop else 0)
