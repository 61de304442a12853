"""What reports call their sections and labels, and which part of a report each name opens."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache


class Part(Enum):
    """A part of a report."""

    SUMMARY = "summary"
    DURATION = "duration"
    START = "start"
    END = "end"
    DAY = "day"
    WHEN = "when"
    IMPACT = "impact"
    AFFECTED = "affected"
    SHARE = "share"
    TIMELINE = "timeline"
    DETECTION = "detection"
    LEADS = "leads"
    ESCALATION = "escalation"
    CAUSE = "cause"
    CAUSE_AND_RESOLUTION = "cause and resolution"
    RESOLUTION = "resolution"
    ACTIONS = "actions"
    GROUP = "group"
    """A name inside the actions that only introduces a list of them."""
    LESSONS = "lessons"
    CONCLUSION = "conclusion"
    ASIDE = "aside"
    """Author, attendees, related issues: read past."""


_NAMES: tuple[tuple[Part, str], ...] = (
    (Part.CAUSE_AND_RESOLUTION, r"(?:the )?root causes? (?:analysis )?(?:and|/|,) ?(?:the )?(?:resolution|recovery|fix|remediation|solution).*"),
    (Part.CAUSE_AND_RESOLUTION, r"(?:cause|reason) and (?:resolution|fix|solution)"),
    (Part.CAUSE, r"(?:the |blameless |probable |actual |technical |underlying |primary |identified |main )*(?:root[- ]?)?causes?(?: analysis| summary| identified| identification| explanation)?(?: of (?:the )?(?:outage|incident|issue|problem|failure))?|rca|5 ?whys?|five whys?|five why'?s?|5 why'?s?|(?:the )?nitty[- ]gritty|contributing (?:factors?|causes?|conditions?)|trigger|why|what (?:went wrong|caused (?:it|the (?:outage|incident|issue|problem)))|why (?:did )?it happen(?:ed)?|what (?:was|is) the (?:root )?cause.*|core (?:challenges?|problem)|leadup|lead[- ]up|(?:the )?(?:reason|culprit)(?: for .*)?|what happened technically|problem identification|(?:the )?cause of (?:the )?.*|root problem|fault"),
    (Part.SUMMARY, r"(?:executive |issue |incident |outage |problem |high[- ]level |event |post[- ]?mortem |general |brief )*(?:summary|overview|tl ?;? ?dr|abstract|synopsis|at a glance)(?: of (?:the )?(?:incident|issues?|outage|problem|event).*)?|summary of issues established.*|background(?: context)?|context|introduction|what happened|incident (?:details|report|information|description)|issue (?:details|description)|(?:the )?(?:problem|incident|issue|outage)(?: statement| description)?|service downtime|downtime|stats|statistics|metadata|key facts|facts|description|details|outage details|incident metrics|metrics"),
    (Part.START, r"(?:the )?(?:outage |incident |issue |downtime |impact )?(?:start(?:ed|ing|s)?|began|begin(?:ning)?|onset|from|opened)(?: (?:time|date|at|on|date and time|time and date|date/time))*|time of (?:onset|start)|start of (?:outage|incident|impact|issue)|time started|occurred(?: at| on)?|when did it start.*"),
    (Part.END, r"(?:the )?(?:outage |incident |issue |downtime |impact |service )?(?:end(?:ed|ing|s)?|finish(?:ed)?|resolved|restored|until|closed|to|recovered|mitigated)(?: (?:time|date|at|on|date and time|time and date|date/time))*|time (?:of|to) (?:end|resolved)|end of (?:outage|incident|impact|issue)|time (?:resolved|ended|restored)|resolution time|recovery time|when did it end.*"),
    (Part.DURATION, r"(?:the |total |overall |approximate )*(?:outage |incident |downtime |issue |service |impact )?(?:duration|length|timeframe|time frame|period|downtime|time span|window|outage time)(?: of (?:the |this )?(?:outage|incident|downtime|issue|impact|problem|disruption|service disruption))?(?: and (?:time|date).*)?|duration (?:and|&) impact|outage duration|incident (?:time|window|period)|time of (?:the )?(?:outage|incident)|how long.*|when(?: did it happen)?|outage window|time|start(?: time)?(?: and|/| &| -) ?end(?: times?)?|from[ /-]+(?:to|until)|start[ /-]+end(?: time)?"),
    (Part.DAY, r"(?:incident |outage |event |issue )?(?:date|day)s?(?: of (?:the )?(?:incident|outage|event|issue|occurrence))?|incident date(?: and time)?|date and time(?: of .*)?|date/time|date and duration"),
    (Part.SHARE, r"(?:users?|customers?|clients?|percentage|percent|share|proportion|number)(?: of)?(?: the)?(?: users?| customers?)? ?(?:affected|impacted|hit)|(?:affected|impacted) (?:users?|customers?|clients?)|users?|how many users.*"),
    (Part.SHARE, r"who(?: was (?:hit|affected))?|whom"),
    (Part.AFFECTED, r"(?:affected|impacted) (?:services?|systems?|components?|products?|areas?|applications?|apps?|infrastructure|resources|functionality)(?: (?:and|/) (?:services?|systems?|components?))?|(?:services?|systems?|components?|products?) ?(?:affected|impacted|hit|involved|down)?"),
    (Part.IMPACT, r"(?:the |business |customer |user |users |service |system |overall |client |end[- ]user |reputational |financial )*(?:impact|effects?|consequences?|damage|blast radius)s?(?: on (?:the )?(?:users?|customers?|business|services?).*| of (?:the )?.*| details| analysis| summary| assessment| statement| scope| and scope)?|scope(?: of impact)?|what was (?:the )?(?:impact|affected).*|who was affected.*|symptoms?|user experience|severity and impact|impact and scope|what users? (?:saw|experienced).*"),
    (Part.TIMELINE, r".*\b(?:time ?line|chronology|chronicle|sequence of events|event log|log of events|order of events|incident log)\b.*|(?:schedule|key events|events|history|what happened and when|course of events|play[- ]by[- ]play|debugging process|how it (?:unfolded|went|happened)|the story so far|what happened when|step by step|course|log|diary)"),
    (Part.LEADS, r"(?:misleading|false|wrong|dead[- ]end|incorrect)[ /]?(?:investigations?|debugging|paths?|leads?|trails?|assumptions?|turns?|and|or|taken|explored|hypothes[ie]s|ends?|/| )*|red herrings?|debugging paths?|dead ends?|rabbit holes?|(?:what )?(?:we )?(?:ruled out|chased).*|initial assumptions?|hypothes[ie]s(?: tested)?|(?:initial )?suspicions?|suspected causes?|false starts?|wild goose chases?"),
    (Part.DETECTION, r"(?:issue |incident |problem |initial |outage )?(?:detect(?:ed|ion)|discovery|discovered|identified|noticed|reported|alerted)(?: (?:time|method|at|by|on|source|of (?:the )?(?:issue|incident|problem)|and (?:response|reporting|alerting)))*|how (?:was )?(?:it|the issue|the incident|the problem|we)(?: was)? (?:detected|discovered|noticed|found).*|time of detection|detection vs onset|noticed(?: by)?|alerting|first alert|how we (?:noticed|found out).*"),
    (Part.ESCALATION, r"(?:incident |issue )?escalat(?:ion|ions|ed)(?: (?:path|process|to|procedure|level|timeline))?|who (?:was|got) (?:paged|involved|called)"),
    (Part.RESOLUTION, r"(?:the |issue |incident |immediate |temporary |final |short[- ]term )*(?:resolution|fix(?:es)?|remedy|solution|recovery|mitigation|response|workaround|summation)s?(?: (?:and|&) (?:recovery|mitigation|fix|remediation|restoration|response))?(?: (?:steps|details|process|summary|taken|applied|of (?:the )?(?:issue|incident|outage|problem)))*|resolving the (?:issue|problem|incident)|how (?:it|we|the issue|the problem)(?: was)? (?:fixed|resolved|recovered).*|(?:actions|steps) taken(?: to resolve.*)?|restoration|incident response|what (?:was|did we) (?:done|do).*|what fixed it|immediate (?:actions|response|fix(?:es)?|steps) taken|service restoration|remediation"),
    (Part.ACTIONS, r"(?:the )?(?:correct(?:ive|ion|ing)?|prevent(?:ive|ative|ion)|remedial|remediation|follow[- ]?up|mitigation)[ ,/&-]*(?:and|or)?[ ,/&-]*(?:correct(?:ive)?|prevent(?:ive|ative|ion)|future|long[- ]?term|mitigat(?:ive|ion))?[ ,/&-]*(?:future )?(?:prevent(?:ion|ive|ative))?[ ,/&-]*(?:measures?|actions?|items?|steps?|tasks?|plans?|strateg(?:y|ies)|work|procedures?|recommendations?)(?: .{0,60})?|(?:corrective|preventi?ve|preventative)(?: (?:and|&) (?:corrective|preventi?ve|preventative))?|prevention(?: (?:and|&) .*| plan| of .*| measures?)?|mitigation and (?:future )?prevention|action (?:items?|plan|points?)(?: .{0,40})?|actions?(?: items?)?|next steps?|recommendations?|(?:future|preventing) (?:prevention|improvements?|measures?|actions?|work|plans?|steps?|recurrence|.*outages)|how (?:we|to) (?:will )?(?:prevent|avoid|stop).*|(?:improvements?|enhancements?|fixes)(?: and| &|/)+ ?(?:improvements?|enhancements?|fixes|next steps|recommendations?|tasks?|prevention|preventive measures)|improvements?(?: plan)?|what (?:we|will|we will|we're|we are|we'll)(?: be)? (?:do(?:ing)?|chang(?:e|ing)|improve|going to do).*|corrections?(?: and .*)?|follow[- ]?ups?|things? to (?:do|fix|improve)|areas? (?:for|of) improvements?|to[- ]?do(?:s| list| items?)?|closing the loop|never again|so that it never happens again|not again|commitments?|promises|measures(?: .{0,60})?|remediations?(?: items?| plan| steps?| tasks?| measures?)?|lessons learned and (?:action items|next steps|corrective.*|actions?)|preventing (?:this|it).*|moving forward|going forward"),
    (Part.GROUP, r"(?:the |broad |specific |general |proposed |planned |technical |key |immediate |short[- ]?term|medium[- ]?term|mid[- ]?term|long[- ]?term| |required )*(?:improvements?|improvements?/fixes|fixes|tasks?(?: list)?|task list|todo(?: list)?|to[- ]?do(?: list)?|action items?|actions?|measures?|short[- ]term|long[- ]term|immediate|medium[- ]term)(?: (?:to|for) (?:address|fix|prevent|resolve|be done|complete|do).*| list| items?| needed| identified| required| that can be improved.*)?|things that can be (?:improved|improved/fixed).*|list of tasks.*|tasks? to .*|process|monitoring|testing|training|technical|people|tooling|infrastructure"),
    (Part.LESSONS, r"(?:key )?(?:lessons?(?: learn(?:ed|t))?|learnings?|takeaways?|insights|reflections?|retrospective|what went (?:well|wrong|right|badly|poorly)|what (?:worked|didn'?t work|we learned|did not go well|could have gone better).*|where we got lucky|things that went (?:well|wrong|poorly)|moral(?: of the story)?)(?: .{0,40})?"),
    (Part.CONCLUSION, r"(?:in )?(?:conclusions?|closing(?: remarks?| thoughts?)?|final (?:thoughts?|remarks?|words?|notes?)|sign[- ]?off|epilogue|wrap[- ]?up|summary and conclusion|outro)"),
    (Part.ASIDE, r"(?:authors?|written by|prepared by|reported by|report date|date of (?:the )?(?:report|post[- ]?mortem|writing|publication)|post[- ]?mortem (?:date|author|owner)|reviewed by|attendees|participants|response team|team|incident (?:commander|id|number|owner|lead|manager)|severity(?: level)?|priority|status|category|related(?: issues?| incidents?| links?)?|appendix.*|references?|links?|glossary|acknowledge?ments?|thanks?|table of contents|contents|blameless framing|disclaimer|tags?|version|ticket|id|owner|environment|region|supporting (?:data|information|material|evidence)|screenshots?|logs?|license|resources)"),
)  # fmt: skip
_PATTERNS = tuple((part, re.compile(pattern)) for part, pattern in _NAMES)

_BRACKETS = re.compile(r"[(\[{][^)\]}]{0,120}[)\]}]")
_NUMBERING = re.compile(
    r"^(?:\(?\d{1,2}(?:\.\d{1,2})*[.):]?|[ivx]{1,4}[.)]|[a-z][.)]|step \d+:?|section \d+:?|part \d+:?)\s+"
)
_EDGES = re.compile(r"^[^a-z0-9]+|[^a-z0-9]+$")
_MAX_NAME = 90
_MAX_NAME_WORDS = 12

_ALONE = re.compile(
    r"(?:issue |incident |executive |outage |postmortem |problem )?summary|(?:events? |incident |the )?timeline(?: of events)?|"
    r"root causes?(?: and resolution| analysis)?|resolution(?: and recovery)?|impact|(?:correct(?:ive|ion)|preventi?ve|preventative) .*measures?|"
    r"corrective and preventi?(?:ta)?t?i?ve (?:measures|actions)|action items?|lessons learned|conclusion|next steps|follow[- ]?up tasks?|"
    r"(?:corrective|preventi?ve|preventative) (?:actions?|measures?)|tasks?|improvements?|task list|todo(?: list)?|duration|detection|escalation|remediation|prevention"
)


def normal(name: str) -> str:
    """A heading or label in lower case, without numbering, brackets, emoji and punctuation."""
    text = _BRACKETS.sub(" ", name.lower()).replace("’", "'").replace("&", " and ")
    text = " ".join(text.split())
    text = _NUMBERING.sub("", text)
    return _EDGES.sub("", _EDGES.sub("", text))


@lru_cache(maxsize=4096)
def part_named(name: str) -> Part | None:
    """The part that a heading or label opens, or None for a name of the report's own."""
    if not name or len(name) > _MAX_NAME:
        return None
    text = normal(name)
    if not text or text.count(" ") >= _MAX_NAME_WORDS:
        return None
    for part, pattern in _PATTERNS:
        if pattern.fullmatch(text):
            return part
    return None


def stands_alone(name: str) -> bool:
    """Whether a plain line with no mark at all is surely a heading: one of the well-known names."""
    return len(name) <= _MAX_NAME and _ALONE.fullmatch(normal(name)) is not None
