"""Through which ports a host can be reached at all, by whoever."""

from __future__ import annotations

from twiceshy.kinds.firewall.decide.budget import Budget
from twiceshy.kinds.firewall.decide.question import question_of
from twiceshy.kinds.firewall.decide.region import Region
from twiceshy.kinds.firewall.decide.search import RIGHT, WRONG, Level, Search
from twiceshy.kinds.firewall.hooks import orders
from twiceshy.kinds.firewall.host import Host
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Ruleset


def open_ports(
    ruleset: Ruleset, region: Region, host: Host, budget: Budget
) -> tuple[Intervals, Intervals]:
    """The destination ports by which some packet of the region passes, for sure and perhaps.

    Raises GivenUp.
    """
    question = question_of(ruleset, region, host, budget, orders(ruleset, region.family)[0])
    if question is None:
        return Intervals(), Intervals()

    def program() -> int:
        walked = question.evaluator.walk(question.start)
        return (WRONG if walked.ends else 0) | (RIGHT if walked.may_drop else 0)

    search = Search(question.space, (question.evaluator,), program, budget)
    ports = region.values[Field.DPORT]
    assert isinstance(ports, Intervals)
    sure, perhaps = Intervals(), Intervals()
    for values, level in search.levels_along(Field.DPORT, ports):
        if level is Level.ALWAYS:
            sure |= values
        elif level is Level.SOMETIMES:
            perhaps |= values
    return sure, perhaps
