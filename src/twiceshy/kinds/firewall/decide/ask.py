"""The questions: does every packet of a region get through, and its answers back; does any?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from twiceshy.kinds.firewall.choices import Hinge
from twiceshy.kinds.firewall.conversation import Conversation, converse
from twiceshy.kinds.firewall.decide.budget import Budget, GivenUp
from twiceshy.kinds.firewall.decide.environment import Environment
from twiceshy.kinds.firewall.decide.later import Later
from twiceshy.kinds.firewall.decide.memory import Memory
from twiceshy.kinds.firewall.decide.question import Question, question_of
from twiceshy.kinds.firewall.decide.region import (
    Region,
)
from twiceshy.kinds.firewall.decide.search import RIGHT, WRONG, Found, Level
from twiceshy.kinds.firewall.decide.space import Role
from twiceshy.kinds.firewall.decide.witness import later_fields, packet_of
from twiceshy.kinds.firewall.hooks import orders
from twiceshy.kinds.firewall.host import Host
from twiceshy.kinds.firewall.packet import Packet
from twiceshy.kinds.firewall.trace import Outcome, trace
from twiceshy.languages.firewall.conditions import Field
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
        found = Later(question).one_by_one(next(iter(ends)))
        if found.level is not Level.SOMETIMES:
            return KEPT if found.level is Level.NEVER else _answer_of_all(question, found)
    later = Later(question)
    found = question.search(later.program)
    return KEPT if found.level is Level.NEVER else _answer_of_all(question, found)


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
