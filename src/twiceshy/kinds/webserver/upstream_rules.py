"""Are the servers behind this one checked, and enough of them?"""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.webserver.facts import Checked, Promise, UpstreamSeen
from twiceshy.model.verdict import Evidence, Severity


def judge_upstream(promise: Promise, seen: UpstreamSeen) -> Iterator[Finding]:
    """One upstream or backend."""
    if seen.unknown is not None:
        yield Finding(
            f"{seen.title}: {seen.unknown}",
            Evidence(seen.title, seen.unknown, seen.place),
            unknown=True,
        )
    in_use = [one for one in seen.members if one.is_in_use]
    if len(in_use) < promise.backends_at_least and seen.unknown is None:
        count = f"{len(in_use)} server{'s' * (len(in_use) != 1)}"
        yield Finding(
            f"{seen.title} has {count} in use, promised at least {promise.backends_at_least}",
            Evidence(seen.title, f"{count} in use", seen.place),
            severity=Severity.SERIOUS if in_use else Severity.CRITICAL,
            next_step="Add servers, or take `down`, `disabled` or `backup` from those there are.",
        )
    if not promise.upstream_health_checks:
        return
    needs_active = promise.upstream_health_checks == "active"
    for one in seen.members:
        what = f"{one.address} of {seen.title}"
        if one.checked is Checked.ACTIVE or (one.checked is Checked.PASSIVE and not needs_active):
            yield Finding("", Evidence(what, f"{one.checked} check: {one.why}", one.place))
        elif one.is_in_use or one.checked is Checked.NOT:
            wanted = ", promised an active check" if needs_active else ""
            found = f"{one.why}{wanted}"
            yield Finding(
                f"{what} has no health check: {found}",
                Evidence(what, found, one.place),
                severity=Severity.SERIOUS,
                next_step="HAProxy: write `check` (or `default-server check`). nginx: give the "
                "upstream a second server and leave `max_fails` above 0; its open edition has "
                "no active checks.",
            )
