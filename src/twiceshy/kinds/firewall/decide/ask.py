"""The questions: does every packet of a region get through, and its answers back; does any?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from twiceshy.kinds.firewall.choices import Hinge
from twiceshy.kinds.firewall.conversation import Conversation, converse
from twiceshy.kinds.firewall.decide.budget import Budget, GivenUp
from twiceshy.kinds.firewall.decide.compiler import Compiler, prepared
from twiceshy.kinds.firewall.decide.environment import Environment
from twiceshy.kinds.firewall.decide.evaluator import Evaluator
from twiceshy.kinds.firewall.decide.interfaces import Interfaces
from twiceshy.kinds.firewall.decide.memory import Memory
from twiceshy.kinds.firewall.decide.region import (
    Region,
    first_environment,
    further_environment,
    reply_environment,
)
from twiceshy.kinds.firewall.decide.search import RIGHT, WRONG, Found, Level, Search
from twiceshy.kinds.firewall.decide.space import Role, Space
from twiceshy.kinds.firewall.decide.witness import later_fields, packet_of
from twiceshy.kinds.firewall.hooks import Order, orders
from twiceshy.kinds.firewall.host import Host
from twiceshy.kinds.firewall.packet import TCP, Packet
from twiceshy.kinds.firewall.trace import Outcome, trace
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Ruleset


class Result(StrEnum):
    """The answer to a question."""

    KEPT = "kept"
    """Of all packets of the region."""
    BROKEN = "broken"
    """By the packet given."""
    DEPENDS = "depends"
    """On what is named."""
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer; unless KEPT with a packet, and what becomes of it and of what answers it."""

    result: Result
    packet: Packet | None = None
    conversation: Conversation | None = None
    hinges: tuple[Hinge, ...] = ()
    why: str = ""
    """Of GIVEN_UP."""
    steps: int = 0
    """How much was looked at."""


KEPT = Answer(Result.KEPT)


@dataclass(slots=True)
class Question:
    """One question in one order, while it is answered."""

    ruleset: Ruleset
    host: Host
    region: Region
    space: Space
    evaluator: Evaluator
    budget: Budget
    start: Environment

    def search(self, program: Callable[[], int]) -> Found:
        """The worst that happens to a packet of the region; raises GivenUp."""
        return Search(self.space, (self.evaluator,), program, self.budget).run()


def all_pass(ruleset: Ruleset, region: Region, host: Host, budget: Budget | None = None) -> Answer:
    """Does every packet of the region get through, and what answers it, and what follows?"""
    return _remembered(ruleset, region, host, budget, _conversation)


def none_passes(
    ruleset: Ruleset, region: Region, host: Host, budget: Budget | None = None
) -> Answer:
    """Is no first packet of the region let through?"""
    return _remembered(ruleset, region, host, budget, _blocked)


# what is in it only saves time: an answer is the same without it
_MEMORY = Memory()


def _remembered(
    ruleset: Ruleset,
    region: Region,
    host: Host,
    budget: Budget | None,
    way: Callable[[Question], Answer],
) -> Answer:
    question = (way, region.key, host)
    if budget is None and _MEMORY.is_kept(ruleset, region, question):
        return KEPT
    answer = _asked(ruleset, region, host, budget or Budget(), way)
    if answer.result is Result.KEPT:
        _MEMORY.keep(ruleset, question)
    return answer


def _asked(
    ruleset: Ruleset,
    region: Region,
    host: Host,
    budget: Budget,
    way: Callable[[Question], Answer],
) -> Answer:
    answers = []
    for order in orders(ruleset, region.family):
        try:
            question = question_of(ruleset, region, host, budget, order)
            answer = KEPT if question is None else way(question)
        except GivenUp as given_up:
            answer = Answer(Result.GIVEN_UP, why=str(given_up))
        answers.append(answer)
        if answer.result in {Result.GIVEN_UP, Result.DEPENDS}:
            break
    worst = max(answers, key=lambda one: _RANK.index(one.result))
    if worst.result is Result.BROKEN and any(one.result is Result.KEPT for one in answers):
        doubts = orders(ruleset, region.family)[0].doubts
        hinges = tuple(Hinge(doubt) for doubt in doubts)
        worst = replace(worst, result=Result.DEPENDS, hinges=hinges)
    return replace(worst, steps=budget.spent)


_RANK = (Result.KEPT, Result.BROKEN, Result.DEPENDS, Result.GIVEN_UP)


def interfaces_for(ruleset: Ruleset, region: Region) -> Interfaces:
    """The classes of interface names that rules and region tell apart."""
    return prepared(ruleset).interfaces_with(
        one for one in region.values.values() if not isinstance(one, Intervals)
    )


def question_of(
    ruleset: Ruleset, region: Region, host: Host, budget: Budget, order: Order
) -> Question | None:
    """A question about a region; None when there are no such packets."""
    space = Space(interfaces_for(ruleset, region))
    start = first_environment(region, space)
    if start is None:
        return None
    compiler = Compiler(prepared(ruleset), space, host, None)
    evaluator = Evaluator(compiler, order, budget)
    return Question(ruleset, host, region, space, evaluator, budget, start)


def _blocked(question: Question) -> Answer:
    def program() -> int:
        walked = question.evaluator.walk(question.start)
        return (WRONG if walked.ends else 0) | (RIGHT if walked.may_drop else 0)

    found = question.search(program)
    if found.level is Level.NEVER:
        return KEPT
    packet = packet_of(question.start, question.space, found.cell)
    first = trace(question.ruleset, packet, question.region.path, question.host)
    conversation = Conversation(first.outcome, first, packets=(packet,), hinges=first.hinges)
    return _answer(question, found, conversation, is_wrong=first.outcome.passes)


def _conversation(question: Question) -> Answer:
    """The first packets, then the replies, then what follows: each once those before all pass.

    The packets of a connection only depend on each other by what happened to them on the way. As
    long as that is the same for all, they are questions of their own.
    """
    evaluator, start = question.evaluator, question.start
    ends: frozenset[Environment] = frozenset()

    def first() -> int:
        nonlocal ends
        walked = evaluator.walk(start)
        ends |= walked.ends
        return (RIGHT if walked.ends else 0) | (WRONG if walked.may_drop else 0)

    found = question.search(first)
    if found.level is Level.ALWAYS:
        return _answer_of_all(question, found)
    if found.level is Level.NEVER and len(ends) == 1:
        found = _Later(question).one_by_one(next(iter(ends)))
        if found.level is not Level.SOMETIMES:
            return KEPT if found.level is Level.NEVER else _answer_of_all(question, found)
    later = _Later(question)
    found = question.search(later.program)
    return KEPT if found.level is Level.NEVER else _answer_of_all(question, found)


class _Later:
    """The packets after the first, for each way in which the first may have left."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._replies: dict[Environment, Environment] = {}
        self._further: dict[tuple[Environment, Environment], Environment] = {}
        _begin_again(question)

    def one_by_one(self, end: Environment) -> Found:
        """The first packets all leave in one way: replies and what follows on their own."""
        left: set[Environment] = set()
        found = self._question.search(lambda: self._replies_to(end, left))
        if found.level is not Level.NEVER or not self._has_more:
            return found
        if len(left) > 1:
            return Found(Level.SOMETIMES)
        _begin_again(self._question)
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


def _begin_again(question: Question) -> None:
    """A new space with the same first dimensions: other packets are another question."""
    space = question.space
    kept = [dim for dim in space.dims if dim.packet == 0 and dim.asked is not None]
    fresh = Space(space.interfaces)
    for dim in kept:
        assert dim.asked is not None
        fresh.dim(dim.asked, dim.region, role=dim.role, unsure=dim.unsure)
    old = question.evaluator
    compiler = Compiler(old.compiler.prepared, fresh, question.host, None)
    question.space = fresh
    question.evaluator = Evaluator(compiler, old.order, question.budget)


def _answer_of_all(question: Question, found: Found) -> Answer:
    packet = packet_of(question.start, question.space, found.cell)
    later = (
        later_fields(question.space, found.cell, 1),
        later_fields(question.space, found.cell, 2),
    )
    spoken = converse(question.ruleset, packet, question.region.path, question.host, later)
    is_wrong = spoken.outcome in {Outcome.DROPPED, Outcome.REJECTED}
    return _answer(question, found, spoken, is_wrong=is_wrong)


def _answer(question: Question, found: Found, spoken: Conversation, *, is_wrong: bool) -> Answer:
    """The answer for a cell, once its packet has gone through the rules one by one."""
    packet = spoken.packets[0]
    if spoken.outcome is Outcome.DEPENDS:
        return Answer(Result.DEPENDS, packet, spoken, spoken.hinges)
    settings = _settings(question, found)
    if is_wrong and (found.level is Level.ALWAYS or not settings):
        return Answer(Result.BROKEN, packet, spoken)
    if is_wrong or (found.level is Level.SOMETIMES and settings):
        return Answer(Result.DEPENDS, packet, spoken, settings)
    chosen = tuple(
        Hinge(dim.key.text, dim.key.place)
        for dim in question.space.dims
        if dim.key is not None and dim.number in found.cell
    )
    if chosen:
        return Answer(Result.DEPENDS, packet, spoken, chosen)
    return Answer(
        Result.GIVEN_UP,
        packet,
        spoken,
        why=f"two ways of working it out disagree about {packet}; please report it",
    )


_SETTING_WORDS = {
    Field.IIF: "the interface it comes in by",
    Field.OIF: "the interface it leaves by",
    Field.SMAC: "the hardware address it comes from",
    Field.SKUID: "the user whose process sends it",
    Field.SKGID: "the group whose process sends it",
}


def _settings(question: Question, found: Found) -> tuple[Hinge, ...]:
    """The real values that are not known and on which the answer hinges."""
    cell = found.cell
    return tuple(
        Hinge(_SETTING_WORDS.get(dim.asked, f"the packet's {dim.asked}"))
        for dim in question.space.dims
        if dim.asked is not None
        and dim.number in cell
        and (dim.role is Role.SETTING or (dim.unsure and cell[dim.number] & dim.unsure))
    )
