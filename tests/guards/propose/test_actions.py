"""Each row of actions.txt: an action, and exactly the guards that keep it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from twiceshy.guards.propose import Proposal, propose
from twiceshy.guards.propose.gerunds import is_request
from twiceshy.model.ids import ActionId, ReportId
from twiceshy.model.report import Action, ActionKind, Cause, CauseClass, Report

CASES = Path(__file__).with_name("actions.txt")


@dataclass(frozen=True)
class Case:
    cause: CauseClass
    wanted: frozenset[str]
    text: str


def cases() -> list[Case]:
    rows = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        cause, wanted, text = (part.strip() for part in line.split("|", 2))
        rows.append(Case(CauseClass(cause), frozenset(wanted.split()), text))
    return rows


def guards_for(case: Case, service: str = "web shop") -> tuple[Proposal, ...]:
    report = Report(
        id=ReportId("r"),
        path="r.md",
        services=(service,),
        cause=Cause("because", case.cause, (), 1),
        actions=(Action(ActionId("a1"), case.text, ActionKind.PREVENT, 1),),
    )
    return propose([report]).proposals


def kinds(guards: tuple[Proposal, ...]) -> frozenset[str]:
    return frozenset(
        f"practice:{guard.promise['what']}" if guard.is_practice else guard.kind for guard in guards
    )


def test_there_are_cases_enough_and_for_every_cause_class() -> None:
    rows = cases()
    assert len(rows) >= 120
    assert len({row.text for row in rows}) == len(rows)
    assert {row.cause for row in rows} >= set(CauseClass) - {CauseClass.CERTIFICATE_OTHER}


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.text[:60])
def test_an_action_gets_exactly_the_guards_that_keep_it(case: Case) -> None:
    assert kinds(guards_for(case)) == case.wanted


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.text[:60])
def test_what_people_attest_is_named_by_a_noun_phrase(case: Case) -> None:
    for guard in guards_for(case):
        if guard.is_practice:
            first, _, rest = str(guard.promise["subject"]).partition(" ")
            assert first not in {"that", "to", "we", "please"}
            assert not is_request(first, rest)
