"""The rules for one address: is its answer the promised one?"""

from __future__ import annotations

from dataclasses import dataclass

from twiceshy.kinds.http.facts import AddressSeen, Answer, Failed, Failure, Promise
from twiceshy.kinds.http.next_steps import after_failure, after_status
from twiceshy.kinds.http.read import absolute
from twiceshy.model.verdict import Evidence, Severity

SERIOUSLY_LATE = 3
"""Beyond this many times the promised time, late is as bad as not answering for some users."""
LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One address judged: `severity` when broken, `unseen` when nothing can be said, else kept."""

    address: str
    in_short: str
    evidence: Evidence
    severity: Severity | None = None
    unseen: bool = False
    total_ms: float | None = None
    next_step: str | None = None

    @property
    def kept(self) -> bool:
        """Whether this address keeps the promise."""
        return self.severity is None and not self.unseen


@dataclass(frozen=True, slots=True)
class _Flaw:
    """One thing that is not as promised, or (no severity) that cannot be told."""

    severity: Severity | None
    why: str
    next_step: str


def judge_address(promise: Promise, url: str, seen: AddressSeen) -> Finding:
    """Judge what one address of the endpoint `url` answered."""
    what = f"{url} at {seen.address}"
    if isinstance(seen.outcome, Failed):
        return _failed(what, seen, seen.outcome)
    flaws = _flaws(promise, seen, seen.outcome)
    in_short = _answered(seen, seen.outcome)
    if not flaws:
        return Finding(seen.address, in_short, Evidence(what, in_short), total_ms=seen.total_ms)
    worst = max(flaws, key=lambda flaw: flaw.severity.rank if flaw.severity else -1)
    why = "; ".join(flaw.why for flaw in flaws)
    return Finding(
        seen.address,
        worst.why,
        Evidence(what, f"{why} ({in_short})"),
        severity=worst.severity,
        unseen=worst.severity is None,
        total_ms=seen.total_ms,
        next_step=worst.next_step,
    )


def _failed(what: str, seen: AddressSeen, failed: Failed) -> Finding:
    found = failed.why
    if len(seen.hops) > 0 and failed.url != seen.hops[0].url:
        is_counted = failed.code is Failure.TOO_MANY_REDIRECTS
        after = "" if is_counted else f", after {_counted(len(seen.hops))}"
        found = f"{found}{after}, at {_quote(failed.url)}"
    match seen.without_verification:
        case Answer(status=status):
            found = f"{found}; without verification it answers {status}"
        case Failed(why=why):
            found = f"{found}; without verification: {why}"
        case None:
            pass
    return Finding(
        seen.address,
        found,
        Evidence(what, found),
        severity=None if failed.code.is_unseen else Severity.CRITICAL,
        unseen=failed.code.is_unseen,
        next_step=after_failure(failed, seen.address),
    )


def _flaws(promise: Promise, seen: AddressSeen, answer: Answer) -> list[_Flaw]:
    flaws = [
        *_status(promise, seen, answer),
        *_texts(promise, answer),
        *_headers(promise, answer),
    ]
    late = _late(promise, seen)
    return [*flaws, late] if late else flaws


def _status(promise: Promise, seen: AddressSeen, answer: Answer) -> list[_Flaw]:
    flaws = []
    if not promise.accepts(answer.status):
        wanted = " or ".join(map(str, promise.statuses))
        flaws.append(
            _Flaw(
                Severity.CRITICAL,
                f"status {answer.status}, promised {wanted}",
                after_status(answer.status),
            )
        )
    if promise.redirect_to is not None and seen.hops:
        first = seen.hops[0]
        location = first.location
        if location is None:
            why = f"no redirect, promised one to {promise.redirect_to}"
        elif location != absolute(first.url, promise.redirect_to):
            why = f"redirects to {_quote(location)}, promised {promise.redirect_to}"
        else:
            return flaws
        flaws.append(
            _Flaw(Severity.CRITICAL, why, "Compare the redirect rules of the web server with it.")
        )
    return flaws


def _texts(promise: Promise, answer: Answer) -> list[_Flaw]:
    found = {text.text: text.found for text in answer.texts}
    flaws = []
    for text in (*promise.texts, *promise.forbidden_texts):
        forbidden = text in promise.forbidden_texts
        if found.get(text, False):
            if forbidden:
                why = f"the body holds {_quote(text)!r}, which must not be there"
                flaws.append(_Flaw(Severity.CRITICAL, why, "See what the page says, and its logs."))
        elif text not in found or not answer.body_complete:
            why = f"{_quote(text)!r} is not in the first {answer.body_bytes} bytes of the body"
            flaws.append(_Flaw(None, why, "Raise max_body_kb to read more of the body."))
        elif not forbidden:
            why = f"the body lacks {_quote(text)!r}"
            flaws.append(_Flaw(Severity.CRITICAL, why, "See what the page says instead."))
    return flaws


def _headers(promise: Promise, answer: Answer) -> list[_Flaw]:
    step = "Compare the headers that the web server adds with the promise."
    flaws = []
    for name, wanted in promise.has_headers.items():
        values = [value for key, value in answer.headers if key == name.lower()]
        if wanted in values:
            continue
        says = f"is {_quote(values[0])!r}, promised {wanted!r}" if values else "is missing"
        flaws.append(_Flaw(Severity.WARNING, f"the header {name} {says}", step))
    return flaws


def _late(promise: Promise, seen: AddressSeen) -> _Flaw | None:
    limit, total = promise.within_ms, seen.total_ms
    if limit is None or total is None or total <= limit:
        return None
    return _Flaw(
        Severity.SERIOUS if total > SERIOUSLY_LATE * limit else Severity.WARNING,
        f"answered in {total:.0f} ms, promised {limit} ms{_where_it_went(seen)}",
        "See which phase is slow: connecting is the network, the first byte is the application.",
    )


def _where_it_went(seen: AddressSeen) -> str:
    phases = {
        "connecting": sum(hop.latency.connect_ms or 0 for hop in seen.hops),
        "TLS": sum(hop.latency.tls_ms or 0 for hop in seen.hops),
        "the first byte": sum(hop.latency.first_byte_ms or 0 for hop in seen.hops),
    }
    name = max(phases, key=lambda phase: phases[phase])
    return f" ({name} took {phases[name]:.0f} ms)" if phases[name] else ""


def _answered(seen: AddressSeen, answer: Answer) -> str:
    redirects = len(seen.hops) - 1
    after = f" after {_counted(redirects)}" if redirects > 0 else ""
    took = f" in {seen.total_ms:.0f} ms" if seen.total_ms is not None else ""
    return f"status {answer.status}{after}{took}"


def _counted(redirects: int) -> str:
    return "1 redirect" if redirects == 1 else f"{redirects} redirects"


def _quote(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 3] + "..."
