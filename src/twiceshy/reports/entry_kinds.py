"""What a timeline entry tells, decided by its words.

The patterns are tried in the order of how much they say: an entry that rules something out also
investigates, one that restores also fixes. A label such as `Escalation:` decides alone.
"""

from __future__ import annotations

import re

from twiceshy.model.report import EntryKind
from twiceshy.reports.entry_words import (
    CAUSE_FOUND,
    DETECTED,
    ESCALATED,
    FIX,
    INVESTIGATING,
    NO_CAUSE_YET,
    RESTORED,
    RULED_OUT,
    SUSPECTED,
    told_in,
)
from twiceshy.reports.phrases import Phrases

_LABELS: tuple[tuple[EntryKind, re.Pattern[str]], ...] = (
    (EntryKind.RULED_OUT, re.compile(r"(?:misleading|false|wrong|red herring|dead end|ruled? out|(?:\w+ )?(?:suspicion|assumption|hypothesis|theory) (?:refuted|dropped|rejected))", re.IGNORECASE)),
    (EntryKind.ESCALATED, re.compile(r"(?:incident |issue )?escalat", re.IGNORECASE)),
    (EntryKind.CAUSE_FOUND, re.compile(r"(?:root )?cause (?:identified|found|discovered|confirmed|determined|identification|discovery|analysis)|root cause$|issue identified|identified|identification|diagnosis", re.IGNORECASE)),
    (EntryKind.RESTORED, re.compile(r"(?:(?:issue |incident |service |full |outage )*(?:resolution|resolved|restored|restoration|recovery|recovered|resumed|closed|end(?:ed)?)(?: (?:time|confirmed|verified))?|back online|verification|end of outage|all clear)$", re.IGNORECASE)),
    (EntryKind.FIX, re.compile(r"(?:fix|hotfix|patch|mitigation|remediation|rollback|workaround|solution|resolution (?:began|started|implemented)|fix (?:applied|deployed|implemented)|temporary fix)", re.IGNORECASE)),
    (EntryKind.DETECTED, re.compile(r"(?:issue|incident|problem|outage|initial|first)? ?(?:detect(?:ed|ion)|alert|noticed|discovered|discovery|report(?:ed)?|start(?:ed)?|began|onset)(?: (?:time|method))?$|detect|how$", re.IGNORECASE)),
    (EntryKind.SUSPECTED, re.compile(r"(?:initial )?(?:assumptions?|hypothesis|suspicions?|suspected)", re.IGNORECASE)),
    (EntryKind.INVESTIGATING, re.compile(r"(?:initial |further )?(?:investigat|debug|troubleshoot|analysis|triage|actions? taken|response)", re.IGNORECASE)),
)  # fmt: skip

_BUT_RESTORED = re.compile(
    r"(?:not (?:yet )?|un|partially |partly )(?:fully )?restored|to (?:be )?restore|until|waiting|prior to|before (?:being )?restor"
    r"|(?:began|started|starting|begin|being|start) (?:\w+ )?(?:recover|restor|to recover|to restore)",
    re.IGNORECASE,
)  # fmt: skip
_SYMPTOM = re.compile(
    r"(?:identified|noticed|found|saw|discovered|confirmed|showed|realized|revealed|determined)(?: \w+){0,4} (?:that )?(?:users|customers|the (?:issue|problem|incident|outage)\b|issue\b|problem\b|(?:the )?(?:web)?site (?:was|is) (?:down|slow)|a (?:failure|spike|surge|drop|slowdown)|an? (?:increase|issue|problem|outage|alert))",
    re.IGNORECASE,
)  # fmt: skip
_FALSE = Phrases(
    r"""
    ruled out :: ruled out
    turned out :: turned out
    false lead :: false lead
    refuted :: refuted
    which :: which (?:was|were|did) not?
    we knew :: at \d+[:.]\d+ we knew
    """
)
_PURSUES = Phrases(
    r"""
    suspect :: suspect(?:ed|ing|s)\b(?! (?:was|is) (?:dropped|wrong))
    was blamed :: was blamed
    blame :: blam(?:ed|es)
    assum :: assum(?:ed|es|ing)\b
    believed that :: believed that
    thought :: thought (?:that|it|to)
    chas :: chas(?:ed|es)
    """
)
_MIXED_RULED_OUT = re.compile(r"no smoking gun", re.IGNORECASE)


_WAS_A_FALSE_LEAD = Phrases(
    r"""
    # "Chasing the quota was a red herring" tells the end of a lead, not its beginning.
    red herring|false lead|dead end|wrong track|false trail :: (?:chasing|suspecting|blaming|looking (?:at|into)|checking|this|that|it|which|so) (?:[\w']+ ){0,6}?(?:was|is|were|had been|turned out to be) (?:a |the |only a )?(?:red herring|false lead|dead end|wrong track|false trail)
    """
)
_PUTS_BACK = Phrases(
    r"""
    # What is restored here is a part, not the service.
    restored :: (?:entr(?:y|ies)|records?|config\w*|files?|backups?|rules?|settings?|permissions?|versions?|snapshot|dump|data|columns?|tables?|polic(?:y|ies)|certificates?|keys?|parameters?|values?|routes?|links?|index) (?:was |were |is |are |has been |have been |fully )?restored
    restored :: restored (?:the |our |an? )?(?:\w+ ){0,3}(?:entr(?:y|ies)|records?|config\w*|files?|backups?|rules?|settings?|permissions?|version|snapshot|dump|column|table|policy|certificate|parameter|value|route|link|index)\b
    """
)
_WORKS = Phrases(
    r"""
    back|service|normal|again|online :: back (?:online|up|to normal)|services? (?:\w+ )?(?:restored|resumed|back)|normal|again\b|online\b
    """
)
_USERS_SPEAK = Phrases(
    r"""
    * :: (?:users?|customers?|clients?|visitors?|members?|students?|teachers?|guests?|passengers?|shoppers?|subscribers?|citizens?) (?:\w+ )?(?:asks?|asked|calls?|called|tells?|told|wr[io]tes?|phones?|phoned|rings?|rang|mails?|mailed|contact(?:s|ed)|complain(?:s|ed)?)\b
    """
)
_BEGINS_TO_LOOK = Phrases(
    r"""
    begin|start|began :: (?:begins?|began|starts?|started) (?:to |the |an |its |their )?(?:investigat\w*|look\w*|check\w*|debug\w*|analy\w*)
    """
)


def kind_of(text: str, label: str | None, *, first: bool) -> EntryKind:  # noqa: C901, PLR0911, PLR0912 - the order of the questions is the rule
    """The kind of an entry by its words; `first` leans towards detection."""
    if label:
        for kind, pattern in _LABELS:
            if pattern.match(label):
                blamed = (
                    kind is EntryKind.RULED_OUT
                    and _PURSUES.search(text)
                    and not _FALSE.search(text)
                )
                return EntryKind.SUSPECTED if blamed else kind
    said = told_in(text)
    ruled_out, suspects = said.get(RULED_OUT), said.get(SUSPECTED)
    if first and ruled_out is not None and _comes_first(said.get(DETECTED), ruled_out):
        return EntryKind.DETECTED
    if _WAS_A_FALSE_LEAD.search(text):
        return EntryKind.RULED_OUT
    if (
        ruled_out is not None
        and suspects is not None
        and suspects.start() < ruled_out.start()
        and _PURSUES.search(text)
    ):
        return EntryKind.SUSPECTED
    if ruled_out is not None and not _MIXED_RULED_OUT.search(text):
        return _ruled_out_or_cause(text)
    escalated = said.get(ESCALATED)
    if escalated is not None and escalated[0].lower().startswith("escalat"):
        return EntryKind.ESCALATED
    if first and DETECTED in said:
        return EntryKind.DETECTED
    restored = said.get(RESTORED)
    if restored is not None and _PUTS_BACK.search(text) and not _WORKS.search(text):
        return EntryKind.FIX
    if restored is not None and not _BUT_RESTORED.search(text):
        # "Misconfiguration resolved and traffic restored" fixes; a later entry tells the end.
        return EntryKind.RESTORED
    cause = said.get(CAUSE_FOUND) if NO_CAUSE_YET not in said else None
    if suspects is not None and (cause is None or suspects.start() < cause.start()):
        return EntryKind.SUSPECTED
    if cause is not None and not _SYMPTOM.search(text):
        return EntryKind.CAUSE_FOUND
    if escalated is not None and not (
        _BEGINS_TO_LOOK.search(text) or _comes_first(_USERS_SPEAK.search(text), escalated)
    ):
        return EntryKind.ESCALATED
    if suspects is not None:
        return EntryKind.SUSPECTED
    fix, detected, investigating = said.get(FIX), said.get(DETECTED), said.get(INVESTIGATING)
    if detected is not None and (
        first or (_leads(detected, fix, investigating) and not _BEGINS_TO_LOOK.search(text))
    ):
        return EntryKind.DETECTED
    if fix is not None and (investigating is None or fix.start() <= investigating.start() + 60):
        return EntryKind.FIX
    if investigating is not None:
        return EntryKind.INVESTIGATING
    return EntryKind.FIX if fix is not None else EntryKind.NOTE


def _comes_first(one: re.Match[str] | None, other: re.Match[str]) -> bool:
    return one is not None and one.start() < other.start()


def _leads(match: re.Match[str], *others: re.Match[str] | None) -> bool:
    return all(other is None or match.start() <= other.start() for other in others)


_NAMES_IT_TOO = re.compile(
    r"(?:root cause (?:was |is |of \w+ )|but (?:found|discovered|identified|noticed)|instead (?:found|was|identified)|"
    r"(?:discovered|identified|realized|found|noticed) that (?:the|our|an?) (?!issue was not)\w+)",
    re.IGNORECASE,
)
_FINDS_IT_WELL = re.compile(
    r"(?:found|showed|revealed|discovered|realized|identified) that [^.]{0,60}\b(?:was|were|is|are) (?:not|fine|healthy|normal|unrelated)",
    re.IGNORECASE,
)


def _ruled_out_or_cause(text: str) -> EntryKind:
    """An entry that rules one thing out and names the real cause in the same breath names it."""
    cause = _NAMES_IT_TOO.search(text)
    ruled = told_in(text).get(RULED_OUT)
    if (
        cause is not None
        and ruled is not None
        and cause.start() > ruled.start()
        and not _FINDS_IT_WELL.search(text)
    ):
        return EntryKind.CAUSE_FOUND
    return EntryKind.RULED_OUT
