"""A review as Markdown, for the discussion of a merge request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from twiceshy.changes.outcome import Effect, Judged, Review
from twiceshy.changes.recall import UNDOING
from twiceshy.cli.render.paper import clean
from twiceshy.cli.render.review_text import recalled_in_words
from twiceshy.cli.render.verdict_words import next_step, why
from twiceshy.model.verdict import Holds

MOST_DIFFERENCES = 20
_MARKUP = re.compile(r"[\\`*_\[\]<>|#~&$!]")
_LINKED = re.compile(r"@|\b\w+:(?=//)|\bwww(?=\.)|\bGH(?=-)|\bmailto:", re.IGNORECASE)
"""What becomes a link or a mention by itself, and no longer does when something stands behind it."""
_AT_THE_BEGINNING = re.compile(r"^(\d*)([-+=/.)])")
"""Of a line: a list, a heading's underline, or a command to the forge."""
_MARKS = {
    Effect.BREAKS: "❌",
    Effect.STAYS_BROKEN: "❌",
    Effect.BLINDS: "❔",
    Effect.STAYS_UNKNOWN: "❔",
    Effect.MENDS: "✅",
    Effect.KEEPS: "✅",
}


def review_markdown(review: Review) -> str:
    """A heading that says it all, one section for each guard that would not hold, then the rest."""
    return "\n".join(_lines(review)) + "\n"


def _lines(review: Review) -> Iterator[str]:
    yield f"## {_headline(review)}"
    yield ""
    yield f"`{_code(review.before)}` → `{_code(review.after)}`, review `{review.id}`"
    bad = [one for one in review.judged if not isinstance(one.after, Holds)]
    for one in bad:
        yield ""
        yield from _section(one, review)
    good = [one for one in review.judged if isinstance(one.after, Holds)]
    if good:
        yield ""
        yield "| | guard | kind | what was seen |"
        yield "| --- | --- | --- | --- |"
        for kept in good:
            mark = f"{_MARKS[kept.effect]} {kept.effect}"
            seen = _text(why(kept.after))
            yield f"| {mark} | {_text(kept.guard.id)} | {kept.guard.kind} | {seen} |"
    yield from _differences(review)
    yield from _not_judged(review)
    for note in review.notes:
        yield ""
        yield _text(note)


def _differences(review: Review) -> Iterator[str]:
    if review.differences:
        yield ""
        yield "**What behaves otherwise**"
        yield ""
        for difference in review.differences[:MOST_DIFFERENCES]:
            where = f"{_text(difference.host)}: " if difference.host else ""
            yield f"- {where}{_text(difference.text)}"
        if len(review.differences) > MOST_DIFFERENCES:
            yield f"- and {len(review.differences) - MOST_DIFFERENCES} more"
    for tried in review.rehearsed:
        yield ""
        yield f"**Tried in a sandbox{' on ' + _text(tried.host) if tried.host else ''}**"
        yield ""
        yield from (f"- {_text(line)}" for line in tried.lines)


def _not_judged(review: Review) -> Iterator[str]:
    if review.unguarded:
        yield ""
        yield "**No guard looks at**"
        yield ""
        for file in review.unguarded:
            kinds = ", ".join(kind for kind, _ in file.kinds)
            yield f"- `{_code(file.path)}` (could be guarded by: {kinds})"
    if review.unread:
        yield ""
        yield "**Could not be read, and is no part of this review**"
        yield ""
        for unread in review.unread:
            yield f"- `{_code(unread.path)}`: {_text(unread.why)}"


def _headline(review: Review) -> str:
    breaks = len(review.having(Effect.BREAKS, Effect.STAYS_BROKEN))
    unknown = len(review.having(Effect.BLINDS, Effect.STAYS_UNKNOWN))
    if breaks:
        return f"❌ This change would leave {_counted(breaks)} broken"
    if unknown:
        return f"❔ After this change nobody can say whether {_counted(unknown)} would hold"
    if not review.judged and review.unread:
        return "❔ What this change holds could not be read"
    if not review.judged:
        return "This change touches nothing that a guard looks at"
    return f"✅ {_counted(len(review.judged))} would hold"


def _counted(count: int) -> str:
    return "1 guard" if count == 1 else f"{count} guards"


def _section(one: Judged, review: Review) -> Iterator[str]:
    where = f" on {_text(one.host)}" if one.host else ""
    yield f"### {_MARKS[one.effect]} {_text(one.guard.id)} {one.effect}{where}"
    yield ""
    yield _text(why(one.after))
    yield ""
    for evidence in one.after.evidence:
        place = "" if evidence.place is None else f" (`{_code(str(evidence.place))}`)"
        yield f"- {_text(evidence.what)}: `{_code(evidence.found)}`{place}"
    if step := next_step(one.after):
        yield f"- **Next:** {_text(step)}"
    if one.effect in UNDOING:
        for ref in one.guard.because:
            told = recalled_in_words(review.recalled.get(ref), str(ref))
            yield f"- **Undoes** {_text(told)}"


def _text(text: str) -> str:
    """Plain words: nothing in them starts a link, a table cell, HTML, a mention or a command."""
    escaped = _LINKED.sub(lambda found: f"{found[0]}\u200b", clean(text))
    escaped = _MARKUP.sub(r"\\\g<0>", escaped)
    return _AT_THE_BEGINNING.sub(lambda found: f"{found[1]}\\{found[2]}", escaped, count=1)


def _code(text: str) -> str:
    return clean(text).replace("`", "'").replace("|", "¦")
