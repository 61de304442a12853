"""A check in the Prometheus text exposition format, for the textfile collector or a push.

Every guard has all three verdict series, one of them 1: a verdict that changes never leaves a
stale series behind, and an alert reads `twiceshy_guard_verdict{verdict!="holds"} == 1`.

Source: Prometheus exposition formats, text format 0.0.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from twiceshy.cli.render.outcome import Outcome
from twiceshy.model.verdict import Broken, word
from twiceshy.watch.sweep import Result

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})

Sample = tuple[dict[str, str], float]


def check_prometheus(outcome: Outcome) -> str:
    """All metrics, each with its help and type, ending in a line feed."""
    results = sorted(outcome.results, key=lambda result: result.guard.id)
    families: list[tuple[str, str, Sequence[Sample]]] = [
        (
            "twiceshy_guard_verdict",
            "1 for the verdict of the guard, 0 for the other two.",
            [
                ({**_labels(result), "verdict": name}, float(word(result.verdict) == name))
                for result in results
                for name in ("holds", "broken", "unknown")
            ],
        ),
        (
            "twiceshy_guard_severity",
            "How bad a broken guard is: 1 warning, 2 serious, 3 critical.",
            [
                (_labels(result), result.verdict.severity.rank + 1.0)
                for result in results
                if isinstance(result.verdict, Broken)
            ],
        ),
        (
            "twiceshy_guard_checked_timestamp_seconds",
            "When the guard's target was last looked at.",
            [(_labels(result), _stamp(result.seen.at)) for result in results],
        ),
        (
            "twiceshy_guard_hurts_timestamp_seconds",
            "When what is broken hurts users, where that is known.",
            [
                (_labels(result), _stamp(result.verdict.hurts_at))
                for result in results
                if isinstance(result.verdict, Broken) and result.verdict.hurts_at
            ],
        ),
        (
            "twiceshy_guard_look_seconds",
            "How long looking and judging took.",
            [(_labels(result), round(result.took_seconds, 6)) for result in results],
        ),
        (
            "twiceshy_guards",
            "How many guards there are of each verdict.",
            [({"verdict": name}, float(count)) for name, count in outcome.counts.items()],
        ),
        (
            "twiceshy_check_timestamp_seconds",
            "When the check began.",
            [({"vantage": outcome.vantage}, _stamp(outcome.started))],
        ),
    ]
    return "".join(line for family in families for line in _family(*family))


def _family(name: str, told: str, samples: Sequence[Sample]) -> Iterator[str]:
    if not samples:
        return
    yield f"# HELP {name} {told}\n# TYPE {name} gauge\n"
    for labels, value in samples:
        inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        number = f"{value:.0f}" if value.is_integer() else repr(value)
        yield f"{name}{{{inside}}} {number}\n"


def _labels(result: Result) -> dict[str, str]:
    guard = result.guard
    return {"guard": guard.id, "kind": guard.kind, "target": guard.target}


def _stamp(at: datetime) -> float:
    return at.timestamp()


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES).encode("utf-8", "replace").decode()
