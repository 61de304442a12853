"""Who does an action, until when, and whether it is done: as said within its text."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from twiceshy.reports.openings import openings_of
from twiceshy.reports.outline import Statement
from twiceshy.reports.phrases import any_in, lower, openings_in
from twiceshy.reports.when.days import Order, days_in

_VERB = (
    r"(?:automate|implement|improve|enhance|add|set|create|conduct|update|review|train|schedule|establish|develop|introduce|use|ensure|monitor|configure|deploy|install|"
    r"upgrade|increase|perform|run|test|write|document|patch|replace|move|migrate|enable|disable|remove|fix|build|define|provide|make|put|check|audit|limit|optimi[sz]e|refactor|adopt|integrate|"
    r"educate|revise|plan|regular(?:ly)?|always|never|consider|investigate|evaluate|educating|invest|keep|maintain|apply|verify|validate|strengthen|expand|extend|switch|rotate|renew|restrict|enforce|"
    r"require|share|hold|organi[sz]e|prepare|research|separate|split|reduce|rename|reserve|backup|back|buy|order|print|label|teach|ask|agree|alert|notify|send|stop|start|store|clean|rewrite|raise|lower|tune|"
    r"practi[sc]e|rehearse|simulate|include|allow|avoid|block|change|communicate|coordinate|correct|document|draft|engage|follow|get|give|have|inform|instal|involve|lock|log|measure|mount|name|negotiate|note|onboard|pin|post|prevent|"
    r"protect|publish|rebuild|record|redesign|register|rehearse|report|restore|rework|roll|scan|secure|segment|sign|simplify|standardi[sz]e|streamline|subscribe|support|throttle|track|turn|unify|warn|watch|work|wrap|whitelist|harden|design|do|don't|do not|no more|only|second|third)"
)
IMPERATIVE = re.compile(rf"^(?:(?:we|i|they|the team|team|engineers?|it)\s(?:will|should|must|need to|are going to|plan to|have to|ought to|would)\s(?:also\s|now\s|be\s)?|(?:also|then|in future|finally|first|second|third|lastly|additionally|furthermore|moreover|next|firstly|secondly),?\s)*(?:better |properly |automatically |regularly |proactively |periodically |clearly |thoroughly )?{_VERB}\b", re.IGNORECASE)  # fmt: skip
_OWNER = re.compile(
    r"(?:[(\[,;|–—-]\s*|^|\.\s+|\s)(?:owner|owned by|assignee|assigned to|responsible|resp|by whom|lead|who)\s?[:=]?\s?(?:is |the )?(?P<who>[@\w][\w&/@. -]{1,50}?)(?=\s*(?:[),;|\]]|$|\.\s|\.$|[–—]|\s-\s|\bdue\b|\bby\b|\bETA\b|\bticket\b|\bdeadline\b|\buntil\b))",
    re.IGNORECASE,
)  # fmt: skip
_OWNER_STRICT = re.compile(r"owner|owned by|assign|responsib|\bresp\b", re.IGNORECASE)
_A_TEAM = re.compile(
    r"(?:the )?(?:[\w/&-]+ ){0,3}team|ops|operations|devops|sre|infra(?:structure)?|platform|backend|frontend|dba|on-call",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?:^|\s|\()(?P<who>@[A-Za-z][\w-]{1,38})")
_TEAMS = r"team|finance|marketing|sales|legal|hr|facility|it|ops|devops|sre|dba|developers?|engineering|security|infrastructure|platform|lead|backend|frontend|it desk|helpdesk|administrators?|management|support"
_TEAM_OPENINGS = openings_of(rf"(?:{_TEAMS})\b") or frozenset()
_BEFORE_TEAM = re.compile(r"[(\[]|\s[–—-]")
_TEAM_TAIL = re.compile(r"(?:[(\[]|\s[–—-])\s*(?P<who>(?:the )?[\w&/ -]{0,30}?\b(?:" + _TEAMS + r"))\s*(?=[)\],;|–—-]|$|,|by\b|due\b)", re.IGNORECASE)  # fmt: skip
_DUE = re.compile(r"\b(?:due|deadline|eta|until|till|before|target(?: date)?|complete(?:d)? by|finish(?:ed)? by|no later than|by|on)\b", re.IGNORECASE)  # fmt: skip
_DONE = re.compile(r"[(\[]?\b(?:done|completed?|accomplished|finished|implemented|fixed already|already done|closed)\b\.?[)\]]|[✅✔]|\bstatus:? (?:done|completed?|closed)\b|[-–—:]\s*(?:done|completed|accomplished)\.?\s*$|^(?:done|completed)\b:|(?<=[.,;:–—(-] )done\.?$|\((?:done|completed|accomplished)\.?\)", re.IGNORECASE)  # fmt: skip
_DONE_SIGNS = ("done", "complete", "accomplish", "finish", "implemented", "already", "closed", "\u2705", "\u2714")  # fmt: skip
"""One of them is wherever something is said to be done, in lower case."""
_OWNER_SIGNS = ("owne", "assign", "resp", "by whom", "lead", "who")
"""One of them is wherever an owner is named as such, in lower case."""


class FoundAction(NamedTuple):
    """An action as found, before duplicates are linked."""

    text: str
    line: int
    group: str | None
    done: bool = False
    owner: str | None = None
    due: date | None = None


def date_in(text: str, order: Order) -> date | None:
    """The first date of a text that the report settles."""
    return next((day for found in days_in(text) if (day := found.settled(order)) is not None), None)


_DETAIL = re.compile(
    r"^(?:owner|assignee|due(?: date)?|deadline|eta|status|priority|ticket|type|responsible|jira|issue|link|date|timeline|target)\s?[:=]",
    re.IGNORECASE,
)


def with_detail(found: FoundAction, text: str, order: Order) -> FoundAction:
    """The action above, with what a sub-item such as `Owner: web team` says of it."""
    name, _, value = (part.strip() for part in text.replace("=", ":", 1).partition(":"))
    lower = name.lower()
    if lower in ("owner", "assignee", "responsible") and value:
        return found._replace(owner=found.owner or value.rstrip("."))
    if lower in ("due", "due date", "deadline", "eta", "date", "target"):
        return found._replace(due=found.due or date_in(value, order))
    if lower == "status" and re.search(
        r"\b(?:done|complete|closed|finished)", value, re.IGNORECASE
    ):
        return found._replace(done=True)
    return found


def is_detail(text: str) -> bool:
    """Whether a line only says who, when or how far: `Owner: web team`."""
    return _DETAIL.match(text) is not None


def found_in(statement: Statement, text: str, order: Order, group: str | None) -> FoundAction:
    """The action that a statement tells, with what its text says of owner, due date and state."""
    owner, due, kept = details_of(text, order)
    if owner is None and (label := statement.label) is not None and _A_TEAM.fullmatch(label.name):
        owner = label.name
    block = statement.block
    done = (
        block.done is True
        or says_done(statement.text)
        or "~~" in block.raw
        or "\u2705" in block.raw
    )
    return FoundAction(
        without_done(kept).strip(" -–—") or kept, block.line, group, done, owner, due
    )


def says_done(text: str) -> bool:
    """Whether an action is said to be done."""
    return any_in(_DONE_SIGNS, lower(text)) and _DONE.search(text) is not None


def without_done(text: str) -> str:
    """An action's text without the words that say it is done."""
    return _DONE.sub("", text) if any_in(_DONE_SIGNS, lower(text)) else text


def _team_at_the_end(text: str) -> str | None:
    """The team that stands in brackets or behind a dash: `Renew it by hand (web team)`."""
    for mark in _BEFORE_TEAM.finditer(text):
        tail = _TEAM_TAIL.match(text, mark.start())
        if tail is None:
            continue
        if tail.start() > 8 and (not IMPERATIVE.match(tail["who"]) or mark[0] in "(["):
            return tail["who"].strip()
        return None
    return None


def details_of(text: str, order: Order) -> tuple[str | None, date | None, str]:
    """Owner and due date said within an action's text."""
    owner = None
    low = lower(text)
    for match in _OWNER.finditer(text) if any_in(_OWNER_SIGNS, low) else ():
        if _OWNER_STRICT.search(match[0]) or match[0].lstrip()[:1] in "([|":
            owner = match["who"].strip(" .-")
            break
    if owner is None and "@" in text and (mention := _MENTION.search(text)) is not None:
        owner = mention["who"]
    if owner is None and not _TEAM_OPENINGS.isdisjoint(openings_in(low)):
        owner = _team_at_the_end(text)
    due = None
    for day in days_in(text):
        before = text[max(0, day.start - 40) : day.start]
        after = text[day.stop : day.stop + 3]
        settled = day.settled(order)
        if settled is not None and (
            _DUE.search(before)
            or after.startswith((")", "]"))
            or day.stop >= len(text) - 1
            or day.start <= 2
        ):
            due = settled
            break
    return owner, due, text
