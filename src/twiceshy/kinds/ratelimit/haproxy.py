"""The limits of HAProxy's public frontends, from its configuration.

A limit is a rule that refuses (`deny`, `tarpit`, `reject`, `silent-drop`) on a rate
(`sc_http_req_rate(0) gt 100`), of a counter that an earlier rule tracks (`track-sc0 src`) in a
table that stores that rate. `rate-limit sessions` and `fe_req_rate` count all clients. Rules run in
the order connection, session, content, http-request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from twiceshy.kinds.ratelimit.facts import Answered, Counts, Gap, LimitSeen, LocationSeen
from twiceshy.languages.haproxy import (
    Always,
    Condition,
    Proxies,
    Section,
    Statement,
    binds_of,
    condition_of,
)
from twiceshy.model.place import Place

_REFUSES = frozenset({"deny", "tarpit", "reject", "silent-drop"})
_ENDS = frozenset({"allow", "accept", "return", "redirect", "auth", "use-service"})
_TRACK = re.compile(r"track-sc(\d)")
_RATE = re.compile(
    r"(?:sc(?P<at>\d)?_(?P<what>http_req_rate|conn_rate|sess_rate)|src_(?P<src>http_req_rate|conn_rate|"
    r"sess_rate))(?:\((?P<args>[^)]*)\))?\s+(?:-m\s+int\s+)?(?P<is>gt|ge|lt|le)\s+(?P<most>\d{1,9})"
)
_OF_ALL = re.compile(
    r"(?:fe|be)_(?:req|sess|conn)_rate(?:\([^)]*\))?\s+(?P<is>gt|ge|lt|le)\s+(?P<most>\d{1,9})"
)
_SOME_RATE = re.compile(r"_rate\b|_cnt\b|gpc\d|table_|conn_cur")
_STORE = re.compile(r"(http_req_rate|conn_rate|sess_rate)\((\d{1,9})(us|ms|s|m|h|d)?\)")
_MINUTES = {"us": 6e7, "ms": 6e4, "s": 60, "m": 1, "h": 1 / 60, "d": 1 / 1440}
_ORDER = {"connection": 0, "session": 1, "content": 2}
_STATUS = {"deny": 403, "tarpit": 500}


@dataclass(frozen=True, slots=True)
class _Rule:
    """One `tcp-request` or `http-request` rule."""

    action: str
    words: tuple[str, ...]
    """From the action on, without the condition."""
    condition: Condition
    statement: Statement
    phase: int


def limits_of(proxies: Proxies, frontends: tuple[str, ...]) -> tuple[list[LocationSeen], list[Gap]]:
    """The public frontends, all or those with these names."""
    seen = [
        _frontend(section, proxies)
        for section in proxies.of("frontend", "listen")
        if _is_promised(section, frontends)
    ]
    return seen, [Gap(problem.why, problem.place) for problem in proxies.problems]


def _is_promised(section: Section, frontends: tuple[str, ...]) -> bool:
    if not frontends:
        return any(bind.is_public for bind in binds_of(section))
    return section.name in frontends


def _frontend(section: Section, proxies: Proxies) -> LocationSeen:
    seen = _section(section, proxies)
    missing = {Counts.CLIENT, Counts.SERVER} - {one.counts for one in seen.limits}
    led_to = [
        one.words[1] for one in section.own("use_backend", "default_backend") if len(one.words) > 1
    ]
    backends = [proxies.named(name, "backend", "listen") for name in led_to]
    if not missing or not backends or seen.answered is not None:
        return seen
    inner = [_section(one, proxies).limits for one in backends if one is not None]
    if len(inner) < len(backends):
        named = next(name for name, one in zip(led_to, backends, strict=True) if one is None)
        why = f"the backend {named} is chosen for each request or was not handed in"
        return replace(seen, unknown=seen.unknown or why)
    # What every backend limits is limited at the frontend, as loosely as at the loosest of them.
    for counts in sorted(missing):
        each = [[one for one in limits if one.counts is counts] for limits in inner]
        if all(each):
            loosest = max((one[0] for one in each), key=lambda one: one.per_minute or 0)
            seen = replace(seen, limits=(*seen.limits, loosest))
    return seen


def _section(section: Section, proxies: Proxies) -> LocationSeen:
    limits: list[LimitSeen] = []
    answered: Answered | None = None
    some: list[Answered] = []
    unknown: str | None = None
    rules = _rules(section)
    for at, rule in enumerate(rules):
        if rule.condition.value is Always.FALSE and rule.action not in _REFUSES:
            continue
        if rule.action in _REFUSES:
            found = _limit(rule, rules[:at], section, proxies)
            if found is not None:
                limits.append(found)
            elif any(_SOME_RATE.search(term.text) for term in rule.condition.terms):
                unknown = f"{rule.statement.text} ({rule.statement.place}) is not understood"
        elif rule.action in _ENDS:
            answer = Answered(rule.statement.text, rule.statement.place)
            if rule.condition.value is Always.TRUE:
                if rule.action in {"return", "redirect"} and not limits:
                    answered = answer
                break
            some.append(answer)
    return LocationSeen(
        title=section.title,
        text=section.name,
        place=section.place,
        limits=(*limits, *_sessions(section)),
        answered=answered,
        some_answered=tuple(some),
        unknown=unknown,
    )


def _rules(section: Section) -> list[_Rule]:
    found = []
    for one in section.rules("tcp-request", "http-request"):
        words = one.words[1:]
        phase = 3
        if one.name == "tcp-request":
            phase = _ORDER.get(words[0] if words else "", 4)
            words = words[1:]
        if not words or phase > 3:  # noqa: PLR2004 - tcp-request inspect-delay is no rule
            continue
        end = next((at for at, word in enumerate(words) if word in {"if", "unless"}), len(words))
        condition = condition_of(words, section)
        found.append(_Rule(words[0], words[:end], condition, one, phase))
    return sorted(found, key=lambda rule: rule.phase)


def _limit(
    rule: _Rule, before: list[_Rule], section: Section, proxies: Proxies
) -> LimitSeen | None:
    """What the rule limits; None when it refuses for another reason than a rate."""
    for term in rule.condition.terms:
        for part in term.text.split("; "):
            over = _RATE.search(part)
            of_all = _OF_ALL.search(part) if over is None else None
            found = over or of_all
            if found is None or _is_upside_down(
                found["is"], term.negated != rule.condition.negated
            ):
                continue
            if of_all is not None:
                seen = _Seen(Counts.SERVER, f"counts {part.split()[0]}", rule.statement.place, 60)
            else:
                assert over is not None
                seen = _tracked(over, before, section, proxies, rule)
            if rule.condition.value is Always.FALSE:
                seen = _Seen(
                    Counts.NOBODY, "its condition is never true", rule.statement.place, seen.factor
                )
            per_minute = None if seen.factor is None else int(found["most"]) * seen.factor
            return LimitSeen(
                text=rule.statement.text,
                place=rule.statement.place,
                counts=seen.counts,
                why=seen.why,
                decided_by=seen.place,
                per_minute=per_minute,
                burst=int(found["most"]),
                status=_status(rule),
                status_place=rule.statement.place,
            )
    return None


@dataclass(frozen=True, slots=True)
class _Seen:
    counts: Counts
    why: str
    place: Place
    factor: float | None
    """From the number in the rule to requests in a minute."""


def _tracked(
    over: re.Match[str], before: list[_Rule], section: Section, proxies: Proxies, rule: _Rule
) -> _Seen:
    what = over["what"] or over["src"]
    args = [one.strip() for one in (over["args"] or "").split(",")]
    place = rule.statement.place
    if over["src"]:
        number, table_name = None, args[0]
    else:
        number = over["at"] or args[0]
        table_name = (args[0] if over["at"] else "".join(args[1:2])).strip()
    tracking = [
        one
        for one in before
        if (found := _TRACK.fullmatch(one.action)) and number in {None, found[1]}
    ]
    if not tracking:
        why = f"no rule before it tracks the counter {number or 'of its table'}"
        return _Seen(Counts.NOBODY, why, place, None)
    live = [one for one in tracking if one.condition.value is not Always.FALSE]
    if not live:
        one = tracking[0]
        why = f"{one.statement.text}: its condition is never true, so nothing is counted"
        return _Seen(Counts.NOBODY, why, one.statement.place, None)
    track = live[0]
    named = track.words[track.words.index("table") + 1 :] if "table" in track.words else ()
    name = (named[0] if named else "") or table_name
    holder = proxies.named(name, "backend", "frontend", "listen", "peers") if name else section
    table = None if holder is None else next(iter(holder.own("stick-table")), None)
    if table is None:
        return _Seen(Counts.NOBODY, "the table it asks is not defined", place, None)
    factor = _factor(what, table)
    if factor is None:
        why = f"its table does not store {what}, which then is always 0"
        return _Seen(Counts.NOBODY, why, table.place, None)
    key = track.words[1] if len(track.words) > 1 else ""
    counts, why = _counts(key)
    if track.condition.value is Always.DEPENDS and counts in {Counts.CLIENT, Counts.SERVER}:
        # What is not tracked is not counted; whether that is few or all is not known here.
        why = f"{track.statement.text}: only requests that meet its condition are counted"
        return _Seen(Counts.UNKNOWN, why, track.statement.place, factor)
    return _Seen(counts, why, track.statement.place, factor)


def _factor(what: str, table: Statement) -> float | None:
    for name, period, unit in _STORE.findall(" ".join(table.words)):
        if name == what and int(period):
            return float(_MINUTES[unit or "ms"]) / int(period)
    return None


def _counts(key: str) -> tuple[Counts, str]:
    fetch = key.partition(",")[0]
    if fetch in {"src", "fc_src"}:
        return Counts.CLIENT, f"key {key}"
    if fetch.startswith(("int(", "str(", "fe_", "dst", "always_", "bool(")):
        return Counts.SERVER, f"key {key}"
    if fetch.startswith(
        ("hdr", "req.", "path", "url", "base", "query", "cook", "capture", "method", "uniqueid")
    ):
        return Counts.CHOSEN, f"the key {key} is what the client sends, which it may vary"
    return Counts.UNKNOWN, f"whose requests the key {key} counts is not known"


def _is_upside_down(comparison: str, negated: bool) -> bool:  # noqa: FBT001 - as it is read
    """Whether the rule refuses those below the rate."""
    return (comparison in {"lt", "le"}) != negated


def _status(rule: _Rule) -> int | None:
    if rule.action not in _STATUS or rule.phase < 3:  # noqa: PLR2004 - the phase of http-request
        return None
    words = rule.words
    for key in ("deny_status", "status"):
        if key in words[:-1]:
            text = words[words.index(key) + 1]
            return int(text) if text.isascii() and text.isdigit() and len(text) == 3 else None  # noqa: PLR2004 - a status
    return _STATUS[rule.action]


def _sessions(section: Section) -> list[LimitSeen]:
    """`rate-limit sessions`: connections of all clients in a second; those above wait."""
    found = section.setting("rate-limit", "sessions")
    if found is None or len(found.words) < 3 or not found.words[2].isdigit():  # noqa: PLR2004 - its number
        return []
    most = int(found.words[2][:9])
    if most == 0:
        return []
    return [
        LimitSeen(
            text=found.text,
            place=found.place,
            counts=Counts.SERVER,
            why="counts new connections; those above the rate wait",
            decided_by=found.place,
            per_minute=most * 60.0,
            burst=most,
        )
    ]
