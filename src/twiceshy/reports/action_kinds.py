"""What an action is for: to detect, to prevent, to mitigate, or to work better."""

from __future__ import annotations

import re

from twiceshy.model.report import ActionKind

_KINDS: tuple[tuple[ActionKind, re.Pattern[str]], ...] = (
    (ActionKind.DETECT, re.compile(r"\b(?:monitor\w*|alert\w*|alarms?|detect\w*|dashboards?|notif\w*|remind\w*|observ\w*|health ?checks?|probes?|logging|metrics?|canary|heartbeat|watch\w*|warn\w*|track\w*|synthetic)\b", re.IGNORECASE)),
    (ActionKind.PROCESS, re.compile(r"\b(?:train\w*|document\w*|review\w*|audit\w*|playbooks?|runbooks?|process\w*|procedures?|polic\w+|plans?|meeting|communicat\w*|educat\w*|workshops?|checklists?|guidelines?|on-?call|post-?mortems?|practices|knowledge|wiki|onboarding|rehears\w*|drills?|responsib\w*|escalation|schedule)\b", re.IGNORECASE)),
    (ActionKind.MITIGATE, re.compile(r"\b(?:rollback|roll back|fail-?over|redundan\w*|backups?|rate[- ]limit\w*|circuit breakers?|fallback|auto-?scal\w*|scal(?:e|ing)|load[- ]balanc\w*|replica\w*|throttl\w*|standby|disaster|recover\w*|graceful\w*|capacity|ups\b|generator|second|secondary|high availability|cdn|cache|quota|spare)\b", re.IGNORECASE)),
)  # fmt: skip
_PREVENT = re.compile(
    r"\b(?:automat\w*|validat\w*|tests?\b|testing|ci\b|staging|lint\w*|prevent\w*|patch\w*|config\w* management|ansible|puppet|terraform|fix\b|renew\w*|block\w*|permission\w*|code review)\b",
    re.IGNORECASE,
)


def kind_of(text: str) -> ActionKind:
    """What an action is for, by the first of its words that tells."""
    hits = [
        (match.start(), kind)
        for kind, pattern in _KINDS
        if (match := pattern.search(text)) is not None
    ]
    prevents = _PREVENT.search(text)
    if prevents is not None:
        hits.append((prevents.start(), ActionKind.PREVENT))
    if not hits:
        return ActionKind.PREVENT
    kinds = {kind for _, kind in hits}
    if ActionKind.DETECT in kinds and re.search(
        r"\b(?:monitor|alert|remind|alarm|dashboard)", text, re.IGNORECASE
    ):
        first = min(hits, key=lambda hit: hit[0])[1]
        return (
            first
            if first is ActionKind.PROCESS
            and re.match(r"\W*(?:train|document|review|conduct)", text, re.IGNORECASE)
            else ActionKind.DETECT
        )
    return min(hits, key=lambda hit: hit[0])[1]
