"""Who noticed an outage first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from twiceshy.model.report import DetectedBy, Entry, EntryKind
from twiceshy.reports.outline import Outline
from twiceshy.reports.people import PEOPLE
from twiceshy.reports.phrases import Phrases
from twiceshy.reports.vocabulary import Part

_SENTENCES = re.compile(r"(?<=[.!?;])\s+")


def _worded(lines: str) -> Phrases:
    return Phrases(lines.replace("PEOPLE", PEOPLE))


_MONITORING = _worded(
    r"""
    monitor :: monitor(?:s|ing|ed)?\b
    alert :: alert(?:s|ed|ing)?\b
    alarm :: alarms?\b
    automated :: automated\b
    automatic :: automatic(?:ally)?\b
    health :: health ?checks?\b
    uptime :: uptime\b
    probe :: prober?s?\b
    synthetic :: synthetic\b
    pager :: pager\b
    paged :: paged\b
    pagerduty :: pagerduty\b
    pingdom :: pingdom\b
    datadog :: datadog\b
    nagios :: nagios\b
    zabbix :: zabbix\b
    prometheus :: prometheus\b
    grafana :: grafana\b
    relic :: new ?relic\b
    cloudwatch :: cloudwatch\b
    sentry :: sentry\b
    dashboard :: dashboards? (?:show|alert|turn|flag|went|goes|report)\w*
    dashboard :: by (?:the |our |a )?(?:\w+ ){0,2}dashboards?
    * :: (?:error tracker|checker|bot|sensor|watch script|cron job|crash reporter) (?:reports?|says?|alerts?|notic\w+|flag\w*|complain\w*|sees|saw|finds|found|posts?|writes?)
    bot :: bot:
    watchdog :: watchdog\b
    threshold :: thresholds?\b
    metric :: metrics?\b
    sensu :: sensu\b
    icinga :: icinga\b
    status :: status ?cake\b
    robot :: robot\b
    """
)
_USERS = _worded(
    r"""
    client|customer|help|service desk|support|user :: (?:customer|user|client|support|help ?desk|service desk) (?:\w+ )?(?:complaints?|reports?|tickets?|calls?|emails?|feedback|inquir\w+|messages?)\b
    complain :: (?<!nobody )(?<!no one )(?<!no user )(?<!no users )(?<!no )(?<!0 )(?<!without )complain(?:ts?|ed|ing|s)?\b
    * :: (?<!affected )(?:PEOPLE|candidates?|residents?|participants?|organi[sz]ers?|partners?|parents?|marketing|sales)\b(?: \w+){0,6}? (?:report\w*|complain\w*|notic\w+|call\w*|writ\w+|wrote|phon\w+|tweet\w*|contact\w*|said|says|say|ask\w*|told|tells?|mail\w*|inform\w*|sent|send|arriv\w+|saw|came|com(?:e|ing)|begin|began|start\w*|experienc\w+|could not|couldn't|were unable|was unable|unable)\b
    by|from|through|via :: (?:report(?:s|ed)?|complaints?|tickets?|calls?|messages?|mails?|tweets?|told|notified|informed|alerted|noticed|raised|brought up|discovered|detected|found|observed|spotted|flagged) (?:\w+ ){0,4}?(?:by|from|through|via) (?:\w+ ){0,3}?PEOPLE\b
    social media :: social media\b
    support :: support (?:tickets?|inbox|desk|team received|received|gets|got)\b
    help :: help ?(?:desk|line)\b
    hotline :: hotline\b
    ticket :: tickets?\b
    """
)
_ENGINEER = _worded(
    r"""
    * :: (?:engineers?|developers?|admin(?:istrator)?s?|sysadmin|devops|sre|technicians?|operators?|ops|on-?call|programmers?|students? developer|one of us|we|i|colleagues?|team ?mates?|team members?|staff|intern|qa|testers?|teacher|maintainers?|partner)\b(?: \w+){0,6} (?:notic\w+|discover\w*|saw|sees|found|finds|observ\w*|detect\w*|reali[sz]\w*|spot\w*|open\w*|check\w*|saw|stumbl\w*|tried|tries|identified)
    by :: (?:noticed|discovered|detected|found|observed|spotted|identified|seen|raised|reported|flagged) (?:\w+ ){0,3}by (?:an? |the |our |one of (?:the|our) )?(?:\w+ ){0,3}(?:engineers?|developers?|admin(?:istrator)?s?|team|colleague|operators?|devops|sre|technicians?|intern|staff|teacher|maintainers?)
    """
)


def detected_by(outline: Outline, timeline: Sequence[Entry]) -> DetectedBy:
    """Who noticed first: from what the report says of detection, else its first entries."""
    if any(
        _NOT_KNOWN.search(s.text) for s in outline.of(Part.SUMMARY, Part.DETECTION, Part.IMPACT)
    ):
        return DetectedBy.UNKNOWN
    texts = [s.text for s in outline.of(Part.DETECTION) if re.search("[A-Za-z]{4}", s.text)]
    for text in [*texts, *_first_entries(timeline)]:
        who = _noticer(text)
        if who is not DetectedBy.UNKNOWN:
            return who
    told = [
        *outline.of(Part.SUMMARY, Part.IMPACT),
        *(s for s in outline.statements if s.part is None),
    ]
    for statement in told:
        for sentence in _SENTENCES.split(statement.text):
            if _NOTICING.search(sentence):
                who = _noticer(sentence)
                if who is not DetectedBy.UNKNOWN:
                    return who
    return DetectedBy.UNKNOWN


def _first_entries(timeline: Sequence[Entry]) -> list[str]:
    """The entries that may tell who noticed: detections, the first one, and those before any doubt."""
    detected = [e.text for e in timeline if e.kind is EntryKind.DETECTED][:2]
    if not detected:
        detected = [e.text for e in timeline[:2]]
    if timeline and timeline[0].text not in detected:
        detected.insert(1, timeline[0].text)
    opening = []
    for entry in timeline[:4]:
        if entry.kind not in (EntryKind.DETECTED, EntryKind.NOTE):
            break
        opening.append(entry.text)
    return [*detected, *(text for text in opening if text not in detected)]


_NOT_KNOWN = re.compile(
    r"\b(?:how|who)\b[^.]{0,30}\b(?:noticed|detected|discovered|found out)\b[^.]{0,20}\b(?:not (?:known|written|recorded)|unknown|unclear)|\bnobody (?:knows|remembers) (?:how|who)\b",
    re.IGNORECASE,
)  # fmt: skip
_NOTICING = re.compile(
    r"\b(?:detect|notic|discover|report|alert|complain|found out|alarm|message|mailed|phone|called|ticket|told|tell|wrote|wr?i[tn]es|spotted)",
    re.IGNORECASE,
)


_SPEAKS = _worded(
    r"""
    write :: writes?\b
    wrote :: wrote\b
    phone :: phones?\b
    phoned :: phoned\b
    call :: calls?\b
    called :: called\b
    complain :: complain\w*\b
    tell :: tells?\b
    told :: told\b
    ask :: asks?\b
    asked :: asked\b
    says :: says\b
    said :: said\b
    sent :: sent\b
    sends :: sends\b
    tweet :: tweet\w*\b
    post :: posts?\b
    posted :: posted\b
    mails :: mails (?:us|support|the|in|that)\b
    mailed :: mailed\b
    ring :: rings?\b
    rang :: rang\b
    report :: reports?\b
    reported :: reported\b
    notic :: notic\w+\b
    sees :: sees\b
    saw :: saw\b
    came :: came\b
    comes :: comes\b
    cannot :: cannot\b
    can't :: can't\b
    tries :: tries\b
    arrive :: arrive\b
    """
)
_OURS = _worded(
    r"""
    engineer :: engineers?\b
    developer :: developers?\b
    admin :: admin(?:istrator)?s?\b
    sysadmin :: sysadmin\b
    devops :: devops\b
    sre :: sre\b
    technician :: technicians?\b
    operator :: operators?\b
    ops :: ops\b
    call :: on-?call\b
    programmer :: programmers?\b
    we :: we\b
    i :: i\b
    us :: us\b
    one of us :: one of us\b
    colleague :: colleagues?\b
    intern :: intern\b
    qa :: qa\b
    tester :: testers?\b
    maintainer :: maintainers?\b
    our own :: our own\b
    own team :: own team\b
    facility team :: facility team\b
    duty :: duty\b
    partner :: partner\b
    team :: team\b
    desk :: desk\b
    """
)


_BY_AN_ALARM = Phrases(
    r"""
    alarm|alert|monitor|pager :: (?:when|because|since|through|by|via|thanks to|after|from) (?:\w+ ){0,3}(?:alarms?|alerts?|monitoring|pager)\b
    """
)


def _noticer(text: str) -> DetectedBy:
    places = [
        (match.start(), rank, who)
        for rank, (who, pattern) in enumerate(
            (
                (DetectedBy.USERS, _USERS),
                (DetectedBy.MONITORING, _MONITORING),
                (DetectedBy.ENGINEER, _ENGINEER),
            )
        )
        if (match := pattern.search(text)) is not None
    ]
    if places:
        who = min(places)[2]
        # "We noticed it when the alarm rang": the alarm noticed it.
        if who is DetectedBy.ENGINEER and _BY_AN_ALARM.search(text):
            return DetectedBy.MONITORING
        return who
    speaks = _SPEAKS.search(text)
    if speaks is None:
        return DetectedBy.UNKNOWN
    return DetectedBy.ENGINEER if _OURS.search(text[: speaks.start()]) else DetectedBy.USERS
