"""What an action is for: to detect, to prevent, to mitigate, or to work better."""

from __future__ import annotations

import re

from twiceshy.model.report import ActionKind
from twiceshy.reports.phrases import Phrasebook, Phrases


def _worded(pattern: str) -> Phrases:
    return Phrases.of(pattern, end=r"\b")


_KINDS = Phrasebook((
    (ActionKind.DETECT, _worded(r"monitor\w*|alert\w*|alarms?|detect\w*|dashboards?|notif\w*|remind\w*|observ\w*|health ?checks?|probes?|logging|metrics?|canary|heartbeat|watch\w*|warn\w*|track\w*|synthetic")),
    (ActionKind.PROCESS, _worded(r"train\w*|document\w*|review\w*|audit\w*|playbooks?|runbooks?|process\w*|procedures?|polic\w+|plans?|meeting|communicat\w*|educat\w*|workshops?|checklists?|guidelines?|on-?call|post-?mortems?|practices|knowledge|wiki|onboarding|rehears\w*|drills?|responsib\w*|escalation|schedule")),
    (ActionKind.MITIGATE, _worded(r"rollback|roll back|fail-?over|redundan\w*|backups?|rate[- ]limit\w*|circuit breakers?|fallback|auto-?scal\w*|scal(?:e|ing)|load[- ]balanc\w*|replica\w*|throttl\w*|standby|disaster|recover\w*|graceful\w*|capacity|ups\b|generator|second|secondary|high availability|cdn|cache|quota|spare")),
    (ActionKind.PREVENT, _worded(r"automat\w*|validat\w*|tests?\b|testing|ci\b|staging|lint\w*|prevent\w*|patch\w*|config\w* management|ansible|puppet|terraform|fix\b|renew\w*|block\w*|permission\w*|code review")),
))  # fmt: skip
_TELLS_ALARM = Phrases.of("monitor|alert|remind|alarm|dashboard")
_OPENS_IN_PROCESS = re.compile(r"\W*(?:train|document|review|conduct)", re.IGNORECASE)


def kind_of(text: str) -> ActionKind:
    """What an action is for, by the first of its words that tells."""
    found = _KINDS.found_in(text)
    hits = [(matches[0].start(), kind) for kind, matches in found]
    if not hits:
        return ActionKind.PREVENT
    earliest = min(hits, key=lambda hit: hit[0])[1]
    if all(kind is not ActionKind.DETECT for _, kind in hits) or not _TELLS_ALARM.search(text):
        return earliest
    in_process = earliest is ActionKind.PROCESS and _OPENS_IN_PROCESS.match(text) is not None
    return earliest if in_process else ActionKind.DETECT
