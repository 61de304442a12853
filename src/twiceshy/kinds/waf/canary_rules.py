"""The rules for live canaries: attacks must be blocked, ordinary requests must pass."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.waf.facts import CanarySeen, Promise
from twiceshy.kinds.waf.finding import Finding
from twiceshy.model.verdict import Evidence, Severity

_REDIRECT = range(300, 400)
_TOO_MANY = 429
_ERROR = 500
_SHOWN = 3


def judge_canaries(promise: Promise, canaries: tuple[CanarySeen, ...]) -> Iterator[Finding]:
    """One finding for each address of each endpoint."""
    groups: dict[tuple[str, str], list[CanarySeen]] = {}
    for canary in canaries:
        groups.setdefault((canary.url, canary.address), []).append(canary)
    for (url, address), group in groups.items():
        yield _address(promise, f"{url} at {address}" if address else url, group)


def _address(promise: Promise, what: str, group: list[CanarySeen]) -> Finding:
    attacks = [one for one in group if one.is_attack]
    benign = [one for one in group if not one.is_attack]
    refused = [one for one in benign if one.status in promise.blocked_status]
    if refused:
        return _told(
            what,
            refused,
            f"{len(refused)} of {len(benign)} ordinary requests are refused as attacks",
            Severity.CRITICAL if len(refused) == len(benign) else Severity.SERIOUS,
            "Find the rule in the audit log; exclude the argument it stumbles over, not the rule.",
        )
    through = [one for one in attacks if _gets_through(promise, one)]
    redirects = {one.status for one in group if one.status is not None} or {0}
    if through and all(status in _REDIRECT for status in redirects):
        return _unseen(what, through, "it redirects everything: name the address it leads to")
    if through:
        return _told(
            what,
            through,
            f"{len(through)} of {len(attacks)} harmless attacks get through",
            Severity.SERIOUS,
            "See whether the running server has loaded the configuration on disk, then what it says.",
        )
    open_ends = [one for one in group if one.status is None or _says_nothing(promise, one)]
    if open_ends:
        first = open_ends[0]
        why = first.why_not or f"{first.name} is answered {first.status}"
        return _unseen(what, open_ends, why)
    found = f"{len(attacks)} attacks are blocked, {len(benign)} ordinary requests pass"
    return Finding("", (Evidence(what, found),))


def _gets_through(promise: Promise, one: CanarySeen) -> bool:
    return (
        one.status is not None
        and one.status not in promise.blocked_status
        and not _says_nothing(promise, one)
    )


def _says_nothing(promise: Promise, one: CanarySeen) -> bool:
    """Whether the answer is about something else: a limit, or a server in trouble."""
    if one.status is None or one.status in promise.blocked_status:
        return False
    return one.status == _TOO_MANY or one.status >= _ERROR


def _told(
    what: str, group: list[CanarySeen], why: str, severity: Severity, next_step: str
) -> Finding:
    listed = ", ".join(f"{one.name}: {one.status}" for one in group[:_SHOWN])
    more = ", ..." if len(group) > _SHOWN else ""
    evidence = (Evidence(what, f"{why} ({listed}{more})"),)
    return Finding(f"{what}: {why}", evidence, severity, next_step=next_step)


def _unseen(what: str, group: list[CanarySeen], why: str) -> Finding:
    listed = ", ".join(f"{one.name}: {one.status or one.why_not}" for one in group[:_SHOWN])
    return Finding(f"{what}: {why}", (Evidence(what, f"{why} ({listed})"),), unknown=True)
