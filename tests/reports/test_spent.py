from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.model.ids import ReportId
from twiceshy.model.moment import Moment
from twiceshy.model.report import Entry, EntryKind, FalseLead, Measures, Report
from twiceshy.reports.spent import Phase, Spent, Stretch, Uncountable, minutes_spent

DAY = date(2024, 6, 7)


def at(minute: int) -> Moment:
    return Moment(DAY, time(10 + minute // 60, minute % 60), 0)


def lead(text: str, start: int, end: int) -> FalseLead:
    return FalseLead(text, at(start), at(end), end - start, 1)


OUTAGE = Report(
    ReportId("mail"),
    "mail.md",
    start=at(0),
    end=at(120),
    duration_minutes=120,
    timeline=(Entry(at(105), "installed", EntryKind.FIX, 1),),
    false_leads=(lead("provider", 20, 30),),
    measures=Measures(5, 60, 120, 10),
)


def test_an_outage_is_cut_at_the_moments_it_tells() -> None:
    assert minutes_spent(OUTAGE) == Spent(
        120,
        (
            Stretch(Phase.UNDETECTED, 0, 5),
            Stretch(Phase.INVESTIGATION, 5, 20),
            Stretch(Phase.FALSE_LEAD, 20, 30, "provider"),
            Stretch(Phase.INVESTIGATION, 30, 60),
            Stretch(Phase.CAUSE_TO_FIX, 60, 105),
            Stretch(Phase.FIX_TO_RESTORE, 105, 120),
        ),
    )


def test_overlapping_leads_are_counted_once() -> None:
    spent = minutes_spent(
        replace(OUTAGE, false_leads=(lead("network", 10, 40), lead("database", 20, 30)))
    )

    assert isinstance(spent, Spent)
    assert spent.minutes_on(Phase.FALSE_LEAD) == 30


def test_without_the_cause_only_told_leads_are_counted() -> None:
    spent = minutes_spent(replace(OUTAGE, measures=Measures(5, None, 120, 10)))

    assert isinstance(spent, Spent)
    assert spent.minutes_on(Phase.FALSE_LEAD) == 10
    assert spent.minutes_on(Phase.INVESTIGATION) == 0
    assert spent.minutes_on(Phase.UNTOLD) == 105
    assert spent.missing == ("when the cause was found", "when it was fixed")


def test_with_mixed_zones_nothing_is_counted() -> None:
    spent = minutes_spent(replace(OUTAGE, zone_conflict=True))

    assert isinstance(spent, Spent)
    assert spent.minutes_on(Phase.UNTOLD) == 120
    assert spent.missing == ("which of its time zones is right",)


def test_without_a_start_or_a_length_there_is_no_bar_and_it_says_why() -> None:
    no_length = replace(OUTAGE, duration_minutes=None, measures=Measures())
    no_start = replace(OUTAGE, start=None)

    assert minutes_spent(no_length) == Uncountable(
        "the report gives neither a length nor a start and an end"
    )
    assert minutes_spent(no_start) == Uncountable(
        "the report does not say at what time the outage began"
    )


@settings(max_examples=150, deadline=None)
@given(
    total=st.integers(1, 600),
    detect=st.none() | st.integers(-10, 700),
    cause=st.none() | st.integers(-10, 700),
    fixes=st.lists(st.integers(0, 700), max_size=3),
    leads=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 700)), max_size=4),
)
def test_the_stretches_always_fill_the_outage_without_gap_or_overlap(
    total: int,
    detect: int | None,
    cause: int | None,
    fixes: list[int],
    leads: list[tuple[int, int]],
) -> None:
    spent = minutes_spent(
        replace(
            OUTAGE,
            duration_minutes=total,
            measures=Measures(detect, cause, None, None),
            timeline=tuple(Entry(at(minute), "fix", EntryKind.FIX, 1) for minute in fixes),
            false_leads=tuple(lead("x", start, end) for start, end in leads),
        )
    )

    assert isinstance(spent, Spent)
    assert spent.stretches[0].start_minute == 0
    assert spent.stretches[-1].end_minute == total
    assert all(stretch.minutes > 0 for stretch in spent.stretches)
    ends = [stretch.end_minute for stretch in spent.stretches[:-1]]
    assert ends == [stretch.start_minute for stretch in spent.stretches[1:]]
