"""Restoring from a backup, which is what backups are for."""

from __future__ import annotations

import re

from twiceshy.guards.propose.cadence import repeats_every_days
from twiceshy.guards.propose.gerunds import VERBS
from twiceshy.guards.propose.phrases import shortened
from twiceshy.guards.propose.practices import Practice
from twiceshy.guards.propose.subjects import Subject

RESTORED = frozenset({Subject.BACKUP})
"""Subjects whose promise is kept only when a restore was rehearsed too."""

_BACKUPS_OF = re.compile(
    r"\bback-?ups? of (?:the |our |all |every )*(?P<of>[a-z][a-z0-9-]*(?: [a-z0-9-]+)?)"
    r"|\b(?P<what>[a-z]+) back-?ups?\b"
)
_JOINT = re.compile(r" (?:every|each|to|and|on|in|at|with|is|are|by|for|once)$")
_NOT_BACKED_UP = frozenset(
    re.split(
        r"\s+",
        "a alert all and any automate automated automatic automatically better configure "
        "daily data each every from "
        "frequent full have hourly implement improve keep last make monitor monthly more new "
        "nightly no of our "
        "periodic proper regular reliable restore robust routine schedule set take test that "
        "the up use "
        "verify weekly with working",
    )
)


_RESTORED_EVERY = re.compile(r"\b(?:restor|recover)\w*")
_USUAL_DAYS = 180


def restore_of(service: str, said: str) -> Practice:
    """Restoring from a backup, which is what backups are for; `said` is a clause in lower case."""
    backed_up = _backed_up(said)
    subject = shortened(f"restoring {backed_up or service} from a backup")
    days = repeats_every_days(said) if _RESTORED_EVERY.search(said) else None
    return Practice(
        "rehearsed",
        subject,
        days or _USUAL_DAYS,
        (
            f"A backup is worth what can be restored from it, so this is tried every {{days}} "
            f"days: {subject}."
        ),
        days is not None,
    )


def _backed_up(said: str) -> str | None:
    match = _BACKUPS_OF.search(said)
    if match is None:
        return None
    if match["of"]:
        return f"the {_JOINT.sub('', match['of'])}"
    is_thing = match["what"] not in _NOT_BACKED_UP | VERBS
    return f"the {match['what']}" if is_thing else None
