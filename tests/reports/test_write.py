from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.model.ids import ActionId, ReportId
from twiceshy.model.moment import Moment
from twiceshy.model.report import (
    Action,
    ActionKind,
    Cause,
    CauseClass,
    Entry,
    EntryKind,
    Report,
)
from twiceshy.reports.read import read_report
from twiceshy.reports.write import NOT_SAID, markdown

TELLING = (
    "Users reported missing mail",
    "Engineers began investigating the mail logs",
    "Initial assumption was a database failure",
    "Network team ruled out the network",
    "The issue was escalated to the DevOps team",
    "DevOps team identified that the SSL certificate had expired",
    "The new certificate was installed",
)
PROMISES = (
    "Set up reminders for certificate renewal",
    "Audit firewall rules every quarter",
    "Train the on-call team in certificate renewal",
    "Rate limit public endpoints | per client",
)
CAUSES = (
    ("The SSL certificate on the email server had expired.", CauseClass.CERTIFICATE_EXPIRED),
    ("A misconfigured firewall rule blocked outgoing traffic.", CauseClass.FIREWALL_RULE),
)


@st.composite
def outages(draw: st.DrawFn) -> Report:
    offset = draw(st.sampled_from([0, 60, 180, 330, -300, -480]))
    start = draw(st.datetimes(datetime(2019, 1, 1), datetime(2025, 12, 31)))  # noqa: DTZ001 - the offset is a field of its own
    start = start.replace(second=0, microsecond=0)
    steps = draw(st.lists(st.integers(1, 90), min_size=2, max_size=8))

    def moment(minutes: int) -> Moment:
        at = start + timedelta(minutes=minutes)
        return Moment(at.date(), at.time(), offset)

    times = [sum(steps[:number]) for number in range(len(steps) + 1)]
    texts = [*(draw(st.sampled_from(TELLING)) for _ in times[1:]), "Mail was fully restored"]
    cause, cause_class = draw(st.sampled_from(CAUSES))
    actions = draw(st.lists(st.sampled_from(PROMISES), unique=True, min_size=1))
    days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
    return Report(
        ReportId("mail"),
        "mail.md",
        title="Mail outage",
        start=moment(0),
        end=moment(times[-1]),
        duration_minutes=times[-1],
        affected_percent=float(draw(st.integers(1, 100))),
        services=("email service",),
        timeline=tuple(
            Entry(moment(minute), text, EntryKind.NOTE, line)
            for line, (minute, text) in enumerate(zip(times, texts, strict=True), start=1)
        ),
        cause=Cause(cause, cause_class, (), 1),
        resolution="The team repaired it and restored service.",
        actions=tuple(
            Action(
                ActionId(f"a{number}"),
                text,
                ActionKind.PREVENT,
                number,
                owner=draw(st.sampled_from([None, "Mail team", "Operations"])),
                due=draw(st.none() | days),
            )
            for number, text in enumerate(actions, start=1)
        ),
    )


@settings(max_examples=60, deadline=None)
@given(outages())
def test_what_is_written_reads_back_to_the_same_facts(report: Report) -> None:
    again = read_report(markdown(report), path="mail.md")

    assert again.is_report
    assert (again.start, again.end) == (report.start, report.end)
    assert again.duration_minutes == report.duration_minutes
    assert again.affected_percent == report.affected_percent
    assert [entry.at for entry in again.timeline] == [entry.at for entry in report.timeline]
    assert [entry.text for entry in again.timeline] == [entry.text for entry in report.timeline]
    assert [(a.text, a.owner, a.due) for a in again.actions] == [
        (a.text, a.owner, a.due) for a in report.actions
    ]
    assert again.cause is not None
    assert report.cause is not None
    assert again.cause.cause_class is report.cause.cause_class


def test_what_the_report_leaves_out_is_named() -> None:
    written = markdown(Report(ReportId("gap"), "gap.md", title="Outage of the shop"))

    assert f"{NOT_SAID}: start, end, duration" in written
    assert "## Timeline" not in written


def test_text_from_a_report_cannot_open_a_section_of_its_own() -> None:
    entry = Entry(None, "# Root Cause\n- a lie", EntryKind.NOTE, 1)
    written = markdown(Report(ReportId("x"), "x.md", title="Outage", timeline=(entry,)))

    assert "\n# Root Cause" not in written
    assert "- \\# Root Cause - a lie" in written


def test_a_document_that_is_no_report_says_so() -> None:
    recipe = read_report("# Pancakes\n\nMix flour and milk.\n", path="pancakes.md")

    assert "Not a postmortem: " in markdown(recipe)
