"""The one page: every report, what became of each of its actions, and could it happen again?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from twiceshy.guards.state import ActionState, Progress, Standing, as_of, progress
from twiceshy.model.estate import Estate
from twiceshy.model.guard import Guard
from twiceshy.model.ids import ActionId, ActionRef, GuardId
from twiceshy.model.report import Action, Report

REASONS_IN_SENTENCE = 3


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action, with those that only reword it, and what became of it."""

    action: Action
    also: tuple[ActionId, ...]
    """The report's later actions that say the same; their guards count here."""
    standings: tuple[Standing, ...]
    progress: Progress


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One report on the page."""

    report: Report
    lines: tuple[ActionLine, ...]
    reasons: tuple[str, ...]
    """Why it could happen again, most pressing first; empty when it is held off."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    at: datetime
    parts: tuple[ReportPart, ...]
    """The reports that could happen again first, the worst of them at the top."""
    headline: str
    mistakes: tuple[str, ...]
    """What in the estate points nowhere, one sentence each."""
    without_action: tuple[Standing, ...]
    """Guards that keep no action of any report."""


def page(
    estate: Estate,
    reports: Sequence[Report],
    standings: Mapping[GuardId, Standing],
    now: datetime,
    *,
    mistakes: Sequence[str] = (),
) -> Page:
    """Lay the page out; `standings` are the guards that were ever checked."""
    stands = {
        guard.id: as_of(standings.get(guard.id, Standing(guard.id)), guard, now)
        for guard in estate.guards.values()
    }
    keepers: defaultdict[ActionRef, list[Guard]] = defaultdict(list)
    for guard in estate.guards.values():
        for reference in guard.because:
            keepers[reference].append(guard)
    parts = [_part(report, keepers, stands) for report in reports]
    return Page(
        at=now,
        parts=tuple(sorted(parts, key=_urgency)),
        headline=_headline(parts),
        mistakes=(*mistakes, *_dangling(estate, reports)),
        without_action=tuple(
            stands[guard.id] for guard in estate.guards.values() if not guard.because
        ),
    )


def _part(
    report: Report,
    keepers: Mapping[ActionRef, Sequence[Guard]],
    stands: Mapping[GuardId, Standing],
) -> ReportPart:
    families = _families(report.actions)
    lines = []
    for action, also in families:
        wanted = [action.id, *also]
        guards = {
            guard.id: stands[guard.id]
            for id_ in wanted
            for guard in keepers.get(ActionRef(report.id, id_), ())
        }
        known = tuple(guards.values())
        lines.append(ActionLine(action, tuple(also), known, progress(known)))
    pressing = sorted(
        (line for line in lines if line.progress.state is not ActionState.HOLDING), key=_pressing
    )
    reasons = tuple(_reasons(pressing, len(lines)))
    if report.is_report and not lines:
        reasons = ("the report promises no action",)
    return ReportPart(report, tuple(lines), reasons, _sentence(report, lines, reasons))


def _families(actions: Sequence[Action]) -> list[tuple[Action, list[ActionId]]]:
    """Each action that stands for itself, with all that reword it, also at second hand."""
    by_id = {action.id: action for action in actions}
    families: dict[ActionId, tuple[Action, list[ActionId]]] = {}
    for action in actions:
        first, passed = action, {action.id}
        while first.same_as in by_id and first.same_as not in passed:
            first = by_id[first.same_as]
            passed.add(first.id)
        family = families.setdefault(first.id, (first, []))
        if action.id != first.id:
            family[1].append(action.id)
    return list(families.values())


def _pressing(line: ActionLine) -> tuple[int, int]:
    worst = line.progress.decided_by
    severity = worst.severity.rank if worst and worst.severity else 0
    match line.progress.state:
        case ActionState.REGRESSED:
            return (0, -severity)
        case ActionState.UNGUARDED:
            return (2, 0)
        case _:
            broken = worst is not None and worst.verdict == "broken"
            return (1, -severity) if broken else (3, 0)


def _reasons(pressing: Sequence[ActionLine], of_all: int) -> Iterator[str]:
    """A reason for every action that is not known to hold; unguarded ones share theirs."""
    unguarded = [line for line in pressing if line.progress.state is ActionState.UNGUARDED]
    for line in pressing:
        if line not in unguarded:
            yield _reason(line)
        elif line is not unguarded[0]:
            continue
        elif len(unguarded) == 1:
            yield f"no guard keeps {_quoted(line)}"
        elif len(unguarded) == of_all:
            yield f"none of its {of_all} actions has a guard"
        else:
            yield f"no guard keeps {', '.join(one.action.id for one in unguarded)}"


def _quoted(line: ActionLine) -> str:
    return f"“{_short(line.action.text, 60)}” ({line.action.id})"


def _reason(line: ActionLine) -> str:
    worst = line.progress.decided_by
    assert worst is not None, "only an unguarded action has no guard that decides"
    action = _quoted(line)
    why = _short(worst.why, 90)
    match worst.verdict:
        case "broken" if worst.has_fallen:
            return f"{action} is no longer kept: {why}"
        case "broken":
            return f"{action} is not kept yet: {why}"
        case "unknown":
            return f"nobody knows whether {action} is kept: {why}"
        case _:
            return f"{action} was never checked"


def _short(text: str, most: int) -> str:
    words = " ".join(text.split()).rstrip(".")
    return words if len(words) <= most else f"{words[: most - 1].rsplit(' ', 1)[0]}…"


def _sentence(report: Report, lines: Sequence[ActionLine], reasons: Sequence[str]) -> str:
    if not report.is_report:
        return f"This is not a report: {report.why_not_report or 'nothing in it tells an outage'}."
    if not reasons:
        guards = {standing.guard_id for line in lines for standing in line.standings}
        keeps = "1 guard that holds" if len(guards) == 1 else f"{len(guards)} guards that hold"
        return f"This is held off by {keeps}; nothing here is proven yet."
    told = list(reasons[:REASONS_IN_SENTENCE])
    left = len(reasons) - len(told)
    if left:
        told.append(f"for {left} more reason{'s' if left > 1 else ''}")
    because = _listed(told)
    return f"This could happen again because {because}{'' if because.endswith('…') else '.'}"


def _listed(reasons: Sequence[str]) -> str:
    *first, last = reasons
    return f"{'; '.join(first)}; and {last}" if first else last


def _headline(parts: Iterable[ReportPart]) -> str:
    outages = [part for part in parts if part.report.is_report]
    if not outages:
        return "No report is listed in the estate, so nobody can say what could happen again."
    could = sum(1 for part in outages if part.reasons)
    held = len(outages) - could
    if not could:
        whole = "The outage" if held == 1 else f"All {held} outages"
        return f"{whole} on record {'is' if held == 1 else 'are'} held off. Nothing is proven yet."
    noun = "outage" if len(outages) == 1 else "outages"
    rest = f" {held} {'is' if held == 1 else 'are'} held off." if held else ""
    return f"{could} of {len(outages)} {noun} could happen again.{rest} Nothing is proven yet."


def _urgency(part: ReportPart) -> tuple[int, tuple[int, int]]:
    if not part.report.is_report:
        return (2, (0, 0))
    worst = min((_pressing(line) for line in part.lines), default=(2, 0))
    return (0 if part.reasons else 1, worst)


def _dangling(estate: Estate, reports: Sequence[Report]) -> Iterable[str]:
    known = {report.id: {action.id for action in report.actions} for report in reports}
    for guard in estate.guards.values():
        for reference in guard.because:
            where = f"{guard.place}: " if guard.place else ""
            if reference.report not in known:
                yield (
                    f"{where}guard {guard.id} is there because of {reference}, but no report"
                    f" {reference.report} could be read"
                )
            elif reference.action not in known[reference.report]:
                yield (
                    f"{where}guard {guard.id} is there because of {reference}, but the report"
                    f" has no action {reference.action}"
                )
