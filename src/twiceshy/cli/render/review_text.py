"""A review as a person reads it: what would break first, then what else behaves otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.changes.outcome import ChangedFile, Effect, Judged, Recalled, Review
from twiceshy.changes.recall import UNDOING
from twiceshy.cli.render.paper import Paper, cells, clean, cut, fold, pad
from twiceshy.cli.render.verdict_words import next_step, why
from twiceshy.model.verdict import Broken, Evidence, Holds

MOST_EVIDENCE = 6
MOST_DIFFERENCES = 12
MOST_FILES = 12
_INDENT = 4
_MARKS = {
    Effect.BREAKS: ("✗", "bold red"),
    Effect.STAYS_BROKEN: ("✗", "red"),
    Effect.BLINDS: ("?", "yellow"),
    Effect.STAYS_UNKNOWN: ("?", "yellow"),
    Effect.MENDS: ("✓", "green"),
    Effect.KEEPS: ("✓", "green"),
}
_LEAST_FOR_READERS = 10
_WIDEST_EFFECT = max(len(effect) for effect in Effect)


def review_text(review: Review, paper: Paper, took_seconds: float) -> str:
    """The whole review, ending in the summary and what may be done next."""
    lines = [
        *_head(review, paper),
        *_guards(review, paper),
        *_differences(review, paper),
        *_rehearsed(review, paper),
        *_unguarded(review, paper),
        *_unread(review, paper),
        *(f"note: {line}" for note in review.notes for line in fold(clean(note), 90)),
        *_summary(review, paper, took_seconds),
    ]
    return paper.plain("".join(f"{line.rstrip()}\n" for line in lines))


def _head(review: Review, paper: Paper) -> Iterator[str]:
    sides = f"{clean(review.before)} → {clean(review.after)}"
    yield paper.paint(cut(f"review {review.id}: {sides}", paper.columns), "bold")
    yield ""
    for file in review.files[:MOST_FILES]:
        yield _file(file, paper)
    if len(review.files) > MOST_FILES:
        yield f"  and {len(review.files) - MOST_FILES} more files"
    if not review.files:
        yield "  nothing differs between the two sides"
    yield ""


def _file(file: ChangedFile, paper: Paper) -> str:
    readers = ", ".join(f"{kind} ({dialect})" for kind, dialect in file.kinds)
    told = cut(f"  {pad(file.how, 7)}  {clean(file.path)}", paper.columns)
    room = paper.columns - cells(told) - 2
    shown = readers or "no kind reads it"
    return f"{told}  {paper.paint(cut(shown, room), 'dim')}" if room >= _LEAST_FOR_READERS else told


def _guards(review: Review, paper: Paper) -> Iterator[str]:
    widest = min(max((cells(one.guard.id) for one in review.judged), default=0), 36)
    for one in review.judged:
        mark, style = _MARKS[one.effect]
        severity = one.after.severity.value if isinstance(one.after, Broken) else ""
        where = f" on {clean(one.host)}" if one.host else ""
        head = (
            f"{paper.paint(f'{mark} {pad(one.effect, _WIDEST_EFFECT)}', style)}  "
            f"{paper.paint(pad(clean(one.guard.id), widest), 'bold')}  "
            f"{one.guard.kind}, {clean(one.guard.target) or '-'}{where}"
        )
        yield f"{head}  {paper.paint(severity, style)}" if severity else head
        yield from _indented(clean(why(one.after)), paper)
        if isinstance(one.after, Holds):
            continue
        yield from _evidence(one, paper)
        yield from _labelled("next", next_step(one.after), paper)
        yield from _repeats(one, review, paper)
        yield ""
    if review.judged and isinstance(review.judged[-1].after, Holds):
        yield ""


def _evidence(one: Judged, paper: Paper) -> Iterator[str]:
    told = [_told(evidence) for evidence in one.after.evidence]
    for text in told[:MOST_EVIDENCE]:
        yield from _indented(text, paper, bullet="· ")
    if len(told) > MOST_EVIDENCE:
        yield from _indented(f"and {len(told) - MOST_EVIDENCE} more: --format json", paper)


def _told(evidence: Evidence) -> str:
    place = "" if evidence.place is None else f" ({clean(str(evidence.place))})"
    return f"{clean(evidence.what)}: {clean(evidence.found)}{place}"


def _repeats(one: Judged, review: Review, paper: Paper) -> Iterator[str]:
    if one.effect not in UNDOING:
        return
    for ref in one.guard.because:
        yield from _labelled("undoes", recalled_in_words(review.recalled.get(ref), str(ref)), paper)


def recalled_in_words(recalled: Recalled | None, ref: str) -> str:
    """`mail-firewall-2023#a2, "Review every rule": it would repeat 2023-08-10, Mail outage`."""
    if recalled is None or recalled.text is None:
        return f"{ref} (its report could not be read)"
    outage = ", ".join(filter(None, (recalled.day, recalled.title)))
    repeated = f": it would repeat {clean(outage)}" if outage else ""
    return f'{ref}, "{clean(recalled.text)}"{repeated}'


def _differences(review: Review, paper: Paper) -> Iterator[str]:
    if not review.differences:
        return
    yield paper.paint("What behaves otherwise", "bold")
    for difference in review.differences[:MOST_DIFFERENCES]:
        where = f"{clean(difference.host)}: " if difference.host else ""
        yield from _indented(f"{where}{clean(difference.text)}", paper, bullet="· ")
    left = len(review.differences) - MOST_DIFFERENCES
    if left > 0:
        yield from _indented(f"and {left} more: --format json", paper)
    yield ""


def _rehearsed(review: Review, paper: Paper) -> Iterator[str]:
    for one in review.rehearsed:
        where = f" on {clean(one.host)}" if one.host else ""
        yield paper.paint(f"Tried in a sandbox{where}", "bold")
        for line in one.lines:
            yield from _indented(clean(line), paper, bullet="· ")
        yield ""


def _unguarded(review: Review, paper: Paper) -> Iterator[str]:
    if not review.unguarded:
        return
    yield paper.paint("No guard looks at", "bold")
    for file in review.unguarded[:MOST_FILES]:
        kinds = ", ".join(kind for kind, _ in file.kinds)
        yield from _indented(f"{clean(file.path)} (could be guarded by: {kinds})", paper)
    yield ""


def _unread(review: Review, paper: Paper) -> Iterator[str]:
    if not review.unread:
        return
    yield paper.paint("Could not be read, and is no part of this review", "bold")
    for one in review.unread[:MOST_FILES]:
        yield from _indented(f"{clean(one.path)}: {clean(one.why)}", paper)
    if len(review.unread) > MOST_FILES:
        yield from _indented(f"and {len(review.unread) - MOST_FILES} more: --format json", paper)
    yield ""


def _summary(review: Review, paper: Paper, took_seconds: float) -> Iterator[str]:
    counts = {effect: len(review.having(effect)) for effect in Effect}
    shown = (
        (counts[Effect.BREAKS], "would break", "bold red"),
        (counts[Effect.STAYS_BROKEN], "stay broken", "red"),
        (counts[Effect.BLINDS] + counts[Effect.STAYS_UNKNOWN], "unknown", "yellow"),
        (counts[Effect.MENDS], "mended", "green"),
        (counts[Effect.KEEPS], "kept", "green"),
    )
    parts = [
        paper.paint(f"{count} {words}", style if count else "dim") for count, words, style in shown
    ]
    when = f"(reviewed at {review.at:%Y-%m-%d %H:%M} UTC in {took_seconds:.1f} s)"
    told = ", ".join(f"{count} {words}" for count, words, _ in shown)
    between = "  " if cells(told) + 2 + cells(when) <= paper.columns else "\n"
    yield f"{', '.join(parts)}{between}{paper.paint(when, 'dim')}"
    if not review.judged:
        nothing = (
            "No guard was judged: this change touches nothing that a guard of the estate looks at."
        )
        yield nothing
    elif review.exit_code == 0:
        yield f"approve it: twiceshy approve {review.id} --by WHO"


def _labelled(label: str, text: str | None, paper: Paper) -> Iterator[str]:
    if not text:
        return
    indent = " " * _INDENT
    first, *rest = fold(clean(text), paper.columns - _INDENT - len(label) - 2) or [""]
    yield f"{indent}{paper.paint(label, 'bold')}: {first}"
    for line in rest:
        yield f"{indent}{' ' * (len(label) + 2)}{line}"


def _indented(text: str, paper: Paper, *, bullet: str = "") -> Iterator[str]:
    indent = " " * _INDENT
    for number, line in enumerate(fold(text, paper.columns - _INDENT - len(bullet))):
        start = bullet if number == 0 else " " * len(bullet)
        yield indent + paper.paint(start + line, "dim" if bullet else "")
