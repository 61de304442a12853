"""A check as a person reads it: one line a guard, worst first, and below it what to know and do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from twiceshy.cli.render.outcome import Outcome
from twiceshy.cli.render.paper import PIPED_COLUMNS, Paper, cells, clean, cut, fold, pad
from twiceshy.cli.render.verdict_words import next_step, why
from twiceshy.model.guard import Guard
from twiceshy.model.verdict import Broken, Holds, Verdict, word
from twiceshy.watch.sweep import Result

MOST_EVIDENCE = 8
"""Lines of evidence for one guard; the rest is counted, and whole in `--format json`."""

_INDENT = 4
_GAP = "  "
_MARKS = {"holds": ("✓", "green"), "broken": ("✗", "red"), "unknown": ("?", "yellow")}
_NEWS = {"broken": "newly broken", "unknown": "no longer seen", "holds": "holds again"}
_WIDEST = (30, 24)
_WIDEST_ON_NARROW = (22, 16)
_LEAST_FOR_WHY = 24
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class _Columns:
    guard: int
    kind: int
    target: int
    why: int


def check_text(outcome: Outcome, paper: Paper) -> str:
    """The table, its details, and the summary line at the end."""
    if not outcome.results:
        return paper.plain(_nothing(outcome))
    columns = _columns(outcome, paper)
    blocks = [
        list(_block(result, outcome.started, columns, paper)) for result in outcome.worst_first
    ]
    table = "".join(f"{line}\n" for line in _spaced(blocks))
    turned = "".join(f"{line}\n" for line in _turned(outcome, paper))
    return paper.plain(f"{table}\n{turned}{_summary(outcome, paper)}\n")


def _spaced(blocks: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines, with an empty one around each block of more than one."""
    before = 1
    for number, block in enumerate(blocks):
        if number and max(len(block), before) > 1:
            yield ""
        yield from block
        before = len(block)


def _columns(outcome: Outcome, paper: Paper) -> _Columns:
    widest_guard, widest_target = _WIDEST if paper.columns >= PIPED_COLUMNS else _WIDEST_ON_NARROW
    guards = [result.guard for result in outcome.results]
    guard = min(max(cells(one.id) for one in guards), widest_guard)
    kind = max(cells(one.kind) for one in guards)
    target = min(max(cells(_target(one)) for one in guards), widest_target)
    taken = 2 + len("unknown") + guard + kind + target + 4 * len(_GAP)
    return _Columns(guard, kind, target, paper.columns - taken)


def _block(result: Result, now: datetime, columns: _Columns, paper: Paper) -> Iterator[str]:
    verdict = result.verdict
    name = word(verdict)
    mark, style = _MARKS[name]
    said = clean(why(verdict))
    head = _GAP.join(
        (
            f"{paper.paint(mark, style)} {paper.paint(pad(name, len('unknown')), style)}",
            paper.paint(pad(clean(result.guard.id), columns.guard), "bold"),
            pad(result.guard.kind, columns.kind),
            pad(_target(result.guard), columns.target),
        )
    )
    if isinstance(verdict, Holds):
        fits = cells(said) <= columns.why
        yield head + _GAP + paper.paint(said, "dim") if fits else head.rstrip()
        if not fits:
            yield from _indented(said, paper)
        return
    yield (head + _GAP + _urgency(verdict, now, columns.why, paper)).rstrip()
    yield from _indented(said, paper)
    yield from _evidence(verdict, paper)
    step = next_step(verdict)
    if step:
        yield from _labelled("next", clean(step), paper)
    if result.guard.because:
        kept = clean(", ".join(map(str, result.guard.because)))
        yield from _labelled("kept for", kept, paper)


def _target(guard: Guard) -> str:
    return clean(guard.target) or "-"


def _urgency(verdict: Verdict, now: datetime, columns: int, paper: Paper) -> str:
    if not isinstance(verdict, Broken):
        return ""
    style = "bold red" if verdict.severity.rank else "red"
    word_ = verdict.severity.value
    if verdict.hurts_at is None:
        return paper.paint(word_, style)
    away = _away((verdict.hurts_at - now).total_seconds())
    rest = cut(f", hurts users {away}", max(columns - len(word_), 1))
    return paper.paint(word_, style) + (rest if columns >= _LEAST_FOR_WHY else "")


def _away(seconds: float) -> str:
    if seconds <= 0:
        return "now"
    for unit, length in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        count = int(seconds // length)
        if count:
            return f"in {count} {unit}{'s' if count > 1 else ''}"
    return "in less than a minute"


def _evidence(verdict: Verdict, paper: Paper) -> Iterator[str]:
    told = [f"{clean(one.what)}: {clean(one.found)}" for one in verdict.evidence]
    news = [one for one in told if one != clean(why(verdict))]
    for one in news[:MOST_EVIDENCE]:
        yield from _indented(one, paper, bullet="· ", dim=True)
    left = len(news) - MOST_EVIDENCE
    if left > 0:
        yield from _indented(f"and {left} more: --format json", paper, bullet="· ", dim=True)


def _labelled(label: str, text: str, paper: Paper) -> Iterator[str]:
    indent = " " * _INDENT
    first, *rest = fold(text, paper.columns - _INDENT - len(label) - 2) or [""]
    yield f"{indent}{paper.paint(label, 'bold')}: {first}"
    for line in rest:
        yield f"{indent}{' ' * (len(label) + 2)}{line}"


def _indented(text: str, paper: Paper, *, bullet: str = "", dim: bool = False) -> Iterator[str]:
    indent = " " * _INDENT
    for number, line in enumerate(fold(text, paper.columns - _INDENT - len(bullet))):
        start = bullet if number == 0 else " " * len(bullet)
        yield indent + paper.paint(start + line, "dim" if dim else "")


def _summary(outcome: Outcome, paper: Paper) -> str:
    counts = outcome.counts
    words = {
        "holds": "holds" if counts["holds"] == 1 else "hold",
        "broken": "broken",
        "unknown": "unknown",
    }
    parts = [
        paper.paint(f"{counts[name]} {said}", _MARKS[name][1] if counts[name] else "dim")
        for name, said in words.items()
    ]
    told = f"{counts['holds']} holds, {counts['broken']} broken, {counts['unknown']} unknown  "
    where = cut(
        f"(checked from {clean(outcome.vantage)} at {outcome.started:%Y-%m-%d %H:%M} UTC"
        f" in {outcome.took_seconds:.1f} s)",
        paper.columns,
    )
    between = "  " if cells(told) + cells(where) <= paper.columns else "\n"
    return f"{', '.join(parts)}{between}{paper.paint(where, 'dim')}"


def _turned(outcome: Outcome, paper: Paper) -> Iterator[str]:
    """What is different from the check before; first looks are no news."""
    for after, label in _NEWS.items():
        ids = [t.guard_id for t in outcome.turns if t.before is not None and t.after == after]
        if ids:
            label_columns = len(label) + 2
            first, *rest = fold(", ".join(ids), paper.columns - label_columns)
            yield f"{paper.paint(label, _MARKS[after][1])}: {first}"
            yield from (" " * label_columns + line for line in rest)


def _nothing(outcome: Outcome) -> str:
    return (
        f"{clean(outcome.estate_path)} has no guards: nothing is promised, so nothing is known.\n"
        "Let your reports propose some: twiceshy propose REPORT... --estate twiceshy.yaml\n"
    )
