"""Several reports side by side: what comes back, what false leads cost, what was promised twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from twiceshy.model.ids import ActionId, ReportId
from twiceshy.model.report import Action, CauseClass, FalseLead, Report
from twiceshy.reports.lint import lint
from twiceshy.reports.lint.subjects import FAMILY, OTHER, subject_of
from twiceshy.reports.lint.wording import PromiseIndex
from twiceshy.reports.spent import Spent, Uncountable, minutes_spent


@dataclass(frozen=True, slots=True)
class RecurringCause:
    """A family of causes that more than one report has."""

    family: str
    causes: tuple[tuple[ReportId, CauseClass], ...]
    """Each report with its own class, in the order the reports were given."""

    @property
    def same_class(self) -> bool:
        """All of them have the very same class."""
        return len({cause_class for _, cause_class in self.causes}) == 1


@dataclass(frozen=True, slots=True)
class LostMinutes:
    """What suspecting one subject cost, over all reports."""

    subject: str
    minutes: int
    """Counted ones only."""
    leads: tuple[tuple[ReportId, FalseLead], ...]

    @property
    def uncounted(self) -> int:
        """How many of the leads have no minutes in their report."""
        return sum(lead.minutes is None for _, lead in self.leads)


@dataclass(frozen=True, slots=True)
class RepeatedAction:
    """The same promise in more than one report."""

    actions: tuple[tuple[ReportId, Action], ...]
    """In the order the reports were given; the first is what the others are compared with."""
    shared: tuple[str, ...]
    """Words that made the last one match: why they are held for the same."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What several reports tell together. Documents that are no reports are left out."""

    reports: tuple[ReportId, ...]
    recurring: tuple[RecurringCause, ...]
    lost: tuple[LostMinutes, ...]
    """Most expensive first."""
    repeated: tuple[RepeatedAction, ...]
    """Most often repeated first."""
    spent: tuple[tuple[ReportId, Spent | Uncountable], ...]


def compare(reports: Sequence[Report]) -> Comparison:
    """Compare reports; the same ones in the same order always give the same answer."""
    real = [report for report in reports if report.is_report]
    return Comparison(
        tuple(report.id for report in real),
        _recurring(real),
        _lost(real),
        _repeated(real),
        tuple((report.id, minutes_spent(report)) for report in real),
    )


def with_earlier(reports: Sequence[Report]) -> tuple[Report, ...]:
    """The reports, each with what is found when those of earlier days are known to the linter.

    A report without a date neither is earlier than another nor has earlier ones.
    """
    index, owners = PromiseIndex(), dict[int, list[tuple[date, Report]]]()
    for report in reports:
        day = report.start.day if report.start is not None else None
        if day is not None and report.is_report:
            for action in report.actions:
                owners.setdefault(index.add(action.text), []).append((day, report))
    return tuple(_linted_again(report, index, owners) for report in reports)


def _linted_again(
    report: Report, index: PromiseIndex, owners: Mapping[int, Sequence[tuple[date, Report]]]
) -> Report:
    day = report.start.day if report.start is not None else None
    if day is None or not report.is_report:
        return report
    earlier: dict[int, Report] = {}
    for action in report.actions:
        alike = (owner for number, _ in index.like(action.text) for owner in owners[number])
        likest = next((other for its, other in alike if its < day), None)
        if likest is not None:
            earlier[id(likest)] = likest
    if not earlier:
        return report
    return replace(report, findings=lint(report, earlier=tuple(earlier.values())))


def _recurring(reports: Sequence[Report]) -> tuple[RecurringCause, ...]:
    families: dict[str, list[tuple[ReportId, CauseClass]]] = {}
    for report in reports:
        family = FAMILY.get(report.cause.cause_class) if report.cause is not None else None
        if report.cause is not None and family is not None:
            families.setdefault(family, []).append((report.id, report.cause.cause_class))
    often = [(family, causes) for family, causes in families.items() if len(causes) > 1]
    often.sort(key=lambda item: -len(item[1]))
    return tuple(RecurringCause(family, tuple(causes)) for family, causes in often)


def _lost(reports: Sequence[Report]) -> tuple[LostMinutes, ...]:
    subjects: dict[str, list[tuple[ReportId, FalseLead]]] = {}
    for report in reports:
        for lead in report.false_leads:
            subjects.setdefault(subject_of(lead.text), []).append((report.id, lead))
    every = [
        LostMinutes(subject, sum(lead.minutes or 0 for _, lead in leads), tuple(leads))
        for subject, leads in subjects.items()
    ]
    return tuple(
        sorted(every, key=lambda lost: (lost.subject == OTHER, -lost.minutes, -len(lost.leads)))
    )


def _distinct(report: Report) -> list[Action]:
    return [action for action in report.actions if action.same_as is None]


def _repeated(reports: Sequence[Report]) -> tuple[RepeatedAction, ...]:
    """Each promise joins the group whose first one it is likest, and counts once per report."""
    index = PromiseIndex()
    groups: list[list[tuple[ReportId, Action]]] = []
    words: list[tuple[str, ...]] = []
    for report in reports:
        taken: set[int] = set()
        new: list[Action] = []
        for action in _distinct(report):
            match = next((item for item in index.like(action.text) if item[0] not in taken), None)
            if match is None:
                new.append(action)
                continue
            number, alike = match
            taken.add(number)
            groups[number].append((report.id, action))
            words[number] = alike.shared
        for action in new:
            if index.add(action.text) == len(groups):
                groups.append([(report.id, action)])
                words.append(())
    often = [
        RepeatedAction(tuple(members), shared)
        for members, shared in zip(groups, words, strict=True)
        if len(members) > 1
    ]
    return tuple(sorted(often, key=lambda repeated: -len(repeated.actions)))


def action_name(report: ReportId, action: ActionId) -> str:
    """How an action is written across reports: `mail-2024#a2`."""
    return f"{report}#{action}"
