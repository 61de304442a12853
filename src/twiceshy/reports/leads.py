"""False leads: what was suspected and turned out wrong, and for how long it was pursued.

A lead runs from the entry that suspects to the entry that rules it out or moves on to something
else: another suspicion, an escalation with no later ruling out, or the cause. A suspicion of the
same class as the cause was right and is no false lead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from twiceshy.model.moment import Moment
from twiceshy.model.report import CauseClass, Entry, EntryKind, FalseLead
from twiceshy.reports.cause import class_of
from twiceshy.reports.entry_context import newest_first
from twiceshy.reports.entry_words import RULED_OUT, SUSPECTED
from twiceshy.reports.outline import Outline, Statement
from twiceshy.reports.phrases import Phrases
from twiceshy.reports.vocabulary import Part, part_named
from twiceshy.reports.when.scan import marks_in

_SUBJECTS: tuple[tuple[str, Phrases], ...] = (
    (
        "attack",
        Phrases(
            r"""
            attack|bot|breach|brute|credential stuffing|dos|hack|intrusion|malicious|security incident :: (?:d?dos|attacks?|attacked|attackers?|hack\w*|breach|intrusion|malicious|botnet|security incident|brute|credential stuffing|bots?)\b
            """
        ),
    ),
    (
        "database",
        Phrases(
            r"""
            connection|data|db|index|mongo|postgres|queries|query|redis|replica|sql :: (?:data ?bases?|db|mysql|mariadb|postgres\w*|mongo\w*|redis|sql|queries|query|connections? pool|replica\w*|index(?:es)?|reindex\w*)\b
            """
        ),
    ),
    (
        "provider",
        Phrases(
            r"""
            aws|azure|cloudflare|gcp|google|hosting company|isp|partner|provider|stripe|supplier|third|upstream|vendor :: (?:provider|vendor|third[- ]party|partner|isp|aws|azure|gcp|google|cloudflare|stripe|upstream|hosting company|supplier)(?:'s|s)?\b
            """
        ),
    ),
    (
        "dns",
        Phrases(
            r"""
            a record|cname|dns|domain|resolv|server :: (?:dns|name ?server|domain|resolv\w+|a record|cname)\b
            """
        ),
    ),
    (
        "firewall",
        Phrases(
            r"""
            firewall|iptables|security group|waf :: (?:firewalls?|iptables|waf|security groups?)\b
            """
        ),
    ),
    (
        "load balancer",
        Phrases(
            r"""
            alb|balancer|elb|haproxy :: (?:load[- ]?balancers?|haproxy|elb|alb)\b
            """
        ),
    ),
    (
        "network",
        Phrases(
            r"""
            network :: networks?\b
            networking :: networking\b
            router :: routers?\b
            routing :: routing\b
            switch :: switch(?:es)?\b
            link :: links?\b
            cable :: cables?\b
            connectivity :: connectivity\b
            vpn :: vpn\b
            bandwidth :: bandwidth\b
            latency :: latency\b
            packet :: packet\b
            uplink :: uplink\b
            isp :: isp\b
            wi :: wi-?fi\b
            digger :: digger\b
            fib :: fib(?:er|re)\b
            """
        ),
    ),
    (
        "traffic",
        Phrases(
            r"""
            bottleneck|campaign|capacity|demand|load|spike|surge|too many|traffic|visitor :: (?:traffic|load|overload\w*|surge|spike|visitors?|campaign|too many (?:users|requests)|demand|bottleneck|capacity)\b
            """
        ),
    ),
    (
        "certificate",
        Phrases(
            r"""
            cert|ssl|tls :: (?:certificates?|certs?|ssl|tls)\b
            """
        ),
    ),
    (
        "memory",
        Phrases(
            r"""
            heap|leak|memory|oom|ram|swap :: (?:memory|ram|oom|leak\w*|heap|swap)\b
            """
        ),
    ),
    (
        "disk",
        Phrases(
            r"""
            disk|inode|storage|system|volume :: (?:disks?|storage|volumes?|inodes?|file ?system)\b
            """
        ),
    ),
    (
        "cpu",
        Phrases(
            r"""
            cpu|processor :: (?:cpu|processor)\b
            """
        ),
    ),
    (
        "cache",
        Phrases(
            r"""
            cache|caching|cdn|content delivery|varnish :: (?:caches?|caching|varnish|memcached|cdn|content delivery)\b
            """
        ),
    ),
    (
        "deployment",
        Phrases(
            r"""
            commit|deploy|librar|migration|plugin|release|roll|theme|update|upgrade|version :: (?:deploy\w*|releases?|roll-?out|version|update[sd]?|upgrade\w*|librar\w+|plugins?|theme|commit|migration)\b
            """
        ),
    ),
    (
        "hardware",
        Phrases(
            r"""
            cable|fan|hardware|machine|mixer|power|printer|router|server|switch :: (?:hardware|servers?|power|fan|machine|mixer|switch(?:es)?|printer|cable|router)\b
            """
        ),
    ),
    (
        "code",
        Phrases(
            r"""
            app|bug|code|function|script|software :: (?:code|bugs?|application|app|scripts?|software|function)\b
            """
        ),
    ),
    (
        "permissions",
        Phrases(
            r"""
            access rights|authenti|credential|login|password|permission :: (?:permissions?|access rights|credentials?|passwords?|authenti\w+|login)\b
            """
        ),
    ),
    (
        "web server",
        Phrases(
            r"""
            apache|nginx|php|server :: (?:apache2?|nginx|web ?server|php)\b
            """
        ),
    ),
    (
        "mail",
        Phrases(
            r"""
            blacklist|blocklist|mail|queue|smtp|spam :: (?:mail|smtp|spam|blocklists?|blacklists?|queue)\b
            """
        ),
    ),
    (
        "monitoring",
        Phrases(
            r"""
            alert|false alarm|monitoring :: (?:monitoring|false alarm|alert)\b
            """
        ),
    ),
    (
        "config",
        Phrases(
            r"""
            config|setting :: (?:config\w*|settings?|misconfig\w*)\b
            """
        ),
    ),
)

_DETERMINERS = re.compile(
    r"^(?:(?:that|it|this|the|a|an|our|to|be|was|were|is|are|being|of|due|caused|by|some|possible|possibly|potential|potentially|potentiale|likely|maybe|perhaps|with|in|at|on|there|might|may|could|have|been|first|initial|initially|at|first|issue|problem|cause|root|because|towards?|into|for|as|from|had|has|something|their|its|about|and|a possible|some kind of|we)\b[\s:,]*)+",
    re.IGNORECASE,
)  # fmt: skip
_CLAUSE_END = re.compile(
    r"[.;!?]\s|[.;!?]$|,\s(?:but|and|so|which|since|as|because|who|leading|causing|the team|we|then|however|started|restarted|it)\b|\sbut\s|\s(?:—|–)\s|\(|, \w+ing\b|\band (?:spent|gave|started|restarted|rolled|called|checked|looked|was|were|we|the team)\b|\bso (?:we|the|it|i)\b"
)
_SUSPECT_VERBS = r"(?:suspected|blamed|assumed|thought|believed|presumed|considered)"
_PICK = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # "The network team was asked because we thought of a switch failure."
        r"\b(?:because|as|since) (?:it|we|they|i|everyone) (?:was |were )?(?:first |initially )?(?:thought|suspected|believed|assumed|feared)(?: that| of| it (?:was|to be))? (?P<what>.+)",
        # "A slow database was suspected"; nobody but the thing itself stands before the verb.
        r"^(?:\W|and |then |first |next )*(?:suspicion falls on )?(?P<what>(?!(?:it|we|i|they|the team|engineers?|this|that|there|which|everyone)\b)[^,.;:]+?) (?:was|were|is|are|gets|comes under)(?: (?:first|initially|also|wrongly|immediately|briefly|at first|next|then))? (?:" + _SUSPECT_VERBS + r"|under suspicion|asked)\b(?! (?:that|it))",
        r"^(?P<what>(?!(?:it|we|i|they|team|engineers?|this|that|there|which|everyone)\b)[^,.;:]+?) suspected(?=$|[.,;:]| (?:of|to|because|as|since|first|next|due|after)\b)",
        r"\b(?:it )?(?:was|is) (?:first |initially |wrongly )?" + _SUSPECT_VERBS + r" that (?P<what>.+)",
        r"(?:^|\b)(?:first |initial |early |our |the |an? |working |next )*(?:assumptions?|hypothes[ie]s|suspicions?|suspected causes?|theor(?:y|ies)|guess(?:es)?|beliefs?|(?<=first )thoughts?|(?<=our )thoughts?|idea|diagnosis)(?: \w+){0,3}?(?: (?:was|were|is|are|pointed|pointing|moved|fell|falls|turned|shifted|went|of)|:)(?: that| to(?:wards?)?| at| on)? (?P<what>.+)",
        r"(?:wrongly |first |initially |mistakenly |also |then )*(?:suspect(?:ed|ing|s)?|assum(?:ed|ing|es?)|presum(?:ed|ing)|presumably|hypothesi[sz]ed|theori[sz]ed|speculated|guess(?:ed|ing|es)?|blam(?:ed|ing|es?))(?: that| it (?:was|is|might be|to be)| on| at first| initially)* (?P<what>.+)",
        r"(?:thought|believed|considered|figured|attributed|thinks?|believes?|wonders?)(?: at first| initially| that| if| it (?:was|is|might be|to be|to)|(?= it's)| of| to be| about| the (?:issue|problem|cause) (?:was|to be))* (?:it's )?(?P<what>.+)",
        r"(?:pointed|pointing|points) (?:to|at|towards?) (?P<what>.+)",
        r"(?:focus|attention|investigation|efforts?|suspicion|search)(?: \w+){0,2} (?:shifted|turned|moved|switched|went|fell|focused|centred|centered|concentrated|continued|extended|expanded|widened)(?: \w+)? ?(?:in)?(?:to|on|onto|at|towards?) (?P<what>.+)",
        r"(?:shifted|turned|switched|moved) (?:our |their |the )?(?:focus|attention|investigation)? ?(?:to|towards|on) (?P<what>.+)",
        r"(?:looked|looks|appeared|seemed|looks?|seems?) (?:to be|like|as if|as though) (?P<what>.+)",
        r"is it (?P<what>.+)",
        r"(?:possible|potential|possibly|potentially|likely|perhaps|maybe) (?P<what>.+)",
        r"(?:might|may|could) (?:have been|be) (?P<what>.+)",
        r"(?:chas(?:e|ed|ing|es)|explor(?:ed|ing)|pursu(?:ed|ing)|analy[sz](?:ed|ing)|spent (?:on|time (?:on|analy[sz]ing|investigating|looking (?:at|into)|checking))|investigat(?:ed|ing|es)|check(?:ed|ing|s)|look(?:ed|ing|s) (?:at|into)|examin(?:ed|ing|es)|debug(?:ged|ging)|restart(?:ed|ing|s)|time (?:was )?(?:lost|wasted|spent) (?:on|with)) (?P<what>.+)",
    )
)  # fmt: skip
_RULED_WHAT = re.compile(
    r"(?:ruled out|excluded|eliminated|dismissed|discarded|no (?:sign of |evidence of |ongoing )?|not (?:an? |the )?)(?P<what>[^.,;]+)|(?P<before>.+?) (?:(?:was|were|is|are) )?(?:ruled out|excluded|fine|healthy|innocent|dismissed|eliminated|discarded|normal)",
    re.IGNORECASE,
)  # fmt: skip
_DENIES = re.compile(
    r"\b(?:rul(?:ed|es|ing) (?:\w+ )?out|false (?:lead|trail|path)|misleading|red herring|not the (?:cause|issue|problem|culprit)|dead[- ]end|wrong (?:track|path|lead)|excluded|dismissed|innocent|confirmed (?:that )?(?:there (?:was|were) )?no|no (?:ongoing )?attack)\b",
    re.IGNORECASE,
)
_AFTER_TIMES = re.compile(
    r"^[\d:.\s–—-]*(?:(?:to|until|and|am|pm|utc|gmt)\b[\d:.\s–—-]*)*[:–—-]\s*", re.IGNORECASE
)
_MAX_WORDS = 22
_TOLD = 600
_MAX_LEADS = 40
_MIN_SAID = 8
_PERSON = r"(?:it|we|i|they|he|she|this|that|there|which|everyone|everybody|somebody|someone|[\w -]*(?:team|engineers?|developers?|desk|admins?|administrators?|technicians?|on-?call|support|manager|staff))"


@dataclass
class _Open:
    text: str
    subjects: frozenset[str]
    start: Moment | None
    line: int
    index: int
    moved: bool = False
    """Where the search went next, rather than a suspicion that somebody spoke of."""
    dismissed: bool = False
    """Looked into without result, though nobody ruled it out."""


def subjects_of(text: str) -> frozenset[str]:
    """The kinds of thing a suspicion is about: database, network, attack, provider..."""
    return _subjects(text[:_TOLD])


@lru_cache(maxsize=1024)
def _subjects(text: str) -> frozenset[str]:
    return frozenset(name for name, phrases in _SUBJECTS if phrases.search(text))


def suspicion_in(text: str) -> str:
    """What an entry suspects, in its own words, without `initially thought that it was`."""
    label, colon, value = text.partition(":")
    if colon and part_named(label) is Part.LEADS and len(value) > _MIN_SAID:
        text = value.strip()
    for pattern in _PICK:
        match = pattern.search(text)
        if match is not None and len(what := _clean(match["what"])) > 1:
            return what
    return _clean(text)


def _clean(what: str) -> str:
    end = _CLAUSE_END.search(what)
    clause = what[: end.start()] if end is not None and end.start() > 2 else what
    clause = _DETERMINERS.sub("", clause.strip(" :,.\"'"))
    return " ".join(clause.split()[:_MAX_WORDS]).strip(" :,.;\"'")


def false_leads(
    entries: Sequence[Entry], outline: Outline, cause: CauseClass, cause_text: str
) -> tuple[FalseLead, ...]:
    """Every false lead of a report: from its timeline, then those it only tells of elsewhere."""
    in_time = list(reversed(entries)) if newest_first(entries) else entries
    found = _from_timeline(in_time, cause, cause_text)
    for statement in outline.of(Part.LEADS)[:_MAX_LEADS]:
        if statement.section is Part.TIMELINE:
            continue
        for lead in _told(statement, next((e.at for e in entries if e.at is not None), None)):
            known = next((k for k in found if _same(lead.text, k.text)), None)
            if known is None:
                found.append(lead)
            elif known.minutes is None and lead.minutes is not None:
                found[found.index(known)] = lead
    if not found:
        for statement in outline.statements:
            if statement.part in _TOLD_IN and statement.section is not Part.TIMELINE:
                found.extend(_told_in_passing(statement, cause))
    return tuple(sorted(found, key=lambda lead: lead.line))


_TOLD_IN = (
    None,
    Part.SUMMARY,
    Part.CAUSE,
    Part.CAUSE_AND_RESOLUTION,
    Part.RESOLUTION,
    Part.DETECTION,
    Part.ESCALATION,
)
"""Parts that may tell of a lead in passing, when no timeline does."""


def _same(one: str, other: str) -> bool:
    mine, theirs = subjects_of(one), subjects_of(other)
    if mine & theirs - {"code", "hardware", "config"}:
        return True
    return bool(_content(one) & _content(other))


def _content(text: str) -> frozenset[str]:
    stop = {
        "issue",
        "issues",
        "problem",
        "problems",
        "failure",
        "error",
        "errors",
        "server",
        "servers",
        "possible",
        "because",
        "which",
        "there",
        "their",
        "about",
        "being",
        "caused",
        "causing",
        "experiencing",
    }
    return frozenset(w for w in re.findall(r"[a-z]{4,}", text.lower()) if w not in stop)


def _from_timeline(entries: Sequence[Entry], cause: CauseClass, cause_text: str) -> list[FalseLead]:
    leads: list[FalseLead] = []
    open_lead: _Open | None = None

    def close(end: Entry | None, *, refuted: bool) -> None:
        nonlocal open_lead
        lead, open_lead = open_lead, None
        if lead is None:
            return
        if (
            not refuted
            and not lead.dismissed
            and (
                _was_right(lead.text, cause, cause_text)
                or (lead.moved and _leads_there(lead.subjects, cause_text))
            )
        ):
            return
        finish = end.at if end is not None else None
        leads.append(
            FalseLead(lead.text, lead.start, finish, _minutes(lead.start, finish), lead.line)
        )

    for index, entry in enumerate(entries):
        suspects = SUSPECTED.search(entry.text) is not None
        told = _told_with_times(entry)
        if told is not None:
            close(entry, refuted=False)
            leads.append(told)
            continue
        if entry.kind is EntryKind.RULED_OUT:
            if open_lead is None and not _DENIES.search(entry.text):
                continue
            if open_lead is None:
                open_lead = _looked_into(entries, index, leads) or _Open(
                    _refuted(entry.text), subjects_of(entry.text), None, entry.line, index
                )
            about = subjects_of(entry.text)
            if open_lead.start is entry.at and len(entries) > 1:
                close(None, refuted=True)
            else:
                close(entry, refuted=True)
            moved = _moves_on(entry.text)
            if moved is not None:
                open_lead = _Open(
                    moved, subjects_of(moved) or about, entry.at, entry.line, index, moved=True
                )
        elif entry.kind is EntryKind.SUSPECTED or (
            suspects
            and entry.kind in (EntryKind.INVESTIGATING, EntryKind.DETECTED)
            and _strong(entry.text)
        ):
            text = suspicion_in(entry.text)
            subjects = subjects_of(text) or subjects_of(entry.text)
            if open_lead is not None:
                moves = _moves_on(entry.text) is not None
                if not moves and (
                    open_lead.subjects & subjects or (not subjects and index - open_lead.index == 1)
                ):
                    if len(text) > len(open_lead.text):
                        open_lead.text = text
                    open_lead.subjects = open_lead.subjects | subjects
                    open_lead.dismissed |= _NO_RESULT.search(entry.text) is not None
                    continue
                close(entry, refuted=False)
            open_lead = _Open(text, subjects, entry.at, entry.line, index)
        elif open_lead is not None and (
            entry.kind in (EntryKind.CAUSE_FOUND, EntryKind.RESTORED)
            or (entry.kind is EntryKind.ESCALATED and not _refuted_later(entries, index, open_lead))
        ):
            close(entry, refuted=False)
    if open_lead is not None:
        close(None, refuted=False)
    return leads


_NO_RESULT = re.compile(r"\bno smoking gun|\bwithout (?:result|success)|\bnothing (?:was )?found|\bno (?:clear )?cause", re.IGNORECASE)  # fmt: skip
_TEAMS = re.compile(r"\b[\w-]+ (?:team|engineers?|administrators?|department|desk|support)\b", re.IGNORECASE)  # fmt: skip


def _leads_there(subjects: frozenset[str], cause_text: str) -> bool:
    """Whether the search was moved to where the cause was then found."""
    return bool(subjects & subjects_of(_TEAMS.sub("", cause_text)) - {"hardware"})


def _told_with_times(entry: Entry) -> FalseLead | None:
    """`Misleading paths: 14:20 we assumed a bad release, at 15:00 we knew better` is a whole lead."""
    label, colon, value = entry.text.partition(":")
    if not colon or entry.at is None or part_named(label) is not Part.LEADS:
        return None
    clocks = [mark.clock for mark in marks_in(value) if mark.clock is not None]
    if len(clocks) != 1:
        return None
    end = Moment(entry.at.day, clocks[0].at, entry.at.offset_minutes)
    return FalseLead(suspicion_in(value), entry.at, end, _minutes(entry.at, end), entry.line)


def _strong(text: str) -> bool:
    match = SUSPECTED.search(text)
    return match is not None and match[0].lower().startswith(
        ("suspect", "assum", "assumption", "hypothes", "initial")
    )


def _moves_on(text: str) -> str | None:
    """`no database issue; focus shifted to the network` opens the next lead."""
    match = re.search(
        r"(?:focus|attention|investigation|suspicion)(?: \w+){0,2} (?:shifted|turned|moved|switched|went)(?: \w+)? ?(?:to|on|towards) (?P<what>[^.;]+)",
        text,
        re.IGNORECASE,
    ) or re.search(
        r"(?:now |next |then )suspect\w*(?: that)? (?P<what>[^.;]+)", text, re.IGNORECASE
    )
    return None if match is None else _clean(match["what"])


def _refuted(text: str) -> str:
    match = _RULED_WHAT.search(text)
    if match is None:
        return _clean(text)
    return _clean(match["what"] or match["before"] or text)


def _looked_into(entries: Sequence[Entry], index: int, leads: Sequence[FalseLead]) -> _Open | None:
    """The latest entry before a ruling out that looked into the same thing."""
    about = subjects_of(entries[index].text)
    taken = {lead.line for lead in leads}
    for earlier in range(index - 1, max(index - 4, -1), -1):
        entry = entries[earlier]
        if (
            entry.kind
            not in (EntryKind.INVESTIGATING, EntryKind.SUSPECTED, EntryKind.NOTE, EntryKind.FIX)
            or entry.line in taken
        ):
            continue
        if about & subjects_of(entry.text) or (
            entry.kind is not EntryKind.NOTE and earlier == index - 1
        ):
            text = (
                suspicion_in(entry.text) if entry.kind is not EntryKind.FIX else _clean(entry.text)
            )
            return _Open(text, about, entry.at, entry.line, earlier)
    return None


def _refuted_later(entries: Sequence[Entry], index: int, lead: _Open) -> bool:
    for entry in entries[index + 1 :]:
        if entry.kind is EntryKind.RULED_OUT:
            about = subjects_of(entry.text)
            return not about or not lead.subjects or bool(about & lead.subjects)
        if entry.kind in (EntryKind.CAUSE_FOUND, EntryKind.SUSPECTED, EntryKind.RESTORED):
            return False
    return False


def _was_right(lead: str, cause: CauseClass, cause_text: str) -> bool:
    suspected = class_of(lead)
    if suspected is not CauseClass.OTHER:
        return suspected is cause
    words = _content(lead)
    return bool(words) and len(words & _content(cause_text)) * 2 > len(words)


def _minutes(start: Moment | None, end: Moment | None) -> int | None:
    if start is None or end is None:
        return None
    minutes = start.minutes_until(end)
    return round(minutes) if minutes is not None and minutes >= 0 else None


def _told(statement: Statement, beside: Moment | None) -> list[FalseLead]:
    """The lead that a statement of its own section tells of; `beside` gives its clocks day and zone."""
    text = statement.text
    if len(text) < 8:
        return []
    clocks = [mark.clock for mark in marks_in(text) if mark.clock is not None]
    start = end = None
    if len(clocks) > 1:
        day, offset = (beside.day, beside.offset_minutes) if beside is not None else (None, None)
        start, end = (Moment(day, clock.at, offset) for clock in clocks[:2])
    label = statement.label
    if (
        label is not None
        and label.value
        and subjects_of(label.name)
        and not SUSPECTED.search(label.name)
    ):
        return [FalseLead(label.name, start, end, _minutes(start, end), statement.block.line)]
    if not (SUSPECTED.search(text) or RULED_OUT.search(text) or subjects_of(text)):
        return []
    told = _AFTER_TIMES.sub("", text)
    return [FalseLead(suspicion_in(told), start, end, _minutes(start, end), statement.block.line)]


_AT_FIRST = re.compile(
    r"\b(?:initial(?:ly)?|at first|first|false lead|wrongly|mistakenly|turned out|but)\b",
    re.IGNORECASE,
)
_BELIEVED = re.compile(
    r"suspect|assum|thought|believ|false lead|blam|misled|mistook|\bchas(?:ed|ing)|hypothes",
    re.IGNORECASE,
)
_REFUTED_WITHIN = 3
"""Sentences, its own included, in which a suspicion told in passing has to be refuted."""


def _told_in_passing(statement: Statement, cause: CauseClass) -> list[FalseLead]:
    """Sentences that tell of a suspicion and that it was wrong, outside any timeline."""
    out = []
    sentences = re.split(r"(?<=[.!?])\s+", statement.text)[:_MAX_LEADS]
    for index, sentence in enumerate(sentences):
        if not (SUSPECTED.search(sentence) and _BELIEVED.search(sentence)):
            continue
        refuted = any(
            RULED_OUT.search(after) for after in sentences[index : index + _REFUTED_WITHIN]
        )
        if refuted or _AT_FIRST.search(sentence):
            text = suspicion_in(sentence)
            if not _was_right(text, cause, ""):
                out.append(FalseLead(text, None, None, None, statement.block.line))
    return out
