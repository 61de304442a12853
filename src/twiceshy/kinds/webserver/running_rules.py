"""Is what runs what is on disk, and what is served what is configured?"""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.webserver.facts import RunningSeen, ServedSeen
from twiceshy.model.place import Place
from twiceshy.model.verdict import Evidence, Severity


def judge_running(seen: RunningSeen) -> Iterator[Finding]:
    """One running server held against its files."""
    what = f"{seen.software} with {seen.main}"
    place = Place(seen.main, 1)
    if seen.test_passed is None:
        yield Finding(
            f"{what} could not be tested: {seen.said}",
            Evidence(what, seen.said, place),
            unknown=True,
            next_step="Let twiceshy reach the host as a user that may run the server's own test.",
        )
    elif not seen.test_passed:
        yield Finding(
            f"{what} does not pass its own test, so the next restart fails: {seen.said}",
            Evidence(what, seen.said, place),
            severity=Severity.SERIOUS,
            next_step="Mend the line it names; until then neither reload nor restart.",
        )
    if seen.why_not is not None:
        yield Finding(f"{what}: {seen.why_not}", Evidence(what, seen.why_not, place), unknown=True)
    elif seen.newer_files:
        first = seen.newer_files[0]
        more = f" (and {len(seen.newer_files) - 1} more)" if len(seen.newer_files) > 1 else ""
        yield Finding(
            f"{what} runs without {first}{more}, which changed after it was loaded",
            Evidence(what, f"changed since: {', '.join(seen.newer_files[:5])}", Place(first, 1)),
            severity=Severity.SERIOUS,
            next_step="Review the change, then reload the server.",
        )
    elif seen.test_passed:
        yield Finding("", Evidence(what, "passes its test, and no file is newer than its workers"))


def judge_served(seen: ServedSeen) -> Finding:
    """One socket's certificate held against its file."""
    name = f" for {seen.name}" if seen.name else ""
    what = f"{seen.socket}{name}"
    if seen.why_not is not None:
        return Finding(
            f"{what}: {seen.why_not}", Evidence(what, seen.why_not, seen.place), unknown=True
        )
    files = ", ".join(seen.files)
    end = f", which ends {seen.not_after:%Y-%m-%d %H:%M} UTC" if seen.not_after else ""
    if seen.sha256 in seen.expected:
        return Finding("", Evidence(what, f"serves {files}{end}", seen.place))
    return Finding(
        f"{what} serves another certificate than {files}{end}",
        Evidence(what, f"serves another certificate than {files}{end}", seen.place),
        severity=Severity.SERIOUS,
        next_step="Reload the server, and see that whatever renews the certificate does so too.",
    )
