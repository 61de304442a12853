"""A check as JUnit XML: broken is a failure, unknown an error, so that neither is ever green."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from twiceshy.cli.render.outcome import Outcome
from twiceshy.cli.render.verdict_words import next_step, why
from twiceshy.model.verdict import Broken, Holds, Unknown
from twiceshy.watch.sweep import Result

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry, not even escaped."""


def check_junit(outcome: Outcome) -> str:
    """One suite with a test case for every guard, in the order worst first."""
    counts = outcome.counts
    numbers = (
        f'tests="{len(outcome.results)}" failures="{counts["broken"]}" errors="{counts["unknown"]}"'
        f' time="{outcome.took_seconds:.3f}"'
    )
    suite = (
        f'<testsuite name="twiceshy" {numbers} hostname={_quoted(outcome.vantage)}'
        f' timestamp="{outcome.started:%Y-%m-%dT%H:%M:%S+00:00}">'
    )
    cases = (line for result in outcome.worst_first for line in _case(result))
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="twiceshy" {numbers}>',
            suite,
            *cases,
            "</testsuite>",
            "</testsuites>",
            "",
        ]
    )


def _case(result: Result) -> Iterator[str]:
    guard, verdict = result.guard, result.verdict
    place = guard.place
    stands = f' file={_quoted(place.file)} line="{place.line}"' if place else ""
    case = (
        f"<testcase classname={_quoted(f'twiceshy.{guard.kind}')} name={_quoted(guard.id)}"
        f'{stands} time="{result.took_seconds:.3f}"'
    )
    match verdict:
        case Holds(summary=summary):
            yield f"{case}><system-out>{_escaped(summary)}</system-out></testcase>"
            return
        case Broken(severity=severity):
            tag, sort = "failure", severity.value
        case Unknown():
            tag, sort = "error", "unknown"
    yield f"{case}>"
    yield f"<{tag} type={_quoted(sort)} message={_quoted(why(verdict))}>{_details(result)}</{tag}>"
    yield "</testcase>"


def _details(result: Result) -> str:
    lines = [f"target: {result.guard.target}"]
    lines += [f"{one.what}: {one.found}" for one in result.verdict.evidence]
    step = next_step(result.verdict)
    if step:
        lines.append(f"next: {step}")
    if result.guard.because:
        lines.append(f"because of: {', '.join(map(str, result.guard.because))}")
    return _escaped("\n".join(lines))


def _escaped(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _quoted(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
