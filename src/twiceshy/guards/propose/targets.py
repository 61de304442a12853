"""Which of a report's services a check looks at, and how users of that sort are imitated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.checks import Check
from twiceshy.guards.propose.proposal import ServiceSketch
from twiceshy.guards.propose.services import Scene, Sort, sort_of

_AT_EVERY_SERVICE = frozenset(
    {Check.CERTIFICATE, Check.ANSWERS, Check.IN_TIME, Check.RATE_LIMIT, Check.WAF, Check.RESOLVES}
)
"""Checks of a service's own front door: each service that users lost has one."""
_MOST_DOORS = 3

_OF_SORT: Mapping[Check, Sort] = MappingProxyType(
    {
        Check.MAIL: Sort.MAIL,
        Check.MAIL_TRAFFIC: Sort.MAIL,
        Check.LOGIN: Sort.LOGIN,
        Check.LOGIN_FAILURES: Sort.LOGIN,
    }
)

_ADAPTED: Mapping[tuple[Check, Sort], Check] = MappingProxyType(
    {
        (Check.ANSWERS, Sort.MAIL): Check.MAIL,
        (Check.IN_TIME, Sort.MAIL): Check.MAIL,
        (Check.TRAFFIC, Sort.MAIL): Check.MAIL_TRAFFIC,
        (Check.ANSWERS, Sort.LOGIN): Check.LOGIN,
        (Check.IN_TIME, Sort.LOGIN): Check.LOGIN,
        (Check.ANSWERS, Sort.DATABASE): Check.DATABASE,
        (Check.IN_TIME, Sort.DATABASE): Check.DATABASE_QUERY,
        (Check.ANSWERS, Sort.DNS): Check.RESOLVES,
        (Check.IN_TIME, Sort.DNS): Check.RESOLVES,
    }
)

FLOWS = ("{flows}",)
"""Stands in a promise for the flows that a service of the target's sort lives on."""
_FLOWS: Mapping[Sort, tuple[str, ...]] = MappingProxyType(
    {
        Sort.MAIL: ("tcp/25 out", "tcp/25 in"),
        Sort.LOGIN: ("tcp/443 in",),
        Sort.DATABASE: ("tcp/5432 in",),
        Sort.DNS: ("udp/53 in", "tcp/53 in"),
        Sort.WEB: ("tcp/80,443 in",),
    }
)


def flows_of(target: ServiceSketch) -> tuple[str, ...]:
    """The flows through the firewall that a service like this one lives on."""
    return _FLOWS[sort_of(target.summary or "")]


def targets_of(check: Check, scene: Scene, action_text: str) -> tuple[ServiceSketch, ...]:
    """The services that `check` looks at; never empty.

    Those that the action names, else those of the check's sort, else the front doors, else the
    one that the report is about.
    """
    lost = scene.lost
    wanted = _OF_SORT.get(check)
    if wanted is not None:
        return tuple(s for s in lost if sort_of(s.summary or "") is wanted)[:1] or lost[:1]
    if check not in _AT_EVERY_SERVICE:
        return lost[:1]
    named = tuple(sketch for sketch in lost if _names(action_text, sketch.summary))
    if named:
        return named
    return lost if len(lost) <= _MOST_DOORS else lost[:1]


def _names(text: str, summary: str | None) -> bool:
    return (
        bool(summary)
        and re.search(rf"\b{re.escape(summary or '')}\b", text, re.IGNORECASE) is not None
    )


def adapted(check: Check, target: ServiceSketch) -> Check:
    """The check that does for this sort of service what `check` does for a web site."""
    return _ADAPTED.get((check, sort_of(target.summary or "")), check)
