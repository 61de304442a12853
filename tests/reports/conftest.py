"""The examiner of the report reader: what a careful person found against what the reader found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from twiceshy.model.report import FalseLead, Report

Differences = Callable[[Report, Mapping[str, Any]], list[str]]

_NO_MEANING = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "but",
        "by",
        "due",
        "for",
        "from",
        "had",
        "has",
        "have",
        "in",
        "into",
        "is",
        "it",
        "its",
        "main",
        "of",
        "on",
        "or",
        "our",
        "possible",
        "potential",
        "service",
        "services",
        "some",
        "system",
        "systems",
        "platform",
        "application",
        "team",
        "teams",
        "that",
        "the",
        "their",
        "there",
        "this",
        "to",
        "was",
        "we",
        "were",
        "which",
        "with",
    ]
)


def _words(text: str) -> list[str]:
    every = re.findall(r"[a-z0-9]+", text.casefold())
    return [word for word in every if word not in _NO_MEANING] or every


def _same_word(one: str, other: str) -> bool:
    shared = min(len(one), len(other), 5)
    return one == other or (shared >= 4 and one[:shared] == other[:shared])


def _share(wanted: str, found: str) -> float:
    """The share of the wanted phrase's significant words that the found one has too."""
    present = _words(found)
    needed = _words(wanted)
    return sum(any(_same_word(need, word) for word in present) for need in needed) / len(needed)


def _means(wanted: str, found: str) -> bool:
    return _share(wanted, found) == 1


def _clock(moment: Any) -> str | None:
    return None if moment is None or moment.clock is None else moment.clock.strftime("%H:%M")


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.iso()


def _plain_values(report: Report) -> dict[str, Any]:
    return {
        "is_report": report.is_report,
        "start": _iso(report.start),
        "end": _iso(report.end),
        "duration_minutes": report.duration_minutes,
        "stated_minutes": report.stated_minutes,
        "duration_consistent": report.duration_consistent,
        "zone_conflict": report.zone_conflict,
        "affected_percent": report.affected_percent,
        "detected_by": report.detected_by.value,
        "timeline_count": len(report.timeline),
        "timeline_timed_count": sum(entry.at is not None for entry in report.timeline),
        "cause_named_at": _iso(report.cause_named_at),
        "cause_class": None if report.cause is None else report.cause.cause_class.value,
        "minutes_to_detect": report.measures.minutes_to_detect,
        "minutes_to_cause": report.measures.minutes_to_cause,
        "minutes_to_restore": report.measures.minutes_to_restore,
        "minutes_on_false_leads": report.measures.minutes_on_false_leads,
        "actions_listed": len(report.actions),
        "actions_distinct": sum(action.same_as is None for action in report.actions),
    }


def _plain(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    for key, found in _plain_values(report).items():
        if key not in expected:
            continue
        fine = [expected[key], *expected.get(f"{key}_alt", [])]
        if found not in fine:
            yield f"{key}: expected {' or '.join(map(repr, fine))}, found {found!r}"


def _title(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    wanted = expected["title"]
    if wanted is None:
        if report.title is not None:
            yield f"title: expected none, found {report.title!r}"
    elif (
        " ".join(wanted.split()).casefold() not in " ".join((report.title or "").split()).casefold()
    ):
        yield f"title: expected {wanted!r} in it, found {report.title!r}"


def _zones(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    def bare(names: Iterable[str]) -> set[str]:
        return {"".join(name.split()).casefold() for name in names}

    fine = [expected["zones"], *expected.get("zones_alt", [])]
    if bare(report.zones) not in [bare(names) for names in fine]:
        yield f"zones: expected {' or '.join(map(repr, fine))}, found {list(report.zones)!r}"


def _services(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    for wanted in expected["services"]:
        names = wanted.split("|")
        if not any(_means(name, found) for name in names for found in report.services):
            yield f"services: expected {wanted!r}, found {list(report.services)!r}"


def _root_cause(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    text = None if report.cause is None else report.cause.text
    wanted = expected["root_cause"]
    if (wanted is None) != (text is None) or (wanted and not _means(wanted, text or "")):
        yield f"root_cause: expected {wanted!r}, found {text!r}"


def _escalated_to(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    wanted = expected["escalated_to"]
    fine = [*wanted, *expected.get("escalated_to_alt", [])]
    for who in wanted:
        if not any(_means(who, found) for found in report.escalated_to):
            yield f"escalated_to: expected {who!r}, found {list(report.escalated_to)!r}"
    for found in report.escalated_to:
        if not any(_means(who, found) for who in fine):
            yield f"escalated_to: {found!r} is not in the report (it has {wanted!r})"


def _kinds(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    for clock, kind in expected["timeline_kinds"]:
        found = [entry for entry in report.timeline if _clock(entry.at) == clock]
        if not any(entry.kind.value in kind.split("|") for entry in found):
            kinds = [entry.kind.value for entry in found]
            yield f"timeline {clock}: expected {kind!r}, found {kinds or 'no entry at that time'}"


def _moments(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    found = [_iso(entry.at) for entry in report.timeline]
    for wanted in expected["timeline_moments"]:
        if wanted not in found:
            yield f"timeline_moments: expected {wanted}, found {found!r}"


def _ranges(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    found = [[_clock(entry.at), _clock(entry.until)] for entry in report.timeline if entry.until]
    for wanted in expected["timeline_ranges"]:
        if wanted not in found:
            yield f"timeline_ranges: expected {wanted}, found {found!r}"


def _is_lead(wanted: Mapping[str, Any], found: FalseLead) -> bool:
    times = {"from": _clock(found.start), "to": _clock(found.end), "minutes": found.minutes}
    also = wanted.get("also_fine", [])
    readings = [wanted, *([also] if isinstance(also, Mapping) else also)]
    on_time = [
        reading
        for reading in readings
        if all(reading[key] == time for key, time in times.items() if key in reading)
    ]
    share = _share(wanted["text"], found.text)
    exact = any(reading.get("from") and reading.get("to") for reading in on_time)
    return bool(on_time) and (share >= 0.5 or (share > 0 and exact))


def _false_leads(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    shown = [
        (found.text, _clock(found.start), _clock(found.end), found.minutes)
        for found in report.false_leads
    ]
    left = list(report.false_leads)
    for wanted in expected["false_leads"]:
        matching = [found for found in left if _is_lead(wanted, found)]
        if matching:
            left.remove(matching[0])
        elif not wanted.get("optional"):
            yield f"false_leads: expected {dict(wanted)!r}, found {shown!r}"
    for found in left:
        yield f"false_leads: {found.text!r} ({found.minutes} minutes) is none, or one too many"


def _actions_text(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    for wanted in expected["actions_text"]:
        if not any(_means(wanted, action.text) for action in report.actions):
            yield f"actions: expected one that says {wanted!r}"


def _not_actions(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    for wanted in expected["not_actions"]:
        for action in report.actions:
            if _means(wanted, action.text):
                yield f"actions: {action.text!r} is no action"


def _owned(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    for wanted, owner, due in expected["owned"]:
        found = [action for action in report.actions if _means(wanted, action.text)]
        dues = due if isinstance(due, list) else [due]
        if not any(
            (owner == "*" or (action.owner is None) == (owner is None))
            and (owner in {"*", None} or _means(owner, action.owner or ""))
            and ("*" in dues or (action.due.isoformat() if action.due else None) in dues)
            for action in found
        ):
            seen = [(action.text, action.owner, action.due) for action in found]
            yield f"actions: expected {wanted!r} of {owner!r} due {due!r}, found {seen!r}"


def _done(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    for wanted, done in expected["done"]:
        found = [action.done for action in report.actions if _means(wanted, action.text)]
        if done not in found:
            yield f"actions: expected {wanted!r} with done={done}, found {found!r}"


def _why_not(report: Report, expected: Mapping[str, Any]) -> Iterable[str]:
    if expected["is_report"] == bool(report.why_not_report):
        yield f"why_not_report: {report.why_not_report!r}"


_BY_KEY: dict[str, Callable[[Report, Mapping[str, Any]], Iterable[str]]] = {
    "is_report": _why_not,
    "title": _title,
    "zones": _zones,
    "services": _services,
    "root_cause": _root_cause,
    "escalated_to": _escalated_to,
    "timeline_kinds": _kinds,
    "timeline_moments": _moments,
    "timeline_ranges": _ranges,
    "false_leads": _false_leads,
    "actions_text": _actions_text,
    "not_actions": _not_actions,
    "owned": _owned,
    "done": _done,
}


def _every_difference(report: Report, expected: Mapping[str, Any]) -> list[str]:
    known = {*_plain_values(report), *_BY_KEY}
    found = [
        f"{key}: the examiner knows no such field"
        for key in expected
        if key.removesuffix("_alt") not in known
    ]
    found += _plain(report, expected)
    for key, compare in _BY_KEY.items():
        if key in expected:
            found += compare(report, expected)
    return found


@pytest.fixture(scope="session")
def differences() -> Differences:
    """Call it with a report as read and the fields expected of it; it lists what differs."""
    return _every_difference
