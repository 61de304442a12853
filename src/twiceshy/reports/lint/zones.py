"""TZ: times that cannot be placed because of their time zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from twiceshy.model.moment import Moment
from twiceshy.model.report import FindingSeverity, Report, ZoneMention
from twiceshy.reports.lint.rule import Found, rule
from twiceshy.reports.lint.seasons import SEASONLESS, clock_trouble, out_of_season
from twiceshy.reports.moment_text import clock_text, length_text, zone_text


def _moments(report: Report) -> Iterator[tuple[Moment, int]]:
    """Every moment of the outage with its line, in reading order of the summary, then timeline."""
    for moment in (report.start, report.end):
        if moment is not None:
            yield moment, report.span_line or 1
    for entry in report.timeline:
        if entry.at is not None:
            yield entry.at, entry.line


def _named(mention: ZoneMention) -> str:
    spelt = zone_text(mention.offset_minutes)
    return mention.name if spelt in ("", mention.name) else f"{mention.name} ({spelt})"


def _differing(report: Report) -> tuple[ZoneMention, ZoneMention] | None:
    """The first zone named and the first after it with another offset."""
    settled = [mention for mention in report.zone_mentions if mention.offset_minutes is not None]
    for mention in settled[1:]:
        if mention.offset_minutes != settled[0].offset_minutes:
            return settled[0], mention
    return None


def _day(mention: ZoneMention, report: Report) -> date | None:
    return mention.day or (report.start.day if report.start is not None else None)


def _only_a_season_apart(one: ZoneMention, other: ZoneMention, report: Report) -> bool:
    """PST one day and PDT another: the clocks changed, nobody mixed anything up."""
    days = _day(one, report), _day(other, report)
    return days[0] is not None and days[1] is not None and days[0] != days[1]


@rule("TZ001", "mixed-zones", FindingSeverity.ERROR)
def mixed_zones(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """Times of one outage are given in zones with different offsets.

    ## What it does
    Finds a report whose start, end and timeline name two zones that are not the same time: 02:00 EAT
    in the summary and 02:00 UTC in the timeline are three hours apart.

    ## Why it matters
    Nobody can tell any more when the outage was. Logs, deployments and alerts of the wrong hours
    get compared with it, and a wrong cause looks well supported.

    ## Example
    ```markdown
    # Shop down

    ## Issue Summary
    - Duration: June 7, 2024, 2:00 AM - June 7, 2024, 6:00 AM (EAT)
    - Impact: The shop was down for 30% of users.

    ## Timeline
    - 02:00 AM (UTC): Monitoring alerted on server errors.
    - 06:00 AM (UTC): The shop was restored.
    ```

    ```markdown
    # Shop down

    ## Issue Summary
    - Duration: June 6, 2024, 23:00 - June 7, 2024, 03:00 (UTC)
    - Impact: The shop was down for 30% of users.

    ## Timeline
    - June 6, 2024, 23:00 UTC: Monitoring alerted on server errors.
    - June 7, 2024, 03:00 UTC: The shop was restored.
    ```

    ## How to mend
    Ask the monitoring system, not memory, which zone is right; then write every time in one zone,
    best in UTC.
    """
    offsets = {moment.offset_minutes for moment, _ in _moments(report)} - {None}
    differing = _differing(report)
    if differing is None:
        return
    first, second = differing
    mixed = report.zone_conflict or (
        len(offsets) > 1 and not _only_a_season_apart(first, second, report)
    )
    if mixed and first.offset_minutes is not None and second.offset_minutes is not None:
        apart = length_text(abs(first.offset_minutes - second.offset_minutes))
        yield (
            second.line,
            (
                f"{_named(second)} here, {_named(first)} on line {first.line}: {apart} apart, so nobody "
                "can tell when the outage was; write every time in one zone, best in UTC"
            ),
        )


@rule("TZ002", "zone-out-of-season", FindingSeverity.WARNING)
def zone_out_of_season(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """A zone's name does not fit the date: standard time in summer, or summer time in winter.

    ## What it does
    Finds names such as PST in June, CET in July or BST in January, by the time zone database's
    rules for that day.

    ## Why it matters
    The writer either meant the local clock, or really meant the other time: the whole report may be
    an hour off, and readers of the logs cannot tell which.

    ## Example
    ```markdown
    # Login outage

    ## Issue Summary
    - Duration: June 12, 2023, 10:00 AM - June 12, 2023, 11:00 AM (PST)
    - Impact: Login failed for 20% of users.

    ## Timeline
    - 10:00 AM PST: Monitoring alerted on failed logins.
    - 11:00 AM PST: Login was restored.
    ```

    ```markdown
    # Login outage

    ## Issue Summary
    - Duration: June 12, 2023, 10:00 AM - June 12, 2023, 11:00 AM (PDT)
    - Impact: Login failed for 20% of users.

    ## Timeline
    - 10:00 AM PDT: Monitoring alerted on failed logins.
    - 11:00 AM PDT: Login was restored.
    ```

    ## How to mend
    Write UTC. If local time it must be, use the name for that day (PDT), or a place (Pacific Time).
    """
    seen: set[str] = set()
    for mention in report.zone_mentions:
        day, name = _day(mention, report), mention.name.strip().upper()
        if day is None or name in seen:
            continue
        season = out_of_season(name, mention.offset_minutes, day)
        if season is not None:
            seen.add(name)
            yield (
                mention.line,
                (
                    f"{mention.name} on {day.isoformat()}: {season.place} time was {season.other} that "
                    f"day, so every time may be an hour off; write {season.other} or UTC"
                ),
            )


@rule("TZ003", "no-zone", FindingSeverity.WARNING)
def no_zone(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """The report gives clock times and names no time zone.

    ## What it does
    Finds a report with clock times and not one zone, neither beside a time nor for a section.

    ## Why it matters
    A team in another office, or the same team a year later, reads other hours. The times cannot be
    laid beside logs, which are in UTC more often than not.

    ## Example
    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:00: Users reported missing mail.
    - 15:00: Mail was restored.
    ```

    ```markdown
    # Mail outage

    ## Issue Summary
    - Duration: June 7, 2024, 13:00 - June 7, 2024, 15:00 (UTC)
    - Impact: Mail was down for 70% of users.

    ## Timeline
    - 13:00: Users reported missing mail.
    - 15:00: Mail was restored.
    ```

    ## How to mend
    Name the zone once, where the duration stands or in the heading of the timeline:
    "Timeline (all times UTC)".
    """
    if report.zone_mentions:
        return
    for moment, line in _moments(report):
        if moment.offset_minutes is not None:
            return
        if moment.clock is not None:
            yield (
                line,
                (
                    f"{clock_text(moment)} in which time zone? None is named anywhere; name it once, "
                    "behind the duration or in the heading of the timeline"
                ),
            )
            return


def _region(report: Report, line: int) -> tuple[str, str] | None:
    """The zone name that holds on a line, as written, and the region whose clocks it follows."""
    here = [mention for mention in report.zone_mentions if mention.line == line]
    names = {mention.name for mention in here or report.zone_mentions}
    if len(names) != 1:
        return None
    name = names.pop()
    region = SEASONLESS.get(name.strip().lower())
    return None if region is None else (name, region)


@rule("TZ004", "clock-change", FindingSeverity.WARNING)
def clock_change(report: Report, _: Sequence[Report]) -> Iterator[Found]:
    """A local time falls into the hour that a clock change skips or repeats.

    ## What it does
    Finds times such as 02:30 Pacific Time on the night on which the clocks go from 02:00 to 03:00
    (that time never was) or from 02:00 back to 01:00 (01:30 was twice).

    ## Why it matters
    A time that was twice is two different moments, an hour apart, and one that never was is a
    mistake; outages love these nights.

    ## Example
    ```markdown
    # Queue outage

    ## Issue Summary
    - Duration: November 5, 2023, 1:30 AM - November 5, 2023, 4:00 AM (Pacific Time)
    - Impact: The queue was down for 20% of users.

    ## Timeline
    - 1:30 AM: Monitoring alerted on a full queue.
    - 4:00 AM: The queue was restored.
    ```

    ```markdown
    # Queue outage

    ## Issue Summary
    - Duration: November 5, 2023, 09:30 - November 5, 2023, 12:00 (UTC)
    - Impact: The queue was down for 20% of users.

    ## Timeline
    - 09:30: Monitoring alerted on a full queue.
    - 12:00: The queue was restored.
    ```

    ## How to mend
    Write the time in UTC, or with the name that settles it: 1:30 AM PDT is the first one, PST the
    second.
    """
    if all(m.name.strip().lower() not in SEASONLESS for m in report.zone_mentions):
        return
    seen: set[tuple[date, str]] = set()
    for moment, line in _moments(report):
        if moment.day is None or moment.clock is None:
            continue
        zone = _region(report, line)
        if zone is None or (moment.day, clock_text(moment)) in seen:
            continue
        name, region = zone
        trouble = clock_trouble(region, moment.day, moment.clock)
        if trouble is None:
            continue
        seen.add((moment.day, clock_text(moment)))
        what = f"{clock_text(moment)} {name} on {moment.day.isoformat()}"
        if trouble == "twice":
            yield line, f"{what} was twice: the clocks went back that night; write it in UTC"
        else:
            yield line, f"{what} never was: the clocks went forward that night; write it in UTC"
